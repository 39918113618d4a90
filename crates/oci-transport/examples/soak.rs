//! Mixed calls for minutes, a share of which goes wrong, held to the emulator's own record: `cargo xtask soak`.
//!
//! Each call has words of its own, which the emulator repeats. A call that ends well must have them all, once, in order, by what
//! the emulator recorded of its request; an answer that the emulator sent to its end must have ended well here, unless what was
//! sent says otherwise.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program of the terminal"
)]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use oci_auth::{CredentialOptions, Credentials, Env};
use oci_emulator::{Emulator, Fault, RecordedRequest, Sandbox};
use oci_transport::{BreakerPolicy, Client, Deadlines, Endpoint, Error, ErrorKind, RetryPolicy};
use oci_wire::chat::{ChatRequest, Message};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// How a call ended here.
struct Ended {
    operation: &'static str,
    prompt: u64,
    opc_request_id: Option<String>,
    outcome: Result<String, ErrorKind>,
}

#[tokio::main]
async fn main() {
    let minutes: f64 = std::env::args().nth(1).map_or(10.0, |text| text.parse().unwrap());
    let length = Duration::from_secs_f64(minutes * 60.0);
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).token_delay(PACE);
    let emulator = Arc::new(emulator.start().await.unwrap());
    let options =
        CredentialOptions { config_file: Some(sandbox.config_file()), ..Default::default() };
    let signer = Credentials::from_env(&Env::default(), &options).unwrap().into_signer().unwrap();
    let quick = Duration::from_millis(20);
    let client = Client::builder(Endpoint::parse(&emulator.url()).unwrap(), signer)
        .compartment_id(sandbox.compartment_id())
        .retry(RetryPolicy { base: quick, cap: quick * 5, ..RetryPolicy::default() })
        .breaker(BreakerPolicy::NEVER)
        .deadlines(Deadlines { total: Some(HANG / 2), ..Deadlines::default() })
        .build()
        .unwrap();

    let stop = Arc::new(AtomicBool::new(false));
    let numbers = Arc::new(AtomicU64::new(0));
    let (tell, told) = mpsc::unbounded_channel();
    let judge = tokio::spawn(judge(Arc::clone(&emulator), told));
    let workers: Vec<_> = (0..CONCURRENT)
        .map(|_| {
            let (client, emulator, stop) =
                (client.clone(), Arc::clone(&emulator), Arc::clone(&stop));
            let (numbers, tell, compartment) =
                (Arc::clone(&numbers), tell.clone(), sandbox.compartment_id().to_owned());
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let prompt = numbers.fetch_add(1, Ordering::Relaxed);
                    // One in twenty: whoever asks next meets it.
                    if prompt % 20 == 0 {
                        let mut faults = faults();
                        let which = usize::try_from(prompt / 20).unwrap() % faults.len();
                        emulator.push_fault(faults.swap_remove(which));
                    }
                    let ended = tokio::time::timeout(HANG, call(&client, prompt, &compartment));
                    tell.send(ended.await.expect("a call hung")).unwrap();
                }
            })
        })
        .collect();
    drop(tell);

    let start = Instant::now();
    tokio::time::sleep(length.mul_f64(0.3)).await;
    let early = resident();
    tokio::time::sleep(length.saturating_sub(start.elapsed())).await;
    let late = resident();
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.unwrap();
    }
    let verdict = judge.await.unwrap();
    println!("{verdict}");
    println!(
        "resident memory, client and emulator in one process: {early} KiB after {:.1} min, {late} KiB after {minutes:.1} min ({:+.1} %)",
        minutes * 0.3,
        (f64::from(late) / f64::from(early) - 1.0) * 100.0
    );
    assert!(verdict.contains("lost or doubled: 0"), "an answer is not what was sent");
}

/// What goes wrong, each at a different place. None of them breaks an answer that the record calls complete.
fn faults() -> Vec<Fault> {
    vec![
        Fault::status(503),
        Fault::CutStream { after_events: 3 },
        Fault::status(429),
        Fault::HangUp,
        Fault::ResetAfter { events: 2 },
        Fault::status(500),
        Fault::StreamError { after_events: 2 },
        Fault::CutBody,
        Fault::Html(502),
        Fault::Garbage { after_events: 1 },
        Fault::SlowBody { bytes: 50, pause: Duration::from_millis(1) },
        Fault::GarbageLines,
        Fault::Reset,
    ]
}

fn words(prompt: u64) -> String {
    (0..WORDS).map(|word| format!("p{prompt}w{word}")).collect::<Vec<_>>().join(" ")
}

