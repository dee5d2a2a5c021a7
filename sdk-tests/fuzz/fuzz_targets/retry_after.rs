//! The header `Retry-After`.

#![no_main]

use sdk_fuzz::retry_after;

libfuzzer_sys::fuzz_target!(|input: &[u8]| retry_after(input));
