//! `locus models`: what the region offers, and how each model is reached.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;
use locus::{Capabilities, ModelId, Operation, route};
use serde_json::json;

use crate::args::EXIT_STATUS;
use crate::connect::ConnectArgs;
use crate::escape;
use crate::failure::Failure;
use crate::stdout::say;

#[derive(Args, Debug)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct ModelsArgs {
    /// Only models whose id contains this text.
    #[arg(value_name = "TEXT")]
    part: Option<String>,

    /// Print one JSON object for each model.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(crate) async fn run(args: ModelsArgs) -> Result<ExitCode, Failure> {
    let target = args.connect.open().await?;
    let listed = target.client.transport().models().await.map_err(locus::Error::from)?;
    let mut ids: Vec<&str> = listed
        .data
        .iter()
        .filter_map(|model| model.id.as_deref())
        .filter(|id| args.part.as_ref().is_none_or(|part| contains(id, part)))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let width = ids.iter().map(|id| id.chars().count()).max().unwrap_or_default();
    let text: String = ids.iter().map(|id| line(id, width, args.json)).collect();
    say(&text)?;
    if ids.is_empty() {
        // The list itself is the answer, and it is empty: whoever reads only that must not take it for a failure.
        let what = "no model; `locus route` prints how ids are reached";
        let _ = writeln!(std::io::stderr(), "locus: {what}");
    }
    Ok(ExitCode::SUCCESS)
}

fn contains(id: &str, part: &str) -> bool {
    id.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

fn line(id: &str, width: usize, as_json: bool) -> String {
    let known = Capabilities::of(id);
    let transport = ModelId::parse(id).ok().and_then(|id| route(id).ok());
    // A model that is not for chat has its own operation of the native API.
    let transport = match known.operation {
        Some(Operation::Embeddings | Operation::Rerank) => Some("native"),
        _ => transport.map(|route| route.transport.name()),
    };
    let operation = known.operation.map(|operation| operation.to_string());
    if as_json {
        let value = json!({
            "model": id,
            "operation": operation,
            "transport": transport,
            "takes_images": known.takes_images,
            "dimensions": known.dimensions,
        });
        return escape::json(&format!("{value}\n"));
    }
    // What is for chat is the rule, and goes without saying.
    let mut notes = Vec::new();
    match (known.operation, known.dimensions) {
        (Some(Operation::Chat), _) => {}
        (Some(operation), Some(dimensions)) => notes.push(format!("{operation} {dimensions}")),
        (Some(operation), None) => notes.push(operation.to_string()),
        (None, _) => notes.push("an unknown vendor".to_owned()),
    }
    if known.takes_images {
        notes.push("images".to_owned());
    }
    let line = format!(
        "{:width$}  {:9}  {}",
        escape::line(id),
        transport.unwrap_or("no route"),
        notes.join(", "),
    );
    format!("{}\n", line.trim_end())
}
