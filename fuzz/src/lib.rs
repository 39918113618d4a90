//! What the targets call: the relations of the crates' own tests, which also replay the committed corpora.

#[path = "../../crates/oci-auth/tests/main/relations.rs"]
mod auth_relations;
// The shared modules hold more than fuzzing needs.
#[allow(dead_code, unused_imports)]
#[path = "../../crates/oci-sse/tests/main/oracle.rs"]
mod oracle;
#[path = "../../crates/oci-sse/tests/main/relations.rs"]
mod relations;
#[allow(dead_code, unused_imports)]
#[path = "../../crates/oci-sse/tests/main/stream.rs"]
mod stream;
#[allow(dead_code, unused_imports)]
#[path = "../../crates/oci-sse/tests/main/support.rs"]
mod support;
#[path = "../../crates/oci-wire/tests/main/relations.rs"]
mod wire;

/// Every chunking equals what the oracle makes of the whole stream.
pub fn sse_chunks(input: &[u8]) {
    relations::chunks(input);
}

/// Limits do not depend on the chunks.
pub fn sse_limits(input: &[u8]) {
    relations::limits(input);
}

/// A second connection begins like a first one.
pub fn sse_reconnect(input: &[u8]) {
    relations::reconnect(input);
}

/// Encoding and decoding is the identity.
pub fn sse_encoder(input: &[u8]) {
    relations::encoder(input);
}

/// A key file is the same key with other line ends, and in a variable.
pub fn auth_key(input: &[u8]) {
    auth_relations::key(input);
}

/// A configuration file written down again is the same.
pub fn auth_profile(input: &[u8]) {
    auth_relations::profile(input);
}

/// A token says what its payload says.
pub fn auth_claims(input: &[u8]) {
    auth_relations::claims(input);
}

/// The header tells all that is needed to make the signed text again.
pub fn auth_authorization(input: &[u8]) {
    auth_relations::authorization(input);
}

/// Whole answers of chat completions are written back as they were read.
pub fn wire_chat_response(input: &[u8]) {
    wire::chat_response(input);
}

/// Both ways of reading a chunk agree, and nothing in it is lost.
pub fn wire_chat_chunk(input: &[u8]) {
    wire::chat_chunk(input);
}

/// Whole answers of the Responses API are written back as they were read.
pub fn wire_response(input: &[u8]) {
    wire::response(input);
}

/// Events of the Responses API are written back as they were read, and put together without a panic.
pub fn wire_response_event(input: &[u8]) {
    wire::response_event(input);
}

/// Whole native answers are written back as they were read.
pub fn wire_native_answer(input: &[u8]) {
    wire::native_answer(input);
}

/// Native events are written back as they were read, and become chunks that can be read.
pub fn wire_native_event(input: &[u8]) {
    wire::native_event(input);
}

/// Any body of a failed call says something.
pub fn wire_error_body(input: &[u8]) {
    wire::error_body(input);
}
