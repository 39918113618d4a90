//! `locus batch`: a file of prompts, a file of answers, as many at a time as the service takes.

mod budget;
mod input;
mod output;
mod pace;
mod progress;
mod shard;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use locus::{Client, ErrorKind};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::connect::ConnectArgs;
use crate::failure::Failure;
use crate::signal::interrupted;
use budget::{Prices, Spent};
use input::{Input, Prompt};
use output::{Line, Output};
use pace::Pace;
use progress::Progress;
use shard::Shard;

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct BatchArgs {
    /// The prompts, one JSON value on each line: {"prompt": …}, {"messages": […]}, a text, or a line of OpenAI's batch files.
    #[arg(value_name = "FILE")]
    input: PathBuf,

    /// Where the answers go, one line for each prompt, in the form of OpenAI's batch files. If it is there, the batch goes on.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// The model of the lines that name none.
    #[arg(long, short, default_value = "oci:openai.gpt-oss-20b", value_name = "ID")]
    model: String,

    /// The longest answer of the lines that do not say it, in tokens [default: the model's own].
    #[arg(long, value_name = "TOKENS")]
    max_tokens: Option<u64>,

    /// How many calls are made at a time at most; after a 429 there are fewer, and more again when all goes well.
    #[arg(long, short = 'j', default_value_t = 16, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: u32,

    /// How many calls are begun in a minute at most [default: as many as the service takes].
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..))]
    rpm: Option<u32>,

    /// How often a prompt is asked before its failure is its answer; refused signatures and permissions end the batch at once.
    #[arg(long, default_value_t = 6, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    attempts: u32,

    /// Only every n-th prompt, from the i-th, counted from 0: such as 2/8. For several machines, each with an output of its own.
    #[arg(long, value_name = "I/N", default_value = "0/1")]
    shard: Shard,

    /// Ask those prompts again whose answer in the output is a failure.
    #[arg(long, conflicts_with_all = ["dry_run", "estimate"])]
    retry_failed: bool,

    /// What a million tokens of input cost, for the sums that are told [default: as `locus models` shows it, in US dollars].
    #[arg(long, value_name = "PRICE", requires = "output_price")]
    input_price: Option<f64>,

    /// What a million tokens of output cost.
    #[arg(long, value_name = "PRICE", requires = "input_price")]
    output_price: Option<f64>,

    /// Read everything, say what is to be done and about what it costs, and end.
    #[arg(long)]
    estimate: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(crate) async fn run(args: BatchArgs) -> Result<ExitCode, Failure> {
    let mut stop = std::pin::pin!(interrupted());
    let is_new = !args.output.exists();
    let mut output = Output::open(&args.output, args.retry_failed)?;
    let input = Input::check(&args.input, &args.shard, &output)?;
    let prices = args.input_price.zip(args.output_price);
    let prices = prices.map(|(input, output)| Prices { input, output });
    let prices = prices.or_else(|| Prices::listed(&args.model, &input));
    let mut progress = Progress::new(input.prompts, output.done(), prices);
    progress.begin(&input, args.max_tokens);
    if args.estimate {
        return Ok(untouched(&args.output, is_new));
    }
    let target = args.connect.open().await?;
    let client = &target.client;

    let mut prompts = input.read(&args.shard)?;
    let mut pace = Pace::new(args.concurrency, args.rpm, Instant::now());
    // Each a task of its own, so that signing uses every core; dropping the set cancels them.
    let mut calls = JoinSet::new();
    let mut again: VecDeque<Prompt> = VecDeque::new();
    let mut spent = Spent::default();
    let mut is_stopping = false;
    let mut ending: Option<Failure> = None;
    loop {
        let may_begin = !is_stopping && ending.is_none() && calls.len() < pace.limit();
        let begins_at = pace.begins_at();
        if may_begin && begins_at <= Instant::now() {
            let next = match again.pop_front() {
                Some(prompt) => Some(prompt),
                None => next_prompt(&mut prompts, &output)?,
            };
            if let Some(prompt) = next {
                pace.begun(Instant::now());
                calls.spawn(ask(client.clone(), args.model.clone(), args.max_tokens, prompt));
                continue;
            }
            if calls.is_empty() {
                break;
            }
        }
        if calls.is_empty() && !may_begin {
            break;
        }
        tokio::select! {
            biased;
            () = &mut stop, if !is_stopping => {
                is_stopping = true;
                progress.say("no further prompt is asked; the answers under way are waited for");
            }
            Some(asked) = calls.join_next() => {
                let asked = asked.map_err(|error| Failure::io("a call broke off", error))?;
                match verdict(asked, args.attempts, &mut pace) {
                    Verdict::Done(line, usage) => {
                        spent.add(usage.as_deref());
                        output.write(&line)?;
                        progress.done(&line, &spent, pace.limit());
                    }
                    Verdict::Shown => {}
                    Verdict::Again(prompt) => again.push_back(*prompt),
                    Verdict::End(failure) => ending = Some(ending.unwrap_or(failure)),
                }
            }
            () = sleep_until(begins_at), if may_begin && begins_at > Instant::now() => {}
        }
    }
    if args.connect.dry_run && ending.is_none() {
        return Ok(untouched(&args.output, is_new));
    }
    progress.end(&output, &spent);
    match ending {
        Some(failure) => Err(failure),
        None if is_stopping => Err(Failure::stopped(&args.output)),
        None if output.failed() > 0 => Ok(ExitCode::from(SOME_FAILED)),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Nothing was answered, and nothing is left behind: the output is not there if it was not there before.
fn untouched(output: &Path, is_new: bool) -> ExitCode {
    if is_new {
        // One that cannot be removed is empty.
        let _ = std::fs::remove_file(output);
    }
    ExitCode::SUCCESS
}

/// The next prompt that has no answer yet.
fn next_prompt(
    prompts: &mut impl Iterator<Item = Result<Prompt, Failure>>,
    output: &Output,
) -> Result<Option<Prompt>, Failure> {
    for prompt in prompts {
        let prompt = prompt?;
        if !output.has(prompt.line) {
            return Ok(Some(prompt));
        }
    }
    Ok(None)
}

/// A prompt and what came of asking it.
struct Asked {
    prompt: Prompt,
    outcome: Result<locus::ChatAnswer, locus::router::Error>,
}

async fn ask(client: Client, model: String, max_tokens: Option<u64>, mut prompt: Prompt) -> Asked {
    prompt.attempts += 1;
    let mut request = prompt.request.clone();
    if request.max_tokens.is_none() && request.max_completion_tokens.is_none() {
        request.max_tokens = max_tokens;
    }
    let model = if request.model.is_empty() { model } else { request.model.clone() };
    let outcome = client.model(model).chat(request).await;
    Asked { prompt, outcome }
}

/// What becomes of a prompt that was asked.
enum Verdict {
    Done(Line, Option<Box<locus::wire::chat::Usage>>),
    /// It was shown in place of being sent.
    Shown,
    /// It is asked once more, later.
    Again(Box<Prompt>),
    /// Every other prompt would fail as well.
    End(Failure),
}

fn verdict(asked: Asked, attempts: u32, pace: &mut Pace) -> Verdict {
    let Asked { prompt, outcome } = asked;
    let now = Instant::now();
    let error = match outcome {
        Ok(answer) => {
            pace.went_well();
            let usage = answer.usage.clone().map(Box::new);
            return Verdict::Done(Line::answer(&prompt, &answer), usage);
        }
        Err(error) => error,
    };
    let locus::router::Error::Transport(failed) = &error else {
        return match &error {
            // The model or its answer is at fault, which says nothing of the next line.
            locus::router::Error::Failed { .. } | locus::router::Error::Incomplete { .. }
                if prompt.attempts < attempts =>
            {
                Verdict::Again(Box::new(prompt))
            }
            locus::router::Error::NoCompartment { .. } => {
                Verdict::End(locus::Error::from(error).into())
            }
            _ => Verdict::Done(Line::failure(&prompt, &error), None),
        };
    };
    if failed.kind() == ErrorKind::DryRun {
        return Verdict::Shown;
    }
    if failed.is_rate_limited() {
        pace.refused(failed.retry_after().unwrap_or(PAUSE), now);
    }
    let is_ours = matches!(failed.kind(), ErrorKind::Request | ErrorKind::Identity);
    let is_refused = failed.is_auth()
        || (failed.is_not_authorized_or_not_found() && !failed.is_model_not_found());
    if is_ours || is_refused {
        return Verdict::End(locus::Error::from(error).into());
    }
    let may_pass = failed.is_rate_limited()
        || failed.is_server_error()
        || matches!(
            failed.kind(),
            ErrorKind::Connect
                | ErrorKind::Network
                | ErrorKind::Timeout(_)
                | ErrorKind::Truncated
                | ErrorKind::Malformed
                | ErrorKind::Breaker
        );
    // A 429 is no attempt at the prompt: nothing was done, and the pace was wrong.
    let attempts = if failed.is_rate_limited() { attempts.saturating_mul(10) } else { attempts };
    if may_pass && prompt.attempts < attempts {
        if !failed.is_rate_limited() {
            pace.failed(now);
        }
        return Verdict::Again(Box::new(prompt));
    }
    Verdict::Done(Line::failure(&prompt, &error), None)
}

/// The pause after a 429 that names none.
const PAUSE: Duration = Duration::from_secs(1);

/// The batch is complete, and some of its answers are failures.
const SOME_FAILED: u8 = 7;

const AFTER_HELP: &str = "\
A batch that was stopped, by Ctrl-C, a crash or a power cut, goes on with the same command: each prompt has one line in the
output, and only those without are asked. Of two prompts under way at a crash the service may have answered both.

Exit status: that of `locus chat`, and 7 also if the batch is complete and some prompts failed; --retry-failed asks those again.";
