//! `locus projects`: what the OpenAI-compatible API keeps things in.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use locus::control::{Filter, Resources, Waiting};
use locus::wire::control::{
    ConversationConfig, CreateProject, LifecycleState, LongTermMemoryConfig, Project,
    ShortTermMemoryConfig, UpdateProject,
};

use super::{Common, DONE, List, One, entries, failed, one};
use crate::failure::Failure;
use crate::table::{Shown as _, Table, moment, word};

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectsCommand {
    /// Lists the projects of the compartment.
    List(List),
    /// Shows a project.
    Get(One),
    /// Makes a project and waits until it can be used.
    Create(CreateArgs),
    /// Changes a project, what is left out stays, and waits until it can be used again.
    Update(UpdateArgs),
    /// Deletes a project.
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Its name.
    name: String,

    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// For how many hours responses and conversations are kept [default: the service's].
    #[arg(long, value_name = "HOURS")]
    retention: Option<u64>,

    /// Remember what conversations tell: the model that extracts, and the one that embeds.
    #[arg(long, num_args = 2, value_names = ["MODEL", "EMBEDDING"])]
    long_term_memory: Option<Vec<String>>,

    /// Shorten long conversations with this model.
    #[arg(long, value_name = "MODEL")]
    short_term_memory: Option<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    /// Its OCID.
    id: String,

    /// Its name from now on.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,

    /// What it is for from now on.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Change it only if it is still this version.
    #[arg(long, value_name = "ETAG")]
    if_match: Option<String>,

    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: ProjectsCommand) -> Result<ExitCode, Failure> {
    match command {
        ProjectsCommand::List(args) => {
            let target = args.common.open().await?;
            let mut table = Table::new(args.common.json, HEADER);
            let all = target.client.control().projects().all(Filter::default());
            entries!(all, args.limit(), table, row);
            table.print()
        }
        ProjectsCommand::Get(args) => {
            let target = args.common.open().await?;
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.control().projects().get(&args.id).await, row)
        }
        ProjectsCommand::Create(args) => create(args).await,
        ProjectsCommand::Update(args) => {
            let target = args.common.open().await?;
            let mut update = UpdateProject::default();
            (update.display_name, update.description) = (args.name, args.description);
            let projects = target.client.control().projects();
            let if_match = args.if_match.as_deref();
            projects.update(&args.id, &update, if_match).await.map_err(failed)?;
            settled(&projects, &args.id, args.common.json).await
        }
        ProjectsCommand::Delete(args) => {
            let target = args.common.open().await?;
            let projects = target.client.control().projects();
            projects.delete(&args.id, None).await.map_err(failed)?;
            Ok(DONE)
        }
    }
}

async fn create(args: CreateArgs) -> Result<ExitCode, Failure> {
    let target = args.common.open().await?;
    let compartment = super::compartment(&target.client)?;
    let mut project = CreateProject::new(compartment);
    project.display_name = Some(args.name);
    project.description = args.description;
    project.conversation_config = args.retention.map(ConversationConfig::hours);
    if let Some([extraction, embedding]) = args.long_term_memory.as_deref() {
        project.long_term_memory_config = Some(LongTermMemoryConfig::new(extraction, embedding));
    }
    project.short_term_memory_optimization_config =
        args.short_term_memory.map(ShortTermMemoryConfig::new);
    let projects = target.client.control().projects();
    let made = projects.create(&project).await.map_err(failed)?;
    settled(&projects, made.id.as_deref().unwrap_or_default(), args.common.json).await
}

/// Waits until the service is done with a project, and shows it.
async fn settled(
    projects: &Resources<Project>,
    id: &str,
    as_json: bool,
) -> Result<ExitCode, Failure> {
    let project = projects.settled(id, &Waiting::default()).await.map_err(failed)?;
    let mut table = Table::new(as_json, HEADER);
    table.row(serde_json::to_string(&project), &row(&project));
    table.print()
}

fn row(project: &Project) -> Vec<String> {
    vec![
        project.id.shown(),
        project.display_name.shown(),
        word(project.lifecycle_state.as_ref().map(LifecycleState::as_str)),
        moment(project.time_created.as_deref()),
    ]
}

const HEADER: &[&str] = &["ID", "NAME", "STATE", "MADE"];
