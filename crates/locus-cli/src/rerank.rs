//! `locus rerank`: documents in the order in which they answer a query.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::args::EXIT_STATUS;
use crate::connect::ConnectArgs;
use crate::escape;
use crate::failure::Failure;
use crate::input;
use crate::stdout::say;

#[derive(Args, Debug)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct RerankArgs {
    /// What is asked.
    query: String,

    /// The documents; without them, one on each line of standard input.
    documents: Vec<String>,

    /// The model.
    #[arg(long, short, default_value = "oci:cohere.rerank-v3.5", value_name = "ID")]
    model: String,

    /// How many documents to show [default: all].
    #[arg(long, short = 'n', value_name = "DOCUMENTS")]
    top_n: Option<u32>,

    /// Print one JSON object for each document.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(crate) async fn run(args: RerankArgs) -> Result<ExitCode, Failure> {
    let documents = input::lines(&args.documents, "document").await?;
    let target = args.connect.open().await?;
    let mut call = target.client.model(&args.model).rerank(&args.query, &documents);
    if let Some(count) = args.top_n {
        call = call.top_n(count);
    }
    let ranking = call.await.map_err(locus::Error::from)?;
    let mut text = String::new();
    for rank in &ranking.ranks {
        let document = documents.get(rank.index).map_or("", String::as_str);
        if args.json {
            let value = json!({"index": rank.index, "score": rank.score, "document": document});
            text.push_str(&escape::json(&format!("{value}\n")));
        } else {
            let line = escape::line(document);
            text.push_str(&format!("{:.4}  {:>3}  {line}\n", rank.score, rank.index));
        }
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}
