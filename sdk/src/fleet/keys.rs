//! What a target is remembered by: little memory, however long its name is.

use std::hash::{BuildHasher, Hash, RandomState};

/// Makes keys of 128 bits, of which two are the same for different targets less often than memory fails.
#[derive(Debug, Default)]
pub(super) struct Keys([RandomState; 2]);

impl Keys {
    pub(super) fn of(&self, target: &(impl Hash + ?Sized)) -> u128 {
        let [high, low] = self.0.each_ref().map(|state| u128::from(state.hash_one(target)));
        high << 64 | low
    }
}
