//! Mixed calls for minutes, a share of which goes wrong, held to the emulator's own record: `cargo xtask soak`.
//!
//! Each call has words of its own, which the emulator repeats. A call that ends well must have them all, once, in order, by what
//! the emulator recorded of its request; an answer that the emulator sent to its end must have ended well here, unless what was
//! sent says otherwise.
//!
//! The client is a process of its own, this program started once more, so that its memory is nobody else's. It writes a line of
//! JSON for each call that ends and for each fault that is due.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program of the terminal"
)]

mod caller;
mod judge;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use oci_emulator::{Emulator, Fault, Sandbox};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::mpsc;

use judge::judge;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [CALL, minutes, url, config_file, compartment] => {
            caller::run(minutes.parse().unwrap(), url, config_file, compartment).await;
        }
        [] => watch("10").await,
        [minutes] => watch(minutes).await,
        _ => panic!("expected the minutes, found {arguments:?}"),
    }
}

/// Serves the client for so many minutes and judges what it tells.
async fn watch(minutes: &str) {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(folder.path()).unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).token_delay(PACE);
    let emulator = Arc::new(emulator.start().await.unwrap());
    let mut client = Command::new(std::env::current_exe().unwrap())
        .args([CALL, minutes, &emulator.url()])
        .arg(sandbox.config_file())
        .arg(sandbox.compartment_id())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let (tell, told) = mpsc::unbounded_channel();
    let reading = Arc::clone(&emulator);
    let reader = std::thread::spawn(move || {
        let mut memory = Vec::new();
        for line in lines {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if let Some(prompt) = line["fault"].as_u64() {
                let mut faults = faults();
                let which = usize::try_from(prompt / 20).unwrap() % faults.len();
                reading.push_fault(faults.swap_remove(which));
            } else if let Some(kib) = line["resident"].as_u64() {
                memory.push((line["minutes"].as_f64().unwrap(), kib));
            } else {
                tell.send(line).unwrap();
            }
        }
        memory
    });
    let verdict = judge(emulator, told).await;
    let memory = reader.join().unwrap();
    assert!(client.wait().unwrap().success(), "the client failed");
    println!("{verdict}");
    for (at, kib) in &memory {
        println!("resident memory of the client after {at:.1} min: {kib} KiB");
    }
    let [(_, early), (late_minutes, late)] = memory[..] else {
        panic!("the client tells its memory twice")
    };
    let growth = (late as f64 / early as f64 - 1.0) * 100.0;
    println!("growth: {growth:+.1} %");
    assert!(verdict.contains("lost or doubled: 0"), "an answer is not what was sent");
    if late_minutes < SETTLED {
        println!("growth is judged from {SETTLED} minutes on: what is warmed up takes one or two");
        return;
    }
    assert!(growth <= MOST_GROWTH, "the client grows");
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
        // Some twenty pauses in an answer: each lasts as long as the machine is busy, and all of them must fit into a call's time.
        Fault::SlowBody { bytes: 500, pause: Duration::from_millis(1) },
        Fault::GarbageLines,
        Fault::Reset,
    ]
}

fn words(prompt: u64) -> String {
    (0..WORDS).map(|word| format!("p{prompt}w{word}")).collect::<Vec<_>>().join(" ")
}

/// What makes this program the client.
const CALL: &str = "call";
const WORDS: usize = 30;
/// Between two tokens, so that many streams are open at a time and the record, which keeps 1024 requests, is looked at in time.
const PACE: Duration = Duration::from_millis(10);
/// From this length on three tenths of the time are enough for every buffer to have had its largest size.
const SETTLED: f64 = 10.0;
/// Percent between three tenths of the time and its end.
const MOST_GROWTH: f64 = 5.0;
