//! `locus batch`: every prompt has one answer, whatever happens in between.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use oci_emulator::Fault;
use serde_json::Value;

use crate::{Desk, run, signal, stderr, stdout};

struct Batch {
    desk: Desk,
    input: PathBuf,
    output: PathBuf,
}

impl Batch {
    async fn new(prompts: usize) -> Self {
        let desk = Desk::new().await;
        let (input, output) =
            (desk.home.path().join("in.jsonl"), desk.home.path().join("out.jsonl"));
        let lines: String =
            (1..=prompts).map(|n| format!("{{\"prompt\":\"What is {n}+{n}?\"}}\n")).collect();
        fs::write(&input, lines).unwrap();
        Self { desk, input, output }
    }

    fn command(&self, args: &[&str]) -> Command {
        let url = self.desk.emulator.url();
        let mut command = self.desk.command(&["batch", "--retries", "0", "--endpoint", &url]);
        command.arg(&self.input).arg("--output").arg(&self.output).args(args);
        command
    }

    async fn run(&self, args: &[&str]) -> Output {
        run(self.command(args)).await
    }

    /// The answers by the line that they belong to, each of which there is once.
    fn answers(&self) -> HashMap<u64, Value> {
        let mut answers = HashMap::new();
        for line in fs::read_to_string(&self.output).unwrap().lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let number = value["line"].as_u64().unwrap();
            assert!(answers.insert(number, value).is_none(), "line {number} is answered twice");
        }
        answers
    }

    /// Expects the right answer to each of this many prompts.
    fn check_whole(&self, prompts: u64) {
        let answers = self.answers();
        assert_eq!(answers.len() as u64, prompts);
        for (line, value) in &answers {
            let text = value["response"]["body"]["choices"][0]["message"]["content"].as_str();
            let sum = (line + line).to_string();
            assert!(text.is_some_and(|text| text.contains(&sum)), "line {line}: {value}");
        }
    }
}