async fn call(client: &Client, prompt: u64, compartment: &str) -> Ended {
    let text = words(prompt);
    let chat = ChatRequest::new("openai.gpt-5.5", [Message::user(text.as_str())]);
    let native = |is_stream: bool| {
        serde_json::from_value(json!({
            "compartmentId": compartment,
            "servingMode": {"servingType": "ON_DEMAND", "modelId": "meta.llama-3.3-70b-instruct"},
            "chatRequest": {
                "apiFormat": "GENERIC",
                "isStream": is_stream,
                "messages": [{"role": "USER", "content": [{"type": "TEXT", "text": text}]}],
            },
        }))
        .unwrap()
    };
    let response = || {
        let body = json!({"model": "openai.gpt-5.5", "input": text, "store": false});
        serde_json::from_value(body).unwrap()
    };
    let streamed = async |stream: Result<oci_transport::ChatStream, Error>| {
        let mut stream = stream?;
        let mut text = String::new();
        while let Some(chunk) = stream.next().await {
            text.push_str(chunk?.text().unwrap_or_default());
        }
        Ok((text, stream.opc_request_id().map(str::to_owned)))
    };
    // Streams are the larger part, since they are what breaks.
    let (operation, outcome): (_, Result<_, Error>) = match prompt % 6 {
        0 => {
            let answer = client.chat(&chat).await;
            (
                "chat",
                answer.map(|answer| {
                    (answer.text().to_owned(), answer.opc_request_id().map(str::to_owned))
                }),
            )
        }
        1 => {
            let answer = client.create_response(response()).await;
            (
                "response",
                answer.map(|answer| (answer.text(), answer.opc_request_id().map(str::to_owned))),
            )
        }
        2 => {
            ("response, streamed", streamed(client.stream_response_as_chat(response()).await).await)
        }
        3 => {
            ("native chat, streamed", streamed(client.native_chat_stream(native(true)).await).await)
        }
        _ => ("chat, streamed", streamed(client.chat_stream(&chat).await).await),
    };
    match outcome {
        Ok((text, opc_request_id)) => {
            Ended { operation, prompt, opc_request_id, outcome: Ok(text) }
        }
        Err(error) => Ended {
            operation,
            prompt,
            opc_request_id: error.opc_request_id().map(str::to_owned),
            outcome: Err(error.kind()),
        },
    }
}

/// Compares what was received with what the emulator recorded, until nobody calls any more.
async fn judge(emulator: Arc<Emulator>, mut told: mpsc::UnboundedReceiver<Ended>) -> String {
    // What is recent and what was before, so that this program does not grow either.
    let mut record = HashMap::new();
    let mut before = HashMap::new();
    let mut waiting = Vec::new();
    let mut counts = BTreeMap::<String, u64>::new();
    let mut wrong = Vec::new();
    let mut is_over = false;
    let mut rounds_after = 0;
    while rounds_after < 3 {
        tokio::time::sleep(LOOK).await;
        for request in emulator.requests().into_iter().filter(|request| request.status.is_some()) {
            record.insert(request.opc_request_id.clone(), request);
        }
        loop {
            match told.try_recv() {
                Ok(ended) => waiting.push(ended),
                Err(mpsc::error::TryRecvError::Empty) => break,
                Err(mpsc::error::TryRecvError::Disconnected) => {
                    is_over = true;
                    break;
                }
            }
        }
        for ended in std::mem::take(&mut waiting) {
            let found = ended.opc_request_id.as_ref();
            let found = found.and_then(|id| record.get(id).or_else(|| before.get(id)));
            // The record is looked at now and then, and may not have it yet.
            if found.is_none() && ended.outcome.is_ok() && rounds_after < 2 {
                waiting.push(ended);
                continue;
            }
            let how = ended
                .outcome
                .as_ref()
                .map_or_else(|kind| format!("{kind:?}"), |_| "answered".into());
            *counts.entry(format!("{}: {how}", ended.operation)).or_default() += 1;
            if let Some(why) = wrong_about(&ended, found) {
                wrong.push(format!("{} p{}: {why}", ended.operation, ended.prompt));
            }
        }
        if record.len() > 2_000 {
            before = std::mem::take(&mut record);
        }
        if is_over {
            rounds_after += 1;
        }
    }
    let mut text = String::new();
    for (what, count) in &counts {
        text.push_str(&format!("{count:>8}  {what}\n"));
    }
    for wrong in wrong.iter().take(10) {
        text.push_str(&format!("wrong: {wrong}\n"));
    }
    text + &format!("calls: {}, lost or doubled: {}", counts.values().sum::<u64>(), wrong.len())
}

/// Why an end contradicts the record, if it does.
fn wrong_about(ended: &Ended, recorded: Option<&RecordedRequest>) -> Option<String> {
    match (&ended.outcome, recorded) {
        (Ok(_), None) => Some("answered, but nothing is on record".into()),
        (Ok(text), Some(request)) => {
            let expected = format!("You said: {}", prompt_of(&request.body));
            if !expected.ends_with(&words(ended.prompt)) {
                return Some("the record is that of another prompt".into());
            }
            (*text != expected).then(|| format!("expected {expected:?}, found {text:?}"))
        }
        (Err(ErrorKind::Truncated | ErrorKind::Network), Some(request)) if request.is_complete => {
            Some("sent to its end, and not received".into())
        }
        // What broke on the way, or said that it was broken.
        (
            Err(
                ErrorKind::Truncated
                | ErrorKind::Stream
                | ErrorKind::Malformed
                | ErrorKind::Network
                | ErrorKind::Service,
            ),
            _,
        ) => None,
        (Err(kind), _) => Some(format!("failed as {kind:?}, which no fault explains")),
    }
}

/// The words of the request as they were received, whatever its dialect.
fn prompt_of(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    let places = ["/messages/0/content", "/input", "/chatRequest/messages/0/content/0/text"];
    let found = places.iter().find_map(|place| body.pointer(place)?.as_str());
    found.unwrap().to_owned()
}

/// The resident memory of this process in KiB, as Linux tells it.
fn resident() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

const CONCURRENT: usize = 200;
const WORDS: usize = 30;
/// Between two tokens, so that many streams are open at a time and the record, which keeps 1024 requests, is looked at in time.
const PACE: Duration = Duration::from_millis(10);
const LOOK: Duration = Duration::from_millis(100);
/// Longer than any call may take here.
const HANG: Duration = Duration::from_secs(60);
