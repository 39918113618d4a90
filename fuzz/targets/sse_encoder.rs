//! See `fuzz::sse_encoder`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::sse_encoder(input));
