//! `locus batch` over many prompts, killed again and again, held to the emulator's own record: `cargo xtask soak batch`.
//!
//! It ends with an error unless every prompt has one right answer, and no more was asked than once each and what was under way
//! at the kills.
#![allow(clippy::print_stdout, reason = "a program of the terminal")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use oci_emulator::{Emulator, Sandbox};

const KILLS: usize = 10;
const AT_A_TIME: usize = 32;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(program), Some(prompts)) = (args.next(), args.next()) else {
        return Err("usage: killed-batch PROGRAM PROMPTS".into());
    };
    let prompts: usize = prompts.parse()?;
    let home = tempfile::tempdir()?;
    let sandbox = Sandbox::create(&home.path().join(".oci"))?;
    let emulator = Emulator::builder()
        .identity(sandbox.identity())
        .token_delay(Duration::ZERO)
        .start()
        .await?;
    let (input, output) = (home.path().join("in.jsonl"), home.path().join("out.jsonl"));
    let mut file = std::io::BufWriter::new(File::create(&input)?);
    for number in 1..=prompts {
        writeln!(file, "{{\"prompt\":\"What is {number}+1?\"}}")?;
    }
    file.into_inner()?.sync_all()?;

    let command = || {
        let mut command = Command::new(&program);
        command.env_clear().env("HOME", home.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command.arg("batch").arg(&input).arg("--output").arg(&output);
        command.args(["--endpoint", &emulator.url(), "--concurrency", &AT_A_TIME.to_string()]);
        command
    };
    let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() as u64;
    println!("{prompts} prompts, {AT_A_TIME} at a time, {KILLS} kills, seed {seed}");
    let start = Instant::now();
    let mut stops: Vec<usize> = (0..KILLS as u64).map(|n| place(seed, n, prompts)).collect();
    stops.sort_unstable();
    for stop in stops {
        let mut child = command().stderr(Stdio::null()).spawn()?;
        while lines(&output) < stop {
            if let Some(status) = child.try_wait()? {
                return Err(format!("it ended before it was killed: {status}").into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        child.kill()?;
        child.wait()?;
        // What a power cut may leave besides: the beginning of a line.
        fs::OpenOptions::new().append(true).open(&output)?.write_all(b"{\"custom_id\":\"li")?;
        println!(
            "killed at {} answers after {:.1} s",
            lines(&output),
            start.elapsed().as_secs_f64()
        );
    }
    let status = command().stderr(Stdio::inherit()).spawn()?;
    let status = tokio::task::spawn_blocking(move || status.wait_with_output()).await??;
    if !status.status.success() {
        return Err(format!("the last run failed: {}", status.status).into());
    }
    let seconds = start.elapsed().as_secs_f64();
    check(&output, prompts)?;
    let asked = emulator.request_count();
    let most = prompts + KILLS * AT_A_TIME;
    println!(
        "{prompts} answers, each once and right; {asked} requests, at most {most} allowed; {seconds:.1} s"
    );
    if asked > most { Err("too many requests".into()) } else { Ok(()) }
}

/// A place in the batch that nobody chose.
fn place(seed: u64, n: u64, prompts: usize) -> usize {
    let mut x = seed ^ (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((x ^ (x >> 31)) % (prompts as u64 * 95 / 100)).unwrap_or_default()
}

/// How many whole lines a file has; none if it is not there yet.
fn lines(path: &Path) -> usize {
    let Ok(text) = fs::read(path) else { return 0 };
    text.iter().filter(|byte| **byte == b'\n').count()
}

fn check(output: &Path, prompts: usize) -> Result<(), Box<dyn Error>> {
    let mut seen = vec![false; prompts];
    for line in BufReader::new(File::open(output)?).lines() {
        let value: serde_json::Value = serde_json::from_str(&line?)?;
        let number = value.pointer("/line").and_then(serde_json::Value::as_u64).unwrap_or(0);
        let number = usize::try_from(number)?;
        let text = value.pointer("/response/body/choices/0/message/content");
        let text = text.and_then(serde_json::Value::as_str);
        let sum = (number + 1).to_string();
        if !text.is_some_and(|text| text.contains(&sum)) {
            return Err(format!("a wrong answer: {value}").into());
        }
        let Some(place) = number.checked_sub(1).and_then(|at| seen.get_mut(at)) else {
            return Err(format!("an answer to nothing: {value}").into());
        };
        if std::mem::replace(place, true) {
            return Err(format!("line {number} is answered twice").into());
        }
    }
    match seen.iter().position(|seen| !seen) {
        Some(at) => Err(format!("line {} has no answer", at + 1).into()),
        None => Ok(()),
    }
}
