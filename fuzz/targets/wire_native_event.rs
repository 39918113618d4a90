//! See `fuzz::wire_native_event`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::wire_native_event(input));
