//! # locus-agent
#![doc = include_str!("../README.md")]
//!
//! # How a run goes
//!
//! 1. The conversation is loaded, if the run has a [thread](Run::thread), and the prompt put behind it.
//! 2. The model is asked, over whichever transport it has, and its answer passed on piece by piece: [`Event::Text`].
//! 3. An answer without calls ends the run. Otherwise each call is decided upon ([`Hook::before_tool`], [`ToolPolicy`]), those that
//!    may run do so side by side, and their results go into the conversation in the order of the calls.
//! 4. What waits for approval interrupts the run: [`Event::Interrupt`], then [`Agent::resume`].
//! 5. Unless a [`Termination`] holds, it goes on at 2.
//!
//! What a tool does wrong, panics and bad arguments included, is told to the model and never ends a run. What the service does wrong
//! is an [`Error`]; the conversation is kept, and [`Agent::resume`] goes on from there.
//!
//! # Tools that run once
//!
//! With a [`Checkpointer`] the calls of an answer are on record before the first of them runs, and each result as soon as there is one. A process that dies in
//! between leaves a call of which nobody knows what it has done: it is run again only if its tool is
//! [idempotent](ToolPolicy::is_idempotent), else the model is told. Two runs of one thread at a time cannot both begin a call,
//! since the second to save fails.
//!
//! # What it does not do
//!
//! It reads no environment, files or clock but for limits of time, and keeps no global state. Several agents, retrieval, memory and
//! critique are code around it: see [`Hook`]. Consent to the tools of an MCP server, which the service asks for by an item of its own,
//! is shown as [`Event::Hosted`] and given by turning it off in the tool.
//!
//! # Features
//!
//! - `sqlite`: `SqliteStore`, conversations in a file.

mod agent;
mod answer;
mod ask;
mod batch;
mod cancel;
mod checkpoint;
mod conversation;
mod engine;
mod error;
mod event;
mod function;
mod hook;
mod manager;
mod model;
mod output;
mod run;
#[cfg(feature = "sqlite")]
mod sqlite;
mod summary;
mod termination;
mod tool;
mod usage;

// The public interface is:
pub use agent::{Agent, AgentBuilder};
pub use answer::Answer;
pub use cancel::Canceller;
pub use checkpoint::{Checkpointer, MemoryStore, StoreError};
pub use conversation::Conversation;
pub use error::{BuildError, Error};
pub use event::{Event, Interrupt, Outcome, Question, Reason};
pub use function::{FunctionTool, ToolFn, tool};
pub use hook::{Decision, Hook, HookResult, Next, Turn};
pub use manager::{ConversationManager, SlidingWindow};
pub use model::{AnswerStream, ChatModel, ModelCall};
pub use run::Run;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use summary::Summarizing;
pub use termination::{Progress, Termination};
pub use tool::{Tool, ToolContext, ToolError, ToolFailure, ToolOutput, ToolPolicy};
pub use usage::Tally;
