//! What the service keeps: the captured requests, the answers that the official package reads, and lists page by page.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use oci_auth::{Secret, Signer};
use oci_emulator::Fault;
use oci_transport::{
    Body, Client, Endpoint, ErrorKind, FileBytes, HttpService, Listing, RawRequest, RetryPolicy,
    SendError, VectorStores,
};
use oci_wire::resources::{
    ConversationMetadata, CreateContainer, CreateContainerFile, CreateConversation,
    CreateFileBatch, CreateItems, CreateVectorStore, CreateVectorStoreFile, FilePurpose,
    FileUpload, SearchVectorStore, UpdateConversation, UpdateVectorStore, UpdateVectorStoreFile,
    VectorStoreStatus,
};
use oci_wire::responses::Item;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Service;
use crate::captures::{Recorder, key, typed};

/// Calls the operation of a capture on something that is kept; `false` if this crate has no such operation.
pub(crate) async fn call(
    client: &Client,
    method: &str,
    path: &str,
    query: &str,
    capture: &Value,
) -> bool {
    let body = &capture["body"];
    let listing = listing(query);
    let parts: Vec<_> = path.trim_start_matches("/openai/v1/").split('/').collect();
    // The answers are of no use here, so each call fails after it was sent.
    match (method, &parts[..]) {
        ("POST", ["conversations"]) => drop(client.conversations().create(&typed(body)).await),
        ("GET", ["conversations", id]) => drop(client.conversations().get(id).await),
        ("POST", ["conversations", id]) => {
            drop(client.conversations().update(id, &typed(body)).await);
        }
        ("DELETE", ["conversations", id]) => drop(client.conversations().delete(id).await),
        ("POST", ["conversations", id, "items"]) => {
            drop(client.conversations().items(*id).create(&typed(body)).await);
        }
        ("GET", ["conversations", id, "items"]) => {
            drop(client.conversations().items(*id).list(&listing).await);
        }
        ("GET", ["conversations", id, "items", item]) => {
            drop(client.conversations().items(*id).get(item).await);
        }
        ("DELETE", ["conversations", id, "items", item]) => {
            drop(client.conversations().items(*id).delete(item).await);
        }
        ("GET", ["files"]) => {
            let purpose = value(query, "purpose").map(FilePurpose::from);
            drop(client.files().list(purpose.as_ref(), &listing).await);
        }
        ("POST", ["files"]) => {
            let upload = FileUpload::new(FilePurpose::UserData);
            drop(client.files().upload(&upload, &FileBytes::new("a.pdf", "%PDF-")).await);
        }
        ("GET", ["files", id]) => drop(client.files().get(id).await),
        ("GET", ["files", id, "content"]) => drop(client.files().content(id).await),
        ("DELETE", ["files", id]) => drop(client.files().delete(id).await),
        (_, ["containers", ..]) => {
            return containers(client, method, &parts, &listing, capture).await;
        }
        _ => return stores(client, method, path, query, body).await,
    }
    true
}

/// The same for containers.
async fn containers(
    client: &Client,
    method: &str,
    parts: &[&str],
    listing: &Listing,
    capture: &Value,
) -> bool {
    let containers = client.containers();
    match (method, parts) {
        ("GET", ["containers"]) => drop(containers.list(listing).await),
        ("POST", ["containers"]) => {
            drop(containers.create(&typed(&capture["body"])).await);
        }
        ("GET", ["containers", id]) => drop(containers.get(id).await),
        ("DELETE", ["containers", id]) => drop(containers.delete(id).await),
        ("GET", ["containers", id, "files"]) => drop(containers.files(*id).list(listing).await),
        ("POST", ["containers", id, "files"]) if capture["multipart"].is_array() => {
            let data = capture.pointer("/multipart/0/data").and_then(Value::as_str).unwrap();
            let file = FileBytes::new("a.csv", data.to_owned());
            drop(containers.files(*id).upload(&file).await);
        }
        ("POST", ["containers", id, "files"]) => {
            drop(containers.files(*id).copy(&typed(&capture["body"])).await);
        }
        ("GET", ["containers", id, "files", file]) => {
            drop(containers.files(*id).get(file).await);
        }
        ("DELETE", ["containers", id, "files", file]) => {
            drop(containers.files(*id).delete(file).await);
        }
        ("GET", ["containers", id, "files", file, "content"]) => {
            drop(containers.files(*id).content(file).await);
        }
        _ => return false,
    }
    true
}

