//! `locus route`: how a model is reached.

use std::io::Write as _;
use std::process::ExitCode;

use locus::{ModelId, Serving, Transport, prefixes, route};
use serde_json::json;

use crate::args::RouteArgs;
use crate::failure::{Failure, is_closed_pipe};

pub(crate) fn run(args: &RouteArgs) -> Result<ExitCode, Failure> {
    let text = match &args.model {
        Some(model) => one(model, args.json)?,
        None => table(args.json),
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if !is_closed_pipe(&error) => {
            Err(Failure::io("cannot write to standard output", error))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
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
            "supported": found.transport.is_built(),
            "serving": serving,
            "prefix": found.prefix,
        });
        return Ok(format!("{value}\n"));
    }
    Ok(format!(
        "{id}: {}, {serving}, because its id begins with {}\n",
        shown(found.transport),
        found.prefix
    ))
}

fn table(as_json: bool) -> String {
    let mut text = String::new();
    for (prefix, transport) in prefixes() {
        if as_json {
            let value = json!({
                "prefix": prefix,
                "transport": transport.map(Transport::name),
                "supported": transport.is_some_and(Transport::is_built),
            });
            text.push_str(&format!("{value}\n"));
        } else {
            let transport = transport.map_or_else(|| "not for chat".to_owned(), shown);
            text.push_str(&format!("{prefix:<28} {transport}\n"));
        }
    }
    text
}

fn shown(transport: Transport) -> String {
    if transport.is_built() {
        transport.name().to_owned()
    } else {
        format!("{transport} (not supported yet)")
    }
}
