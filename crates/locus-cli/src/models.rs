//! `locus models`: what the region offers, how each model is reached, and what it costs.

use std::process::ExitCode;

use clap::Args;
use locus::{Capabilities, ModelId, Operation, route};
use locus_gateway::Price;
use serde_json::json;

use crate::connect::ConnectArgs;
use crate::escape;
use crate::failure::Failure;
use crate::lines::{hanging, tell, width};
use crate::stdout::say;

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ModelsArgs {
    /// Only models whose id contains this text.
    #[arg(value_name = "TEXT")]
    part: Option<String>,

    /// Print one JSON object for each model.
    #[arg(long)]
    json: bool,

    /// Make no call: list the models whose price is known, whether the region offers them or not.
    #[arg(long)]
    offline: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(crate) async fn run(args: ModelsArgs) -> Result<ExitCode, Failure> {
    let known: Vec<String> = if args.offline {
        Price::ids().map(str::to_owned).collect()
    } else {
        let target = args.connect.open().await?;
        let listed = target.client.transport().models().await.map_err(locus::Error::from)?;
        listed.data.iter().filter_map(|model| model.id.clone()).collect()
    };
    let wanted = |id: &&str| args.part.as_ref().is_none_or(|part| contains(id, part));
    let mut ids: Vec<&str> = known.iter().map(String::as_str).filter(wanted).collect();
    ids.sort_unstable();
    ids.dedup();
    let text = if args.json { objects(&ids) } else { table(&ids, width()) };
    say(&text)?;
    if ids.is_empty() {
        // The list itself is the answer, and it is empty: whoever reads only that must not take it for a failure.
        tell("no model; `locus route` prints how ids are reached");
    }
    Ok(ExitCode::SUCCESS)
}

fn contains(id: &str, part: &str) -> bool {
    id.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
}

/// How a model is reached. One that is not for chat has its own operation of the native API.
fn transport(id: &str, known: &Capabilities) -> Option<&'static str> {
    let transport = ModelId::parse(id).ok().and_then(|id| route(id).ok());
    match known.operation {
        Some(Operation::Embeddings | Operation::Rerank) => Some("native"),
        _ => transport.map(|route| route.transport.name()),
    }
}

fn objects(ids: &[&str]) -> String {
    let objects = ids.iter().map(|id| {
        let known = Capabilities::of(id);
        let price = Price::listed(id);
        let value = json!({
            "model": id,
            "operation": known.operation.map(|operation| operation.to_string()),
            "transport": transport(id, &known),
            "takes_images": known.takes_images,
            "dimensions": known.dimensions,
            "input_price": price.map(|price| per_million(price.prompt)),
            "output_price": price.map(|price| per_million(price.answer)),
        });
        escape::json(&format!("{value}\n"))
    });
    objects.collect()
}

fn table(ids: &[&str], terminal: Option<usize>) -> String {
    let Some(width) = ids.iter().map(|id| id.chars().count()).max() else { return String::new() };
    let row = |model: &str, over: &str, input: &str, output: &str, notes: &str| {
        let head = format!("{model:width$}  {over:9}  {input:>5}  {output:>5}  ");
        hanging(&head, notes, terminal)
    };
    let rows = ids.iter().map(|id| {
        let known = Capabilities::of(id);
        let price = Price::listed(id);
        let dollars = |part: fn(Price) -> f64| {
            price.map_or_else(|| "-".to_owned(), |price| per_million(part(price)).to_string())
        };
        let over = transport(id, &known).unwrap_or("no route");
        let (input, output) = (dollars(|price| price.prompt), dollars(|price| price.answer));
        row(&escape::line(id), over, &input, &output, &notes(&known))
    });
    std::iter::once(row("MODEL", "OVER", "$ IN", "$ OUT", "NOTES")).chain(rows).collect()
}

/// What is worth a word: that a model is for chat is the rule, and goes without saying.
fn notes(known: &Capabilities) -> String {
    let operation = match (known.operation, known.dimensions) {
        (Some(Operation::Chat), _) => None,
        (Some(operation), Some(dimensions)) => Some(format!("{operation} {dimensions}")),
        (Some(operation), None) => Some(operation.to_string()),
        (None, _) => Some("an unknown vendor".to_owned()),
    };
    let images = known.takes_images.then(|| "images".to_owned());
    operation.into_iter().chain(images).collect::<Vec<_>>().join(", ")
}

/// The price of a million tokens, as it was before it became that of one.
pub(crate) fn per_million(token: f64) -> f64 {
    (token * 1e12).round() / 1e6
}

const AFTER_HELP: &str = "\
Prices are US dollars for a million tokens of input and of output, and - where none is known. They are those of the catalogue \
that LiteLLM 1.109.1 carries, read on 2026-11-21; Oracle bills some models by the character, and your contract goes before them.

Exit status: as for `locus chat`.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_those_of_the_catalogue_and_in_line() {
        let text = table(&["cohere.embed-v4.0", "xai.grok-4", "xai.grok-9"], None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "MODEL              OVER        $ IN  $ OUT  NOTES");
        assert_eq!(lines[2], "xai.grok-4         v1             3     15  images");
        assert_eq!(lines[3], "xai.grok-9         v1             -      -");
        assert_eq!(table(&[], None), "");
        let json: serde_json::Value = serde_json::from_str(&objects(&["xai.grok-4"])).unwrap();
        assert_eq!((&json["input_price"], &json["output_price"]), (&3.0.into(), &15.0.into()));
        let json: serde_json::Value = serde_json::from_str(&objects(&["xai.grok-9"])).unwrap();
        assert!(json["input_price"].is_null());
    }
}
