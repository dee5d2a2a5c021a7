//! Which targets were seen before, in little memory.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher, Hash, RandomState},
};

/// A set of targets that takes some 26 bytes for each, however long its name is.
///
/// It keeps hashes of 128 bits, with keys that are drawn at random, so that two targets are taken for the same less often
/// than memory fails.
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
    seen: BTreeSet<u128>,
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

/// Makes the hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys([RandomState; 2]);

impl Keys {
    pub(super) fn of(&self, target: &(impl Hash + ?Sized)) -> u128 {
        let [high, low] = self.0.each_ref().map(|state| u128::from(state.hash_one(target)));
        high << 64 | low
    }
}
