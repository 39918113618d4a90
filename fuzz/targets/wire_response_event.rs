//! See `fuzz::wire_response_event`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::wire_response_event(input));
