//! Tools that the service runs, over the emulator: what of them is in a whole answer is told while it streams, too.

use oci_router::{Chat, ChatAnswer, HostedTool, Router};
use oci_wire::chat::{ChatAccumulator, Message};
use oci_wire::responses::{
    AutoContainer, CodeInterpreterTool, HostedChange, HostedDelta, ImageGenerationTool, Include,
    Item, McpApproval, McpApprovalMode, McpApprovalResponse, McpTool, Tool, WebSearchTool,
};

use crate::service::service;

fn call(router: &Router, question: &str, tool: impl HostedTool) -> Chat {
    router.model("oci:openai.gpt-oss-120b").chat(question).hosted_tools([tool])
}

/// What a stream told of tools before its first piece of text, as lines, and the answer that came of it.
async fn streamed(call: Chat) -> (Vec<String>, ChatAnswer) {
    let mut stream = call.clone().stream().await.unwrap();
    let (mut told, mut has_text) = (Vec::new(), false);
    let mut pieces = ChatAccumulator::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.unwrap();
        pieces.push(&chunk);
        has_text |= chunk.text().is_some();
        if let Some(delta) = chunk.hosted_item().cloned().map(HostedDelta::into_owned) {
            assert!(!has_text, "after the text: {delta:?}");
            assert!(stream.as_response().is_none(), "at the end: {delta:?}");
            told.push(delta);
        }
    }
    let items = stream.as_response().unwrap().output();
    for delta in &told {
        let item = &items[delta.output_index as usize];
        assert_eq!(item.kind(), delta.kind.as_str());
        let id = serde_json::to_value(item).unwrap()["id"].clone();
        assert_eq!(delta.item_id.as_deref(), id.as_str(), "{delta:?}");
        assert!(delta.done().is_none_or(|done| done == item), "{delta:?}");
    }
    let whole = items.iter().filter(|item| !matches!(item, Item::Message(_) | Item::Reasoning(_)));
    let done = told.iter().filter(|delta| delta.done().is_some());
    assert_eq!(done.count(), whole.count(), "each item once");
    let collected = call.stream().await.unwrap().collect().await.unwrap();
    assert_eq!(pieces.finish().text(), collected.text());
    (told.into_iter().map(line).collect(), collected)
}

fn line(delta: HostedDelta<'_>) -> String {
    let change = match delta.change {
        HostedChange::Begun(_) => "begun".to_owned(),
        HostedChange::Progress(status) => status.to_string(),
        HostedChange::Arguments(piece) | HostedChange::Code(piece) => format!("+ {piece}"),
        HostedChange::Done(_) => "done".to_owned(),
        other => panic!("{other:?}"),
    };
    format!("{} {change}", delta.kind)
}

#[track_caller]
fn assert_told(found: &[String], kind: &str, changes: &[&str]) {
    let expected: Vec<String> = changes.iter().map(|change| format!("{kind} {change}")).collect();
    assert_eq!(found, expected);
}

fn server(mode: McpApprovalMode) -> McpTool {
    let mut server = McpTool::new("dice", "https://dice.example/mcp");
    server.require_approval = Some(McpApproval::Mode(mode));
    server
}

#[tokio::test]
async fn searches_tell_how_far_they_are() {
    let service = service().await;
    let states = ["begun", "in_progress", "searching", "completed", "done"];
    let search = call(&service.router, "Use web_search for Chicago.", WebSearchTool::default());
    let (told, answer) = streamed(search.clone()).await;
    assert_told(&told, "web_search_call", &states);
    let whole = search.await.unwrap();
    assert_eq!(answer.text(), whole.text());
    assert_eq!(answer.warnings(), whole.warnings());

    let files = Tool::file_search(["vs_1"]);
    let (told, _) = streamed(call(&service.router, "Use file_search for it.", files)).await;
    assert_told(&told, "file_search_call", &states);

    let image = ImageGenerationTool::default();
    let (told, _) = streamed(call(&service.router, "Use image_generation.", image)).await;
    let states = ["begun", "in_progress", "generating", "completed", "done"];
    assert_told(&told, "image_generation_call", &states);
}

