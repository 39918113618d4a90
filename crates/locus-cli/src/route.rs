//! `locus route`: how a model is reached.

use std::process::ExitCode;

use locus::{Capabilities, ModelId, Operation, Serving, prefixes, route};
use serde_json::json;

use crate::args::RouteArgs;
use crate::failure::Failure;
use crate::stdout::say;

pub(crate) fn run(args: &RouteArgs) -> Result<ExitCode, Failure> {
    let text = match &args.model {
        Some(model) => one(model, args.json)?,
        None => table(args.json),
    };
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn one(model: &str, as_json: bool) -> Result<String, Failure> {
    let id =
        ModelId::parse(model).map_err(locus::router::Error::from).map_err(locus::Error::from)?;
    let found = route(id).map_err(locus::router::Error::from).map_err(locus::Error::from)?;
    let serving = match found.serving {
        Serving::Dedicated => "dedicated",
        _ => "on demand",
    };
    if as_json {
        let value = json!({
            "model": id.as_str(),
            "transport": found.transport.name(),
            "serving": serving,
            "format": found.format.api_format().as_str(),
            "takes_images": Capabilities::of(id.as_str()).takes_images,
            "prefix": found.prefix,
        });
        return Ok(format!("{value}\n"));
    }
    Ok(format!(
        "{id}: {}, {serving}, because its id begins with {}\n",
        found.transport, found.prefix
    ))
}

fn table(as_json: bool) -> String {
    let mut text = String::new();
    for row in prefixes() {
        if as_json {
            let value = json!({
                "prefix": row.prefix,
                "operation": row.operation.to_string(),
                "transport": row.transport.name(),
                "format": row.format.api_format().as_str(),
            });
            text.push_str(&format!("{value}\n"));
        } else {
            let operation = match row.operation {
                Operation::Chat => String::new(),
                other => format!(", {other}"),
            };
            text.push_str(&format!("{:<28} {}{operation}\n", row.prefix, row.transport));
        }
    }
    text
}