/// The same for vector stores.
async fn stores(client: &Client, method: &str, path: &str, query: &str, body: &Value) -> bool {
    let stores = VectorStores::new(client.clone(), client.clone());
    let (listing, status) = (listing(query), value(query, "filter").map(VectorStoreStatus::from));
    let control = path.strip_prefix("/20231130/openai/v1/");
    let Some(path) = control.or_else(|| path.strip_prefix("/openai/v1/")) else { return false };
    let parts: Vec<_> = path.split('/').collect();
    match (method, &parts[..]) {
        ("POST", ["vector_stores"]) => drop(stores.create(&typed(body)).await),
        ("GET", ["vector_stores"]) => drop(stores.list(&listing).await),
        ("POST", ["vector_stores", id]) => drop(stores.update(id, &typed(body)).await),
        ("GET", ["vector_stores", id]) => drop(stores.get(id).await),
        ("DELETE", ["vector_stores", id]) => drop(stores.delete(id).await),
        ("POST", ["vector_stores", id, "search"]) => drop(stores.search(id, &typed(body)).await),
        ("GET", ["vector_stores", id, "files"]) => {
            drop(stores.files(*id).list(status.as_ref(), &listing).await);
        }
        ("GET", ["vector_stores", id, "files", file]) => drop(stores.files(*id).get(file).await),
        ("POST", ["vector_stores", id, "files"]) => {
            drop(stores.files(*id).create(&typed(body)).await);
        }
        ("POST", ["vector_stores", id, "files", file]) => {
            drop(stores.files(*id).update(file, &typed(body)).await);
        }
        ("DELETE", ["vector_stores", id, "files", file]) => {
            drop(stores.files(*id).delete(file).await);
        }
        ("GET", ["vector_stores", id, "files", file, "content"]) => {
            drop(stores.files(*id).content(file).await);
        }
        ("POST", ["vector_stores", id, "file_batches"]) => {
            drop(stores.file_batches(*id).create(&typed(body)).await);
        }
        ("GET", ["vector_stores", id, "file_batches", batch]) => {
            drop(stores.file_batches(*id).get(batch).await);
        }
        ("POST", ["vector_stores", id, "file_batches", batch, "cancel"]) => {
            drop(stores.file_batches(*id).cancel(batch).await);
        }
        ("GET", ["vector_stores", id, "file_batches", batch, "files"]) => {
            drop(stores.file_batches(*id).files(batch, status.as_ref(), &listing).await);
        }
        _ => return false,
    }
    true
}

fn value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn listing(query: &str) -> Listing {
    Listing {
        after: value(query, "after").map(str::to_owned),
        limit: value(query, "limit").map(|limit| limit.parse().unwrap()),
        order: value(query, "order").map(str::to_owned),
        ..Listing::default()
    }
}

/// Gives the answer of a file, and keeps what it was asked.
#[derive(Clone, Default)]
struct Answering {
    answer: Bytes,
    asked: Arc<Mutex<Vec<String>>>,
}

impl HttpService for Answering {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        self.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
        let answer = Response::new(Body::new(Full::new(self.answer.clone())));
        Box::pin(async { Ok(answer) })
    }
}

fn answering(answer: impl Into<Bytes>) -> (Client, Arc<Mutex<Vec<String>>>) {
    let service = Answering { answer: answer.into(), ..Answering::default() };
    let builder = Client::builder(Endpoint::parse("https://h.example").unwrap(), key());
    let client = builder.retry(RetryPolicy::NEVER).service(service.clone()).build().unwrap();
    (client, service.asked)
}

