//! Resources of the OpenAI-compatible API: captured requests, canned answers, every field of the package.

use std::collections::BTreeMap;
use std::fmt::Debug;

use oci_wire::resources::{
    ChunkingStrategy, Container, ContainerExpiry, ContainerFile, ContainerFileList, ContainerList,
    Conversation, ConversationMetadata, CreateContainer, CreateContainerFile, CreateConversation,
    CreateFileBatch, CreateItems, CreateVectorStore, CreateVectorStoreFile, Deleted, Embedding,
    EmbeddingRequest, EmbeddingResponse, EmbeddingVector, EncodingFormat, FileBatch,
    FileContentPage, FileList, FileObject, FilePurpose, FileUpload, ItemList, MemoryAccessPolicy,
    Model, ModelList, SearchResult, SearchResultPage, SearchVectorStore, UpdateConversation,
    UpdateVectorStore, UpdateVectorStoreFile, VectorStore, VectorStoreExpiry, VectorStoreFile,
    VectorStoreFileList, VectorStoreList,
};
use oci_wire::responses::{Filter, FilterKind, Item, RankingOptions};
use oci_wire::{Nullable, RawJson};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures::{self, without_nulls};
use crate::responses_schema;

/// The request is written as the capture's body, and read back from it is the same request.
#[track_caller]
fn request<T: Debug + DeserializeOwned + PartialEq + Serialize>(name: &str, built: &T) {
    let capture = fixtures::json(&format!("requests/openai__{name}.json"));
    assert_eq!(serde_json::to_value(built).unwrap(), capture["body"], "{name}");
    let read: T = serde_json::from_value(capture["body"].clone()).unwrap();
    assert_eq!(&read, built, "{name}");
}

#[test]
fn every_captured_request_is_reproduced() {
    let metadata = ConversationMetadata::default()
        .with_label("topic", "demo")
        .with_memory_subject_id("user_123456")
        .with_memory_access_policy(MemoryAccessPolicy::StoreOnly)
        .with_short_term_memory_optimization();
    request(
        "conversations_create",
        &CreateConversation::new().with_items([Item::user("Hello!")]).with_metadata(metadata),
    );
    let metadata = ConversationMetadata::default().with_label("topic", "x");
    assert_eq!(metadata.label("topic").as_deref(), Some("x"));
    request("conversations_update", &UpdateConversation::new(metadata));

    request("container_files_copy", &CreateContainerFile::new("file-1"));

    let mut embeddings = EmbeddingRequest::new("cohere.embed-v4.0", ["a", "b"]);
    embeddings.user = Some("u".into());
    embeddings.dimensions = Some(256);
    embeddings.encoding_format = Some(EncodingFormat::Float);
    request("embeddings", &embeddings);

    let mut store = CreateVectorStore::new("FAQ");
    store.chunking_strategy = Some(ChunkingStrategy::fixed(800, 400));
    store.description = Some("d".into());
    store.expires_after = Some(VectorStoreExpiry::days(30));
    store.file_ids = Some(vec!["file-1".into()]);
    store.metadata = BTreeMap::from([("topic".to_owned(), "oci".to_owned())]).into();
    request("vector_stores_create", &store);

    let mut search = SearchVectorStore::new("OCI GenAI Auth");
    search.filters = Some(Filter::compare(FilterKind::Eq, "category", json!("docfiles")));
    search.max_num_results = Some(10);
    let mut ranking = RankingOptions::default();
    ranking.ranker = Some("auto".into());
    ranking.score_threshold = Some(0.1.into());
    search.ranking_options = Some(ranking);
    search.rewrite_query = Some(false);
    request("vector_stores_search", &search);

    request(
        "vs_batches_create",
        &CreateFileBatch::of_ids(["file-1", "file-2"]).with_attribute("category", json!("history")),
    );
    let mut file = CreateVectorStoreFile::new("file-1").with_attribute("a", json!("b"));
    file.chunking_strategy = Some(ChunkingStrategy::auto());
    request("vs_batches_create_files", &CreateFileBatch::of_files([file]));
}

