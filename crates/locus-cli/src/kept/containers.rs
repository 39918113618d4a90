//! `locus containers`: where the service runs code.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use locus::Listing;
use locus::wire::resources::{Container, ContainerFile, CreateContainer};

use super::{Common, DONE, List, One, entries, failed, one};
use crate::failure::Failure;
use crate::table::{Shown as _, Table, time};

#[derive(Debug, Subcommand)]
pub(crate) enum ContainersCommand {
    /// Lists containers.
    List(List),
    /// Shows a container.
    Get(One),
    /// Makes a container. It ends after 20 minutes without use.
    Create(CreateArgs),
    /// Lists the files of a container.
    Files(FilesArgs),
    /// Deletes a container and what is in it.
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Its name.
    name: String,

    /// Its memory: 1g, 4g, 16g or 64g [default: the service's].
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,

    /// An uploaded file that is copied into it; may be repeated.
    #[arg(long = "file", value_name = "ID")]
    files: Vec<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct FilesArgs {
    /// The id of the container.
    id: String,

    #[command(flatten)]
    list: List,
}

pub(crate) async fn run(command: ContainersCommand) -> Result<ExitCode, Failure> {
    match command {
        ContainersCommand::List(args) => {
            let target = args.common.open().await?;
            let mut table = Table::new(args.common.json, HEADER);
            entries!(target.client.containers().all(Listing::default()), args.limit(), table, row);
            table.print()
        }
        ContainersCommand::Get(args) => {
            let target = args.common.open().await?;
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.containers().get(&args.id).await, row)
        }
        ContainersCommand::Create(args) => {
            let target = args.common.open().await?;
            let mut container = CreateContainer::new(args.name);
            container.memory_limit = args.memory;
            container.file_ids = (!args.files.is_empty()).then_some(args.files);
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.containers().create(&container).await, row)
        }
        ContainersCommand::Files(args) => {
            let common = &args.list.common;
            let target = common.open().await?;
            let mut table = Table::new(common.json, &["ID", "PATH", "BYTES", "SOURCE", "MADE"]);
            let all = target.client.containers().files(args.id).all(Listing::default());
            entries!(all, args.list.limit(), table, file_row);
            table.print()
        }
        ContainersCommand::Delete(args) => {
            let target = args.common.open().await?;
            target.client.containers().delete(&args.id).await.map_err(failed)?;
            Ok(DONE)
        }
    }
}

fn row(container: &Container) -> Vec<String> {
    vec![
        container.id.shown(),
        container.name.shown(),
        container.status.shown(),
        container.memory_limit.shown(),
        time(container.created_at),
        time(container.last_active_at),
    ]
}

fn file_row(file: &ContainerFile) -> Vec<String> {
    let cells = [file.id.shown(), file.path.shown(), file.bytes.shown(), file.source.shown()];
    cells.into_iter().chain([time(file.created_at)]).collect()
}

const HEADER: &[&str] = &["ID", "NAME", "STATUS", "MEMORY", "MADE", "LAST USED"];
