//! `locus keys`: the file or database of clients' keys.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use locus_gateway::{ClientKey, KeyFileError, KeyStore};
use serde_json::json;

use crate::args::{CreateKeyArgs, KeysCommand, KeysPlace, ListKeysArgs};
use crate::failure::Failure;
use crate::stdout::say;
use crate::table::Table;

pub(crate) fn run(command: KeysCommand) -> Result<ExitCode, Failure> {
    match command {
        KeysCommand::Create(args) => create(args),
        KeysCommand::List(args) => list(&args),
        KeysCommand::Revoke { id, at } => revoke(&id, &at),
    }
}

fn create(args: CreateKeyArgs) -> Result<ExitCode, Failure> {
    let store = open(&args.at)?;
    let mut key = ClientKey::named(args.name).with_models(args.models);
    key = args.rpm.into_iter().fold(key, ClientKey::with_rpm);
    key = args.tpm.into_iter().fold(key, ClientKey::with_tpm);
    key = args.parallel.into_iter().fold(key, ClientKey::with_parallel);
    if let Some(dollars) = args.budget {
        key = key.with_budget(dollars, args.budget_duration);
    }
    if let Some(days) = args.days {
        key = key.with_expiry(SystemTime::now() + DAY * days);
    }
    let secret = store.create(key).map_err(|error| failed(args.at.path(), error))?;
    let text =
        if args.json { json!({"key": secret.to_string()}).to_string() } else { secret.to_string() };
    say(&format!("{text}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn list(args: &ListKeysArgs) -> Result<ExitCode, Failure> {
    let at = &args.at;
    let store = open(at)?;
    let keys = store.keys().map_err(|error| failed(at.path(), error))?;
    let spent = store.spent().map_err(|error| failed(at.path(), error))?;
    let mut table = Table::new(args.json, &["ID", "NAME", "MODELS", "LIMITS", "SPENT"]);
    for key in &keys {
        let spent = spent.get(key.id()).map(|spent| spent.dollars).unwrap_or_default();
        let value = json!({
            "id": key.id(),
            "name": key.name(),
            "models": key.models(),
            "limits": key.limits(),
            "spent": spent,
        });
        let models =
            if key.models().is_empty() { "all".to_owned() } else { key.models().join(" ") };
        let limits = if key.limits().is_empty() { "-".to_owned() } else { key.limits() };
        let cells =
            [key.id().to_owned(), key.name().to_owned(), models, limits, format!("${spent:.4}")];
        table.row(Ok(value.to_string()), &cells);
    }
    table.print()
}

fn revoke(id: &str, at: &KeysPlace) -> Result<ExitCode, Failure> {
    if open(at)?.revoke(id).map_err(|error| failed(at.path(), error))? {
        return Ok(ExitCode::SUCCESS);
    }
    let message = format!("no key {id} in {}", at.path().display());
    Err(Failure::usage(message, "`locus keys list` shows the ids"))
}

fn open(at: &KeysPlace) -> Result<KeyStore, Failure> {
    match &at.db {
        Some(path) => KeyStore::database(path).map_err(|error| failed(path, error)),
        None => Ok(KeyStore::file(&at.file)),
    }
}

fn failed(path: &Path, error: KeyFileError) -> Failure {
    Failure::io(&format!("cannot use {}", path.display()), error)
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
