//! Clients of chat completions that are asked the same of one server, and what that costs them.
//!
//! Each client runs in a process of its own, and the server in another one, so that CPU time and memory are the client's alone.
//! Every call and every stream is compared with what the server sent.

mod answers;
mod clients;
mod limits;
mod measure;
mod server;

pub use limits::open_files;
pub use measure::{Meter, measure};
pub use server::serve;
