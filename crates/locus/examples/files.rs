//! Files, vector stores and projects: `cargo run -p locus-oci --example files -- manual.pdf`.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Duration;

use locus::control::{Filter, Waiting};
use locus::prelude::*;
use locus::wire::control::{ConversationConfig, CreateProject, LongTermMemoryConfig};
use locus::wire::resources::{CreateVectorStore, FilePurpose, FileUpload, SearchVectorStore};
use locus::wire::responses::Tool as Hosted;
use locus::{FileOnDisk, Listing};

/// A file by its id, deleted afterwards. It is uploaded from its path, however large it is.
pub(crate) async fn about_upload(client: &Client, path: &Path) -> locus::Result<String> {
    let upload = FileUpload::new(FilePurpose::UserData);
    let file = client.files().upload_from_disk(&upload, &FileOnDisk::new(path)).await?;
    let id = file.id.clone().unwrap_or_default();
    let message = Message::user([Part::file_id(&id), Part::text("What's discussed in the file?")]);
    let model = client.model("oci:google.gemini-2.5-pro").over(Transport::Responses);
    let answer = model.chat(message).await?;
    client.files().delete(&id).await?;
    Ok(answer.output_text().into_owned())
}

/// A vector store of one file, searched, and then asked about by a model. The id of the store is returned, too.
pub(crate) async fn search(
    client: &Client,
    path: &Path,
    question: &str,
    pause: Duration,
) -> locus::Result<(String, String, String)> {
    let upload = FileUpload::new(FilePurpose::Assistants);
    let file = client.files().upload_from_disk(&upload, &FileOnDisk::new(path)).await?;
    let mut new = CreateVectorStore::new("manuals");
    new.file_ids = Some(file.id.iter().cloned().collect());

    let stores = client.vector_stores();
    let store = stores.create(&new).await?.id.clone().unwrap_or_default();
    stores.ready(&store, &Waiting::default().every(pause, pause)).await?;
    let found = stores.search(&store, &SearchVectorStore::new(question)).await?;
    let first = found.data.first().and_then(|result| result.content.first()?.text.clone());

    let model = client.model("oci:openai.gpt-oss-120b");
    let answer = model.chat(question).hosted_tools([Hosted::file_search([&store])]).await?;
    Ok((store, first.unwrap_or_default(), answer.output_text().into_owned()))
}

/// The names of all files, page after page.
pub(crate) async fn names(client: &Client) -> locus::Result<Vec<String>> {
    let mut files = client.files().all(None, Listing::default());
    let mut names = Vec::new();
    while let Some(file) = files.next().await {
        names.extend(file?.filename);
    }
    Ok(names)
}

/// A project that keeps conversations for a month and remembers what they tell, and the number of projects that there are then.
pub(crate) async fn project(
    client: &Client,
    compartment: &str,
    pause: Duration,
) -> locus::Result<(String, usize)> {
    let mut new = CreateProject::new(compartment);
    new.display_name = Some("demo".to_owned());
    new.conversation_config = Some(ConversationConfig::hours(720));
    new.long_term_memory_config =
        Some(LongTermMemoryConfig::new("openai.gpt-oss-120b", "cohere.embed-v4.0"));
    let projects = client.control().projects();
    let made = projects.create(&new).await?;
    let id = made.id.clone().unwrap_or_default();
    projects.settled(&id, &Waiting::default().every(pause, pause * 8)).await?;
    Ok((id, projects.all(Filter::default()).collect().await?.len()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let path = std::env::args_os().nth(1).ok_or("expected the path of a file")?;
    let path = Path::new(&path);
    println!("{}", about_upload(&client, path).await?);
    println!("{:?}", search(&client, path, "What is it about?", Duration::from_secs(1)).await?);
    println!("{:?}", names(&client).await?);
    let compartment = client.compartment_id().ok_or("expected a compartment")?.value.clone();
    println!("{:?}", project(&client, &compartment, Duration::from_secs(1)).await?);
    Ok(())
}
