//! See `fuzz::auth_key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::auth_key(input));
