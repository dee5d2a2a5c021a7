//! Models: checks of what is sent, unions, and conversions of members.

mod check;
mod member;
mod variant;

pub use check::{Check, Text, Whole, deserialize_open_enum, invalid, length, one_of, whole, within};
pub use member::IntoMember;
pub use variant::{Variant, candidates};
