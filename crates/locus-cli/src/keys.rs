//! `locus keys`: the file of clients' keys.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use locus_gateway::{ClientKey, KeyFile, KeyFileError};

use crate::args::{CreateKeyArgs, KeysCommand};
use crate::escape;
use crate::failure::Failure;
use crate::stdout::say;

pub(crate) fn run(command: KeysCommand) -> Result<ExitCode, Failure> {
    match command {
        KeysCommand::Create(args) => create(args),
        KeysCommand::List(file) => list(&file.file),
        KeysCommand::Revoke { id, file } => revoke(&id, &file.file),
    }
}

fn create(args: CreateKeyArgs) -> Result<ExitCode, Failure> {
    let path = args.file.file;
    let mut file = match KeyFile::read(&path) {
        Err(KeyFileError::Io(error)) if error.kind() == ErrorKind::NotFound => KeyFile::default(),
        read => read.map_err(|error| failed(&path, error))?,
    };
    let mut key = ClientKey::named(args.name).with_models(args.models);
    key = args.rpm.into_iter().fold(key, ClientKey::with_rpm);
    key = args.tpm.into_iter().fold(key, ClientKey::with_tpm);
    key = args.parallel.into_iter().fold(key, ClientKey::with_parallel);
    if let Some(days) = args.days {
        key = key.with_expiry(SystemTime::now() + DAY * days);
    }
    let secret = file.create(key).map_err(|error| failed(&path, error))?;
    file.write(&path).map_err(|error| failed(&path, error))?;
    say(&format!("{secret}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn list(path: &Path) -> Result<ExitCode, Failure> {
    let file = KeyFile::read(path).map_err(|error| failed(path, error))?;
    let lines: Vec<String> = file
        .keys()
        .iter()
        .map(|key| {
            let models = if key.models().is_empty() {
                "all models".to_owned()
            } else {
                key.models().join(" ")
            };
            let line = format!("{}\t{}\t{models}\t{}", key.id(), key.name(), key.limits());
            let cells: Vec<String> = line.split('\t').map(escape::line).collect();
            format!("{}\n", cells.join("\t").trim_end())
        })
        .collect();
    say(&lines.concat())?;
    Ok(ExitCode::SUCCESS)
}

fn revoke(id: &str, path: &Path) -> Result<ExitCode, Failure> {
    let mut file = KeyFile::read(path).map_err(|error| failed(path, error))?;
    if !file.revoke(id) {
        let message = format!("no key {id} in {}", path.display());
        return Err(Failure::usage(message, "`locus keys list` shows the ids"));
    }
    file.write(path).map_err(|error| failed(path, error))?;
    Ok(ExitCode::SUCCESS)
}

fn failed(path: &Path, error: KeyFileError) -> Failure {
    Failure::io(&format!("cannot use {}", path.display()), error)
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
