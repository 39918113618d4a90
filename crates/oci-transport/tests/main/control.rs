//! The control plane: pages, versions, tokens, waiting, and what an API key may not do.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use oci_auth::{Region, Secret, Signer};
use oci_transport::control::{Filter, Waiting};
use oci_transport::{
    Attempt, Body, Client, Endpoint, ErrorKind, HttpService, RawRequest, RequestHook, RetryPolicy,
    SendError, Timeout,
};
use oci_wire::control::{
    CreateApiKey, CreateProject, JobState, KeyDetails, LifecycleState, RenewApiKey, UpdateProject,
};
use oci_wire::nl2sql::GenerateSqlDetails;
use serde_json::Value;
use tokio::time::Instant;

use crate::captures::{Recorder, key};

/// What is answered to one request; `None` breaks the connection.
type Answered = Option<(u16, Vec<(&'static str, String)>, String)>;

/// Answers in order, the last one for ever, and keeps what was asked.
#[derive(Clone, Default)]
struct Scripted {
    answers: Arc<Mutex<VecDeque<Answered>>>,
    asked: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl HttpService for Scripted {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        self.asked.lock().unwrap().push(request);
        let mut answers = self.answers.lock().unwrap();
        let answer =
            if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() };
        Box::pin(async move {
            let Some((status, headers, text)) = answer else {
                return Err(SendError::sending("broken"));
            };
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(Body::new(Full::new(Bytes::from(text)))).unwrap())
        })
    }
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = Answered>) -> Self {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        Self { answers, ..Self::default() }
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .map(|asked| format!("{} {}", asked.method(), asked.uri().path_and_query().unwrap()))
            .collect()
    }

    fn header(&self, name: &str) -> Vec<Option<String>> {
        let asked = self.asked.lock().unwrap();
        let value =
            |asked: &Request<Bytes>| Some(asked.headers().get(name)?.to_str().ok()?.to_owned());
        asked.iter().map(value).collect()
    }
}

fn ok(text: impl Into<String>) -> Answered {
    Some((200, Vec::new(), text.into()))
}

fn with(name: &'static str, value: &str, text: impl Into<String>) -> Answered {
    Some((200, vec![(name, value.to_owned())], text.into()))
}

fn client(service: &Scripted) -> Client {
    let at_once =
        RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() };
    Client::builder(Endpoint::parse("https://h.example").unwrap(), key())
        .compartment_id("ocid1.compartment.oc1..c")
        .retry(at_once)
        .service(service.clone())
        .build()
        .unwrap()
}

fn fixture(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire/responses/native");
    std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()
}

