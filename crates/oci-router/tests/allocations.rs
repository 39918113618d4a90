//! How often the router allocates beyond the transport. A binary of its own, because the counter is the allocator of the whole
//! process.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_auth::{Secret, Signer};
use oci_router::{Router, Transport};
use oci_transport::{Body, Client, Endpoint, HttpService, SendError};
use oci_wire::Family;
use oci_wire::chat::{ChatRequest, Message, StreamOptions, Tool};
use oci_wire::native::translate::{chat_details, chat_response};
use oci_wire::native::{ApiFormat, ServingMode};
use oci_wire::responses::ResponsesRequest;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Answers at once and from memory, so that what is counted is ours.
struct Canned;

impl HttpService for Canned {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let says = |name: &[u8]| request.body().windows(name.len()).any(|part| part == name);
        let is_stream = says(b"\"stream\":true");
        let is_native_stream = says(b"\"isStream\":true");
        let body = match request.uri().path() {
            "/openai/v1/chat/completions" if is_stream => STREAM.clone(),
            "/openai/v1/chat/completions" => Bytes::from_static(WHOLE.as_bytes()),
            "/openai/v1/responses" if is_stream => RESPONSE_STREAM.clone(),
            "/openai/v1/responses" => Bytes::from_static(RESPONSE.as_bytes()),
            _ if is_native_stream => NATIVE_STREAM.clone(),
            _ => Bytes::from_static(NATIVE.as_bytes()),
        };
        let kind =
            if is_stream || is_native_stream { "text/event-stream" } else { "application/json" };
        let answer = Response::builder().header("content-type", kind);
        let answer = answer.body(Body::new(Full::new(body))).unwrap();
        Box::pin(async move { Ok(answer) })
    }
}

