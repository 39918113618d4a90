//! Making a response: `POST …/responses`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::request::Request;
use super::{events, files, hosted, items, output, unfinished};
use crate::answerer::{Ask, Choice, Completion, Format, Tool};
use crate::catalogue::Thinking;
use crate::conversations;
use crate::document::{set, text};
use crate::openai::{self, invalid, require_compartment, require_for};
use crate::outcome::{Answer, Outcome};
use crate::prompt::Prompt;
use crate::random::hex;
use crate::reply::Reply;
use crate::route::Call;
use crate::state::{Kept, StoredResponse};

/// Answers `POST …/responses`.
pub(crate) fn create(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let request = Request::parse(call.body)?;
    require_for(call, request.family)?;
    let is_kept = request.flag("store", true) && !call.settings().zero_data_retention;
    let mut kept = call.service.state.lock();
    let input = items::read(request.get("input"), &kept)?;
    files::check(&input, &kept.files, &call.settings().clock)?;
    let mut context = history(call, &request, &kept)?;
    context.extend(input.iter().cloned().map(Arc::new));
    items::check_pairs(&context)?;

    let prompt = items::prompt(&text(request.get("instructions")), &context);
    let completion = Completion::new(&ask(&request, &prompt));
    let hosted = hosted::run(&request, &context, &prompt, &kept)?;
    let output = output::items(&request, &completion, hosted);
    let response = object(call, &request, &prompt, &completion, &output);

    let is_background = request.flag("background", false);
    let is_stream = request.flag("stream", false);
    if let Some(id) = conversation_id(&request)
        && let Some(conversation) = kept.conversations.get_mut(&id)
    {
        let said = input.iter().chain(&output).cloned().map(Arc::new);
        conversation.items.extend(said);
    }
    if is_kept {
        context.extend(output.into_iter().map(Arc::new));
        // Three looks at it: queued, in progress, done.
        let polls_left = if is_background && !is_stream { 2 } else { 0 };
        let stored = StoredResponse {
            finished: response.clone(),
            input,
            context,
            polls_left,
            is_cancelled: false,
        };
        kept.responses.insert(&text(response.get("id")), stored);
    }
    if is_stream {
        return Ok(Outcome::Stream(events::stream(&response, 0)));
    }
    let is_queued = is_background && is_kept;
    Ok(Outcome::Document(if is_queued { unfinished(&response, "queued") } else { response }))
}

/// What was said before, wherever it is kept.
fn history(call: &Call<'_>, request: &Request, kept: &Kept) -> Result<Vec<Arc<Value>>, Reply> {
    if let Some(id) = conversation_id(request) {
        let conversation = kept.conversations.get(&id);
        return conversation
            .map(|known| known.items.clone())
            .ok_or_else(|| conversations::not_found(&id));
    }
    let Some(id) = request.get("previous_response_id").map(|id| text(Some(id))) else {
        return Ok(Vec::new());
    };
    let param = Some("previous_response_id");
    if call.settings().zero_data_retention {
        let message =
            "Previous response cannot be used for this organization due to Zero Data Retention.";
        return Err(invalid(param, "unsupported_parameter", message));
    }
    kept.responses.get(&id).map(|stored| stored.context.clone()).ok_or_else(|| {
        let message = format!("Previous response with id '{id}' not found.");
        invalid(param, "previous_response_not_found", &message)
    })
}

/// A conversation is given by its id or by an object that has one.
fn conversation_id(request: &Request) -> Option<String> {
    let conversation = request.get("conversation")?;
    Some(text(conversation.get("id").or(Some(conversation))))
}

fn ask(request: &Request, prompt: &Prompt) -> Ask {
    let document = &request.document;
    let tools = request.tools().map(|(_, tool)| Tool {
        name: text(tool.get("name")),
        parameters: tool.get("parameters").cloned().unwrap_or_default(),
    });
    let format = match document.pointer("/text/format/type").and_then(Value::as_str) {
        Some("json_object") => Format::Json,
        Some("json_schema") => {
            Format::Schema(document.pointer("/text/format/schema").cloned().unwrap_or_default())
        }
        _ => Format::Text,
    };
    // A hosted tool that must be used is none of the stand-in's calls.
    let choice = openai::choice(request.get("tool_choice"), "/name");
    let effort = document.pointer("/reasoning/effort").and_then(Value::as_str);
    Ask {
        tools: tools.collect(),
        choice: if choice == Choice::Auto && !prompt.results.is_empty() {
            Choice::Never
        } else {
            choice
        },
        one_call: !request.flag("parallel_tool_calls", true),
        format,
        thinks: request.family.thinking != Thinking::Never
            && effort.is_some_and(|effort| !matches!(effort, "none" | "minimal")),
        max_tokens: request.get("max_output_tokens").and_then(Value::as_u64),
        ..prompt.ask()
    }
}

fn object(
    call: &Call<'_>,
    request: &Request,
    prompt: &Prompt,
    completion: &Completion,
    output: &[Value],
) -> Value {
    let is_cut = output::is_cut(completion);
    let now = call.settings().clock.unix_seconds();
    let or = |name: &str, usual: Value| request.get(name).cloned().unwrap_or(usual);
    let mut response = json!({
        "id": format!("resp_{}", hex(48)),
        "object": "response",
        "created_at": now,
        "completed_at": now,
        "status": if is_cut { "incomplete" } else { "completed" },
        "error": null,
        "incomplete_details": is_cut.then(|| json!({ "reason": "max_output_tokens" })),
        "model": request.model,
        "output": output,
        "reasoning": {
            "effort": request.document.pointer("/reasoning/effort"),
            "summary": request.document.pointer("/reasoning/summary"),
        },
        "usage": {
            "input_tokens": prompt.tokens,
            "input_tokens_details": { "cached_tokens": 0 },
            "output_tokens": completion.size(),
            "output_tokens_details": { "reasoning_tokens": completion.thoughts.len() },
            "total_tokens": prompt.tokens + completion.size(),
        },
    });
    for (name, usual) in [
        ("background", json!(false)),
        ("instructions", Value::Null),
        ("max_output_tokens", Value::Null),
        ("max_tool_calls", Value::Null),
        ("metadata", json!({})),
        ("parallel_tool_calls", json!(true)),
        ("previous_response_id", Value::Null),
        ("service_tier", json!("default")),
        ("store", json!(true)),
        ("temperature", json!(1.0)),
        ("text", json!({ "format": { "type": "text" } })),
        ("tool_choice", json!("auto")),
        ("tools", json!([])),
        ("top_logprobs", json!(0)),
        ("top_p", json!(1.0)),
        ("truncation", json!("disabled")),
        ("user", Value::Null),
    ] {
        set(&mut response, name, or(name, usual));
    }
    if call.settings().zero_data_retention {
        set(&mut response, "store", false);
    }
    if let Some(id) = conversation_id(request) {
        set(&mut response, "conversation", json!({ "id": id }));
    }
    response
}
