//! Every dialect under every fault: the right value or the right error, and never a short answer.

use std::time::Duration;

use oci_emulator::Fault;
use oci_transport::{BreakerPolicy, ChatStream, Client, Deadlines, Error, ErrorKind, Timeout};
use oci_wire::chat::{ChatRequest, Message};
use oci_wire::responses::Event;
use serde_json::{Value, json};

use crate::Service;

/// The ways in which an answer can be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Dialect {
    V1,
    Generic,
    Cohere,
    CohereV2,
    Responses,
}

use Dialect::{Cohere, CohereV2, Generic, Responses, V1};

const ALL: [Dialect; 5] = [V1, Generic, Cohere, CohereV2, Responses];

/// A client of one service, and the prompt that it sends.
struct Caller<'s> {
    service: &'s Service,
    client: Client,
    prompt: String,
}

impl<'s> Caller<'s> {
    fn new(service: &'s Service, deadlines: Deadlines) -> Self {
        let client = service.builder().deadlines(deadlines).breaker(BreakerPolicy::NEVER).build();
        Self { service, client: client.unwrap(), prompt: "What is 2x2?".to_owned() }
    }

    fn native<T: serde::de::DeserializeOwned>(&self, dialect: Dialect) -> T {
        let content = json!([{"type": "TEXT", "text": self.prompt}]);
        let (model, request) = match dialect {
            Cohere => (
                "cohere.command-r-plus-08-2024",
                json!({"apiFormat": "COHERE", "message": self.prompt}),
            ),
            CohereV2 => (
                "cohere.command-a-03-2025",
                json!({"apiFormat": "COHEREV2", "messages": [{"role": "USER", "content": content}]}),
            ),
            _ => (
                "meta.llama-3.3-70b-instruct",
                json!({"apiFormat": "GENERIC", "messages": [{"role": "USER", "content": content}]}),
            ),
        };
        typed(json!({
            "compartmentId": self.service.compartment,
            "servingMode": {"servingType": "ON_DEMAND", "modelId": model},
            "chatRequest": request,
        }))
    }

    fn chat(&self) -> ChatRequest {
        ChatRequest::new("openai.gpt-5.5", [Message::user(self.prompt.as_str())])
    }

    fn response<T: serde::de::DeserializeOwned>(&self) -> T {
        typed(json!({"model": "openai.gpt-5.5", "input": self.prompt}))
    }

    /// The whole answer as JSON.
    async fn whole(&self, dialect: Dialect) -> Result<String, Error> {
        Ok(match dialect {
            V1 => serde_json::to_string(&*self.client.chat(&self.chat()).await?).unwrap(),
            Responses => {
                serde_json::to_string(&*self.client.create_response(self.response()).await?)
                    .unwrap()
            }
            native => serde_json::to_string(&*self.client.native_chat(self.native(native)).await?)
                .unwrap(),
        })
    }

    async fn open(&self, dialect: Dialect) -> Result<ChatStream, Error> {
        match dialect {
            V1 => self.client.chat_stream(&self.chat()).await,
            Responses => self.client.stream_response_as_chat(self.response()).await,
            native => self.client.native_chat_stream(self.native(native)).await,
        }
    }

    /// The text of the deltas of a response, and that of the whole one at the end, or how it failed.
    async fn events(&self) -> (String, Result<String, ErrorKind>) {
        let mut text = String::new();
        let mut stream = match self.client.stream_response(self.response()).await {
            Ok(stream) => stream,
            Err(error) => return (text, Err(error.kind())),
        };
        let mut failure = None;
        while let Some(event) = stream.next().await {
            match event {
                Ok(Event::OutputTextDelta(delta)) => text.push_str(delta.text()),
                // The service's own word is an event like others, and the last one.
                Ok(Event::Error(_)) => failure = Some(ErrorKind::Stream),
                Ok(_) => assert!(failure.is_none(), "nothing comes after an error"),
                Err(error) => failure = Some(error.kind()),
            }
        }
        match (failure, stream.response()) {
            (None, Some(response)) => (text, Ok(response.text())),
            (Some(kind), None) => (text, Err(kind)),
            (failure, response) => panic!("{failure:?} and {response:?}"),
        }
    }

