//! Files that go up from a path and come down in pieces, over connections that break.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use oci_auth::{Secret, Signer};
use oci_transport::{
    Client, ClientBuilder, Deadlines, Endpoint, ErrorKind, FileBytes, FileOnDisk, RetryPolicy,
    Timeout, UploadStep,
};
use oci_wire::resources::{FilePurpose, FileUpload};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::captures::{Recorder, key};

/// What a connection does with the request that it gets.
enum Act {
    /// Reads all of it and answers this.
    Answer(String),
    /// Reads so many bytes of its body and breaks.
    CutRequest(usize),
    /// Reads nothing of its body, ever.
    Stall,
    /// Answers with this head and these bytes, and breaks.
    CutAnswer(String, Vec<u8>),
}

/// What was received.
#[derive(Clone, Default)]
struct Received {
    head: String,
    body: Vec<u8>,
    /// Whether the body was as long as the head had said.
    is_whole: bool,
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A server whose connections each do the next act, and what they got.
struct Server {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = received.clone();
        tokio::spawn(async move {
            for act in acts {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, act, &log).await;
            }
        });
        Self { url, received }
    }

    fn builder(&self) -> ClientBuilder {
        let at_once =
            RetryPolicy { base: Duration::ZERO, cap: Duration::ZERO, ..RetryPolicy::default() };
        Client::builder(Endpoint::parse(&self.url).unwrap(), key()).retry(at_once)
    }

    fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, act: Act, log: &Mutex<Vec<Received>>) {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let mut body = bytes.split_off(head_end);
    let head = String::from_utf8(bytes).unwrap();
    let mut received = Received { head, ..Received::default() };
    let length = received.header("content-length").map_or(0, |length| length.parse().unwrap());
    let wanted = match act {
        Act::CutRequest(bytes) => bytes,
        Act::Stall => {
            log.lock().unwrap().push(received);
            std::future::pending::<()>().await;
            return;
        }
        _ => length,
    };
    while body.len() < wanted {
        if stream.read_buf(&mut body).await.unwrap_or(0) == 0 {
            break;
        }
    }
    received.is_whole = body.len() == length;
    received.body = body;
    log.lock().unwrap().push(received);
    match act {
        Act::Answer(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
        Act::CutAnswer(head, bytes) => {
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
        }
        Act::CutRequest(_) | Act::Stall => {}
    }
}

fn answer(status: u16, body: &str) -> Act {
    let length = body.len();
    Act::Answer(format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    ))
}

fn kept() -> Act {
    answer(200, r#"{"id":"file-1","object":"file"}"#)
}

/// A file of this many bytes, none of whose blocks is like another.
fn file(folder: &tempfile::TempDir, length: usize) -> (PathBuf, Vec<u8>) {
    let bytes: Vec<u8> = (0..length).map(|place| (place * 31 + place / 251) as u8).collect();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

fn purpose() -> FileUpload {
    FileUpload::new(FilePurpose::UserData)
}

/// The bytes of the file in a form.
fn file_part(received: &Received) -> &[u8] {
    let boundary = received.header("content-type").unwrap().split_once("boundary=").unwrap().1;
    let end = format!("\r\n--{boundary}--\r\n");
    let body = received.body.strip_suffix(end.as_bytes()).unwrap();
    let place = body.windows(24).position(|part| part == b"content-type: applicatio").unwrap();
    let start = body[place..].windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    &body[place + start + 4..]
}

/// More than the socket's buffers hold.
const LONG: usize = 9 * 1024 * 1024 + 17;

#[tokio::test]
async fn a_file_goes_up_as_it_is_and_its_digest_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    for length in [0, 1, 256 * 1024, LONG] {
        let server = Server::start(vec![kept()]).await;
        let (path, bytes) = file(&folder, length);
        let told = Arc::new(Mutex::new(Vec::new()));
        let log = told.clone();
        let file =
            FileOnDisk::new(&path).on_progress(move |progress| log.lock().unwrap().push(progress));
        let answer = server.client().files().upload_from_disk(&purpose(), &file).await.unwrap();
        assert_eq!(answer.id.as_deref(), Some("file-1"));
        let [received] = server.received().try_into().ok().unwrap();
        assert!(received.is_whole);
        assert_eq!(file_part(&received), bytes, "{length}");
        let digest = ring::digest::digest(&ring::digest::SHA256, &received.body);
        assert_eq!(received.header("x-content-sha256"), Some(BASE64.encode(digest).as_str()));
        let total = received.body.len() as u64;
        assert_eq!(received.header("content-length"), Some(total.to_string().as_str()));
        let told = told.lock().unwrap();
        assert!(told.iter().all(|progress| progress.total == total));
        for step in [UploadStep::Hashing, UploadStep::Sending] {
            let done: Vec<_> =
                told.iter().filter(|told| told.step == step).map(|told| told.done).collect();
            assert!(done.is_sorted() && done.last() == Some(&total), "{step:?}: {done:?}");
        }
    }
}

#[tokio::test]
async fn the_form_is_the_one_of_a_file_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = file(&folder, 1000);
    let recorder = Recorder::default();
    let client = crate::captures::client(&recorder, key());
    drop(client.files().upload(&purpose(), &FileBytes::new("a.pdf", bytes.clone())).await);
    // A service that knows no streams gets the body in one piece.
    drop(client.files().upload_from_disk(&purpose(), &FileOnDisk::new(&path)).await);
    drop(
        client
            .containers()
            .files("c")
            .upload_from_disk(&FileOnDisk::new(path).with_name("b.csv"))
            .await,
    );
    let sent = recorder.0.lock().unwrap();
    let plain = |index: usize| {
        let sent = &sent[index];
        let kind = sent.headers()["content-type"].to_str().unwrap();
        let boundary = kind.split_once("boundary=").unwrap().1;
        String::from_utf8_lossy(sent.body()).replace(boundary, "B")
    };
    assert_eq!(plain(0), plain(1));
    assert_eq!(sent[0].headers().len(), sent[1].headers().len());
    assert!(plain(2).contains("filename=\"b.csv\"\r\ncontent-type: text/csv"));
    assert_eq!(sent[2].uri().path(), "/openai/v1/containers/c/files");
}

