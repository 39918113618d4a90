//! Which operation a request is for.

use percent_encoding::percent_decode_str;

use crate::access::Principal;
use crate::control::{self, Collection};
use crate::form::{Form, Malformed};
use crate::outcome::Answer;
use crate::reply::Reply;
use crate::server::{Service, Settings};
use crate::wire::RawHead;
use crate::{
    chat, containers, conversations, embeddings, files, models, native, responses, vector_stores,
};

/// What the emulator can do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    ApplyGuardrails,
    ChatCompletions,
    Conversation(Verb),
    ConversationItem(Verb),
    ConversationItems(Verb),
    EmbedText,
    Embeddings,
    GenerateText,
    /// Object Storage's: the one operation of another service, for tools that sign and do not chat.
    GetNamespace,
    GuardrailVersions,
    Model,
    Models,
    NativeChat,
    RerankText,
    /// One that a collection of the control plane has like others.
    OfCollection(control::Handler, &'static Collection),
    /// One that answers for itself.
    Resource(Handler),
    Response(Verb),
    ResponseInputItems,
    SummarizeText,
}

/// What is to be done with a kept thing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verb {
    Cancel,
    Create,
    Delete,
    Get,
    Update,
}

use Operation as Op;

/// What answers an operation.
pub(crate) type Handler = fn(&Call<'_>) -> Answer;

/// Method and path of an operation; `{}` stands for one segment.
pub(crate) type Row = (&'static str, &'static str, Operation);

/// The operations that stand in no table of their own.
const OPERATIONS: &[Row] = &[
    ("GET", "/n", Op::GetNamespace),
    ("GET", "/n/", Op::GetNamespace),
    ("GET", "/openai/v1/models", Op::Models),
    ("GET", "/openai/v1/models/{}", Op::Model),
    ("POST", "/20231130/actions/applyGuardrails", Op::ApplyGuardrails),
    ("POST", "/20231130/actions/chat", Op::NativeChat),
    ("POST", "/20231130/actions/embedText", Op::EmbedText),
    ("POST", "/20231130/actions/generateText", Op::GenerateText),
    ("POST", "/20231130/actions/rerankText", Op::RerankText),
    ("POST", "/20231130/actions/summarizeText", Op::SummarizeText),
    ("GET", "/20231130/guardrailVersions", Op::GuardrailVersions),
    ("POST", "/openai/v1/chat/completions", Op::ChatCompletions),
    ("POST", "/openai/v1/conversations", Op::Conversation(Verb::Create)),
    ("DELETE", "/openai/v1/conversations/{}", Op::Conversation(Verb::Delete)),
    ("GET", "/openai/v1/conversations/{}", Op::Conversation(Verb::Get)),
    ("POST", "/openai/v1/conversations/{}", Op::Conversation(Verb::Update)),
    ("GET", "/openai/v1/conversations/{}/items", Op::ConversationItems(Verb::Get)),
    ("POST", "/openai/v1/conversations/{}/items", Op::ConversationItems(Verb::Create)),
    ("DELETE", "/openai/v1/conversations/{}/items/{}", Op::ConversationItem(Verb::Delete)),
    ("GET", "/openai/v1/conversations/{}/items/{}", Op::ConversationItem(Verb::Get)),
    ("POST", "/openai/v1/embeddings", Op::Embeddings),
    ("POST", "/openai/v1/responses", Op::Response(Verb::Create)),
    ("DELETE", "/openai/v1/responses/{}", Op::Response(Verb::Delete)),
    ("GET", "/openai/v1/responses/{}", Op::Response(Verb::Get)),
    ("POST", "/openai/v1/responses/{}/cancel", Op::Response(Verb::Cancel)),
    ("GET", "/openai/v1/responses/{}/input_items", Op::ResponseInputItems),
];

/// The operations of what is kept, each family in a table of its own.
const TABLES: &[&[&[Row]]] =
    &[containers::OPERATIONS, control::OPERATIONS, vector_stores::OPERATIONS, &[files::OPERATIONS]];

/// Answers a request whose credentials are right.
pub(crate) fn answer(call: &Call<'_>) -> Answer {
    match call.route.operation {
        Op::ApplyGuardrails => native::apply_guardrails(call),
        Op::ChatCompletions => chat::answer(call),
        Op::Conversation(verb) => match verb {
            Verb::Create => conversations::create(call),
            Verb::Delete => conversations::delete(call),
            Verb::Update => conversations::update(call),
            Verb::Cancel | Verb::Get => conversations::get(call),
        },
        Op::ConversationItem(Verb::Delete) => conversations::delete_item(call),
        Op::ConversationItem(_) => conversations::get_item(call),
        Op::ConversationItems(Verb::Create) => conversations::add_items(call),
        Op::ConversationItems(_) => conversations::items(call),
        Op::EmbedText => native::embed_text(call),
        Op::Embeddings => embeddings::answer(call),
        Op::GenerateText => native::generate_text(call),
        // The server has answered it already, since no fault befalls it.
        Op::GetNamespace => Err(no_such_operation()),
        Op::GuardrailVersions => native::list_versions(call),
        Op::Model => models::get(call),
        Op::Models => models::list(call),
        Op::NativeChat => native::chat(call),
        Op::RerankText => native::rerank_text(call),
        Op::OfCollection(handler, collection) => handler(call, collection),
        Op::Resource(handler) => handler(call),
        Op::Response(verb) => match verb {
            Verb::Cancel => responses::cancel(call),
            Verb::Create => responses::create(call),
            Verb::Delete => responses::delete(call),
            Verb::Get | Verb::Update => responses::get(call),
        },
        Op::ResponseInputItems => responses::input_items(call),
        Op::SummarizeText => native::summarize_text(call),
    }
}

/// One request and what an operation needs to answer it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) head: &'a RawHead,
    pub(crate) body: &'a [u8],
    /// The parts of the body, if it is an upload.
    pub(crate) form: Option<&'a Result<Form, Malformed>>,
    pub(crate) route: Route<'a>,
    pub(crate) principal: Principal,
    pub(crate) service: &'a Service,
}