    /// The text of the streamed answer, and the error that ended it.
    async fn streamed(&self, dialect: Dialect) -> (String, Option<Error>) {
        let mut text = String::new();
        let mut stream = match self.open(dialect).await {
            Ok(stream) => stream,
            Err(error) => return (text, Some(error)),
        };
        let error = loop {
            match stream.next().await {
                Some(Ok(chunk)) => text.push_str(chunk.text().unwrap_or_default()),
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        assert!(stream.next().await.is_none(), "nothing comes after the end");
        (text, error)
    }
}

fn typed<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Soon enough for faults that never end by themselves.
fn impatient() -> Deadlines {
    let soon = Duration::from_millis(100);
    Deadlines { first_byte: soon, idle: soon, ..Deadlines::default() }
}

const TEXT: &str = "2x2 is 4.";

#[tokio::test]
async fn what_is_no_answer_is_the_same_error_everywhere() {
    let service = Service::start().await;
    let caller = Caller::new(&service, impatient());
    let faults = [400, 401, 403, 404, 409, 413, 422, 429, 500, 501, 502, 503, 504]
        .map(|status| (Fault::status(status), ErrorKind::Service))
        .into_iter()
        .chain([
            (Fault::Html(502), ErrorKind::Service),
            (Fault::openai_error(429), ErrorKind::Service),
            (Fault::HangUp, ErrorKind::Network),
            (Fault::Reset, ErrorKind::Network),
            (Fault::HalfHead, ErrorKind::Network),
            (Fault::GarbageHead, ErrorKind::Network),
            (Fault::Stall, ErrorKind::Timeout(Timeout::FirstByte)),
            (Fault::Redirect { location: "http://127.0.0.1:1/".into() }, ErrorKind::Redirect),
        ]);
    for (fault, kind) in faults {
        service.emulator.set_fault(Some(fault.clone()));
        for dialect in ALL {
            let whole = caller.whole(dialect).await.unwrap_err();
            let (text, streamed) = caller.streamed(dialect).await;
            for error in [whole, streamed.unwrap()] {
                assert_eq!(error.kind(), kind, "{dialect:?} {fault}: {error:?}");
                assert!(
                    error.opc_request_id().is_some() && error.hint().is_some(),
                    "{dialect:?} {fault}: {error:?}"
                );
                if let Fault::Status { status, .. } = &fault {
                    assert_eq!(error.status().map(|status| status.as_u16()), Some(*status));
                }
            }
            assert_eq!(text, "", "{dialect:?} {fault}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_is_an_error_with_what_came_before() {
    let service = Service::start().await;
    let caller = Caller::new(&service, impatient());
    let idle = ErrorKind::Timeout(Timeout::Idle);
    for (fault, kind, breaks_whole) in [
        (Fault::CutBody, ErrorKind::Truncated, true),
        (Fault::CutBytes { bytes: 1 }, ErrorKind::Truncated, true),
        (Fault::CutStream { after_events: 1 }, ErrorKind::Truncated, true),
        (Fault::EndStream { after_events: 1 }, ErrorKind::Truncated, false),
        (Fault::ResetAfter { events: 1 }, ErrorKind::Truncated, true),
        (Fault::StallAfter { events: 1 }, idle, true),
        (Fault::Garbage { after_events: 1 }, ErrorKind::Malformed, true),
        (Fault::StreamError { after_events: 1 }, ErrorKind::Stream, false),
        (Fault::WrongContentType, ErrorKind::Malformed, false),
    ] {
        service.emulator.set_fault(Some(fault.clone()));
        for dialect in ALL {
            let whole = caller.whole(dialect).await;
            match whole {
                Err(error) if breaks_whole => {
                    assert_eq!(error.kind(), kind, "{dialect:?} {fault}: {error:?}");
                }
                Ok(text) if !breaks_whole => {
                    assert!(text.contains(TEXT), "{dialect:?} {fault}: {text}");
                }
                other => panic!("{dialect:?} {fault}: {other:?}"),
            }
            let (text, error) = caller.streamed(dialect).await;
            let error =
                error.unwrap_or_else(|| panic!("{dialect:?} {fault}: ended well after {text:?}"));
            assert_eq!(error.kind(), kind, "{dialect:?} {fault}: {error:?}");
            assert_eq!(
                error.status().map(|status| status.as_u16()),
                Some(200),
                "{dialect:?} {fault}"
            );
            assert!(TEXT.starts_with(&text) && text != TEXT, "{dialect:?} {fault}: {text:?}");
        }
    }
}

#[tokio::test]
async fn what_is_merely_odd_changes_no_answer() {
    let service = Service::start().await;
    let caller = Caller::new(&service, Deadlines::default());
    for fault in [
        Fault::Delay(Duration::from_millis(2)),
        Fault::SlowBody { bytes: 40, pause: Duration::from_micros(10) },
        Fault::GarbageLines,
        Fault::EventNames,
        Fault::OneChunk,
        Fault::NoDone,
        Fault::BigEvent { bytes: 1_000_000 },
        Fault::FinishReason("surprise".into()),
    ] {
        service.emulator.set_fault(Some(fault.clone()));
        for dialect in ALL {
            let whole = caller.whole(dialect).await.unwrap();
            assert!(whole.contains(TEXT), "{dialect:?} {fault}: {whole}");
            let (text, error) = caller.streamed(dialect).await;
            assert!(error.is_none(), "{dialect:?} {fault}: {error:?}");
            assert_eq!(text, TEXT, "{dialect:?} {fault}");
        }
    }
}

/// A number that looks random and is the same in every run: the generator of Lehmer, by Park and Miller.
fn next(seed: &mut u64) -> usize {
    *seed = *seed * 48_271 % 0x7fff_ffff;
    usize::try_from(*seed).unwrap()
}

/// 200 cuts of a long stream of each dialect, wherever they fall: all of the answer, or an error after a part of it.
#[tokio::test]
async fn a_long_stream_is_never_cut_in_silence() {
    let service = Service::start().await;
    let mut seed = 20_261_121;
    for dialect in ALL {
        let mut caller = Caller::new(&service, Deadlines::default());
        caller.prompt = "Tell me more. ".repeat(20);
        service.emulator.set_fault(None);
        let (full, error) = caller.streamed(dialect).await;
        assert!(error.is_none() && full.len() > 200, "{dialect:?}: {full:?} {error:?}");
        let length = body_length(&service, &caller, dialect).await;
        let (mut cut, mut complete) = (0, 0);
        for _ in 0..200 {
            let bytes = next(&mut seed) % length;
            service.emulator.set_fault(Some(Fault::CutBytes { bytes }));
            match caller.streamed(dialect).await {
                (text, None) => {
                    assert_eq!(text, full, "{dialect:?} cut at {bytes} of {length}");
                    complete += 1;
                }
                (text, Some(error)) => {
                    assert_eq!(
                        error.kind(),
                        ErrorKind::Truncated,
                        "{dialect:?} at {bytes}: {error:?}"
                    );
                    assert!(full.starts_with(&text), "{dialect:?} cut at {bytes}");
                    cut += 1;
                }
            }
        }
        assert!(cut > complete, "{dialect:?}: {cut} cut, {complete} complete");
    }
}

/// The smallest number of bytes, to the next hundred, that is a whole body: a longer cut changes nothing.
async fn body_length(service: &Service, caller: &Caller<'_>, dialect: Dialect) -> usize {
    let (mut low, mut high) = (0, 1_000_000);
    while high - low > 100 {
        let middle = usize::midpoint(low, high);
        service.emulator.set_fault(Some(Fault::CutBytes { bytes: middle }));
        match caller.streamed(dialect).await {
            (_, None) => high = middle,
            (_, Some(_)) => low = middle,
        }
    }
    high
}

#[tokio::test]
async fn ten_thousand_events_arrive_and_none_twice() {
    let service = Service::start().await;
    let mut caller = Caller::new(&service, Deadlines::default());
    caller.prompt = (0..10_000).map(|n| format!("w{n} ")).collect();
    for dialect in [V1, Generic, Responses] {
        let mut stream = caller.open(dialect).await.unwrap();
        let (mut text, mut chunks) = (String::new(), 0);
        while let Some(chunk) = stream.next().await {
            text.push_str(chunk.unwrap().text().unwrap_or_default());
            chunks += 1;
        }
        let words: Vec<&str> =
            text.split_whitespace().filter(|word| word.starts_with('w')).collect();
        assert!(chunks > 10_000, "{dialect:?}: {chunks}");
        assert_eq!(words.len(), 10_000, "{dialect:?}");
        for (n, word) in words.iter().enumerate() {
            assert_eq!(word.trim_end_matches('.'), format!("w{n}"), "{dialect:?}");
        }
    }
}

/// The events of the Responses API as they are, under every fault of a stream: the answer whole, or an error and no answer.
#[tokio::test]
async fn a_stream_of_events_that_breaks_has_no_response() {
    let service = Service::start().await;
    let caller = Caller::new(&service, impatient());
    let faults = [
        (Fault::CutBody, ErrorKind::Truncated),
        (Fault::CutBytes { bytes: 1 }, ErrorKind::Truncated),
        (Fault::CutStream { after_events: 1 }, ErrorKind::Truncated),
        (Fault::EndStream { after_events: 1 }, ErrorKind::Truncated),
        (Fault::ResetAfter { events: 1 }, ErrorKind::Truncated),
        (Fault::StallAfter { events: 1 }, ErrorKind::Timeout(Timeout::Idle)),
        (Fault::Garbage { after_events: 1 }, ErrorKind::Malformed),
        (Fault::StreamError { after_events: 1 }, ErrorKind::Stream),
        (Fault::WrongContentType, ErrorKind::Malformed),
        (Fault::HangUp, ErrorKind::Network),
        (Fault::status(503), ErrorKind::Service),
    ];
    for (fault, kind) in faults {
        service.emulator.set_fault(Some(fault.clone()));
        let (text, outcome) = caller.events().await;
        assert!(TEXT.starts_with(&text) && text != TEXT, "{fault}: {text:?}");
        assert_eq!(outcome.unwrap_err(), kind, "{fault}");
    }
    for fault in [Fault::GarbageLines, Fault::EventNames, Fault::OneChunk, Fault::NoDone] {
        service.emulator.set_fault(Some(fault.clone()));
        let (text, outcome) = caller.events().await;
        assert_eq!(text, TEXT, "{fault}");
        assert_eq!(outcome.unwrap(), TEXT, "{fault}");
    }
}

/// More than the 16 MiB that an event may have: an error of its own, and no memory without end.
#[tokio::test]
async fn an_event_of_20_mib_is_refused() {
    let service = Service::start().await;
    let caller = Caller::new(&service, Deadlines::default());
    service.emulator.set_fault(Some(Fault::BigEvent { bytes: 20 * 1024 * 1024 }));
    for dialect in ALL {
        let (text, error) = caller.streamed(dialect).await;
        assert_eq!(error.unwrap().kind(), ErrorKind::TooLarge, "{dialect:?}");
        assert!(TEXT.starts_with(&text) && text != TEXT, "{dialect:?}: {text}");
    }
    assert_eq!(caller.events().await.1.unwrap_err(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn a_storm_of_503_opens_the_breaker_for_its_model_alone() {
    let service = Service::start().await;
    let policy = BreakerPolicy { failures: 3, cool_down: Duration::from_secs(3600) };
    let client = service.builder().breaker(policy).build().unwrap();
    let caller = Caller { service: &service, client, prompt: "What is 2x2?".to_owned() };
    service.emulator.set_fault(Some(Fault::status(503)));
    for _ in 0..3 {
        assert!(caller.whole(V1).await.unwrap_err().is_server_error());
    }
    for _ in 0..20 {
        let error = caller.streamed(V1).await.1.unwrap();
        assert_eq!(error.kind(), ErrorKind::Breaker);
        assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(3000)));
    }
    assert_eq!(service.emulator.requests().len(), 3, "the rest was not sent");
    service.emulator.set_fault(None);
    assert!(caller.whole(Cohere).await.unwrap().contains(TEXT), "another model is not concerned");
}

/// A limit that passes is no failure of the service: the breaker stays closed.
#[tokio::test]
async fn limits_do_not_open_the_breaker() {
    let service = Service::start().await;
    let policy = BreakerPolicy { failures: 2, cool_down: Duration::from_secs(3600) };
    let client = service.builder().breaker(policy).build().unwrap();
    let caller = Caller { service: &service, client, prompt: "What is 2x2?".to_owned() };
    service.emulator.push_faults(&Fault::status(429), 10);
    for _ in 0..10 {
        assert!(caller.whole(V1).await.unwrap_err().is_rate_limited());
    }
    assert!(caller.whole(V1).await.unwrap().contains(TEXT));
}