#[tokio::test]
async fn what_breaks_on_the_way_is_told_and_not_stored_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = file(&folder, LONG);
    for (act, kind, status) in [
        (Act::CutRequest(0), ErrorKind::Network, None),
        (Act::CutRequest(LONG / 2), ErrorKind::Network, None),
        (Act::CutRequest(LONG + 10), ErrorKind::Network, None),
        (answer(500, ""), ErrorKind::Service, Some(500)),
        (answer(502, ""), ErrorKind::Service, Some(502)),
        (answer(504, ""), ErrorKind::Service, Some(504)),
        (answer(400, ""), ErrorKind::Service, Some(400)),
    ] {
        let server = Server::start(vec![act, kept(), kept()]).await;
        let files = server.client().files();
        let error = files.upload_from_disk(&purpose(), &FileOnDisk::new(&path)).await.unwrap_err();
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (kind, status));
        assert_eq!((error.attempts(), server.received().len()), (1, 1), "{error:?}");
        // The same holds for a file in memory.
        assert!(error.opc_request_id().is_some());
    }
}

#[tokio::test]
async fn what_was_refused_before_anything_was_done_is_sent_again_from_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let (path, bytes) = file(&folder, LONG);
    let server = Server::start(vec![answer(429, ""), answer(503, ""), kept()]).await;
    let files = server.client().files();
    files.upload_from_disk(&purpose(), &FileOnDisk::new(&path)).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|received| file_part(received) == bytes));

    let server = Server::start(vec![Act::CutRequest(1000), kept()]).await;
    let asked = RetryPolicy {
        after_sending: true,
        base: Duration::ZERO,
        cap: Duration::ZERO,
        ..RetryPolicy::default()
    };
    let files = server.builder().retry(asked).build().unwrap().files();
    files.upload_from_disk(&purpose(), &FileOnDisk::new(&path)).await.unwrap();
    assert_eq!(file_part(&server.received()[1]), bytes);
}

/// Changes a file when its hashing is done, and expects the typed error and a request that was never whole.
async fn check_change(signer: Option<Signer>, change: fn(&PathBuf)) {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = file(&folder, LONG);
    let server = Server::start(vec![kept(), kept()]).await;
    let changed = path.clone();
    let once = Mutex::new(Some(change));
    let file = FileOnDisk::new(&path).on_progress(move |progress| {
        let is_hashed = progress.step == UploadStep::Hashing && progress.done == progress.total;
        if let Some(change) = once.lock().unwrap().take_if(|_| is_hashed) {
            change(&changed);
        }
    });
    let client = match signer {
        Some(signer) => {
            Client::builder(Endpoint::parse(&server.url).unwrap(), signer).build().unwrap()
        }
        None => server.client(),
    };
    let error = client.files().upload_from_disk(&purpose(), &file).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Changed, 1), "{error:?}");
    assert!(error.hint().is_some());
    // The next upload is the one that is there afterwards; by then the server has seen the end of the first.
    let now = std::fs::read(&path).unwrap();
    client.files().upload_from_disk(&purpose(), &FileOnDisk::new(&path)).await.unwrap();
    let mut received = server.received();
    assert_eq!(file_part(&received.pop().unwrap()), now);
    assert!(received.iter().all(|received| !received.is_whole), "nothing whole was sent before");
}