/// What comes of the answer in a file is all that the file says.
async fn check<T, F>(name: &str, operation: impl Fn(Client) -> F)
where
    T: Serialize,
    F: Future<Output = Result<oci_transport::Answer<T>, oci_transport::Error>>,
{
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire/responses/openai");
    let text = std::fs::read(format!("{folder}/{name}.json")).unwrap();
    let expected: Value = serde_json::from_slice(&text).unwrap();
    let answer =
        operation(answering(text).0).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(
        without_nulls(serde_json::to_value(&*answer).unwrap()),
        without_nulls(expected),
        "{name}"
    );

    let error = operation(answering(r#"{"hello":1}"#).0).await.err();
    let kind = error.map(|error| error.kind());
    assert_eq!(kind, Some(ErrorKind::Malformed), "{name}: another answer is none");
}

/// `null` and nothing are the same in an answer.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        value => value,
    }
}

#[tokio::test]
async fn conversations_are_read_as_they_are_answered() {
    check("conversations_create", |client| async move {
        client.conversations().create(&CreateConversation::new()).await
    })
    .await;
    check("conversations_get", |client| async move { client.conversations().get("conv_1").await })
        .await;
    check(
        "conversations_delete",
        |client| async move { client.conversations().delete("conv_1").await },
    )
    .await;
    let items = |client: Client| client.conversations().items("conv_1");
    check("conversation_items_create", |client| async move {
        items(client).create(&CreateItems::new([Item::user("hi")])).await
    })
    .await;
    check("conversation_items_list", |client| async move {
        items(client).list(&Listing::default()).await
    })
    .await;
    check("conversation_items_get", |client| async move { items(client).get("msg_a").await }).await;
    check("conversation_items_delete", |client| async move { items(client).delete("msg_a").await })
        .await;
}

#[tokio::test]
async fn files_are_read_as_they_are_answered() {
    check("files_upload", |client| async move {
        let upload = FileUpload::new(FilePurpose::UserData);
        client.files().upload(&upload, &FileBytes::new("a.pdf", "%PDF-")).await
    })
    .await;
    check("files_get", |client| async move { client.files().get("file-1").await }).await;
    check(
        "files_list",
        |client| async move { client.files().list(None, &Listing::default()).await },
    )
    .await;
    check("files_delete", |client| async move { client.files().delete("file-1").await }).await;
}

#[tokio::test]
async fn an_upload_is_a_form_whose_digest_is_signed() {
    let recorder = Recorder::default();
    let client = crate::captures::client(&recorder, key());
    let upload = FileUpload::new(FilePurpose::UserData).with_expires_after(3600);
    drop(client.files().upload(&upload, &FileBytes::new("a.pdf", "%PDF-\r\n--")).await);
    let sent = recorder.0.lock().unwrap().pop().unwrap();
    assert_eq!((sent.method().as_str(), sent.uri().path()), ("POST", "/openai/v1/files"));
    let named = |name: &str, data: &str| json!({ "headers": { "content-disposition": format!("form-data; {name}") }, "data": data });
    let mut file = named("name=\"file\"; filename=\"a.pdf\"", "%PDF-\r\n--");
    file["headers"]["content-type"] = json!("application/pdf");
    let expected = [
        named("name=\"purpose\"", "user_data"),
        named("name=\"expires_after[anchor]\"", "created_at"),
        named("name=\"expires_after[seconds]\"", "3600"),
        file,
    ];
    assert_eq!(parts(&sent), expected);
    assert_eq!(sent.headers()["content-length"], sent.body().len().to_string().as_str());
    let digest = ring::digest::digest(&ring::digest::SHA256, sent.body());
    assert_eq!(sent.headers()["x-content-sha256"], BASE64.encode(digest).as_str());
    let signed = sent.headers()["authorization"].to_str().unwrap();
    assert!(signed.contains("content-length content-type x-content-sha256"), "{signed}");
}

