//! See `fuzz::auth_authorization`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::auth_authorization(input));
