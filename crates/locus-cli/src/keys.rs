//! `locus keys`: the file or database of clients' keys.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use locus_gateway::{ClientKey, KeyFileError, KeyStore};

use crate::args::{CreateKeyArgs, KeysCommand, KeysPlace};
use crate::escape;
use crate::failure::Failure;
use crate::stdout::say;

pub(crate) fn run(command: KeysCommand) -> Result<ExitCode, Failure> {
    match command {
        KeysCommand::Create(args) => create(args),
        KeysCommand::List(at) => list(&at),
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
    say(&format!("{secret}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn list(at: &KeysPlace) -> Result<ExitCode, Failure> {
    let store = open(at)?;
    let keys = store.keys().map_err(|error| failed(at.path(), error))?;
    let spent = store.spent().map_err(|error| failed(at.path(), error))?;
    let lines: Vec<String> = keys
        .iter()
        .map(|key| {
            let models = if key.models().is_empty() {
                "all models".to_owned()
            } else {
                key.models().join(" ")
            };
            let spent = spent.get(key.id()).filter(|spent| spent.dollars > 0.0);
            let spent =
                spent.map_or_else(String::new, |spent| format!("${:.4} spent", spent.dollars));
            let cells = [key.id(), key.name(), &models, &key.limits(), &spent].map(escape::line);
            format!("{}\n", cells.join("\t").trim_end())
        })
        .collect();
    say(&lines.concat())?;
    Ok(ExitCode::SUCCESS)
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
