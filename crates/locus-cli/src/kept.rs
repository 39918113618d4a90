//! What the service keeps: files, vector stores, conversations, containers, projects, API keys and endpoints.

mod api_keys;
mod containers;
mod conversations;
mod endpoints;
mod files;
mod projects;
mod vector_stores;

pub(crate) use api_keys::{ApiKeysCommand, run as api_keys};
pub(crate) use containers::{ContainersCommand, run as containers};
pub(crate) use conversations::{ConversationsCommand, run as conversations};
pub(crate) use endpoints::{EndpointsCommand, run as endpoints};
pub(crate) use files::{FilesCommand, run as files};
pub(crate) use projects::{ProjectsCommand, run as projects};
pub(crate) use vector_stores::{VectorStoresCommand, run as vector_stores};

use std::process::ExitCode;

use clap::Args;
use locus::Client;
use locus::transport::Error;

use crate::args::EXIT_STATUS;
use crate::connect::{ConnectArgs, Target};
use crate::failure::Failure;

/// What all of these commands take.
#[derive(Args, Debug)]
#[command(after_help = EXIT_STATUS)]
pub(crate) struct Common {
    /// Print one JSON object for each entry, as the service sent it.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

impl Common {
    async fn open(&self) -> Result<Target, Failure> {
        self.connect.open().await
    }
}

/// One thing, by its id.
#[derive(Args, Debug)]
pub(crate) struct One {
    /// Its id.
    id: String,

    #[command(flatten)]
    common: Common,
}

/// A list.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// How many entries at most [default: all].
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    #[command(flatten)]
    common: Common,
}

impl List {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }
}

/// Takes entries until there are none, or enough.
macro_rules! entries {
    ($items:expr, $limit:expr, $table:expr, $row:expr) => {{
        let mut items = $items;
        let mut left = $limit;
        while left > 0
            && let Some(entry) = items.next().await
        {
            let entry = entry.map_err($crate::kept::failed)?;
            $table.row(serde_json::to_string(&entry), &($row)(&entry));
            left -= 1;
        }
    }};
}
use entries;

/// A table with one entry.
macro_rules! one {
    ($table:expr, $entry:expr, $row:expr) => {{
        let entry = $entry.map_err($crate::kept::failed)?.into_inner();
        let mut table = $table;
        table.row(serde_json::to_string(&entry), &($row)(&entry));
        table.print()
    }};
}
use one;

fn failed(error: Error) -> Failure {
    locus::Error::from(error).into()
}

/// The compartment that things are made in.
fn compartment(client: &Client) -> Result<String, Failure> {
    let found = client.compartment_id().map(|found| found.value.clone());
    found.ok_or_else(|| {
        let message = "an API key of Generative AI makes nothing here";
        Failure::usage(message, "use an OCI identity, such as a profile of ~/.oci/config")
    })
}

const DONE: ExitCode = ExitCode::SUCCESS;
