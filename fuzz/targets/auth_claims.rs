//! See `fuzz::auth_claims`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::auth_claims(input));
