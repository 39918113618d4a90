//! The service: chat completions and the native API, whole and streamed, without a check but that somebody signed.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpSocket;
use tokio::time::{Sleep, sleep};

use crate::ask::Ask;

/// Serves on a free port of loopback for as long as the process lives, after telling the port.
pub(crate) async fn serve(tell: impl FnOnce(SocketAddr)) {
    let socket = TcpSocket::new_v4().expect("there is a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("loopback has a free port");
    // Thousands of streams are opened at once.
    let listener = socket.listen(4096).expect("the port is ours");
    tell(listener.local_addr().expect("the port has a number"));
    let counts = Arc::new(Counts::default());
    loop {
        let Ok((connection, _)) = listener.accept().await else { continue };
        connection.set_nodelay(true).expect("the connection is there");
        let counts = Arc::clone(&counts);
        let service = service_fn(move |request| {
            let counts = Arc::clone(&counts);
            async move { Ok::<_, Infallible>(answer(request, counts).await) }
        });
        // What becomes of a connection is for the other end to find out.
        let serving = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(connection), service);
        tokio::spawn(serving);
    }
}

/// What became of the streams.
#[derive(Default)]
struct Counts {
    begun: AtomicU64,
    complete: AtomicU64,
    /// Those whose other end left before theirs.
    left: AtomicU64,
}

#[derive(Deserialize)]
struct Chat {
    #[serde(default)]
    stream: bool,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    content: Content,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Native {
    chat_request: NativeChat,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NativeChat {
    #[serde(default)]
    is_stream: bool,
    messages: Vec<Message>,
}

/// The two APIs.
#[derive(Clone, Copy)]
enum Api {
    OpenAi,
    Native,
}

type Answer = Response<Either<Full<Bytes>, Events>>;

async fn answer(request: Request<Incoming>, counts: Arc<Counts>) -> Answer {
    let api = match request.uri().path() {
        "/openai/v1/chat/completions" => Api::OpenAi,
        "/20231130/actions/chat" => Api::Native,
        "/counts" => return whole(StatusCode::OK, counts.text()),
        other => return whole(StatusCode::NOT_FOUND, format!("there is no {other}")),
    };
    let authorization = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    if !authorization
        .is_some_and(|value| value.starts_with(b"Signature ") || value.starts_with(b"Bearer "))
    {
        return whole(StatusCode::UNAUTHORIZED, String::new());
    }
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let read = match api {
        Api::OpenAi => {
            serde_json::from_slice::<Chat>(&body).map(|chat| (chat.stream, chat.messages))
        }
        Api::Native => serde_json::from_slice::<Native>(&body)
            .map(|native| (native.chat_request.is_stream, native.chat_request.messages)),
    };
    let (is_streamed, messages) = match read {
        Ok(read) => read,
        Err(error) => return whole(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let ask = match messages.last().map(|message| &message.content) {
        Some(Content::Text(text)) => Ask::read(text),
        Some(Content::Parts(parts)) => {
            parts.first().map(|part| Ask::read(&part.text)).unwrap_or_default()
        }
        None => Ask::default(),
    };
    if !is_streamed {
        return whole(StatusCode::OK, complete(api, &ask));
    }
    counts.begun.fetch_add(1, Ordering::Relaxed);
    let mut answer = Response::new(Either::Right(Events::new(api, ask, counts)));
    set_type(&mut answer, "text/event-stream");
    answer
}

fn whole(status: StatusCode, body: String) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(Bytes::from(body))));
    *answer.status_mut() = status;
    set_type(&mut answer, "application/json");
    answer
}

fn set_type(answer: &mut Answer, media_type: &'static str) {
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    headers.insert("opc-request-id", header::HeaderValue::from_static("REQ0/REQ1/REQ2"));
}

fn complete(api: Api, ask: &Ask) -> String {
    let text = ask.text(ask.words);
    let words = ask.words;
    match api {
        Api::OpenAi => format!(
            "{{{HEAD},\"object\":\"chat.completion\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\
             \"content\":\"{text}\",\"refusal\":null}},\"logprobs\":null,\"finish_reason\":\"stop\"}}],\"usage\":{{\
             \"prompt_tokens\":14,\"completion_tokens\":{words},\"total_tokens\":{},\"prompt_tokens_details\":\
             {{\"cached_tokens\":0}},\"completion_tokens_details\":{{\"reasoning_tokens\":0}}}}}}",
            words + 14
        ),
        Api::Native => format!(
            "{{\"modelId\":\"xai.grok-4\",\"modelVersion\":\"1.0.0\",\"chatResponse\":{{\"apiFormat\":\"GENERIC\",\
             \"timeCreated\":\"2026-07-23T22:59:00.000Z\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"ASSISTANT\",\
             \"content\":[{{\"type\":\"TEXT\",\"text\":\"{text}\"}}],\"name\":null,\"refusal\":null,\"toolCalls\":null}},\
             \"finishReason\":\"stop\",\"logprobs\":null}}],\"usage\":{{\"completionTokens\":{words},\"promptTokens\":14,\
             \"totalTokens\":{},\"completionTokensDetails\":null,\"promptTokensDetails\":null}}}}}}",
            words + 14
        ),
    }
}

impl Counts {
    fn text(&self) -> String {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        format!(
            "begun={} complete={} left={}",
            load(&self.begun),
            load(&self.complete),
            load(&self.left)
        )
    }
}

/// The events of an answer. Between bursts it waits, if only for its next turn, so that each burst is one write.
struct Events {
    api: Api,
    ask: Ask,
    at: usize,
    in_burst: usize,
    is_over: bool,
    pause: Option<Pin<Box<Sleep>>>,
    counts: Arc<Counts>,
}

impl Events {
    fn new(api: Api, ask: Ask, counts: Arc<Counts>) -> Self {
        Self { api, ask, at: 0, in_burst: 0, is_over: false, pause: None, counts }
    }

