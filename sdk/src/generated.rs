//! The typed half: what is checked in, or with feature `codegen` what the build script has just generated.

#[cfg(not(feature = "codegen"))]
#[allow(missing_docs)]
#[rustfmt::skip]
mod cloudflare;

#[cfg(feature = "codegen")]
#[allow(missing_docs)]
mod cloudflare {
    include!(concat!(env!("OUT_DIR"), "/cloudflare.rs"));
}

#[cfg(all(feature = "mock", not(feature = "codegen")))]
#[rustfmt::skip]
pub(crate) mod mock;

#[cfg(all(feature = "mock", feature = "codegen"))]
pub(crate) mod mock {
    include!(concat!(env!("OUT_DIR"), "/mock.rs"));
}

pub use cloudflare::{Client, builder, types};

#[cfg(all(test, feature = "codegen"))]
mod tests {
    #[test]
    fn what_the_build_script_generates_is_what_is_checked_in() {
        let built = include_str!(concat!(env!("OUT_DIR"), "/cloudflare.rs"));
        assert_eq!(built, include_str!("generated/cloudflare.rs"));
        let built = include_str!(concat!(env!("OUT_DIR"), "/mock.rs"));
        assert_eq!(built, include_str!("generated/mock.rs"));
    }
}
