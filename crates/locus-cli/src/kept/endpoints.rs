//! `locus endpoints`: where dedicated AI clusters serve models.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use locus::control::{Filter, Waiting};
use locus::wire::control::{CreateEndpoint, Endpoint, LifecycleState};

use super::{Common, DONE, List, One, entries, failed, one};
use crate::failure::Failure;
use crate::table::{Shown as _, Table, word};

#[derive(Debug, Subcommand)]
pub(crate) enum EndpointsCommand {
    /// Lists the endpoints of the compartment.
    List(List),
    /// Shows an endpoint.
    Get(One),
    /// Makes an endpoint on a cluster and waits until it serves.
    Create(CreateArgs),
    /// Deletes an endpoint.
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Its name.
    name: String,

    /// The OCID of the model that it serves.
    #[arg(long, value_name = "OCID")]
    model: String,

    /// The OCID of the dedicated AI cluster that it runs on.
    #[arg(long, value_name = "OCID")]
    cluster: String,

    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: EndpointsCommand) -> Result<ExitCode, Failure> {
    match command {
        EndpointsCommand::List(args) => {
            let target = args.common.open().await?;
            let mut table = Table::new(args.common.json, HEADER);
            let all = target.client.control().endpoints().all(Filter::default());
            entries!(all, args.limit(), table, row);
            table.print()
        }
        EndpointsCommand::Get(args) => {
            let target = args.common.open().await?;
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.control().endpoints().get(&args.id).await, row)
        }
        EndpointsCommand::Create(args) => create(args).await,
        EndpointsCommand::Delete(args) => {
            let target = args.common.open().await?;
            let endpoints = target.client.control().endpoints();
            endpoints.delete(&args.id, None).await.map_err(failed)?;
            Ok(DONE)
        }
    }
}

async fn create(args: CreateArgs) -> Result<ExitCode, Failure> {
    let target = args.common.open().await?;
    let compartment = super::compartment(&target.client)?;
    let mut endpoint = CreateEndpoint::new(compartment, args.model, args.cluster);
    endpoint.display_name = Some(args.name);
    let endpoints = target.client.control().endpoints();
    let made = endpoints.create(&endpoint).await.map_err(failed)?;
    let id = made.id.clone().unwrap_or_default();
    let settled = endpoints.settled(&id, &Waiting::default()).await.map_err(failed)?;
    let mut table = Table::new(args.common.json, HEADER);
    table.row(serde_json::to_string(&settled), &row(&settled));
    table.print()
}

fn row(endpoint: &Endpoint) -> Vec<String> {
    vec![
        endpoint.id.shown(),
        endpoint.display_name.shown(),
        word(endpoint.lifecycle_state.as_ref().map(LifecycleState::as_str)),
        endpoint.model_id.shown(),
        endpoint.dedicated_ai_cluster_id.shown(),
    ]
}

const HEADER: &[&str] = &["ID", "NAME", "STATE", "MODEL", "CLUSTER"];