#[tokio::test]
async fn pages_follow_one_another_by_the_header() {
    let service = Scripted::new([
        with("opc-next-page", "p2", r#"{"items":[{"id":"a"},{"id":"b"}]}"#),
        with("opc-next-page", "p3", r#"{"items":[]}"#),
        None,
        ok(r#"{"items":[{"id":"c"}]}"#),
    ]);
    let from = Filter { limit: Some(2), ..Filter::default() };
    let all = client(&service).control().projects().all(from).collect().await.unwrap();
    let ids: Vec<_> = all.iter().filter_map(|project| project.id.as_deref()).collect();
    assert_eq!(ids, ["a", "b", "c"], "a page may be empty, and one that was lost is read again");
    let url = "GET /20231130/generativeAiProjects?compartmentId=ocid1.compartment.oc1..c&limit=2";
    let asked = [url.to_owned(), format!("{url}&page=p2"), format!("{url}&page=p3")];
    assert_eq!(service.asked()[..3], asked);
    assert_eq!(service.asked()[3], asked[2]);
}

#[tokio::test]
async fn a_page_that_goes_nowhere_is_no_short_success() {
    let page = with("opc-next-page", "p2", r#"{"items":[{"id":"a"}]}"#);
    let service = Scripted::new([page]);
    let mut all = client(&service).control().api_keys().all(Filter::default());
    all.next().await.unwrap().unwrap();
    let error = all.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error:?}");
    assert!(all.next().await.is_none());
    assert_eq!(all.next_page().page.as_deref(), Some("p2"), "it can go on from here");
}

#[tokio::test]
async fn an_answer_tells_its_version_and_its_work_request() {
    let made = Some((
        201,
        vec![
            ("etag", "etag-1".to_owned()),
            ("opc-work-request-id", "ocid1.generativeaiworkrequest.oc1..wr".to_owned()),
        ],
        fixture("project_create"),
    ));
    let refused = Some((412, vec![], fixture("error_412_no_etag_match")));
    let gone = Some((204, vec![("opc-work-request-id", "w".to_owned())], String::new()));
    let service = Scripted::new([made, refused, gone]);
    let projects = client(&service).control().projects();
    let project = projects.create(&CreateProject::new("c")).await.unwrap();
    assert_eq!(project.lifecycle_state, Some(LifecycleState::Creating));
    assert_eq!(project.etag(), Some("etag-1"));
    assert_eq!(project.opc_work_request_id(), Some("ocid1.generativeaiworkrequest.oc1..wr"));
    assert_eq!(project.opc_next_page(), None);

    let update = UpdateProject::default();
    let error = projects.update("p", &update, project.etag()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Service, Some("NoEtagMatch")));
    let deleted = projects.delete("p", None).await.unwrap();
    assert_eq!(deleted.opc_work_request_id(), Some("w"));
    assert_eq!(service.header("if-match"), [None, Some("etag-1".to_owned()), None]);
    let error = projects.delete("p", Some("line\nbreak")).await.unwrap_err();
    assert_eq!((error.kind(), service.asked().len()), (ErrorKind::Request, 3), "nothing was sent");
}

#[tokio::test]
async fn what_is_made_is_made_once_however_often_it_is_sent() {
    let service = Scripted::new([None, Some((500, vec![], String::new())), ok(r#"{"id":"p"}"#)]);
    let projects = client(&service).control().projects();
    projects.create(&CreateProject::new("c")).await.unwrap();
    let tokens = service.header("opc-retry-token");
    assert!(tokens[0].as_ref().unwrap().len() >= 30, "{tokens:?}");
    assert_eq!(tokens, vec![tokens[0].clone(); 3], "the same for all attempts");
    projects.create(&CreateProject::new("c")).await.unwrap();
    assert_ne!(service.header("opc-retry-token")[3], tokens[0], "another call has another one");
    let own = projects.retry_token("mine");
    own.create(&CreateProject::new("c")).await.unwrap();
    assert_eq!(service.header("opc-retry-token")[4].as_deref(), Some("mine"));
}

#[tokio::test]
async fn each_operation_goes_to_its_host() {
    let region = Region::parse("eu-frankfurt-1").unwrap();
    let recorder = Recorder::default();
    let builder = Client::builder(Endpoint::inference(&region), key()).service(recorder.clone());
    let client = builder.build().unwrap();
    drop(client.control().projects().get("p").await);
    drop(client.semantic_store("s").sql_job("j").await);
    drop(client.vector_stores().get("v").await);
    drop(client.in_region("us-chicago-1").control().projects().get("p").await);
    drop(client.control().client().control_plane().control().projects().get("p").await);
    let sent = recorder.0.lock().unwrap();
    let hosts: Vec<_> = sent.iter().map(|sent| sent.uri().host().unwrap()).collect();
    let control = "generativeai.eu-frankfurt-1.oci.oraclecloud.com";
    let expected = [
        control,
        "inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com",
        control,
        "generativeai.us-chicago-1.oci.oraclecloud.com",
        control,
    ];
    assert_eq!(hosts, expected);
}

#[tokio::test]
async fn an_api_key_is_refused_before_anything_is_sent() {
    let recorder = Recorder::default();
    let signer = Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let client = crate::captures::client(&recorder, signer);
    let control = client.control();
    let raw = |path: &str| RawRequest::new(Method::POST, path);
    let errors = [
        control.projects().create(&CreateProject::new("c")).await.unwrap_err(),
        control.api_keys().get("k").await.unwrap_err(),
        control.work_requests().wait("w", &Waiting::default()).await.unwrap_err(),
        control.models().all(Filter::default()).next().await.unwrap().unwrap_err(),
        client
            .semantic_store("s")
            .generate_sql(&GenerateSqlDetails::new("?"), None)
            .await
            .unwrap_err(),
        client.raw(&raw("/20231130/apikeys")).await.unwrap_err(),
        client.raw(&raw("/20260325/semanticStores/s/actions/enrich")).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Identity, "{error:?}");
        assert!(error.hint().is_some() && !error.to_string().contains("sk-test"));
    }
    assert!(recorder.0.lock().unwrap().is_empty());
}

/// Keeps the bodies of a log.
#[derive(Debug, Default)]
struct Bodies(Mutex<String>);

impl RequestHook for Bodies {
    fn attempted(&self, attempt: &Attempt<'_>) {
        self.0.lock().unwrap().push_str(&String::from_utf8_lossy(attempt.body()));
    }

    fn wants_bodies(&self) -> bool {
        true
    }

    fn received(&self, _: Option<&str>, piece: &[u8]) {
        self.0.lock().unwrap().push_str(&String::from_utf8_lossy(piece));
    }
}

#[tokio::test]
async fn a_secret_is_in_one_answer_and_in_no_log() {
    let made = fixture("apikey_create");
    let secret: Value = serde_json::from_str(&made).unwrap();
    let secret = secret.pointer("/keys/0/key").and_then(Value::as_str).unwrap().to_owned();
    let service = Scripted::new([ok(made.clone()), ok(made), ok(fixture("apikey_get"))]);
    let bodies = Arc::new(Bodies::default());
    let client = Client::builder(Endpoint::parse("https://h.example").unwrap(), key())
        .service(service.clone())
        .hook(bodies.clone())
        .build()
        .unwrap();
    let keys = client.control().api_keys();
    let details = KeyDetails::new("key-one", "2027-01-01T00:00:00Z");
    let made = keys.create(&CreateApiKey::new("k", "c", [details.clone()])).await.unwrap();
    assert_eq!(made.keys[0].key.as_ref().unwrap().expose(), secret);
    let renewed = keys.renew("k", &RenewApiKey::new(details), None).await.unwrap();
    assert!(renewed.keys[0].key.is_some());
    let read = keys.get("k").await.unwrap();
    assert!(read.keys.iter().all(|key| key.key_mask.is_some()));
    let shown = format!("{made:?} {renewed:?} {read:?}");
    assert!(!shown.contains(&secret), "{shown}");
    let log = bodies.0.lock().unwrap();
    assert!(!log.contains(&secret) && log.contains("key-one"), "{log}");
    assert!(!log.contains("keyMask"), "no answer about keys is told: {log}");
}

fn work(status: &str, percent: u32) -> Answered {
    ok(format!(r#"{{"id":"w","status":"{status}","percentComplete":{percent},"resources":[]}}"#))
}

#[tokio::test(start_paused = true)]
async fn a_work_request_is_waited_for_with_longer_and_longer_pauses() {
    let going = (0..8).map(|step| work("IN_PROGRESS", step * 10));
    let service = Scripted::new(
        [work("ACCEPTED", 0)].into_iter().chain(going).chain([work("SUCCEEDED", 100)]),
    );
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = told.clone();
    let waiting = Waiting::default().on_progress(move |progress| {
        let line = (progress.state.to_owned(), progress.percent, progress.elapsed.as_secs());
        log.lock().unwrap().push(line);
    });
    let begin = Instant::now();
    let done = client(&service).control().work_requests().wait("w", &waiting).await.unwrap();
    assert_eq!(done.status, Some(JobState::Succeeded));
    let told = told.lock().unwrap();
    let times: Vec<_> = told.iter().map(|(_, _, seconds)| *seconds).collect();
    assert_eq!(times, [0, 1, 3, 7, 15, 31, 61, 91, 121, 151], "doubled, up to 30 s");
    assert_eq!(begin.elapsed().as_secs(), 151);
    assert_eq!(told[0], ("ACCEPTED".to_owned(), Some(0.0), 0));
    assert_eq!(told[9], ("SUCCEEDED".to_owned(), Some(100.0), 151));
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_in_time_with_the_reason_or_when_it_is_dropped() {
    let service = Scripted::new([work("IN_PROGRESS", 5)]);
    let requests = client(&service).control().work_requests();
    let waiting = Waiting::new(Duration::from_secs(100));
    let begin = Instant::now();
    let error = requests.wait("w", &waiting).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Total));
    assert!(error.to_string().contains("work request w is not done within 100s"), "{error}");
    assert_eq!(begin.elapsed().as_secs(), 100);

    let asked = service.asked().len();
    let limit = Duration::from_secs(2);
    assert!(tokio::time::timeout(limit, requests.wait("w", &waiting)).await.is_err());
    tokio::time::advance(Duration::from_secs(1000)).await;
    assert_eq!(service.asked().len(), asked + 2, "nothing is asked once it is dropped");

    let service = Scripted::new([work("FAILED", 50), ok(fixture("workrequest_errors"))]);
    let error = client(&service).control().work_requests().wait("w", &waiting).await.unwrap_err();
    let reasons: Value = serde_json::from_str(&fixture("workrequest_errors")).unwrap();
    let reason =
        |name: &str| reasons.pointer(&format!("/items/0/{name}")).and_then(Value::as_str).unwrap();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Failed, Some(reason("code"))));
    let message = error.to_string();
    assert!(message.starts_with("work request w is FAILED"), "{message}");
    assert!(message.contains(reason("message").trim_end_matches('.')), "{message}");

    for odd in ["CANCELED", "SOMETHING_NEW"] {
        let service = Scripted::new([work(odd, 50), Some((500, vec![], String::new()))]);
        let error =
            client(&service).control().work_requests().wait("w", &waiting).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed, "{odd}");
        assert!(error.to_string().contains(odd), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_settles() {
    let state = |state: &str| {
        ok(format!(r#"{{"id":"e","lifecycleState":"{state}","lifecycleDetails":"no room"}}"#))
    };
    let service = Scripted::new([state("CREATING"), state("UPDATING"), state("ACTIVE")]);
    let endpoints = client(&service).control().endpoints();
    let endpoint = endpoints.settled("e", &Waiting::default()).await.unwrap();
    assert_eq!(endpoint.lifecycle_state, Some(LifecycleState::Active));
    assert_eq!(service.asked().len(), 3);

    let service = Scripted::new([state("CREATING"), state("FAILED")]);
    let clusters = client(&service).control().clusters();
    let error = clusters.settled("e", &Waiting::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert_eq!(error.to_string(), "dedicated AI cluster e is FAILED: no room");

    let job = |state: &str| {
        ok(format!(
            r#"{{"id":"j","lifecycleState":"{state}","jobOutput":{{"jobOutputLocation":"INLINE","content":"SELECT 1"}}}}"#
        ))
    };
    let service = Scripted::new([job("ACCEPTED"), job("SUCCEEDED")]);
    let made =
        client(&service).semantic_store("s").sql_ready("j", &Waiting::default()).await.unwrap();
    assert_eq!(made.sql(), Some("SELECT 1"));
}

#[tokio::test]
async fn what_is_no_resource_is_an_error() {
    let service = Scripted::new([ok("{}")]);
    let error = client(&service).control().projects().get("p").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let service = Scripted::new([ok(r#"{"hello":1}"#)]);
    let error = client(&service).control().projects().list(&Filter::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let error = client(&service).control().projects().get("").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let refused = ok(r#"{"code":"NotAuthorizedOrNotFound","message":"gone"}"#);
    let service = Scripted::new([refused]);
    let error = client(&service).control().projects().delete("p", None).await.unwrap_err();
    assert_eq!(error.code(), Some("NotAuthorizedOrNotFound"), "under a status of success, too");
}