#[tokio::test]
async fn code_comes_as_it_is_written() {
    let service = service().await;
    let code = CodeInterpreterTool::new(AutoContainer::default());
    let (told, _) = streamed(call(&service.router, "Use code_interpreter.", code)).await;
    let (ends, pieces) = told.split_at(2);
    assert_told(ends, "code_interpreter_call", &["begun", "in_progress"]);
    let (pieces, ends) = pieces.split_at(pieces.len() - 3);
    assert_told(ends, "code_interpreter_call", &["interpreting", "completed", "done"]);
    let piece = |line: &String| line.strip_prefix("code_interpreter_call + ").unwrap().to_owned();
    assert!(pieces.len() > 1, "{pieces:?}");
    assert_eq!(pieces.iter().map(piece).collect::<String>(), "print(2 * 2)");
}

#[tokio::test]
async fn servers_tell_their_tools_and_what_they_are_called_with() {
    let service = service().await;
    let never = server(McpApprovalMode::Never);
    let (told, answer) = streamed(call(&service.router, "Ask dice to roll.", never)).await;
    let (list, calls) = told.split_at(4);
    assert_told(list, "mcp_list_tools", &["begun", "in_progress", "completed", "done"]);
    assert_told(calls, "mcp_call", &["begun", "in_progress", "+ {", "+ }", "completed", "done"]);
    assert!(!answer.text().is_empty());

    let always = server(McpApprovalMode::Always);
    let (told, answer) = streamed(call(&service.router, "Ask dice to roll.", always)).await;
    assert_told(&told[4..], "mcp_approval_request", &["begun", "done"]);
    assert_eq!(answer.output_text(), "", "it waits for consent");
}

#[tokio::test]
async fn a_call_that_waits_for_consent_goes_on_with_it() {
    let service = service().await;
    let model = service.router.model("oci:openai.gpt-oss-120b");
    for (store, approve) in [(true, true), (false, true), (true, false), (false, false)] {
        let mut history = vec![Message::user("Ask dice to roll.")];
        let tool = || server(McpApprovalMode::Always);
        let asked = model.chat(&history).hosted_tools([tool()]).store(store).await.unwrap();
        let id = |item: &Item| match item {
            Item::McpApprovalRequest(request) => request.id.clone(),
            _ => None,
        };
        let id = asked.as_response().unwrap().output().iter().find_map(id).unwrap();
        history.extend(asked.to_message());
        let consent = McpApprovalResponse::new(id, approve);
        let call = model.chat(&history).hosted_tools([tool()]).store(store);
        let call = call.continues(asked.state().unwrap()).consents([consent]);
        let answer = call.stream().await.unwrap().collect().await.unwrap();
        let is_call = |item: &Item| matches!(item, Item::McpCall(_));
        let named = format!("store: {store}, approve: {approve}");
        let items = answer.as_response().unwrap().output();
        assert_eq!(items.iter().any(is_call), approve, "{named}: {items:?}");
        assert!(!answer.output_text().is_empty(), "{named}");
    }
}

#[tokio::test]
async fn what_tools_found_is_in_their_items_where_it_is_asked_for() {
    let service = service().await;
    let found = |answer: &ChatAnswer| match &answer.as_response().unwrap().output()[0] {
        Item::FileSearchCall(search) => search.results.is_some(),
        other => panic!("{other:?}"),
    };
    let search = call(&service.router, "Use file_search.", Tool::file_search(["vs_1"]));
    assert!(!found(&search.clone().await.unwrap()));
    let search = search.include([Include::FileSearchResults]);
    assert!(found(&search.clone().await.unwrap()));
    assert!(found(&search.stream().await.unwrap().collect().await.unwrap()));

    let model = service.router.model("oci:openai.gpt-oss-120b");
    let answer = model.chat("hi").include([Include::FileSearchResults]).await.unwrap();
    let told: Vec<String> = answer.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["include has no counterpart and was left out"]);
}
