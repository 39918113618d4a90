//! `locus chat`: one prompt, one answer.

mod output;
mod summary;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Instant;

use locus::Env;

use crate::args::ChatArgs;
use crate::failure::{Failure, is_closed_pipe};
use crate::input;
use crate::signal::interrupted;
use output::{Output, WriteError};
use summary::Summary;

pub(crate) async fn run(args: ChatArgs) -> Result<ExitCode, Failure> {
    let mut output = Output::new(args.json);
    let ended = tokio::select! {
        biased;
        () = interrupted() => Err(Ended::Interrupted),
        ended = chat(&args, &mut output) => ended,
    };
    match ended {
        Ok(summary) => {
            summary.print(dims(&Env::process()));
            Ok(ExitCode::SUCCESS)
        }
        Err(Ended::Unwanted) => Ok(ExitCode::SUCCESS),
        Err(ended) => {
            // The message begins on a line of its own, whatever was shown before.
            output.end_line();
            Err(match ended {
                Ended::Failed(failure) => failure,
                Ended::Interrupted | Ended::Unwanted => Failure::interrupted(),
            })
        }
    }
}

/// Whether standard error shows styles, and the user wants them (<https://no-color.org>).
fn dims(env: &Env) -> bool {
    let set = |name| env.get(name).ok().flatten();
    std::io::stderr().is_terminal() && set("NO_COLOR").is_none() && set("TERM") != Some("dumb")
}

/// Why an answer was not shown to its end.
enum Ended {
    Failed(Failure),
    Interrupted,
    /// The reader of our output has gone.
    Unwanted,
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<locus::router::Error> for Ended {
    fn from(error: locus::router::Error) -> Self {
        Self::Failed(locus::Error::from(error).into())
    }
}

impl From<locus::transport::Error> for Ended {
    fn from(error: locus::transport::Error) -> Self {
        Self::Failed(locus::Error::from(error).into())
    }
}

impl From<WriteError> for Ended {
    fn from(WriteError(error): WriteError) -> Self {
        if is_closed_pipe(&error) {
            Self::Unwanted
        } else {
            Self::Failed(Failure::io("cannot write the answer", error))
        }
    }
}

/// Everything from the prompt to the end of the answer; dropping it cancels the request.
async fn chat(args: &ChatArgs, output: &mut Output) -> Result<Summary, Ended> {
    let prompt = prompt(args).await?;
    let target = args.connect.open().await?;
    let mut model = target.client.model(&args.model);
    if let Some(transport) = args.transport {
        model = model.over(transport);
    }
    let mut summary = Summary::new(&model, Instant::now());
    let call = match &args.system {
        Some(system) => model.chat(prompt).system(system),
        None => model.chat(prompt),
    };
    if args.no_stream {
        let answer = call.await?;
        summary.whole(&answer);
        summary.warned(answer.warnings());
        output.whole(&answer)?;
        return Ok(summary);
    }
    let mut stream = call.stream().await?;
    summary.opened(stream.opc_request_id());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        summary.chunk(&chunk);
        output.chunk(&chunk)?;
    }
    summary.ended(stream.unknown_lines());
    summary.warned(stream.warnings());
    output.finish()?;
    Ok(summary)
}

/// The prompt from the command line, or all of standard input.
async fn prompt(args: &ChatArgs) -> Result<String, Failure> {
    let text = match args.prompt.as_deref() {
        Some(text) if text != "-" => text.to_owned(),
        _ => input::text("prompt").await?,
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(
            "the prompt is empty",
            "write it behind `locus chat`, or pipe it into standard input",
        ));
    }
    Ok(text)
}
