//! See `fuzz::sse_reconnect`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::sse_reconnect(input));
