//! The `locus` command.

mod args;
mod auth;
mod batch;
mod chat;
mod connect;
mod doctor;
mod embed;
mod emulate;
mod escape;
mod failure;
mod image;
mod input;
mod kept;
mod keys;
mod lines;
mod logging;
mod models;
#[cfg(feature = "otlp")]
mod otlp;
mod pages;
mod rerank;
mod route;
mod serve;
mod signal;
mod stdout;
mod table;
mod tools;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    // One call needs no more than two threads; a server takes the cores that there are.
    if !matches!(cli.command, Command::Serve(_)) {
        runtime.worker_threads(2);
    }
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::io("cannot start", error)),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Chat(args) => chat::run(args).await,
            Command::Batch(args) => batch::run(args).await,
            Command::Embed(args) => embed::run(args).await,
            Command::Rerank(args) => rerank::run(args).await,
            Command::Models(args) => models::run(args).await,
            Command::Auth(command) => auth::run(command).await,
            Command::Files(command) => kept::files(command).await,
            Command::VectorStores(command) => kept::vector_stores(command).await,
            Command::Conversations(command) => kept::conversations(command).await,
            Command::Containers(command) => kept::containers(command).await,
            Command::Projects(command) => kept::projects(command).await,
            Command::ApiKeys(command) => kept::api_keys(command).await,
            Command::Endpoints(command) => kept::endpoints(command).await,
            Command::Doctor(args) => doctor::run(args).await,
            Command::Emulate(args) => emulate::run(args).await,
            Command::Route(args) => route::run(&args),
            Command::Keys(command) => keys::run(command),
            Command::Serve(args) => serve::run(args).await,
            Command::Completions(args) => pages::completions(&args),
            Command::Man(args) => pages::man(&args),
        }
    });
    // A read of standard input may still block its thread; nobody waits for it.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(failure) => report(&failure),
    }
}

/// A message on standard error, then the status that the failure stands for.
fn report(failure: &Failure) -> ExitCode {
    if failure.is_none() {
        return failure.exit_code();
    }
    lines::tell(&escape::line(&failure.to_string()));
    failure.exit_code()
}
