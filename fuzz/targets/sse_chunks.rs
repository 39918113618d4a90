//! See `fuzz::sse_chunks`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::sse_chunks(input));
