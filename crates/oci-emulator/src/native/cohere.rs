//! Chat in the COHERE format, Cohere's first.

use serde_json::{Map, Value, json};

use super::request::{Request, invalid};
use super::{Spoken, pad, usage};
use crate::answerer::{Ask, Completion, Finish, Format, Tool, tokens};
use crate::document::{list, remove, set, strings, text};
use crate::outcome::Event;
use crate::prompt::{Prompt, Speaker};
use crate::reply::Reply;

/// Answers a checked request.
pub(super) fn speak(request: &Request<'_>) -> Result<Spoken, Reply> {
    check(request)?;
    let prompt = prompt(request.body);
    let completion = Completion::new(&ask(request, &prompt));
    // Beside calls there is a plan, since the text cannot be missing.
    let (pieces, text) = match completion.calls.first() {
        Some(call) => {
            let plan = format!("I will use {}.", call.name);
            (tokens(&plan).map(str::to_owned).collect(), plan)
        }
        None => (completion.tokens.clone(), completion.text()),
    };
    let whole = response(request, &prompt, &completion, &text);
    if !request.is_stream() {
        return Ok(Spoken::Whole(whole));
    }
    let mut events: Vec<Event> = pieces
        .iter()
        .map(|token| {
            Event::content(&json!({ "apiFormat": "COHERE", "text": token, "pad": pad(token) }))
        })
        .collect();
    if let Some(calls) = whole.get("toolCalls") {
        events.push(Event::other(
            &json!({ "apiFormat": "COHERE", "text": text, "toolCalls": calls, "pad": pad("") }),
        ));
    }
    // The last event is the whole answer once more.
    let mut last = whole;
    set(&mut last, "pad", pad("finish"));
    if !request.includes_usage() {
        remove(&mut last, "usage");
    }
    events.push(Event::finish(&last));
    Ok(Spoken::Stream(events))
}

/// What Cohere refuses beyond the keys, in its words.
fn check(request: &Request<'_>) -> Result<(), Reply> {
    let body = request.body;
    let message = text(body.get("message"));
    let has_results = list(body.get("toolResults")).next().is_some();
    let history_ends_with_results =
        list(body.get("chatHistory")).last().is_some_and(|last| text(last.get("role")) == "TOOL");
    let problem = match (message.is_empty(), has_results) {
        (true, false) => {
            "invalid request: message must be at least 1 token long or tool results must be specified."
        }
        (false, true) if !request.flag("isForceSingleStep") => {
            "invalid request: cannot specify both message and tool_results in multistep mode"
        }
        (false, _) if history_ends_with_results => {
            "invalid request: cannot specify message if the last entry in chat history contains tool results"
        }
        _ => return Ok(()),
    };
    Err(invalid(problem))
}

fn prompt(body: &Value) -> Prompt {
    let mut said = vec![(Speaker::Other, text(body.get("preambleOverride")))];
    for message in list(body.get("chatHistory")) {
        let speaker =
            if text(message.get("role")) == "USER" { Speaker::User } else { Speaker::Other };
        said.push((speaker, text(message.get("message"))));
        said.extend(results(message));
    }
    let message = text(body.get("message"));
    if !message.is_empty() {
        said.push((Speaker::User, message));
    }
    said.extend(results(body));
    Prompt::new(said)
}

/// What each call returned: the values of its outputs, one after the other.
fn results(holder: &Value) -> Vec<(Speaker, String)> {
    list(holder.get("toolResults"))
        .map(|result| {
            let outputs = list(result.get("outputs")).filter_map(Value::as_object);
            let values = outputs.flat_map(Map::values).map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            (Speaker::Tool, values.collect::<Vec<_>>().join(", "))
        })
        .collect()
}

fn ask(request: &Request<'_>, prompt: &Prompt) -> Ask {
    let body = request.body;
    let tools = list(body.get("tools"))
        .map(|tool| Tool { name: text(tool.get("name")), parameters: parameters(tool) });
    Ask {
        tools: tools.collect(),
        format: format(body),
        max_tokens: request.number("maxTokens"),
        stop: strings(body.get("stopSequences")),
        ..prompt.ask()
    }
}

/// The same in both of Cohere's formats.
pub(super) fn format(body: &Value) -> Format {
    let schema = body.pointer("/responseFormat/schema").filter(|schema| !schema.is_null());
    match (body.pointer("/responseFormat/type").and_then(Value::as_str), schema) {
        (Some("JSON_OBJECT"), Some(schema)) => Format::Schema(schema.clone()),
        (Some("JSON_OBJECT"), None) => Format::Json,
        _ => Format::Text,
    }
}

/// Python's names of types as a JSON Schema.
fn parameters(tool: &Value) -> Value {
    let mut properties = Map::new();
    let definitions = tool.get("parameterDefinitions").and_then(Value::as_object);
    for (name, definition) in definitions.into_iter().flatten() {
        let kind = text(definition.get("type"));
        let kind = match kind.split('[').next().unwrap_or_default() {
            "bool" => "boolean",
            "dict" | "Dict" => "object",
            "float" => "number",
            "int" => "integer",
            "list" | "List" => "array",
            _ => "string",
        };
        properties.insert(name.clone(), json!({ "type": kind }));
    }
    json!({ "type": "object", "properties": properties })
}

fn response(request: &Request<'_>, prompt: &Prompt, completion: &Completion, said: &str) -> Value {
    let body = request.body;
    let calls: Vec<Value> = completion
        .calls
        .iter()
        .map(|call| json!({ "name": call.name, "parameters": call.parameters() }))
        .collect();
    let mut history: Vec<Value> = list(body.get("chatHistory")).cloned().collect();
    let message = text(body.get("message"));
    if !message.is_empty() {
        history.push(json!({ "role": "USER", "message": message }));
    }
    if let Some(results) = body.get("toolResults").filter(|results| !results.is_null()) {
        history.push(json!({ "role": "TOOL", "toolResults": results }));
    }
    let mut answer = json!({ "role": "CHATBOT", "message": said });
    if !calls.is_empty() {
        set(&mut answer, "toolCalls", calls.clone());
    }
    history.push(answer);

    let mut response = json!({
        "apiFormat": "COHERE",
        "text": said,
        "chatHistory": history,
        "finishReason": match completion.finish {
            Finish::Length => "MAX_TOKENS",
            // Calls are complete too.
            Finish::Stop | Finish::StopSequence | Finish::ToolCalls => "COMPLETE",
        },
        "usage": usage(prompt.tokens, completion.size(), None),
    });
    if !calls.is_empty() {
        set(&mut response, "toolCalls", calls);
    }
    if request.flag("isSearchQueriesOnly") {
        set(&mut response, "isSearchRequired", true);
        set(&mut response, "searchQueries", json!([{ "text": prompt.question }]));
    }
    if request.flag("isEcho") {
        set(&mut response, "prompt", prompt.question.clone());
    }
    let documents: Vec<Value> = list(body.get("documents")).cloned().collect();
    if !documents.is_empty() {
        // It cites the first document for its first token.
        let cited = completion.tokens.first().cloned().unwrap_or_default();
        set(
            &mut response,
            "citations",
            json!([{
                "start": 0,
                "end": cited.chars().count(),
                "text": cited,
                "documentIds": ["doc_0"],
            }]),
        );
        set(&mut response, "documents", documents);
    }
    response
}