    fn write(&mut self, output: &mut String) {
        use std::fmt::Write as _;
        let at = self.at;
        self.at += 1;
        let tag = self.ask.tag;
        // Writing into a string cannot fail.
        let _ = match self.api {
            Api::OpenAi if at < self.ask.words => write!(
                output,
                "data: {{{HEAD},\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\
                 \"{tag}:{at} \"}},\"logprobs\":null,\"finish_reason\":null}}]}}\n\n"
            ),
            Api::Native if at < self.ask.words => write!(
                output,
                "data: {{\"index\":0,\"message\":{{\"role\":\"ASSISTANT\",\"content\":[{{\"type\":\"TEXT\",\"text\":\
                 \"{tag}:{at} \"}}]}},\"pad\":\"aaaaaaaaaaaa\"}}\n\n"
            ),
            Api::OpenAi => {
                self.is_over = true;
                write!(
                    output,
                    "data: {{{HEAD},\"object\":\"chat.completion.chunk\",\"choices\":[{{\"index\":0,\"delta\":{{}},\
                     \"logprobs\":null,\"finish_reason\":\"stop\"}}]}}\n\ndata: {{{HEAD},\"object\":\
                     \"chat.completion.chunk\",\"choices\":[],\"usage\":{{\"prompt_tokens\":14,\"completion_tokens\":{at},\
                     \"total_tokens\":{}}}}}\n\ndata: [DONE]\n\n",
                    at + 14
                )
            }
            Api::Native => {
                self.is_over = true;
                write!(
                    output,
                    "data: {{\"message\":{{\"role\":\"ASSISTANT\"}},\"finishReason\":\"stop\",\"pad\":\"aaa\"}}\n\ndata: \
                     {{\"usage\":{{\"completionTokens\":{at},\"promptTokens\":14,\"totalTokens\":{}}},\"pad\":\"aaaa\"}}\n\n",
                    at + 14
                )
            }
        };
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        if self.ask.stall > 0 && self.at >= self.ask.stall {
            return Poll::Pending;
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
            self.pause = None;
            self.in_burst = 0;
        } else if self.in_burst == self.ask.burst {
            if self.ask.pause > 0 {
                self.pause = Some(Box::pin(sleep(Duration::from_millis(self.ask.pause))));
                return self.poll_frame(cx);
            }
            self.in_burst = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        // One HTTP chunk for each event, as servers of models do it.
        let mut event = String::with_capacity(320);
        self.write(&mut event);
        self.in_burst += 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(event)))))
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let count = if self.is_over { &self.counts.complete } else { &self.counts.left };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

const HEAD: &str = "\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"created\":1788688081,\
    \"model\":\"openai.gpt-5-mini-2025-08-07\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\"";
