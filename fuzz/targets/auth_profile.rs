//! See `fuzz::auth_profile`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::auth_profile(input));
