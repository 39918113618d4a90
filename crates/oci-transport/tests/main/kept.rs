//! What the service keeps, end to end with the emulator: files, vector stores and the control plane, under faults too.

use std::time::Duration;

use oci_emulator::Fault;
use oci_transport::control::{Filter, Waiting};
use oci_transport::{Client, ErrorKind, FileOnDisk, Listing, RetryPolicy, Timeout};
use oci_wire::control::{
    ConversationConfig, CreateApiKey, CreateProject, KeyDetails, LifecycleState, UpdateProject,
};
use oci_wire::nl2sql::{CompletionMode, EnrichDetails, FullBuild, GenerateSqlDetails};
use oci_wire::resources::{
    CreateFileBatch, CreateVectorStore, FilePurpose, FileUpload, SearchVectorStore,
};
use oci_wire::responses::{Item, Part, ResponsesRequest};
use serde_json::json;

use crate::Service;

fn patient(service: &Service) -> Client {
    let at_once =
        RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() };
    service.builder().retry(at_once).build().unwrap()
}

/// Asks without pauses: the emulator goes one step further each time.
fn at_once() -> Waiting {
    Waiting::default().every(Duration::ZERO, Duration::ZERO)
}

/// A file of this many bytes.
fn file(folder: &tempfile::TempDir, length: usize) -> (FileOnDisk, Vec<u8>) {
    let bytes: Vec<u8> = (0..length).map(|place| (place * 31 + place / 251) as u8).collect();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, &bytes).unwrap();
    (FileOnDisk::new(path), bytes)
}

async fn upload(client: &Client, file: &FileOnDisk) -> Result<String, oci_transport::Error> {
    let upload = FileUpload::new(FilePurpose::UserData);
    let kept = client.files().upload_from_disk(&upload, file).await?;
    Ok(kept.id.clone().unwrap())
}

async fn download(client: &Client, id: &str) -> Result<Vec<u8>, oci_transport::Error> {
    let mut content = client.files().download(id);
    let mut bytes = Vec::new();
    while let Some(piece) = content.piece().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes)
}

const LONG: usize = 3 * 1024 * 1024 + 5;

#[tokio::test]
async fn an_upload_under_faults_is_there_once_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let (file, bytes) = file(&folder, LONG);
    for (fault, expected) in [
        (Fault::status(429), Ok(())),
        (Fault::status(503), Ok(())),
        (Fault::status(500), Err(ErrorKind::Service)),
        (Fault::Html(502), Err(ErrorKind::Service)),
        (Fault::status(400), Err(ErrorKind::Service)),
        (Fault::HangUp, Err(ErrorKind::Network)),
        (Fault::Reset, Err(ErrorKind::Network)),
        (Fault::CutUpload { bytes: 0 }, Err(ErrorKind::Network)),
        (Fault::CutUpload { bytes: LONG / 2 }, Err(ErrorKind::Network)),
        (Fault::CutBody, Err(ErrorKind::Truncated)),
        (Fault::GarbageHead, Err(ErrorKind::Network)),
        (Fault::Delay(Duration::from_millis(1)), Ok(())),
    ] {
        let service = Service::start().await;
        let client = patient(&service);
        service.emulator.push_fault(fault.clone());
        let kept = upload(&client, &file).await;
        assert_eq!(
            kept.as_ref().map(|_| ()).map_err(oci_transport::Error::kind),
            expected,
            "{fault}"
        );
        let there = client.files().all(None, Listing::default()).collect().await.unwrap();
        assert!(there.len() <= 1, "{fault}: {} files", there.len());
        if let Ok(id) = kept {
            assert_eq!(there.len(), 1, "{fault}");
            assert_eq!(there[0].bytes, Some(LONG as u64));
            assert!(download(&client, &id).await.unwrap() == bytes, "{fault}");
        }
    }
}

/// A server that answers while it still gets the body, and closes, may take its own answer back with a reset (RFC 9112 section 9.6).
#[tokio::test]
async fn an_answer_before_the_end_of_an_upload_is_told_or_the_break_is() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = file(&folder, LONG);
    for status in [413, 429] {
        let service = Service::start().await;
        let client = patient(&service);
        service.emulator.push_fault(Fault::EarlyStatus(status));
        let count = match upload(&client, &file).await {
            Ok(_) => {
                assert_eq!(status, 429, "what is too large stays so");
                1
            }
            Err(error) if error.kind() == ErrorKind::Network => 0,
            Err(error) => {
                assert_eq!(error.status().map(|status| status.as_u16()), Some(413), "{error:?}");
                0
            }
        };
        let there = client.files().all(None, Listing::default()).collect().await.unwrap();
        assert_eq!(there.len(), count, "{status}");
    }
}

