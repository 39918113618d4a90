//! Translations between chat completions and the native formats.
//!
//! They are pure and total: whatever does not fit is left out and told as a [`Loss`](crate::Loss), never an error.
//! [`chat_details`] and [`chat_response`] are the whole way there and back; the others are its parts, and the ways that
//! a server of the native dialect goes.
//! What depends on the family of the model takes a [`Family`](crate::Family); no function here looks at a model's name.

mod cohere_request;
mod cohere_tools;
mod cohere_v2_request;
mod details;
mod for_family;
mod from_cohere;
mod from_cohere_v2;
mod from_generic;
mod generic_messages;
mod generic_request;
mod params;
mod response;
mod schema;
mod to_result;

pub use cohere_request::cohere_request;
pub use cohere_v2_request::cohere_v2_request;
pub use details::chat_details;
pub use from_cohere::chat_request_from_cohere;
pub use from_cohere_v2::chat_request_from_cohere_v2;
pub use from_generic::chat_request;
pub use generic_request::generic_request;
pub use response::chat_response;
pub use to_result::generic_response;
