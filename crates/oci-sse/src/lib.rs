//! A server-sent events parser: the algorithm of WHATWG HTML 9.2.5 and 9.2.6, and nothing but bytes in, events out.
//!
//! It does no input or output, knows no HTTP, no JSON, no `[DONE]`, and does not reconnect.
//! It gives those who do what they need: last event id, retry time, comments as signs of life, and whether the end was a clean one.
//!
//! ```text
//!             ┌─ feed(&[u8])  → Events     lends EventRef<'_>            no_std + alloc
//!  Decoder ───┼─ SseStream::next()         lends EventRef<'_>            feature `stream`
//!             └─ impl Stream for SseStream  yields Event, zero-copy       feature `stream`
//! ```
//!
//! 1. `decode` scans a chunk from a position to the end of the next event and returns a [`Location`].
//!    A one-line event that lies within the chunk is a range of it: no copy, no allocation.
//!    What several lines or several chunks make up is appended once to a buffer that is reused.
//! 2. `resolve` turns the location into text. Bad UTF-8 becomes U+FFFD, as the standard says, and is never an error.
//! 3. Every byte is searched once, for any input and any chunking.
//!
//! ```
//! use oci_sse::Decoder;
//!
//! let mut decoder = Decoder::new();
//! let mut seen = Vec::new();
//! for chunk in [&b"event: delta\ndata: {\"text\":"[..], b"\"hi\"}\n\ndata: [DONE]\n\n"] {
//!     let mut events = decoder.feed(chunk);
//!     while let Some(event) = events.next() {
//!         let event = event?;
//!         seen.push((event.event().to_owned(), event.data().to_owned()));
//!     }
//! }
//! assert_eq!(seen[0], ("delta".to_owned(), "{\"text\":\"hi\"}".to_owned()));
//! assert_eq!(seen[1], ("message".to_owned(), "[DONE]".to_owned()));
//! assert!(decoder.finish().is_ok());
//! # Ok::<(), oci_sse::Error>(())
//! ```
//!
//! # Where the standard is silent
//!
//! - A `retry` without digits is ignored, and one above 2⁶⁴ − 1 milliseconds counts as that.
//! - The standard knows no limits; these [`Limits`] discard a block whole, its id included, and go on after the next blank line.
//! - A CR dispatches at once; the LF that may follow is swallowed when it comes.
//!
//! # UTF-8
//!
//! A crate without unsafe code cannot keep "this was checked" beside a slice of bytes.
//! So text is checked when it is lent: once for a whole chunk in `feed`, once for an event in [`Decoder::resolve`].
//! Owned events are checked in each call of [`Event::data`], and not at all by who asks for bytes.
//! A checked string type over `Bytes` would remember the answer, at the price of another crate's unsafe code;
//! measured, it costs more than it saves for all but large chunks of ASCII text (the README has the numbers).
//!
//! # Features
//!
//! - `std` (default): vector instructions chosen at run time; a [`Decoder`] that is `Sync`. Without it the crate needs `alloc` only.
//! - `bytes`: an owned [`Event`] can be a slice of a `Bytes`.
//! - `stream`: `SseStream` over a stream of `Bytes`, lending and owned.
//! - `http-body`: `BodyChunks`, which makes such a stream of an HTTP body.
//! - `simdutf8`: faster UTF-8 checks.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod decoder;
mod events;

mod line;
mod retry;
mod slot;
mod text;
mod utf8;
mod work;

mod error;
mod event;
mod limits;
mod payload;

mod encoder;

#[cfg(feature = "stream")]
mod stream;

#[cfg(feature = "http-body")]
mod body;

// The public interface is:
#[cfg(feature = "http-body")]
pub use crate::body::BodyChunks;
pub use crate::decoder::{Decoder, Location};
pub use crate::encoder::{EncodeError, Encoder};
pub use crate::error::{Error, Truncated};
pub use crate::event::{Event, EventRef};
pub use crate::events::Events;
pub use crate::limits::Limits;
#[cfg(feature = "stream")]
pub use crate::stream::{SseStream, StreamError};

/// Compiles the README's examples.
#[cfg(all(doctest, feature = "http-body"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