#[tokio::test]
async fn a_download_under_faults_loses_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (file, bytes) = file(&folder, LONG);
    let service = Service::start().await;
    let client = patient(&service);
    let id = upload(&client, &file).await.unwrap();
    for faults in [
        vec![Fault::CutBytes { bytes: 1 }],
        vec![Fault::CutBytes { bytes: 1_000_000 }, Fault::CutBytes { bytes: 1_000_000 }],
        vec![Fault::CutBody, Fault::CutBody, Fault::CutBody, Fault::CutBody],
        vec![Fault::status(503), Fault::CutBody, Fault::status(429)],
        vec![Fault::HangUp],
        vec![Fault::Reset, Fault::CutBytes { bytes: 100 }],
    ] {
        let count = service.emulator.requests().len();
        for fault in &faults {
            service.emulator.push_fault(fault.clone());
        }
        let read = download(&client, &id).await;
        assert!(read.is_ok_and(|read| read == bytes), "{faults:?}");
        let asked = service.emulator.requests().len() - count;
        assert_eq!(asked, faults.len() + 1, "{faults:?}");
    }
    let error = download(&client, "file-none").await.unwrap_err();
    assert!(error.is_not_authorized_or_not_found());
}

#[tokio::test]
async fn pages_under_faults_lose_and_repeat_nothing() {
    let service = Service::start().await;
    let client = patient(&service);
    let control = client.control();
    let names: Vec<String> = (0..5).map(|number| format!("project-{number}")).collect();
    for name in &names {
        let mut project = CreateProject::new(&service.compartment);
        project.display_name = Some(name.clone());
        control.projects().create(&project).await.unwrap();
    }
    let from = Filter {
        limit: Some(1),
        sort_by: Some("displayName".to_owned()),
        sort_order: Some("ASC".to_owned()),
        ..Filter::default()
    };
    for fault in [Fault::status(503), Fault::status(500), Fault::HangUp, Fault::Reset] {
        let mut all = control.projects().all(from.clone());
        let mut read = Vec::new();
        service.emulator.push_fault(fault.clone());
        while let Some(project) = all.next().await {
            read.push(project.unwrap().display_name.unwrap());
            if read.len() < names.len() {
                service.emulator.push_fault(fault.clone());
            }
        }
        assert_eq!(read, names, "{fault}");
    }
    // A page that broke off is told, and the list goes on from there.
    let mut all = control.projects().all(from.clone());
    let mut read = vec![all.next().await.unwrap().unwrap().display_name.unwrap()];
    service.emulator.push_fault(Fault::CutBody);
    assert_eq!(all.next().await.unwrap().unwrap_err().kind(), ErrorKind::Truncated);
    let rest = control.projects().all(all.next_page().clone()).collect().await.unwrap();
    read.extend(rest.into_iter().filter_map(|project| project.display_name));
    assert_eq!(read, names);
}

#[tokio::test]
async fn a_project_lives_at_the_control_plane() {
    let service = Service::start().await;
    let control = patient(&service).control();
    let projects = control.projects();
    let mut create = CreateProject::new(&service.compartment);
    create.conversation_config = Some(ConversationConfig::hours(720));
    // The answer is lost on its way, and what was made is made once.
    service.emulator.push_fault(Fault::CutBody);
    let own = projects.clone().retry_token("token-0123456789");
    assert_eq!(own.create(&create).await.unwrap_err().kind(), ErrorKind::Truncated);
    let made = own.create(&create).await.unwrap();
    assert_eq!(projects.all(Filter::default()).collect().await.unwrap().len(), 1);

    let id = made.id.clone().unwrap();
    if let Some(work) = made.opc_work_request_id() {
        let done = control.work_requests().wait(work, &at_once()).await.unwrap();
        assert_eq!(done.id.as_deref(), Some(work));
    }
    let project = projects.settled(&id, &at_once()).await.unwrap();
    assert_eq!(project.lifecycle_state, Some(LifecycleState::Active));
    let seen = projects.get(&id).await.unwrap();
    let etag = seen.etag().unwrap().to_owned();
    let mut update = UpdateProject::default();
    update.display_name = Some("other".to_owned());
    projects.update(&id, &update, Some(&etag)).await.unwrap();
    projects.settled(&id, &at_once()).await.unwrap();
    let error = projects.update(&id, &update, Some(&etag)).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(412), "{error:?}");
    projects.delete(&id, None).await.unwrap();
}

#[tokio::test]
async fn an_api_key_tells_its_secret_once() {
    let service = Service::start().await;
    let keys = patient(&service).control().api_keys();
    let details = KeyDetails::new("one", "2099-01-01T00:00:00Z");
    let made =
        keys.create(&CreateApiKey::new("ci", &service.compartment, [details])).await.unwrap();
    let secret = made.keys[0].key.as_ref().unwrap().expose().to_owned();
    let id = made.id.clone().unwrap();
    let read = keys.get(&id).await.unwrap();
    assert!(read.keys[0].key.is_none() && read.keys[0].key_mask.is_some());
    let listed = keys.all(Filter::default()).collect().await.unwrap();
    assert!(!format!("{made:?} {read:?} {listed:?}").contains(&secret));
}

