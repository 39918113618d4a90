//! The client: as many calls at a time as there are workers, each told as a line when it ends.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use oci_auth::{CredentialOptions, Credentials, Env};
use oci_transport::{BreakerPolicy, Client, Deadlines, Endpoint, Error, RetryPolicy};
use oci_wire::chat::{ChatRequest, Message};
use serde_json::{Value, json};

use crate::words;

pub(crate) async fn run(minutes: f64, url: &str, config_file: &str, compartment: &str) {
    let length = Duration::from_secs_f64(minutes * 60.0);
    let options =
        CredentialOptions { config_file: Some(Path::new(config_file)), ..Default::default() };
    let signer = Credentials::from_env(&Env::default(), &options).unwrap().into_signer().unwrap();
    let quick = Duration::from_millis(20);
    let client = Client::builder(Endpoint::parse(url).unwrap(), signer)
        .compartment_id(compartment)
        .retry(RetryPolicy { base: quick, cap: quick * 5, ..RetryPolicy::default() })
        .breaker(BreakerPolicy::NEVER)
        .deadlines(Deadlines { total: Some(HANG / 2), ..Deadlines::default() })
        .build()
        .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let numbers = Arc::new(AtomicU64::new(0));
    let workers: Vec<_> = (0..CONCURRENT)
        .map(|_| {
            let (client, stop, numbers) = (client.clone(), Arc::clone(&stop), Arc::clone(&numbers));
            let compartment = compartment.to_owned();
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let prompt = numbers.fetch_add(1, Ordering::Relaxed);
                    // One in twenty: whoever asks next meets it.
                    if prompt % 20 == 0 {
                        println!("{}", json!({"fault": prompt}));
                    }
                    let ended = tokio::time::timeout(HANG, call(&client, prompt, &compartment));
                    println!("{}", ended.await.expect("a call hung"));
                }
            })
        })
        .collect();
    let start = Instant::now();
    tokio::time::sleep(length.mul_f64(0.3)).await;
    println!("{}", json!({"resident": resident(), "minutes": minutes * 0.3}));
    tokio::time::sleep(length.saturating_sub(start.elapsed())).await;
    println!("{}", json!({"resident": resident(), "minutes": minutes}));
    stop.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.unwrap();
    }
}

async fn call(client: &Client, prompt: u64, compartment: &str) -> Value {
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
        Ok((text, id)) => json!({"operation": operation, "prompt": prompt, "id": id, "text": text}),
        Err(error) => json!({
            "operation": operation,
            "prompt": prompt,
            "id": error.opc_request_id(),
            "kind": format!("{:?}", error.kind()),
            "error": format!("{error}, status {:?}", error.status()),
        }),
    }
}

/// The resident memory of this process in KiB, as Linux tells it.
fn resident() -> u32 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

const CONCURRENT: usize = 200;
/// Longer than any call may take here.
const HANG: Duration = Duration::from_secs(60);
