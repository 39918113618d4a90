//! `locus vector-stores`: what file search looks in.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use locus::Listing;
use locus::wire::Number;
use locus::wire::resources::{
    CreateFileBatch, CreateVectorStore, SearchResult, SearchVectorStore, VectorStore,
    VectorStoreFile, VectorStoreStatus,
};

use super::{Common, DONE, List, One, entries, failed, one};
use crate::failure::Failure;
use crate::table::{Shown as _, Table, time, word};

#[derive(Debug, Subcommand)]
pub(crate) enum VectorStoresCommand {
    /// Lists vector stores.
    List(List),
    /// Shows a vector store.
    Get(One),
    /// Makes a vector store. It can be searched when its status is completed.
    Create(CreateArgs),
    /// Searches a vector store.
    Search(SearchArgs),
    /// Lists the files of a vector store.
    Files(FilesArgs),
    /// Puts uploaded files into a vector store.
    Add(AddArgs),
    /// Deletes a vector store; its files stay among the files.
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Its name.
    name: String,

    /// An uploaded file that goes into it; may be repeated.
    #[arg(long = "file", value_name = "ID")]
    files: Vec<String>,

    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct SearchArgs {
    /// The id of the vector store.
    id: String,

    /// What to look for.
    query: String,

    /// How many results at most, 1 to 50.
    #[arg(long, default_value_t = 10, value_name = "N")]
    limit: u32,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct FilesArgs {
    /// The id of the vector store.
    id: String,

    #[command(flatten)]
    list: List,
}

#[derive(Args, Debug)]
pub(crate) struct AddArgs {
    /// The id of the vector store.
    id: String,

    /// The ids of the files.
    #[arg(required = true)]
    files: Vec<String>,

    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: VectorStoresCommand) -> Result<ExitCode, Failure> {
    match command {
        VectorStoresCommand::List(args) => {
            let target = args.common.open().await?;
            let mut table = Table::new(args.common.json, HEADER);
            let all = target.client.vector_stores().all(Listing::default());
            entries!(all, args.limit(), table, row);
            table.print()
        }
        VectorStoresCommand::Get(args) => {
            let target = args.common.open().await?;
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.vector_stores().get(&args.id).await, row)
        }
        VectorStoresCommand::Create(args) => {
            let target = args.common.open().await?;
            let mut store = CreateVectorStore::new(args.name);
            store.description = args.description;
            store.file_ids = (!args.files.is_empty()).then_some(args.files);
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.vector_stores().create(&store).await, row)
        }
        VectorStoresCommand::Search(args) => search(args).await,
        VectorStoresCommand::Files(args) => {
            let common = &args.list.common;
            let target = common.open().await?;
            let mut table = Table::new(common.json, FILES);
            let all = target.client.vector_stores().files(args.id).all(None, Listing::default());
            entries!(all, args.list.limit(), table, file_row);
            table.print()
        }
        VectorStoresCommand::Add(args) => {
            let target = args.common.open().await?;
            let batches = target.client.vector_stores().file_batches(args.id);
            let batch = batches.create(&CreateFileBatch::of_ids(args.files)).await;
            let table = Table::new(args.common.json, &["BATCH", "STATUS"]);
            one!(table, batch, |batch: &locus::wire::resources::FileBatch| vec![
                batch.id.shown(),
                word(batch.status.as_ref().map(VectorStoreStatus::as_str)),
            ])
        }
        VectorStoresCommand::Delete(args) => {
            let target = args.common.open().await?;
            target.client.vector_stores().delete(&args.id).await.map_err(failed)?;
            Ok(DONE)
        }
    }
}

async fn search(args: SearchArgs) -> Result<ExitCode, Failure> {
    let target = args.common.open().await?;
    let mut search = SearchVectorStore::new(args.query);
    search.max_num_results = Some(args.limit);
    let page = target.client.vector_stores().search(&args.id, &search).await.map_err(failed)?;
    let mut table = Table::new(args.common.json, &["SCORE", "FILE", "NAME", "TEXT"]);
    for result in &page.data {
        table.row(serde_json::to_string(result), &result_row(result));
    }
    table.print()
}

fn row(store: &VectorStore) -> Vec<String> {
    let files = store.file_counts.as_ref().and_then(|counts| counts.total);
    vec![
        store.id.shown(),
        store.name.shown(),
        word(store.status.as_ref().map(VectorStoreStatus::as_str)),
        files.shown(),
        store.usage_bytes.shown(),
        time(store.created_at),
    ]
}

fn file_row(file: &VectorStoreFile) -> Vec<String> {
    let error = file.last_error.as_ref().and_then(|error| error.message.clone());
    vec![
        file.id.shown(),
        word(file.status.as_ref().map(VectorStoreStatus::as_str)),
        file.usage_bytes.shown(),
        error.shown(),
    ]
}

fn result_row(result: &SearchResult) -> Vec<String> {
    let texts: Vec<_> = result.content.iter().filter_map(|part| part.text.as_deref()).collect();
    let text: String = texts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    let score = result.score.map_or(0.0, Number::as_f64);
    vec![format!("{score:.3}"), result.file_id.shown(), result.filename.shown(), shown]
}

const HEADER: &[&str] = &["ID", "NAME", "STATUS", "FILES", "BYTES", "MADE"];
const FILES: &[&str] = &["ID", "STATUS", "BYTES", "ERROR"];

/// How much of a passage fits beside the rest on a wide terminal; all of it is in the JSON.
const SHOWN: usize = 80;
