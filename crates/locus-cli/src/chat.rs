//! `locus chat`: one prompt, one answer.

mod output;
mod summary;

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use locus::{Backend, Client, Endpoint, Env, RetryPolicy};
use oci_emulator::Emulator;

use crate::args::ChatArgs;
use crate::emulate;
use crate::escape;
use crate::failure::{Failure, is_closed_pipe};
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
    let target = if args.emulator {
        emulated(args).await?
    } else {
        Target { client: client(args)?, _emulator: None }
    };
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

/// What is called: a client, and the emulator behind it if there is one, which ends when this is dropped.
struct Target {
    client: Client,
    _emulator: Option<(Emulator, tempfile::TempDir)>,
}

/// A client of the service, or of the endpoint that was named.
fn client(args: &ChatArgs) -> Result<Client, Failure> {
    let retry = RetryPolicy { retries: args.retries, ..RetryPolicy::default() };
    let mut builder = Client::builder(Env::process()).backend(Backend::AWS_LC_RS).retry(retry);
    if let Some(profile) = &args.profile {
        builder = builder.profile(profile);
    }
    if let Some(region) = &args.region {
        builder = builder.region(region);
    }
    if let Some(ocid) = &args.compartment_id {
        builder = builder.compartment_id(ocid);
    }
    if let Some(url) = &args.endpoint {
        let endpoint = Endpoint::parse(url)
            .map_err(|error| Failure::usage(error.to_string(), "correct --endpoint"))?;
        builder = builder.endpoint(endpoint);
    }
    let client = builder.build()?;
    for warning in client.warnings() {
        let _ = writeln!(std::io::stderr(), "locus: {}", escape::line(&warning.to_string()));
    }
    Ok(client)
}

/// The same client, with a configuration file, a key and a service that were made for this call.
async fn emulated(args: &ChatArgs) -> Result<Target, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::io("cannot make a temporary folder", error))?;
    let sandbox = emulate::sandbox(folder.path().to_owned()).await?;
    let emulator = Emulator::builder()
        .identity(sandbox.identity())
        .token_delay(emulate::TOKEN_DELAY)
        .start()
        .await;
    let emulator = emulator.map_err(|error| Failure::io("cannot start the emulator", error))?;
    let url = emulator.url();
    let endpoint =
        Endpoint::parse(&url).map_err(|error| Failure::io("cannot call the emulator", error))?;
    let compartment_id =
        args.compartment_id.clone().unwrap_or_else(|| sandbox.compartment_id().to_owned());
    // An empty environment, so that nothing of the user's own configuration is mixed in.
    let builder = Client::builder(Env::default()).config_file(sandbox.config_file());
    let client = builder.endpoint(endpoint).compartment_id(compartment_id).build()?;
    Ok(Target { client, _emulator: Some((emulator, folder)) })
}

/// The prompt from the command line, or all of standard input.
async fn prompt(args: &ChatArgs) -> Result<String, Failure> {
    let text = match args.prompt.as_deref() {
        Some(text) if text != "-" => text.to_owned(),
        None if std::io::stdin().is_terminal() => {
            return Err(Failure::usage(
                "no prompt",
                "write it behind `locus chat`, or pipe it into standard input",
            ));
        }
        _ => {
            let read = tokio::task::spawn_blocking(|| {
                let mut text = String::new();
                std::io::stdin().lock().read_to_string(&mut text).map(|_| text)
            });
            let read =
                read.await.map_err(|error| Failure::io("cannot read standard input", error))?;
            read.map_err(|error| Failure::io("cannot read the prompt from standard input", error))?
        }
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(
            "the prompt is empty",
            "write it behind `locus chat`, or pipe it into standard input",
        ));
    }
    Ok(text)
}
