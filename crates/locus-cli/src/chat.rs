//! `locus chat`: one prompt, one answer.

mod attach;
mod dialogue;
mod markdown;
mod output;
mod summary;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Instant;

use locus::wire::chat::{ChatAccumulator, Message, Part, ResponseMessage};
use locus::{Chat, Client, Env, Model, ProviderState};

use crate::args::ChatArgs;
use crate::failure::{Failure, is_closed_pipe};
use crate::input;
use crate::signal::interrupted;
use output::{Output, WriteError};
use summary::Summary;

pub(crate) async fn run(args: ChatArgs) -> Result<ExitCode, Failure> {
    let look = Look::of(&Env::process(), args.plain);
    let is_dialogue = args.prompt.is_none() && std::io::stdin().is_terminal();
    if is_dialogue && !args.json && !args.no_stream && std::io::stdout().is_terminal() {
        let parts = attachments(&args)?;
        let target = args.connect.open().await?;
        dialogue::run(&args, &target.client, parts, look).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut output = Output::new(args.json, look);
    let ended = tokio::select! {
        biased;
        () = interrupted() => Err(Ended::Interrupted),
        ended = chat(&args, &mut output) => ended,
    };
    match ended {
        Ok(summary) => {
            summary.print(look.styles_errors);
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

/// How text is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Standard output shows Markdown as styles, and reasoning dimmed.
    pub(super) styles_answer: bool,
    /// Standard error shows styles.
    pub(super) styles_errors: bool,
}

impl Look {
    /// Styles go to terminals whose user wants them (<https://no-color.org>).
    fn of(env: &Env, plain: bool) -> Self {
        let set = |name| env.get(name).ok().flatten();
        let wanted = set("NO_COLOR").is_none() && set("TERM") != Some("dumb");
        Self {
            styles_answer: wanted && !plain && std::io::stdout().is_terminal(),
            styles_errors: wanted && std::io::stderr().is_terminal(),
        }
    }
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
    let mut parts = attachments(args)?;
    let target = args.connect.open().await?;
    let model = model(args, &target.client);
    let mut call = if parts.is_empty() {
        model.chat(prompt)
    } else {
        parts.push(Part::text(prompt));
        model.chat(Message::user(parts))
    };
    if let Some(system) = &args.system {
        call = call.system(system);
    }
    if args.no_stream {
        let mut summary = Summary::new(&model, Instant::now());
        let answer = call.await?;
        summary.whole(&answer);
        summary.warned(answer.warnings());
        output.whole(&answer)?;
        return Ok(summary);
    }
    Ok(turn(call, &model, output).await?.summary)
}

/// An answer that was shown.
struct Turn {
    summary: Summary,
    message: Message,
    state: Option<ProviderState>,
}

/// Asks, and shows the answer piece by piece.
async fn turn(call: Chat, model: &Model, output: &mut Output) -> Result<Turn, Ended> {
    let mut summary = Summary::new(model, Instant::now());
    let mut pieces = ChatAccumulator::new();
    let mut stream = call.stream().await?;
    summary.opened(stream.opc_request_id());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        summary.chunk(&chunk);
        output.chunk(&chunk)?;
        pieces.push(&chunk);
    }
    summary.ended(stream.unknown_lines());
    summary.warned(stream.warnings());
    output.finish()?;
    let message = pieces.finish().message().cloned();
    let message = message.map_or_else(|| Message::assistant(""), ResponseMessage::into_message);
    Ok(Turn { summary, message, state: stream.state() })
}

fn model(args: &ChatArgs, client: &Client) -> Model {
    let model = client.model(&args.model);
    match args.transport {
        Some(transport) => model.over(transport),
        None => model,
    }
}

/// The files that go with the prompt.
fn attachments(args: &ChatArgs) -> Result<Vec<Part>, Failure> {
    let images = args.images.iter().map(|path| attach::image(path));
    images.chain(args.files.iter().map(|path| attach::file(path))).collect()
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