#[test]
fn no_capture_with_a_json_body_is_left_out() {
    let here = [
        "container_files_copy",
        "conversations_create",
        "conversations_update",
        "embeddings",
        "vector_stores_create",
        "vector_stores_search",
        "vs_batches_create",
        "vs_batches_create_files",
    ];
    for name in fixtures::names("requests", "openai__", ".json") {
        let name = name.trim_start_matches("openai__").trim_end_matches(".json");
        let elsewhere = ["chat_", "responses_", "error_"];
        assert!(
            here.contains(&name) || elsewhere.iter().any(|prefix| name.starts_with(prefix)),
            "{name} is reproduced by no test"
        );
    }
}

/// Reads and writes back; every member has a field.
#[track_caller]
fn answer<T: Debug + DeserializeOwned + Serialize>(name: &str) {
    let value = fixtures::json(&format!("responses/openai/{name}"));
    let read: T = serde_json::from_value(value.clone()).unwrap();
    let written = without_nulls(serde_json::to_value(&read).unwrap());
    assert_eq!(written, without_nulls(value), "{name}");
    let shown = format!("{read:?}");
    // Labels of conversations are kept there on purpose.
    assert!(!shown.replace("Extra([(\"topic\"", "").contains("Extra([("), "{name}: {shown}");
}

#[test]
fn every_canned_answer_survives() {
    for name in fixtures::names("responses/openai", "", ".json") {
        match name.as_str() {
            name if name.starts_with("chat_") || name.starts_with("error_") => {}
            "responses_input_items.json" => answer::<ItemList>(&name),
            name if name.starts_with("responses_") => {}
            name if name.ends_with("_delete.json") && name.starts_with("conversation_items") => {
                answer::<Conversation>(name);
            }
            name if name.ends_with("_delete.json") => answer::<Deleted>(name),
            "conversation_items_create.json" | "conversation_items_list.json" => {
                answer::<ItemList>(&name);
            }
            "conversation_items_get.json" => answer::<Item>(&name),
            "conversations_create.json" | "conversations_get.json" => {
                answer::<Conversation>(&name);
            }
            "container_files_get.json" | "container_files_upload.json" => {
                answer::<ContainerFile>(&name);
            }
            "container_files_list.json" => answer::<ContainerFileList>(&name),
            "containers_create.json" | "containers_get.json" => answer::<Container>(&name),
            "containers_list.json" => answer::<ContainerList>(&name),
            "files_get.json" | "files_upload.json" => answer::<FileObject>(&name),
            "files_list.json" => answer::<FileList>(&name),
            "models_list.json" => answer::<ModelList>(&name),
            "vector_stores_create.json" | "vector_stores_get.json" => answer::<VectorStore>(&name),
            "vector_stores_list.json" => answer::<VectorStoreList>(&name),
            "vs_batches_files.json" | "vs_files_list.json" => answer::<VectorStoreFileList>(&name),
            name if name.starts_with("vs_batches_") => answer::<FileBatch>(name),
            "vs_files_create.json" | "vs_files_get.json" => answer::<VectorStoreFile>(&name),
            _ => panic!("{name} has no type in this test"),
        }
    }
}

#[test]
fn every_field_of_the_package_is_typed() {
    let objects = fixtures::json("openai_schema.json")["objects"].clone();
    let sample = |name: &str| objects[name].clone();
    macro_rules! check {
        ($($name:literal => $ty:ty),* $(,)?) => {
            $( let _: $ty = responses_schema::check(&sample($name), $name); )*
        };
    }
    check! {
        "conversations.Deleted" => Deleted,
        "conversations.ItemList" => ItemList,
        "files.FileObject" => FileObject,
        "files.Deleted" => Deleted,
        "vector_stores.VectorStore" => VectorStore,
        "vector_stores.Deleted" => Deleted,
        "vector_stores.SearchResult" => SearchResult,
        "vector_stores.File" => VectorStoreFile,
        "vector_stores.FileBatch" => FileBatch,
        "vector_stores.FileDeleted" => Deleted,
        "containers.Container" => Container,
        "containers.File" => ContainerFile,
        "models.Model" => Model,
        "embeddings.CreateEmbeddingResponse" => EmbeddingResponse,
        "embeddings.Embedding" => Embedding,
        "vector_stores.create.params" => CreateVectorStore,
        "vector_stores.update.params" => UpdateVectorStore,
        "vector_stores.search.params" => SearchVectorStore,
        "vector_stores.files.create.params" => CreateVectorStoreFile,
        "vector_stores.file_batches.create.params" => CreateFileBatch,
        "containers.create.params" => CreateContainer,
        "containers.files.create.params" => CreateContainerFile,
        "embeddings.create.params" => EmbeddingRequest,
    }
    let conversation: Conversation =
        serde_json::from_value(sample("conversations.Conversation")).unwrap();
    assert!(conversation.extra.is_empty());
}

