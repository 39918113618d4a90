//! Makes calls or reads streams through the bare transport or through the router, from memory: what callgrind counts is ours.
//!
//! `bench-router transport|router calls|streams <how many>`

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_auth::{Secret, Signer};
use oci_router::Router;
use oci_transport::{Body, Client, Endpoint, HttpService, SendError};
use oci_wire::chat::{ChatRequest, Message, StreamOptions};

/// Answers at once, without sockets and signatures, beside which the router would seem smaller than it is.
struct Canned;

impl HttpService for Canned {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let is_stream = request.body().ends_with(b"}}");
        let (kind, body) = if is_stream {
            ("text/event-stream", STREAM.clone())
        } else {
            ("application/json", WHOLE.clone())
        };
        let answer = Response::builder().header("content-type", kind);
        let answer = answer.body(Body::new(Full::new(body))).expect("the parts are constant");
        Box::pin(async move { Ok(answer) })
    }
}

const HEAD: &str = "\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"created\":1788688081,\
    \"model\":\"openai.gpt-5-mini-2025-08-07\",\"service_tier\":\"default\"";
const DELTAS: usize = 200;
const MODEL: &str = "openai.gpt-5-mini";

static WHOLE: LazyLock<Bytes> = LazyLock::new(|| {
    let text = " word".repeat(40);
    format!(
        "{{{HEAD},\"object\":\"chat.completion\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\
         \"content\":\"{text}\"}},\"finish_reason\":\"stop\"}}],\"usage\":{{\"prompt_tokens\":14,\
         \"completion_tokens\":40,\"total_tokens\":54}}}}"
    )
    .into()
});

static STREAM: LazyLock<Bytes> = LazyLock::new(|| {
    let chunk = |delta: &str, finish: &str| {
        format!(
            "data: {{{HEAD},\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{delta},\
             \"finish_reason\":{finish}}}]}}\n\n"
        )
    };
    let mut text = chunk("{\"content\":\" word\"}", "null").repeat(DELTAS);
    text.push_str(&chunk("{}", "\"stop\""));
    text.push_str("data: [DONE]\n\n");
    text.into()
});

fn request(model: &str, is_stream: bool) -> ChatRequest {
    let mut request =
        ChatRequest::new(model, [Message::system("Be brief."), Message::user("What is 2x2?")]);
    if is_stream {
        request.stream = Some(true);
        request.stream_options = Some(StreamOptions::usage());
    }
    request
}

async fn bare(client: &Client, is_stream: bool) -> usize {
    if !is_stream {
        let answer = client.chat(&request(MODEL, false)).await.expect("the answer is there");
        return answer.text().len();
    }
    let mut stream = client.chat_stream(&request(MODEL, true)).await.expect("it begins");
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        length += chunk.expect("it does not break").text().unwrap_or_default().len();
    }
    length
}

async fn routed(router: &Router, is_stream: bool) -> usize {
    let chat = router.model(MODEL).chat(request("", is_stream));
    if !is_stream {
        return chat.await.expect("the answer is there").text().len();
    }
    let mut stream = chat.stream().await.expect("it begins");
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        length += chunk.expect("it does not break").text().unwrap_or_default().len();
    }
    length
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let [_, layer, what, count] = words.as_slice() else {
        panic!("expected `transport|router calls|streams <how many>`");
    };
    let is_stream = what == "streams";
    let expected = if is_stream { DELTAS * 5 } else { 200 };
    let signer = Signer::bearer(&Secret::new("sk-bench".to_owned())).expect("it is a header");
    let endpoint = Endpoint::parse("https://h.example").expect("it is a host");
    let client = Client::builder(endpoint, signer).service(Canned).build().expect("it is complete");
    let router = Router::new(client.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime starts").block_on(async {
        for _ in 0..count.parse::<usize>().expect("it is a number") {
            let length = match layer.as_str() {
                "transport" => bare(&client, is_stream).await,
                _ => routed(&router, is_stream).await,
            };
            assert_eq!(length, expected, "another answer");
        }
    });
}
