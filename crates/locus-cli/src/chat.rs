//! `locus chat`: one prompt, one answer, or a dialogue; with tools in between.

mod attach;
mod dialogue;
mod markdown;
mod output;
mod summary;
mod turn;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Instant;

use locus::agent::Conversation;
use locus::wire::chat::{Content, Message, Part};
use locus::{Client, Env, Model};

use crate::args::ChatArgs;
use crate::failure::{Failure, is_closed_pipe};
use crate::input;
use crate::signal::{dismissed, interrupted};
use crate::tools::Tools;
use output::{Output, WriteError};
use summary::Summary;
use turn::{Manner, Question};

pub(crate) async fn run(args: ChatArgs) -> Result<ExitCode, Failure> {
    let look = Look::of(&Env::process(), args.plain);
    let is_dialogue = args.prompt.is_none() && std::io::stdin().is_terminal();
    // Whoever ends us ends the tools as well, which the signal alone would not.
    let dismissed = dismissed();
    if is_dialogue && !args.json && !args.no_stream && std::io::stdout().is_terminal() {
        let dialogue = async {
            let parts = attachments(&args)?;
            let target = args.connect.open().await?;
            let tools = Tools::open(&args.tools, &Env::process()).await?;
            dialogue::run(&args, &target.client, parts, look, &tools).await?;
            tools.end().await;
            Ok(ExitCode::SUCCESS)
        };
        return tokio::select! {
            () = dismissed => Err(Failure::interrupted()),
            ended = dialogue => ended,
        };
    }
    let ended = tokio::select! {
        biased;
        () = interrupted() => Err(Ended::Interrupted),
        () = dismissed => Err(Ended::Interrupted),
        ended = chat(&args, look) => ended,
    };
    match ended {
        Ok(()) | Err(Ended::Unwanted) => Ok(ExitCode::SUCCESS),
        Err(Ended::Failed(failure)) => Err(failure),
        Err(Ended::Interrupted) => Err(Failure::interrupted()),
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

/// Everything from the prompt to the end of the answer; dropping it cancels the request, and ends the tools.
async fn chat(args: &ChatArgs, look: Look) -> Result<(), Ended> {
    let prompt = prompt(args).await?;
    let content = with(attachments(args)?, &prompt);
    let target = args.connect.open().await?;
    let model = model(args, &target.client);
    let tools = Tools::open(&args.tools, &Env::process()).await?;
    if args.no_stream && tools.is_empty() {
        return whole(args, &model, content, look).await;
    }
    let question = Question {
        model: &model,
        system: args.system.as_deref(),
        before: Conversation::default(),
        content,
        tools: &tools,
    };
    let manner = Manner { json: args.json, whole: args.no_stream, look };
    let turn = turn::ask(question, manner, std::future::pending()).await;
    tools.end().await;
    turn.ended?;
    turn.summary.print(look.styles_errors);
    Ok(())
}

/// An answer that is not streamed.
async fn whole(args: &ChatArgs, model: &Model, content: Content, look: Look) -> Result<(), Ended> {
    let mut call = model.chat(Message::user(content));
    if let Some(system) = &args.system {
        call = call.system(system);
    }
    let mut summary = Summary::new(model, Instant::now());
    let answer = call.await?;
    summary.whole(&answer);
    summary.warned(answer.warnings());
    Output::new(args.json, look).whole(&answer)?;
    summary.print(look.styles_errors);
    Ok(())
}

/// A prompt with what is attached to it.
fn with(mut attached: Vec<Part>, prompt: &str) -> Content {
    if attached.is_empty() {
        return Content::from(prompt);
    }
    attached.push(Part::text(prompt));
    Content::from(attached)
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
