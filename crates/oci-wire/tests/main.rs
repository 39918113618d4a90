//! What goes over the wire, against captures, canned answers and generated values.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)]

#[path = "main/anthropic_request.rs"]
mod anthropic_request;
#[path = "main/anthropic_stream.rs"]
mod anthropic_stream;
#[path = "main/anthropic_translate.rs"]
mod anthropic_translate;
#[path = "main/captures.rs"]
mod captures;
#[path = "main/control_answers.rs"]
mod control_answers;
#[path = "main/control_requests.rs"]
mod control_requests;
#[path = "main/control_schema.rs"]
mod control_schema;
#[path = "main/corpus.rs"]
mod corpus;
#[path = "main/dialects.rs"]
mod dialects;
#[path = "main/edge.rs"]
mod edge;
#[path = "main/error_body.rs"]
mod error_body;
#[path = "main/fixtures.rs"]
mod fixtures;
#[path = "main/fold.rs"]
mod fold;
#[path = "main/hosted.rs"]
mod hosted;
#[path = "main/native_answers.rs"]
mod native_answers;
#[path = "main/native_from_cohere.rs"]
mod native_from_cohere;
#[path = "main/native_properties.rs"]
mod native_properties;
#[path = "main/native_requests.rs"]
mod native_requests;
#[path = "main/native_schema.rs"]
mod native_schema;
#[path = "main/native_stream.rs"]
mod native_stream;
#[path = "main/native_translate.rs"]
mod native_translate;
#[path = "main/native_translate_answers.rs"]
mod native_translate_answers;
#[path = "main/native_translate_schema.rs"]
mod native_translate_schema;
#[path = "main/properties.rs"]
mod properties;
#[path = "main/quirks.rs"]
mod quirks;
#[path = "main/relations.rs"]
mod relations;
#[path = "main/repair.rs"]
mod repair;
#[path = "main/request.rs"]
mod request;
#[path = "main/resources.rs"]
mod resources;
#[path = "main/response.rs"]
mod response;
#[path = "main/responses_answer.rs"]
mod responses_answer;
#[path = "main/responses_encode.rs"]
mod responses_encode;
#[path = "main/responses_request.rs"]
mod responses_request;
#[path = "main/responses_schema.rs"]
mod responses_schema;
#[path = "main/responses_stream.rs"]
mod responses_stream;
#[path = "main/responses_translate.rs"]
mod responses_translate;
#[path = "main/schema.rs"]
mod schema;
#[path = "main/stream.rs"]
mod stream;
#[path = "main/tolerance.rs"]
mod tolerance;
