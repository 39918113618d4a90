//! See `fuzz::wire_chat_chunk`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::wire_chat_chunk(input));
