//! See `fuzz::sse_limits`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::sse_limits(input));
