//! Wire types of the OCI Generative AI service: JSON in, JSON out, nothing else.
//!
//! What it does not do: no sockets, URLs, headers or HTTP status; no byte streams and no event-stream grammar; no
//! choice of which model goes where; no checking of parameters beyond what is needed to write them.
//!
//! Two rules hold for every type:
//!
//! 1. **Exact on the way out.** A request is written with exactly the fields that are set, in a fixed order.
//!    `null` is written only where it means something ([`Nullable`]), and a parameter that is newer than this crate
//!    goes through `extra` ([`Extra`]).
//! 2. **Tolerant on the way in.** Answers may miss members, hold `null` or unknown members, or use unknown enumeration
//!    values.
//!    Whatever has no type keeps its text ([`RawJson`]) and is written back unchanged, down to the digits of a number.
//!
//! ```
//! use oci_wire::chat::{ChatAccumulator, ChatRequest, Message, StreamEvent};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let request = ChatRequest::new("xai.grok-4", [Message::user("What is 2x2?")]).with_temperature(0.2);
//! assert_eq!(
//!     serde_json::to_string(&request)?,
//!     r#"{"model":"xai.grok-4","messages":[{"role":"user","content":"What is 2x2?"}],"temperature":0.2}"#,
//! );
//!
//! let mut answer = ChatAccumulator::new();
//! for data in [r#"{"choices":[{"index":0,"delta":{"content":"4"},"finish_reason":"stop"}]}"#, "[DONE]"] {
//!     match StreamEvent::parse(data)? {
//!         StreamEvent::Chunk(chunk) => answer.push(&chunk),
//!         StreamEvent::Error(error) => return Err(error.to_string().into()),
//!         StreamEvent::Done => break,
//!     }
//! }
//! assert_eq!(answer.finish().text(), "4");
//! # Ok(())
//! # }
//! ```
//!
//! The crate has no features.
//! Types that the service owns are `#[non_exhaustive]`: make one with its constructor or with `default()` and set the
//! public fields.

mod arguments;
mod base64;
mod either;
mod error_body;
mod family;
mod finish;
mod json_end;
mod lenient;
mod loss;
mod nullable;
mod number;
mod object;
mod one_pass;
mod open_enum;
mod page_text;
mod raw;
mod reader;
mod secret;
mod tagged;
mod text;
mod usage;

// The public interface is:

pub mod anthropic;
pub mod chat;
pub mod control;
pub mod edge;
pub mod native;
pub mod nl2sql;
pub mod repair;
pub mod resources;
pub mod responses;

/// Bodies of failed calls.
pub mod error {
    pub use crate::error_body::{ErrorBody, ErrorShape};
}

pub use family::Family;
pub use loss::{Loss, LossKind, Translated};
pub use nullable::Nullable;
pub use number::Number;
pub use raw::{Extra, NotJson, RawJson};
pub use secret::{SecretHeaders, SecretText};
pub use text::Text;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
