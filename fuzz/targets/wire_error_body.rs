//! See `fuzz::wire_error_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::wire_error_body(input));
