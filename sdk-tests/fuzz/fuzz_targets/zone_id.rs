//! Identifiers of zones in paths.

#![no_main]

use sdk_fuzz::zone_id;

libfuzzer_sys::fuzz_target!(|input: &[u8]| zone_id(input));