#[tokio::test]
async fn every_prompt_is_answered_once() {
    let batch = Batch::new(40).await;
    let output = batch.run(&["--input-price", "1000000", "--output-price", "0"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    batch.check_whole(40);
    let told = stderr(&output);
    assert!(told.contains("40 prompts, 0 answered, 40 to do, about "), "{told}");
    assert!(told.contains("40 of 40 prompts answered, 0 of them failed, 40 now in "), "{told}");
    assert!(!told.contains("cost 0.00"), "what it cost is told: {told}");

    let again = batch.run(&[]).await;
    assert!(again.status.success() && stderr(&again).contains(" 0 to do"), "{}", stderr(&again));
    assert_eq!(batch.desk.emulator.requests().len(), 40, "nothing is asked twice");
}

#[tokio::test]
async fn an_estimate_asks_nothing() {
    let batch = Batch::new(3).await;
    let args =
        ["--estimate", "--max-tokens", "1000000", "--input-price", "0", "--output-price", "2"];
    let output = batch.run(&args).await;
    assert!(output.status.success());
    assert!(stderr(&output).contains("at most about 6.00"), "{}", stderr(&output));
    // Without prices those of the catalogue do, for a model that it has.
    for (model, told) in [("xai.grok-4", "at most about 45.00"), ("xai.grok-9", "at most\n")] {
        let model = format!("oci:{model}");
        let args = ["--estimate", "--max-tokens", "1000000", "--model", &model];
        let output = batch.run(&args).await;
        assert!(stderr(&output).contains(told), "{model}: {}", stderr(&output));
    }
    assert!(batch.desk.emulator.requests().is_empty());
}

/// Killed again and again while calls are under way, and each time with a torn line at the end of the output.
#[tokio::test]
async fn a_batch_that_is_killed_goes_on() {
    const PROMPTS: u64 = 300;
    const AT_A_TIME: usize = 4;
    let batch = Batch::new(usize::try_from(PROMPTS).unwrap()).await;
    let mut kills = 0;
    for stop_after in [40, 41, 110, 200] {
        let mut command = batch.command(&["--concurrency", &AT_A_TIME.to_string()]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let output = batch.output.clone();
        let was_killed = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            loop {
                let lines = fs::read(&output)
                    .map_or(0, |text| text.iter().filter(|b| **b == b'\n').count());
                if lines >= stop_after {
                    break;
                }
                assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
                std::thread::yield_now();
            }
            child.kill().unwrap();
            !child.wait().unwrap().success()
        });
        kills += usize::from(was_killed.await.unwrap());
        let mut torn = fs::read(&batch.output).unwrap();
        torn.extend_from_slice(b"{\"custom_id\":\"line-2");
        fs::write(&batch.output, torn).unwrap();
    }
    assert_eq!(kills, 4);
    let output = batch.run(&["--concurrency", "4"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    batch.check_whole(PROMPTS);
    let asked = batch.desk.emulator.requests().len();
    let most = usize::try_from(PROMPTS).unwrap() + kills * AT_A_TIME;
    assert!(asked <= most, "{asked} requests for {PROMPTS} prompts and {kills} kills");
}

#[tokio::test]
async fn shards_share_the_work() {
    let batch = Batch::new(20).await;
    let first = batch.run(&["--shard", "0/2"]).await;
    assert!(first.status.success(), "{}", stderr(&first));
    let lines = batch.answers();
    assert_eq!(lines.len(), 10);
    assert!(lines.keys().all(|line| line % 2 == 1));
    let second = batch.run(&["--shard", "1/2"]).await;
    assert!(second.status.success());
    batch.check_whole(20);
}

#[tokio::test]
async fn refusals_slow_the_batch_down_and_lose_nothing() {
    let batch = Batch::new(30).await;
    batch.desk.emulator.push_faults(&Fault::status(429), 12);
    let output = batch.run(&["--concurrency", "8"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    batch.check_whole(30);
    assert_eq!(batch.desk.emulator.requests().len(), 42);
}

#[tokio::test]
async fn what_fails_for_good_is_an_answer_too_and_can_be_asked_again() {
    let batch = Batch::new(5).await;
    batch.desk.emulator.push_fault(Fault::status(400));
    let output = batch.run(&["--concurrency", "1"]).await;
    assert_eq!(output.status.code(), Some(7), "{}", stderr(&output));
    let answers = batch.answers();
    assert_eq!(answers.len(), 5);
    let failure = &answers[&1];
    assert_eq!(failure["response"]["status_code"], 400);
    assert!(failure["response"]["request_id"].is_string() && failure["error"]["hint"].is_string());

    let same = batch.run(&[]).await;
    assert_eq!(same.status.code(), Some(7), "it is still there");
    let again = batch.run(&["--retry-failed"]).await;
    assert!(again.status.success(), "{}", stderr(&again));
    batch.check_whole(5);
}

/// A signature that is refused, or a policy that is missing, would fail every prompt: none is used up.
#[tokio::test]
async fn what_fails_every_prompt_ends_the_batch() {
    for (status, code) in [(401, 4), (404, 5)] {
        let batch = Batch::new(50).await;
        batch.desk.emulator.set_fault(Some(Fault::status(status)));
        let output = batch.run(&["--concurrency", "2"]).await;
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(batch.answers().is_empty(), "no prompt is marked as done");
        assert!(batch.desk.emulator.requests().len() <= 2);
        batch.desk.emulator.set_fault(None);
        assert!(batch.run(&[]).await.status.success());
        batch.check_whole(50);
    }
}

#[tokio::test]
async fn a_mistake_in_the_last_line_is_told_before_the_first_is_asked() {
    let batch = Batch::new(3).await;
    let mut text = fs::read_to_string(&batch.input).unwrap();
    text.push_str("{\"promt\":\"hi\"}\n");
    fs::write(&batch.input, text).unwrap();
    let output = batch.run(&[]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("line 4 of "), "{}", stderr(&output));
    assert!(batch.desk.emulator.requests().is_empty());
}

#[tokio::test]
async fn an_output_of_something_else_is_not_written_to() {
    let batch = Batch::new(3).await;
    for (content, told) in [
        ("something\n", "line 1 of "),
        ("{\"custom_id\":\"other\",\"line\":2,\"error\":null}\n", "belongs to another input"),
        ("{\"custom_id\":\"line-9\",\"line\":9,\"error\":null}\n", "belongs to another input"),
    ] {
        fs::write(&batch.output, content).unwrap();
        let output = batch.run(&[]).await;
        assert_eq!(output.status.code(), Some(2), "{content}");
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert_eq!(fs::read_to_string(&batch.output).unwrap(), content, "it is as it was");
    }
}

#[tokio::test]
async fn an_interrupted_batch_waits_for_what_is_under_way() {
    let batch = Batch::new(400).await;
    let mut command = batch.command(&["--concurrency", "2"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let output = batch.output.clone();
    let ended = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        while fs::metadata(&output).map_or(0, |file| file.len()) == 0 {
            assert!(child.try_wait().unwrap().is_none());
            std::thread::yield_now();
        }
        assert!(signal("INT", child.id()));
        child.wait_with_output().unwrap()
    });
    let ended = ended.await.unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", stderr(&ended));
    assert!(stderr(&ended).contains("the same command goes on"), "{}", stderr(&ended));
    let asked = batch.desk.emulator.requests().len();
    assert_eq!(batch.answers().len(), asked, "each call that was begun has its answer");
    assert!(asked < 400);
}

#[tokio::test]
async fn a_dry_run_answers_nothing() {
    let batch = Batch::new(3).await;
    let output = batch.run(&["--dry-run", "--concurrency", "1"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let shown = stdout(&output).lines().filter(|line| line.starts_with("POST ")).count();
    assert_eq!(shown, 3, "{}", stdout(&output));
    assert!(batch.desk.emulator.requests().is_empty());
    let output = batch.run(&[]).await;
    assert!(stderr(&output).contains("3 prompts, 0 answered"), "{}", stderr(&output));
}
