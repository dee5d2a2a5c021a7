//! Which targets were seen before, in little memory.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, Hash, RandomState},
};

/// A set of targets that takes some 20 bytes for each, however long its name is.
///
/// It keeps hashes of 80 bits, with keys that are drawn at random: of a million targets, two are taken for the same once
/// in 10¹² runs.
///
/// # Examples
///
/// ```
/// use cloudflare_sdk::fleet::Seen;
///
/// let mut seen = Seen::new();
/// assert!(seen.insert("023e105f4ecef8ad9ca31a8372d0c353"));
/// assert!(!seen.insert("023e105f4ecef8ad9ca31a8372d0c353"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Seen {
    keys: Keys,
    // A hash set would take twice the memory while it grows.
    seen: BTreeSet<Key>,
}

impl Seen {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a target; says whether it is a new one.
    pub fn insert(&mut self, target: &(impl Hash + ?Sized)) -> bool {
        self.seen.insert(self.keys.of(target))
    }
}

/// The hash of a target; in parts, so that it takes no more memory than it has bits.
pub(super) type Key = [u16; 5];

/// Makes the hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys([RandomState; 2]);

impl Keys {
    pub(super) fn of(&self, target: &(impl Hash + ?Sized)) -> Key {
        let [first, second] = self.0.each_ref().map(|state| state.hash_one(target));
        let joined = u128::from(first) | (u128::from(second) << 64);
        [0, 16, 32, 48, 64].map(|bit| (joined >> bit) as u16)
    }
}
