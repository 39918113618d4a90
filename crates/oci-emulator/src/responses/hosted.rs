//! Tools that the service runs itself: what they leave behind in a response.

use std::sync::Arc;

use serde_json::{Value, json};

use super::request::Request;
use crate::document::{list, strings, text};
use crate::prompt::Prompt;
use crate::random::hex;
use crate::reply::Reply;
use crate::state::Kept;
use crate::vector_stores::{Hit, hits};

/// What hosted tools did for a response.
#[derive(Debug, Default)]
pub(super) struct Hosted {
    /// Their items, in order.
    pub(super) items: Vec<Value>,
    /// What the answer cites on their account.
    pub(super) annotations: Vec<Value>,
    /// Whether the answer has to wait for somebody's approval.
    pub(super) waits: bool,
}

/// Runs each hosted tool that the user names or that must be used.
///
/// An MCP server lists its tools once, and calls the first of those that are allowed when its label is named;
/// unless it needs no approval it asks for one first.
pub(super) fn run(
    request: &Request,
    context: &[Arc<Value>],
    prompt: &Prompt,
    kept: &Kept,
) -> Result<Hosted, Reply> {
    let mut hosted = Hosted::default();
    let chosen = request.get("tool_choice").and_then(|choice| choice.get("type"));
    for tool in list(request.get("tools")) {
        let kind = text(tool.get("type"));
        let is_chosen = chosen.is_some_and(|chosen| *chosen == kind);
        let is_named = |name: &str| prompt.question.contains(name) || is_chosen;
        match kind.as_str() {
            "code_interpreter" if is_named("code_interpreter") => hosted.interpret(request),
            "file_search" if is_named("file_search") => {
                hosted.search_files(request, tool, prompt, kept)?;
            }
            "image_generation" if is_named("image_generation") => hosted.items.push(json!({
                "type": "image_generation_call",
                "id": format!("ig_{}", hex(32)),
                "status": "completed",
                "result": PIXEL,
            })),
            "mcp" => {
                let label = label(tool);
                let is_named = is_named(&label);
                hosted.ask_server(tool, &label, context, is_named);
            }
            "web_search" | "web_search_2025_08_26" | "web_search_preview"
                if is_named("web_search") =>
            {
                hosted.search_web(prompt);
            }
            _ => {}
        }
    }
    Ok(hosted)
}

impl Hosted {
    fn interpret(&mut self, request: &Request) {
        let outputs = json!([{ "type": "logs", "logs": "4\n" }]);
        let is_told = request.includes("code_interpreter_call.outputs");
        self.items.push(json!({
            "type": "code_interpreter_call",
            "id": format!("ci_{}", hex(32)),
            "status": "completed",
            "code": "print(2 * 2)",
            "container_id": format!("cntr_{}", hex(32)),
            "outputs": is_told.then_some(outputs),
        }));
    }

    /// Searches the stores that are kept; where there are none, it finds a file with just the question.
    fn search_files(
        &mut self,
        request: &Request,
        tool: &Value,
        prompt: &Prompt,
        kept: &Kept,
    ) -> Result<(), Reply> {
        let ids = strings(tool.get("vector_store_ids"));
        let stores: Vec<_> = ids.iter().filter_map(|id| kept.vector_stores.get(id)).collect();
        let mut found = Vec::new();
        for store in &stores {
            found.extend(hits(store, &prompt.question, tool.get("filters"))?);
        }
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        let most = tool.get("max_num_results").and_then(Value::as_u64).unwrap_or(20);
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        if stores.is_empty() {
            found.push(Hit {
                file_id: "file-emulator".to_owned(),
                filename: "emulator.txt".to_owned(),
                attributes: json!({ "vector_store": ids.first() }),
                score: 1.0,
                text: prompt.question.clone(),
            });
        }
        let result = |hit: &Hit| {
            json!({
                "file_id": hit.file_id,
                "filename": hit.filename,
                "score": hit.score,
                "text": hit.text,
                "attributes": hit.attributes,
            })
        };
        let results: Vec<Value> = found.iter().map(result).collect();
        self.items.push(json!({
            "type": "file_search_call",
            "id": format!("fs_{}", hex(32)),
            "status": "completed",
            "queries": [prompt.question],
            "results": request.includes("file_search_call.results").then_some(results),
        }));
        self.annotations.extend(found.first().map(|hit| {
            json!({
                "type": "file_citation",
                "index": 0,
                "file_id": hit.file_id,
                "filename": hit.filename,
            })
        }));
        Ok(())
    }