/// The parts of a form, as the captures give them, their headers in lower case.
pub(crate) fn parts(sent: &Request<Bytes>) -> Vec<Value> {
    let content_type = sent.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = std::str::from_utf8(sent.body()).unwrap();
    let text = text.strip_suffix(&format!("\r\n--{boundary}--\r\n")).unwrap();
    let text = format!("\r\n{text}");
    let line = format!("\r\n--{boundary}\r\n");
    let parts = text.split(&line).skip(1);
    let part = |part: &str| {
        let (headers, data) = part.split_once("\r\n\r\n").unwrap();
        let headers = headers.split("\r\n").map(|line| line.split_once(": ").unwrap());
        let headers: serde_json::Map<_, _> =
            headers.map(|(name, value)| (name.to_owned(), value.into())).collect();
        json!({ "headers": headers, "data": data })
    };
    parts.map(part).collect()
}

/// The parts of a captured form.
pub(crate) fn in_lower_case(parts: &[Value]) -> Vec<Value> {
    let part = |part: &Value| {
        let headers = part["headers"].as_object().unwrap();
        let headers: serde_json::Map<_, _> =
            headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        json!({ "headers": headers, "data": part["data"] })
    };
    parts.iter().map(part).collect()
}

#[tokio::test]
async fn the_content_of_a_file_comes_in_pieces_or_whole_up_to_a_limit() {
    let (client, asked) = answering("some text");
    assert_eq!(client.files().content("file-1").await.unwrap().bytes().await.unwrap(), "some text");
    let mut content = client.files().content("file/1").await.unwrap();
    assert_eq!(content.piece().await.unwrap().unwrap(), "some text");
    assert!(content.piece().await.is_none());
    let urls = ["file-1", "file%2F1"]
        .map(|id| format!("GET https://h.example/openai/v1/files/{id}/content"));
    assert_eq!(*asked.lock().unwrap(), urls);

    let service = Answering { answer: Bytes::from_static(b"some text"), ..Answering::default() };
    let builder = Client::builder(Endpoint::parse("https://h.example").unwrap(), key());
    let client = builder.body_limit(8).service(service).build().unwrap();
    let error = client.files().content("file-1").await.unwrap().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[tokio::test]
async fn containers_are_read_as_they_are_answered() {
    check("containers_create", |client| async move {
        client.containers().create(&CreateContainer::new("My Container")).await
    })
    .await;
    check("containers_get", |client| async move { client.containers().get("cntr_1").await }).await;
    check("containers_list", |client| async move {
        client.containers().list(&Listing::default()).await
    })
    .await;
    check("containers_delete", |client| async move { client.containers().delete("cntr_1").await })
        .await;
    let files = |client: Client| client.containers().files("cntr_1");
    check("container_files_upload", |client| async move {
        files(client).upload(&FileBytes::new("a.csv", "a,b\n1,2\n")).await
    })
    .await;
    check("container_files_upload", |client| async move {
        files(client).copy(&CreateContainerFile::new("file-1")).await
    })
    .await;
    check("container_files_get", |client| async move { files(client).get("cfile_1").await }).await;
    check(
        "container_files_list",
        |client| async move { files(client).list(&Listing::default()).await },
    )
    .await;
    check("container_files_delete", |client| async move { files(client).delete("cfile_1").await })
        .await;

    let (client, asked) = answering(r#"{"data":[{"id":"a"}],"has_more":false}"#);
    let page = Listing { limit: Some(2), ..Listing::default() };
    assert_eq!(client.containers().all(page).collect().await.unwrap().len(), 1);
    assert_eq!(
        client.containers().files("c").all(Listing::default()).collect().await.unwrap().len(),
        1
    );
    let url = "GET https://h.example/openai/v1/containers";
    assert_eq!(*asked.lock().unwrap(), [format!("{url}?limit=2"), format!("{url}/c/files")]);
}

fn vector_stores(client: Client) -> VectorStores {
    VectorStores::new(client.clone(), client)
}

#[tokio::test]
async fn vector_stores_are_read_as_they_are_answered() {
    check("vector_stores_create", |client| async move {
        vector_stores(client).create(&CreateVectorStore::new("FAQ")).await
    })
    .await;
    check("vector_stores_get", |client| async move { vector_stores(client).get("vs_1").await })
        .await;
    check("vector_stores_list", |client| async move {
        vector_stores(client).list(&Listing::default()).await
    })
    .await;
    let files = |client: Client| vector_stores(client).files("vs_1");
    check("vs_files_create", |client| async move {
        files(client).create(&CreateVectorStoreFile::new("file-1")).await
    })
    .await;
    check("vs_files_get", |client| async move { files(client).get("file-1").await }).await;
    check(
        "vs_files_list",
        |client| async move { files(client).list(None, &Listing::default()).await },
    )
    .await;
    check("vs_files_delete", |client| async move { files(client).delete("file-1").await }).await;
    let batches = |client: Client| vector_stores(client).file_batches("vs_1");
    check("vs_batches_create", |client| async move {
        batches(client).create(&CreateFileBatch::of_ids(["file-1"])).await
    })
    .await;
    check("vs_batches_get", |client| async move { batches(client).get("vsfb_1").await }).await;
    check("vs_batches_cancel", |client| async move { batches(client).cancel("vsfb_1").await })
        .await;
    check("vs_batches_files", |client| async move {
        batches(client).files("vsfb_1", None, &Listing::default()).await
    })
    .await;
}

#[tokio::test]
async fn stores_are_at_the_control_plane_and_what_is_in_them_is_not() {
    let clients = ["https://control.example", "https://inference.example"].map(|url| {
        let recorder = Recorder::default();
        let builder = Client::builder(Endpoint::parse(url).unwrap(), key());
        (builder.service(recorder.clone()).build().unwrap(), recorder)
    });
    let [(control, at_control), (inference, at_inference)] = clients;
    let stores = VectorStores::new(inference, control);
    drop(stores.all(Listing::default()).next().await);
    drop(stores.update("vs/1", &UpdateVectorStore::default()).await);
    drop(stores.files("vs_1").update("f", &UpdateVectorStoreFile::default()).await);
    drop(stores.files("vs_1").content("f").await);
    drop(stores.files("vs_1").all(None, Listing::default()).next().await);
    drop(stores.file_batches("vs_1").all_files("b", None, Listing::default()).next().await);
    let sent = |recorder: &Recorder| -> Vec<_> {
        let sent = recorder.0.lock().unwrap();
        sent.iter().map(|request| format!("{} {}", request.method(), request.uri())).collect()
    };
    let control = "https://control.example/20231130/openai/v1/vector_stores";
    assert_eq!(sent(&at_control), [format!("GET {control}"), format!("POST {control}/vs%2F1")]);
    let store = "https://inference.example/openai/v1/vector_stores/vs_1";
    let expected = [
        format!("POST {store}/files/f"),
        format!("GET {store}/files/f/content"),
        format!("GET {store}/files"),
        format!("GET {store}/file_batches/b/files"),
    ];
    assert_eq!(sent(&at_inference), expected);
}

#[tokio::test]
async fn an_api_key_is_refused_for_the_control_plane_before_anything_is_sent() {
    let recorder = Recorder::default();
    let signer = Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let client = crate::captures::client(&recorder, signer);
    let raw = RawRequest::new(Method::GET, "/20231130/openai/v1/vector_stores");
    let stores = vector_stores(client.clone());
    let errors = [
        client.raw(&raw).await.unwrap_err(),
        stores.create(&CreateVectorStore::new("FAQ")).await.unwrap_err(),
        stores.get("vs_1").await.unwrap_err(),
        stores.delete("vs_1").await.unwrap_err(),
        stores.all(Listing::default()).next().await.unwrap().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Identity, "{error:?}");
        assert!(error.hint().is_some() && !error.to_string().contains("sk-test"));
    }
    assert!(recorder.0.lock().unwrap().is_empty(), "nothing was sent");
    drop(stores.search("vs_1", &SearchVectorStore::new("x")).await);
    assert_eq!(recorder.0.lock().unwrap().len(), 1, "inference takes it");
}

#[tokio::test]
async fn a_conversation_lives_at_the_service() {
    let service = Service::start().await;
    let conversations = service.client().conversations();
    let labels = ConversationMetadata::default().with_label("topic", "demo");
    let create = CreateConversation::new()
        .with_items([Item::user("one"), Item::user("two")])
        .with_metadata(labels);
    let made = conversations.create(&create).await.unwrap();
    let id = made.id.as_deref().unwrap();
    assert_eq!(made.metadata.as_ref().unwrap().label("topic").as_deref(), Some("demo"));

    let items = conversations.items(id);
    let added = items.create(&CreateItems::new([Item::user("three")])).await.unwrap();
    assert_eq!(added.data.len(), 1);
    let from = Listing { limit: Some(1), order: Some("asc".to_owned()), ..Listing::default() };
    let all = items.all(from.clone()).collect().await.unwrap();
    let texts: Vec<_> = all.iter().map(|item| item.as_message().unwrap().text()).collect();
    assert_eq!(texts, ["one", "two", "three"], "three pages");

    let last = added.last_id.as_deref().unwrap();
    assert_eq!(items.get(last).await.unwrap().as_message().unwrap().text(), "three");
    assert_eq!(items.delete(last).await.unwrap().id.as_deref(), Some(id));
    assert_eq!(items.all(from).collect().await.unwrap().len(), 2);

    let labels = ConversationMetadata::default().with_label("topic", "other");
    conversations.update(id, &UpdateConversation::new(labels)).await.unwrap();
    let read = conversations.get(id).await.unwrap();
    assert_eq!(read.metadata.as_ref().unwrap().label("topic").as_deref(), Some("other"));
    assert_eq!(conversations.delete(id).await.unwrap().deleted, Some(true));
    assert!(conversations.get(id).await.unwrap_err().is_not_authorized_or_not_found());
}

/// Each page meets each fault: what is retried loses and repeats nothing, and after an error the list goes on where it stopped.
#[tokio::test]
async fn a_list_under_faults_loses_and_repeats_nothing() {
    let service = Service::start().await;
    let texts: Vec<_> = (0..4).map(|number| number.to_string()).collect();
    let items: Vec<_> = texts.iter().map(|text| Item::user(text.as_str())).collect();
    let create = CreateConversation::new().with_items(items);
    let made = service.client().conversations().create(&create).await;
    let id = made.unwrap().id.clone().unwrap();
    let from = Listing { limit: Some(1), order: Some("asc".to_owned()), ..Listing::default() };

    let at_once =
        RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() };
    let patient = service.builder().retry(at_once).build().unwrap();
    let mut all = patient.conversations().items(&id).all(from.clone());
    let mut read = Vec::new();
    service.emulator.push_fault(Fault::status(503));
    while let Some(item) = all.next().await {
        read.push(item.unwrap().as_message().unwrap().text().into_owned());
        if read.len() < texts.len() {
            service.emulator.push_fault(Fault::status(503));
        }
    }
    assert_eq!(read, texts);

    for fault in [Fault::status(500), Fault::CutBody] {
        let items = service.client().conversations().items(&id);
        let (mut all, mut read, mut failures) = (items.all(from.clone()), Vec::new(), 0);
        service.emulator.push_fault(fault.clone());
        loop {
            match all.next().await {
                Some(Ok(item)) => {
                    read.push(item.as_message().unwrap().text().into_owned());
                    if read.len() < texts.len() {
                        service.emulator.push_fault(fault.clone());
                    }
                }
                Some(Err(_)) => {
                    failures += 1;
                    assert!(all.next().await.is_none(), "an error ends it");
                    all = items.all(all.next_page().clone());
                }
                None => break,
            }
        }
        assert_eq!((read, failures), (texts.clone(), texts.len()), "{fault:?}");
    }
}