#[tokio::test]
async fn a_file_that_changes_after_it_was_hashed_is_not_stored() {
    let overwrite: fn(&PathBuf) = |path| {
        let mut file = std::fs::File::options().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start(LONG as u64 - 1)).unwrap();
        file.write_all(b"!").unwrap();
    };
    check_change(None, overwrite).await;
    // A key of Generative AI signs no digest, so nobody else would notice.
    check_change(Some(Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap()), overwrite)
        .await;
    check_change(None, |path| std::fs::write(path, "short").unwrap()).await;
    check_change(None, |path| {
        let mut file = std::fs::File::options().append(true).open(path).unwrap();
        file.write_all(b"more").unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_no_file_is_told_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::default();
    let files = crate::captures::client(&recorder, key()).files();
    for path in [folder.path().to_owned(), folder.path().join("missing")] {
        let error = files.upload_from_disk(&purpose(), &FileOnDisk::new(&path)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error:?}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    assert!(recorder.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_upload_that_stands_still_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = file(&folder, LONG);
    let server = Server::start(vec![Act::Stall]).await;
    let deadlines = Deadlines { idle: Duration::from_millis(50), ..Deadlines::default() };
    let files = server.builder().deadlines(deadlines).build().unwrap().files();
    let error = files.upload_from_disk(&purpose(), &FileOnDisk::new(&path)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(Timeout::Idle), "{error:?}");
    assert_eq!(error.attempts(), 1);
}

fn whole(bytes: &[u8], sent: usize, etag: &str) -> Act {
    let length = bytes.len();
    let head =
        format!("HTTP/1.1 200 X\r\ncontent-length: {length}\r\n{etag}connection: close\r\n\r\n");
    Act::CutAnswer(head, bytes[..sent].to_vec())
}

fn part(bytes: &[u8], from: usize, sent: usize, etag: &str) -> Act {
    let (length, last) = (bytes.len() - from, bytes.len() - 1);
    let total = bytes.len();
    let head = format!(
        "HTTP/1.1 206 X\r\ncontent-length: {length}\r\ncontent-range: bytes {from}-{last}/{total}\r\n{etag}connection: close\r\n\r\n"
    );
    Act::CutAnswer(head, bytes[from..from + sent].to_vec())
}

/// What comes of a download, and how it ended.
async fn read(client: &Client, from: u64) -> (Vec<u8>, Option<oci_transport::Error>) {
    let mut download = client.files().download("file-1").starting_at(from);
    let mut bytes = Vec::new();
    while let Some(piece) = download.piece().await {
        match piece {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(error) => {
                assert!(download.piece().await.is_none(), "an error ends it");
                return (bytes, Some(error));
            }
        }
    }
    assert_eq!(download.place(), from + bytes.len() as u64);
    (bytes, None)
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off() {
    let bytes: Vec<u8> = (0..10_000u32).map(|place| (place % 251) as u8).collect();
    let acts = vec![
        whole(&bytes, 4000, "etag: \"v1\"\r\n"),
        part(&bytes, 4000, 3000, "etag: \"v1\"\r\n"),
        answer(503, ""),
        part(&bytes, 7000, 3000, ""),
    ];
    let server = Server::start(acts).await;
    let (read_bytes, error) = read(&server.client(), 0).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(read_bytes, bytes, "nothing lost, nothing twice");
    let ranges: Vec<_> = server
        .received()
        .iter()
        .map(|received| received.header("range").map(str::to_owned))
        .collect();
    let rest = |from: &str| Some(format!("bytes={from}-"));
    assert_eq!(ranges, [None, rest("4000"), rest("7000"), rest("7000")]);
    assert_eq!(server.received()[1].header("if-range"), Some("\"v1\""));

    let server = Server::start(vec![part(&bytes, 6000, 4000, "")]).await;
    assert_eq!(read(&server.client(), 6000).await.0, bytes[6000..], "from a place of the caller's");
}

#[tokio::test]
async fn a_service_without_ranges_is_read_again_up_to_the_place() {
    let bytes: Vec<u8> = (0..100_000u32).map(|place| (place % 251) as u8).collect();
    let acts =
        vec![whole(&bytes, 60_000, ""), whole(&bytes, 30_000, ""), whole(&bytes, 100_000, "")];
    let server = Server::start(acts).await;
    let (read_bytes, error) = read(&server.client(), 0).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(read_bytes, bytes);
}

#[tokio::test]
async fn a_download_that_cannot_go_on_is_no_short_success() {
    let bytes: Vec<u8> = (0..10_000u32).map(|place| (place % 251) as u8).collect();
    let cut = || whole(&bytes, 4000, "etag: \"v1\"\r\n");
    let nothing = || part(&bytes, 4000, 0, "");
    let other = vec![0; 9000];
    let cases: [(Vec<Act>, ErrorKind); 6] = [
        (vec![cut(), nothing(), nothing()], ErrorKind::Truncated),
        (vec![cut(), answer(404, "")], ErrorKind::Service),
        (vec![cut(), part(&bytes, 5000, 5000, "")], ErrorKind::Malformed),
        (vec![cut(), part(&bytes, 4000, 6000, "etag: \"v2\"\r\n")], ErrorKind::Malformed),
        (vec![cut(), whole(&other, 9000, "")], ErrorKind::Malformed),
        (
            vec![
                cut(),
                Act::CutAnswer("HTTP/1.1 206 X\r\nconnection: close\r\n\r\n".to_owned(), vec![1]),
            ],
            ErrorKind::Malformed,
        ),
    ];
    for (index, (acts, kind)) in cases.into_iter().enumerate() {
        let server = Server::start(acts).await;
        let (read_bytes, error) = read(&server.client(), 0).await;
        assert_eq!(error.unwrap().kind(), kind, "{index}");
        assert_eq!(read_bytes, bytes[..4000], "{index}");
    }
}