#[test]
fn uploads_are_told_as_form_fields() {
    let upload = FileUpload::new(FilePurpose::UserData).with_expires_after(3600);
    let fields = [
        ("purpose", "user_data"),
        ("expires_after[anchor]", "created_at"),
        ("expires_after[seconds]", "3600"),
    ];
    assert_eq!(upload.form_fields(), fields.map(|(name, value)| (name, value.to_owned())));
    assert_eq!(FileUpload::new(FilePurpose::FineTune).form_fields()[0].1, "fine-tune");
}

#[test]
fn a_page_tells_how_to_go_on() {
    let page: FileList =
        serde_json::from_value(json!({"data": [], "last_id": "file-9", "has_more": true})).unwrap();
    assert_eq!(page.next_after(), Some("file-9"));
    let page: FileList =
        serde_json::from_value(json!({"data": [], "last_id": "file-9", "has_more": false}))
            .unwrap();
    assert_eq!(page.next_after(), None);
}

#[test]
fn what_has_no_capture_is_written_as_documented() {
    let written = |value: Value, expected: Value| assert_eq!(value, expected);
    let mut container = CreateContainer::new("c");
    container.memory_limit = Some("4g".into());
    container.expires_after = Some(ContainerExpiry::minutes(20));
    written(
        serde_json::to_value(&container).unwrap(),
        json!({"name": "c", "memory_limit": "4g",
            "expires_after": {"anchor": "last_active_at", "minutes": 20}}),
    );
    written(
        serde_json::to_value(CreateItems::new([Item::user("x")])).unwrap(),
        json!({"items": [{"type": "message", "role": "user", "content": "x"}]}),
    );
    let mut update = UpdateVectorStoreFile::default();
    update.attributes = Nullable::Null;
    written(serde_json::to_value(&update).unwrap(), json!({"attributes": null}));
    let mut update = UpdateVectorStore::default();
    update.name = String::from("n").into();
    written(serde_json::to_value(&update).unwrap(), json!({"name": "n"}));
}

#[test]
fn search_results_and_embeddings_keep_their_numbers() {
    let text = r#"{"object":"vector_store.search_results.page","search_query":["q"],"data":[{"file_id":"f","filename":"n","score":0.87,"attributes":{"n":1e2},"content":[{"type":"text","text":"t"}]}],"has_more":false}"#;
    let page: SearchResultPage = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&page).unwrap(), text);
    assert_eq!(page.data[0].attributes.as_ref().unwrap()["n"], RawJson::parse("1e2").unwrap());
    let text = r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1,-2,3.5]}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}"#;
    let response: EmbeddingResponse = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&response).unwrap(), text);
    let vector = response.data[0].embedding.as_ref().unwrap();
    assert_eq!(vector.to_f32(), Some(vec![0.1, -2.0, 3.5]));
    let base64: EmbeddingVector = serde_json::from_str(r#""AACAPw==""#).unwrap();
    assert_eq!(base64.to_f32(), Some(vec![1.0]));
    let page: FileContentPage =
        serde_json::from_value(json!({"data": [{"type": "text", "text": "t"}]})).unwrap();
    assert_eq!(page.data[0].text.as_deref(), Some("t"));
}
