//! What an operation has to say, before faults befall it and it becomes HTTP.

use serde_json::Value;

use crate::content::Content;
use crate::reply::Reply;

/// The answer of an operation; the error is an answer that refuses.
pub(crate) type Answer = Result<Outcome, Reply>;

/// An answer that is no refusal.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// What was uploaded, or a part of it.
    Content { status: u16, headers: Vec<(&'static str, String)>, content: Content },
    /// A whole JSON document of status 200.
    Document(Value),
    /// One page of a list, whose successor is named in a header.
    Page { document: Value, next_page: Option<String> },
    /// Something of the control plane, with what stands beside it in the headers.
    Resource { status: u16, headers: Vec<(&'static str, String)>, document: Option<Value> },
    /// A stream of events.
    Stream(Events),
}

/// The events of a stream.
#[derive(Debug)]
pub(crate) struct Events {
    /// In their order, the end marker included where there is one.
    pub(crate) list: Vec<Event>,
    /// The event that a failure of the service looks like in this dialect.
    pub(crate) error: Value,
    /// The last event of an answer that the model could not finish; where there is none of the kind, the error.
    pub(crate) failure: Value,
}

/// One event of a stream.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Event {
    /// What it is for.
    pub(crate) kind: EventKind,
    /// Its data.
    pub(crate) data: String,
}

/// What an event is for, as far as faults care.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum EventKind {
    Content,
    Done,
    Finish,
    Other,
}

impl Event {
    /// A piece of the answer.
    pub(crate) fn content(document: &Value) -> Self {
        Self { kind: EventKind::Content, data: document.to_string() }
    }

    /// The event that says why the answer ended.
    pub(crate) fn finish(document: &Value) -> Self {
        Self { kind: EventKind::Finish, data: document.to_string() }
    }

    /// Any other, for instance the usage.
    pub(crate) fn other(document: &Value) -> Self {
        Self { kind: EventKind::Other, data: document.to_string() }
    }

    /// The end marker of OpenAI's streams.
    pub(crate) fn done() -> Self {
        Self { kind: EventKind::Done, data: "[DONE]".to_owned() }
    }
}
