//! `locus api-keys`: keys of the Generative AI service, for programs without an OCI identity.

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use locus::control::Filter;
use locus::wire::control::{
    ApiKey, CreateApiKey, KeyDetails, KeyState, LifecycleState, RenewApiKey, SetApiKeyState,
};

use super::{Common, DONE, List, One, entries, failed, one};
use crate::failure::Failure;
use crate::table::{Shown as _, Table, moment, time, word};

#[derive(Debug, Subcommand)]
pub(crate) enum ApiKeysCommand {
    /// Lists the API keys of the compartment, without their secrets.
    List(List),
    /// Shows an API key, without its secrets.
    Get(One),
    /// Makes an API key and prints its secrets, this once.
    Create(CreateArgs),
    /// Gives one key of an API key a new secret and prints it, this once.
    Renew(RenewArgs),
    /// Switches one key of an API key on or off, or revokes it for good.
    SetState(StateArgs),
    /// Deletes an API key.
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// Its name.
    name: String,

    /// The name of a key in it; may be given twice, so that one can be renewed while the other is used.
    #[arg(long = "key", default_value = "key-1", value_name = "NAME")]
    keys: Vec<String>,

    /// In how many days they end.
    #[arg(long, default_value_t = 90, value_name = "DAYS")]
    days: u32,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct RenewArgs {
    /// Its OCID.
    id: String,

    /// The name of the key in it.
    key: String,

    /// In how many days it ends.
    #[arg(long, default_value_t = 90, value_name = "DAYS")]
    days: u32,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct StateArgs {
    /// Its OCID.
    id: String,

    /// The name of the key in it.
    key: String,

    /// ACTIVE, INACTIVE or REVOKED.
    #[arg(value_parser = ["ACTIVE", "INACTIVE", "REVOKED"], ignore_case = true)]
    state: String,

    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: ApiKeysCommand) -> Result<ExitCode, Failure> {
    match command {
        ApiKeysCommand::List(args) => {
            let target = args.common.open().await?;
            let mut table = Table::new(args.common.json, HEADER);
            let all = target.client.control().api_keys().all(Filter::default());
            entries!(all, args.limit(), table, row);
            table.print()
        }
        ApiKeysCommand::Get(args) => {
            let target = args.common.open().await?;
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.control().api_keys().get(&args.id).await, row)
        }
        ApiKeysCommand::Create(args) => {
            let target = args.common.open().await?;
            let compartment = super::compartment(&target.client)?;
            let keys: Vec<_> = args.keys.iter().map(|name| details(name, args.days)).collect();
            let create = CreateApiKey::new(args.name, compartment, keys);
            let made = target.client.control().api_keys().create(&create).await;
            secrets(&made.map_err(failed)?.into_inner(), args.common.json)
        }
        ApiKeysCommand::Renew(args) => {
            let target = args.common.open().await?;
            let renew = RenewApiKey::new(details(&args.key, args.days));
            let renewed = target.client.control().api_keys().renew(&args.id, &renew, None).await;
            secrets(&renewed.map_err(failed)?.into_inner(), args.common.json)
        }
        ApiKeysCommand::SetState(args) => {
            let target = args.common.open().await?;
            let state = KeyState::from(args.state.to_ascii_uppercase());
            let state = SetApiKeyState::new(args.key, state);
            let changed =
                target.client.control().api_keys().set_state(&args.id, &state, None).await;
            one!(Table::new(args.common.json, HEADER), changed, row)
        }
        ApiKeysCommand::Delete(args) => {
            let target = args.common.open().await?;
            let keys = target.client.control().api_keys();
            keys.delete(&args.id, None).await.map_err(failed)?;
            Ok(DONE)
        }
    }
}

fn details(name: &str, days: u32) -> KeyDetails {
    let end = SystemTime::now() + Duration::from_secs(24 * 60 * 60) * days;
    let seconds = end.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    // A minute more or less does not matter to a key of days.
    KeyDetails::new(name, format!("{}:00Z", time(Some(seconds)).replace(' ', "T")))
}

/// The one place where secrets are shown.
fn secrets(key: &ApiKey, as_json: bool) -> Result<ExitCode, Failure> {
    let mut table = Table::new(as_json, &["ID", "KEY", "ENDS", "SECRET"]);
    if as_json {
        table.row(serde_json::to_string(key), &[]);
        return table.print();
    }
    for item in &key.keys {
        let secret = item.key.as_ref().map(|secret| secret.expose().to_owned());
        let cells = [key.id.shown(), item.key_name.shown(), moment(item.time_expiry.as_deref())];
        let cells: Vec<String> = cells.into_iter().chain([secret.shown()]).collect();
        table.row(Ok(String::new()), &cells);
    }
    table.print()
}

fn row(key: &ApiKey) -> Vec<String> {
    let keys: Vec<String> = key
        .keys
        .iter()
        .map(|item| {
            let state = word(item.state.as_ref().map(KeyState::as_str));
            format!("{} {} {state}", item.key_name.shown(), item.key_mask.shown())
        })
        .collect();
    vec![
        key.id.shown(),
        key.display_name.shown(),
        word(key.lifecycle_state.as_ref().map(LifecycleState::as_str)),
        keys.join(", "),
    ]
}

const HEADER: &[&str] = &["ID", "NAME", "STATE", "KEYS"];