    fn search_web(&mut self, prompt: &Prompt) {
        let source = json!({ "type": "url", "url": "https://emulator.example/" });
        self.items.push(json!({
            "type": "web_search_call",
            "id": format!("ws_{}", hex(32)),
            "status": "completed",
            "action": { "type": "search", "query": prompt.question, "sources": [source] },
        }));
        self.annotations.push(json!({
            "type": "url_citation",
            "start_index": 0,
            "end_index": 3,
            "title": "Emulator",
            "url": "https://emulator.example/",
        }));
    }

    fn ask_server(&mut self, tool: &Value, label: &str, context: &[Arc<Value>], is_named: bool) {
        let of_server = |item: &Value, kind: &str| {
            item.get("type").is_some_and(|found| found == kind)
                && item.get("server_label").is_some_and(|found| found == label)
        };
        let name = text(list(tool.get("allowed_tools")).next());
        let name = if name.is_empty() { "roll".to_owned() } else { name };
        if !context.iter().any(|item| of_server(item, "mcp_list_tools")) {
            self.items.push(json!({
                "type": "mcp_list_tools",
                "id": format!("mcpl_{}", hex(32)),
                "server_label": label,
                "tools": [{
                    "name": name,
                    "description": "A tool of the emulator",
                    "input_schema": { "type": "object", "properties": {} },
                    "annotations": null,
                }],
                "error": null,
            }));
        }
        let request = context.iter().rev().find(|item| of_server(item, "mcp_approval_request"));
        let response = request.and_then(|request| {
            context.iter().find(|item| {
                item.get("approval_request_id").is_some_and(|id| Some(id) == request.get("id"))
                    && item.get("type").is_some_and(|found| found == "mcp_approval_response")
            })
        });
        let is_done = context.iter().any(|item| {
            of_server(item, "mcp_call")
                && item.get("approval_request_id") == request.and_then(|request| request.get("id"))
        });
        let approval = match response {
            Some(response) if !is_done => {
                if response.get("approve") != Some(&Value::Bool(true)) {
                    return;
                }
                request.and_then(|request| request.get("id")).cloned()
            }
            _ if !is_named => return,
            _ if tool.get("require_approval").is_some_and(|approval| approval == "never") => None,
            _ => {
                self.items.push(json!({
                    "type": "mcp_approval_request",
                    "id": format!("mcpr_{}", hex(32)),
                    "server_label": label,
                    "name": name,
                    "arguments": "{}",
                }));
                self.waits = true;
                return;
            }
        };
        self.items.push(json!({
            "type": "mcp_call",
            "id": format!("mcp_{}", hex(32)),
            "server_label": label,
            "name": name,
            "arguments": "{}",
            "output": "7",
            "error": null,
            "status": "completed",
            "approval_request_id": approval,
        }));
    }
}

/// What a server is called: its label, or else its host, as Oracle's own example leaves the label out.
fn label(tool: &Value) -> String {
    let label = text(tool.get("server_label"));
    if !label.is_empty() {
        return label;
    }
    let url = text(tool.get("server_url"));
    let (_, rest) = url.split_once("://").unwrap_or_default();
    rest.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("mcp").to_owned()
}

/// A picture of one pixel, PNG in base64.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