impl Call<'_> {
    /// What the builder was told.
    pub(crate) fn settings(&self) -> &Settings {
        &self.service.settings
    }

    /// The first value of a parameter of the query, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.query(name).map(decoded)
    }

    /// Every value of a parameter of the query, decoded.
    pub(crate) fn parameters(&self, name: &str) -> Vec<String> {
        let query = self.head.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(other, _)| *other == name).map(|(_, value)| decoded(value)).collect()
    }

    /// The first value of a parameter of the query, as it was sent.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.head.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// An operation and the identifiers in its path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route<'a> {
    pub(crate) operation: Operation,
    /// The segments that stand where the path has `{}`; unused ones are empty.
    pub(crate) ids: [&'a str; 2],
}

impl<'a> Route<'a> {
    /// The operation of a method and a path; the error is the answer to give.
    pub(crate) fn find(method: &str, path: &'a str) -> Result<Self, Reply> {
        let mut allowed = Vec::new();
        let rows = TABLES.iter().copied().flatten().copied().flatten();
        for (with_method, pattern, operation) in OPERATIONS.iter().chain(rows) {
            let Some(ids) = ids(pattern, path) else { continue };
            if *with_method == method {
                return Ok(Self { operation: *operation, ids });
            }
            allowed.push(*with_method);
        }
        if allowed.is_empty() {
            return Err(no_such_operation());
        }
        let allowed = allowed.join(", ");
        let message = format!("This operation takes the method {allowed} only.");
        Err(Reply::oracle_error(405, "MethodNotAllowed", &message).with_header("allow", allowed))
    }
}

/// What stands in `path` where `pattern` has `{}`; `None` if they differ elsewhere.
fn ids<'a>(pattern: &str, path: &'a str) -> Option<[&'a str; 2]> {
    // The older base has the same operations.
    let (pattern, path) = match (pattern.strip_prefix(OPENAI), openai_path(path)) {
        (Some(pattern), Some(path)) => (pattern, path),
        (None, None) => (pattern, path),
        _ => return None,
    };
    let (mut patterns, mut segments) = (pattern.split('/'), path.split('/'));
    let mut found = [""; 2];
    let mut free = found.iter_mut();
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return Some(found),
            (Some("{}"), Some(segment)) if !segment.is_empty() => *free.next()? = segment,
            (Some(expected), Some(segment)) if expected == segment => {}
            _ => return None,
        }
    }
}

/// What follows the base of the OpenAI-compatible operations.
pub(crate) fn openai_path(path: &str) -> Option<&str> {
    [OPENAI, OLDER_OPENAI].iter().find_map(|base| path.strip_prefix(base))
}

/// A value of a query as it was meant.
fn decoded(value: &str) -> String {
    let value = value.replace('+', " ");
    percent_decode_str(&value).decode_utf8_lossy().into_owned()
}

fn no_such_operation() -> Reply {
    Reply::oracle_error(404, "NotFound", "There is no such operation.")
}

/// The base of the OpenAI-compatible operations.
const OPENAI: &str = "/openai/v1/";

/// The older one, which Oracle's page "API Keys" still names.
const OLDER_OPENAI: &str = "/20231130/actions/v1/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_stand_for_identifiers() {
        assert_eq!(ids("/a/{}/b/{}", "/a/1/b/2"), Some(["1", "2"]));
        assert_eq!(ids("/openai/v1/r/{}", "/20231130/actions/v1/r/x"), Some(["x", ""]));
        for path in ["/a/1/b", "/a//b/2", "/a/1/b/2/", "/a/1/c/2"] {
            assert_eq!(ids("/a/{}/b/{}", path), None, "{path}");
        }
    }
}