#[tokio::test]
async fn a_vector_store_finds_what_was_uploaded() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start().await;
    let client = patient(&service);
    let mut ids = Vec::new();
    for (name, text) in [("a.txt", "Snow falls in Chicago."), ("b.txt", "Ships leave Lisbon.")] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let upload = FileUpload::new(FilePurpose::Assistants);
        let kept = client.files().upload_from_disk(&upload, &FileOnDisk::new(path)).await.unwrap();
        ids.push(kept.id.clone().unwrap());
    }
    let stores = client.vector_stores();
    let store = stores.create(&CreateVectorStore::new("faq")).await.unwrap().id.clone().unwrap();
    let batches = stores.file_batches(&store);
    let batch = batches.create(&CreateFileBatch::of_ids(&ids)).await.unwrap().id.clone().unwrap();
    batches.ready(&batch, &at_once()).await.unwrap();
    stores.ready(&store, &at_once()).await.unwrap();
    let page = stores.search(&store, &SearchVectorStore::new("snow in Chicago")).await.unwrap();
    assert_eq!(page.data[0].file_id.as_ref(), Some(&ids[0]));
    assert_eq!(page.data[0].filename.as_deref(), Some("a.txt"));
    let files = stores.files(&store).all(None, Listing::default()).collect().await.unwrap();
    assert_eq!(files.len(), 2);
    stores.delete(&store).await.unwrap();
    assert!(stores.get(&store).await.unwrap_err().is_not_authorized_or_not_found());
}

#[tokio::test]
async fn too_many_files_have_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let (file, _) = file(&folder, 100);
    let service = Service::start().await;
    let client = service.client();
    let id = upload(&client, &file).await.unwrap();
    let message = Item::user(vec![Part::input_file(id); 11]);
    let request = ResponsesRequest::new("google.gemini-2.5-pro", [message]);
    let error = client.create_response(request).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400), "{error:?}");
    assert!(error.hint().unwrap().contains("ten file ids and 50 MB of PDFs"), "{:?}", error.hint());
}

#[tokio::test]
async fn work_that_fails_or_stalls_is_told() {
    let service = Service::start().await;
    let control = patient(&service).control();
    let projects = control.projects();
    let mut create = CreateProject::new(&service.compartment);
    create.display_name = Some("it fails".to_owned());
    let made = projects.create(&create).await.unwrap();
    let id = made.id.clone().unwrap();
    let error = projects.settled(&id, &at_once()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{error:?}");
    let work = made.opc_work_request_id().unwrap();
    let reasons = control.work_requests().all_errors(work, Filter::default()).collect().await;
    let reason = reasons.unwrap().remove(0).message.unwrap();
    let error = control.work_requests().wait(work, &at_once()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "{error:?}");
    assert!(error.to_string().contains(reason.trim_end_matches('.')), "{error}: {reason}");

    create.display_name = Some("it stalls".to_owned());
    let id = projects.create(&create).await.unwrap().id.clone().unwrap();
    let short = Waiting::new(Duration::from_millis(30)).every(Duration::ZERO, Duration::ZERO);
    let error = projects.settled(&id, &short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Total), "{error:?}");
}

#[tokio::test]
async fn a_semantic_store_makes_sql_of_questions() {
    let service = Service::start().await;
    let client = patient(&service);
    let create = json!({
        "compartmentId": service.compartment,
        "displayName": "sales",
        "dataSource": { "connectionType": "DATABASE_TOOLS_CONNECTION",
            "queryingConnectionId": "q", "enrichmentConnectionId": "e" },
        "refreshSchedule": { "type": "INTERVAL", "value": "PT6H" },
        "schemas": { "connectionType": "DATABASE_TOOLS_CONNECTION", "schemas": [{ "name": "SH" }] },
        "modelSelection": { "modelSelectionType": "DEFAULT" },
    });
    let stores = client.control().semantic_stores();
    let id = stores.create(&serde_json::from_value(create).unwrap()).await.unwrap().id.clone();
    let id = id.unwrap();
    stores.settled(&id, &at_once()).await.unwrap();
    let store = client.semantic_store(&id);
    let mut question = GenerateSqlDetails::new("How many?");
    question.model_id = Some("m".to_owned());
    let job = store.generate_sql(&question, None).await.unwrap();
    assert!(job.sql().unwrap().contains("How many?"), "{job:?}");
    question.completion_mode = Some(CompletionMode::BackgroundJob);
    let job = store.generate_sql(&question, None).await.unwrap().id.clone().unwrap();
    assert!(store.sql_ready(&job, &at_once()).await.unwrap().sql().is_some());

    let job = store.enrich(&EnrichDetails::new(FullBuild::new("SH")), None).await.unwrap();
    let job = job.id.clone().unwrap();
    let all = store.all_enrichments(Filter::default()).collect().await.unwrap();
    assert_eq!(all[0].id.as_ref(), Some(&job));
    store.cancel_enrichment(&job, None).await.unwrap();
    let error = store.enriched(&job, &at_once()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed, "it was called off: {error:?}");
}
