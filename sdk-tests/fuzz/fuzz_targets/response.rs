//! The reading of responses.

#![no_main]

use sdk_fuzz::response;

libfuzzer_sys::fuzz_target!(|input: &[u8]| response(input));