static STREAM: LazyLock<Bytes> = LazyLock::new(|| {
    let chunk = |delta: &str, finish: &str| {
        let choice = format!(r#"{{"index":0,"delta":{delta},"finish_reason":{finish}}}"#);
        format!("data: {{\"id\":\"c\",\"model\":\"m\",\"choices\":[{choice}]}}\n\n")
    };
    let mut text = String::new();
    for _ in 0..DELTAS {
        text.push_str(&chunk(r#"{"content":"word "}"#, "null"));
    }
    text.push_str(&chunk("{}", "\"stop\""));
    text.push_str("data: [DONE]\n\n");
    text.into()
});

static NATIVE_STREAM: LazyLock<Bytes> = LazyLock::new(|| {
    let piece = r#"data: {"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":"word "}]}}"#;
    let end = r#"data: {"message":{"role":"ASSISTANT"},"finishReason":"stop"}"#;
    format!("{}{end}\n\ndata: [DONE]\n\n", format!("{piece}\n\n").repeat(DELTAS as usize)).into()
});

static RESPONSE_STREAM: LazyLock<Bytes> = LazyLock::new(|| {
    let event = |event: &str| format!("data: {event}\n\n");
    let mut text = event(
        r#"{"type":"response.created","response":{"id":"r","status":"in_progress","output":[]}}"#,
    );
    let delta = r#"{"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,"delta":"word "}"#;
    text.push_str(&event(delta).repeat(DELTAS as usize));
    text.push_str(&event(&format!(r#"{{"type":"response.completed","response":{RESPONSE}}}"#)));
    text.into()
});

const DELTAS: u64 = 200;
const WHOLE: &str = r#"{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"2x2 is 4."},"finish_reason":"stop"}]}"#;
const NATIVE: &str = r#"{"chatResponse":{"apiFormat":"GENERIC","choices":[{"index":0,"message":{"role":"ASSISTANT","content":[{"type":"TEXT","text":"2x2 is 4."}]},"finishReason":"stop"}]}}"#;
const RESPONSE: &str = r#"{"id":"r","object":"response","status":"completed","output":[{"type":"message","id":"m","role":"assistant","status":"completed","content":[{"type":"output_text","text":"2x2 is 4.","annotations":[]}]}]}"#;
const COMPARTMENT: &str = "ocid1.compartment.oc1..a";

fn client() -> Client {
    let signer = Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let client = Client::builder(Endpoint::parse("https://h.example").unwrap(), signer);
    client.compartment_id(COMPARTMENT).service(Canned).build().unwrap()
}

fn request(model: &str) -> ChatRequest {
    ChatRequest::new(model, [Message::system("Be brief."), Message::user("What is 2x2?")])
}

fn streaming(model: &str) -> ChatRequest {
    let mut request = request(model);
    request.stream = Some(true);
    request.stream_options = Some(StreamOptions::usage());
    request
}

fn with_tool(model: &str) -> ChatRequest {
    let mut request = streaming(model);
    request.tools = Some(vec![Tool::function("get_weather", "", json!({"type": "object"}))]);
    request
}

/// The allocations of one call, once everything that is made on first use is there.
fn counted<F: Future<Output = usize>>(run: impl Fn() -> F) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let expected = run().await;
        let before = dhat::HeapStats::get().total_blocks;
        let found = run().await;
        let after = dhat::HeapStats::get().total_blocks;
        assert!(found == expected && found > 0, "{found} letters, then {expected}");
        after - before
    })
}

async fn read_bare(mut stream: oci_transport::ChatStream) -> usize {
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        length += chunk.unwrap().text().unwrap_or_default().len();
    }
    length
}

async fn read(mut stream: oci_router::ChatStream) -> usize {
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        length += chunk.unwrap().text().unwrap_or_default().len();
    }
    length
}

/// Prints both counts, and fails where the difference is another.
#[track_caller]
fn check(what: &str, bare: u64, routed: u64, beyond: u64) {
    println!("{what}: {routed} allocations, {bare} without the router");
    assert_eq!(routed, bare + beyond, "{what}: expected {beyond} beyond {bare}");
}

/// Growth here is growth of every call that a program makes, so the numbers are exact, and the README has them. Whoever saves an allocation
/// lowers one; none may be above 10 for a call, or above 1 for a delta.
///
/// Not a `#[test]`: its harness has a thread of its own, whose allocations would be counted too.
fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let client = client();
    let router = Router::new(client.clone());
    let id = "openai.gpt-5.5";

    let bare = counted(async || client.chat(&request(id)).await.unwrap().text().len());
    let routed = counted(async || router.model(id).chat(request("")).await.unwrap().text().len());
    check("a whole call", bare, routed, V1.0);

    let bare = counted(async || read_bare(client.chat_stream(&streaming(id)).await.unwrap()).await);
    let routed =
        counted(async || read(router.model(id).chat(streaming("")).stream().await.unwrap()).await);
    check("a stream", bare, routed, V1.1);

    // Where calls may be in the text each piece is looked at, which costs the one allocation that a delta may. The tools are read once:
    // the names, the arguments and their types.
    let llama = "meta.llama-3.3-70b-instruct";
    let bare =
        counted(async || read_bare(client.chat_stream(&with_tool(llama)).await.unwrap()).await);
    let routed = counted(async || {
        read(router.model(llama).chat(with_tool("")).stream().await.unwrap()).await
    });
    check("a stream that calls may be in", bare, routed, DELTAS + WRITTEN_CALLS);

    // Whoever calls these transports with a request of chat completions translates it, too.
    let grok = "xai.grok-4";
    let bare = counted(async || {
        let mut request = request(grok);
        request.max_completion_tokens = Some(4_096);
        let serving = ServingMode::on_demand(grok);
        let details =
            chat_details(&request, &ApiFormat::Generic, Family::Grok, COMPARTMENT, serving).value;
        let answer = client.native_chat(details).await.unwrap();
        chat_response(&answer.into_inner(), "").value.text().len()
    });
    let native = router.model(grok).over(Transport::Native);
    let routed = counted(async || native.chat(request("")).await.unwrap().text().len());
    check("a native call", bare, routed, NATIVE_API.0);

    let bare = counted(async || {
        let mut request = streaming(grok);
        request.max_completion_tokens = Some(4_096);
        let serving = ServingMode::on_demand(grok);
        let details =
            chat_details(&request, &ApiFormat::Generic, Family::Grok, COMPARTMENT, serving).value;
        read_bare(client.native_chat_stream(details).await.unwrap()).await
    });
    let routed = counted(async || read(native.chat(request("")).stream().await.unwrap()).await);
    check("a native stream", bare, routed, NATIVE_API.1);

    let bare = counted(async || {
        let request = ResponsesRequest::from_chat(&request(id)).value;
        let answer = client.create_response(request).await.unwrap();
        answer.into_inner().to_chat().value.text().len()
    });
    let responses = router.model(id).over(Transport::Responses);
    let routed = counted(async || responses.chat(request("")).await.unwrap().text().len());
    check("a call over Responses", bare, routed, RESPONSES.0);

    let bare = counted(async || {
        let request = ResponsesRequest::from_chat(&request(id)).value;
        read_bare(client.stream_response_as_chat(request).await.unwrap()).await
    });
    let routed = counted(async || read(responses.chat(request("")).stream().await.unwrap()).await);
    check("a stream over Responses", bare, routed, RESPONSES.1);

    for (name, (whole, stream)) in
        [("chat completions", V1), ("native", NATIVE_API), ("Responses", RESPONSES)]
    {
        let row = format!("| {name} | {whole} | {stream} | 0 |");
        assert!(README.contains(&row), "the README lacks {row}");
    }
    assert!(README.contains(&format!("| | {WRITTEN_CALLS} | 1 |")), "{WRITTEN_CALLS}");
}

/// What a whole call and a stream take beyond the transport.
const V1: (u64, u64) = (5, 3);
const NATIVE_API: (u64, u64) = (5, 2);
const RESPONSES: (u64, u64) = (6, 3);
/// What a stream takes for the tools whose calls may be in its text.
const WRITTEN_CALLS: u64 = 22;
const README: &str = include_str!("../README.md");
