//! `locus conversations`: what the service remembers of a talk.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use locus::Listing;
use locus::wire::resources::{Conversation, ConversationMetadata, CreateConversation};
use locus::wire::responses::Item;
use serde_json::Value;

use super::{Common, DONE, List, One, entries, failed, one};
use crate::failure::Failure;
use crate::table::{Shown as _, Table, time};

#[derive(Debug, Subcommand)]
pub(crate) enum ConversationsCommand {
    /// Begins a conversation. The service lists none, so its id is to be kept.
    Create(CreateArgs),
    /// Shows a conversation, without its items.
    Get(One),
    /// Lists the items of a conversation, the oldest first.
    Items(ItemsArgs),
    /// Deletes a conversation.
    Delete(One),
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// A label, as name=value; may be repeated.
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,

    /// What a user says first; may be repeated.
    #[arg(long = "message", value_name = "TEXT")]
    messages: Vec<String>,

    #[command(flatten)]
    common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct ItemsArgs {
    /// The id of the conversation.
    id: String,

    #[command(flatten)]
    list: List,
}

fn label(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or_else(|| "expected name=value".to_owned())?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(crate) async fn run(command: ConversationsCommand) -> Result<ExitCode, Failure> {
    match command {
        ConversationsCommand::Create(args) => {
            let target = args.common.open().await?;
            let mut create = CreateConversation::new();
            if !args.messages.is_empty() {
                create = create
                    .with_items(args.messages.into_iter().map(Item::user).collect::<Vec<_>>());
            }
            if !args.labels.is_empty() {
                let labels = args.labels.into_iter();
                create = create.with_metadata(
                    labels.fold(ConversationMetadata::default(), |metadata, (name, value)| {
                        metadata.with_label(name, value)
                    }),
                );
            }
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.conversations().create(&create).await, row)
        }
        ConversationsCommand::Get(args) => {
            let target = args.common.open().await?;
            let table = Table::new(args.common.json, HEADER);
            one!(table, target.client.conversations().get(&args.id).await, row)
        }
        ConversationsCommand::Items(args) => {
            let common = &args.list.common;
            let target = common.open().await?;
            let mut table = Table::new(common.json, &["ID", "TYPE", "ROLE", "TEXT"]);
            let from = Listing { order: Some("asc".to_owned()), ..Listing::default() };
            let all = target.client.conversations().items(args.id).all(from);
            entries!(all, args.list.limit(), table, item_row);
            table.print()
        }
        ConversationsCommand::Delete(args) => {
            let target = args.common.open().await?;
            target.client.conversations().delete(&args.id).await.map_err(failed)?;
            Ok(DONE)
        }
    }
}

fn row(conversation: &Conversation) -> Vec<String> {
    let metadata = conversation.metadata.as_ref();
    let labels = metadata.and_then(|metadata| serde_json::to_string(metadata).ok());
    vec![conversation.id.shown(), time(conversation.created_at), labels.shown()]
}

/// Items are of many kinds; what they have in common is in their JSON.
fn item_row(item: &Item) -> Vec<String> {
    let item = serde_json::to_value(item).unwrap_or_default();
    let member = |name: &str| item.get(name).and_then(Value::as_str);
    let word = |name: &str| member(name).unwrap_or("-").to_owned();
    let kind = member("type").unwrap_or("message").to_owned();
    let text = match item.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
            texts.collect::<Vec<_>>().join(" ")
        }
        _ => word("name"),
    };
    vec![word("id"), kind, word("role"), text]
}

const HEADER: &[&str] = &["ID", "BEGUN", "LABELS"];
