//! The headers of rate limits.

#![no_main]

use sdk_fuzz::rate_limits;

libfuzzer_sys::fuzz_target!(|input: &[u8]| rate_limits(input));
