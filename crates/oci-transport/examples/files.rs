//! What it costs to upload a file from its path and to download it again, over loopback: `cargo xtask bench files`.
//!
//! The other side is a process of its own that counts and hashes what it gets and sends zeros back, so that what is told here of
//! memory is the client's alone. With a number the file has so many MiB, else 1024.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program of the terminal"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use oci_auth::{Secret, Signer};
use oci_transport::{Client, Endpoint, FileOnDisk, RetryPolicy, UploadStep};
use oci_wire::resources::{FilePurpose, FileUpload};
use ring::digest::{Context, SHA256};

fn main() {
    let option = std::env::args().nth(1);
    if option.as_deref() == Some("serve") {
        return serve();
    }
    let length = option.map_or(1024, |text| text.parse::<u64>().unwrap()) * MIB;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(measure(length));
}

async fn measure(length: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.jsonl");
    write(&path, length);
    let program = std::env::current_exe().unwrap();
    let mut server = Command::new(program).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(server.stdout.take().unwrap()).lines();
    let url = told.next().unwrap().unwrap();
    // A key of Generative AI costs nothing to sign with; the digest is computed all the same.
    let signer = Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let client = Client::builder(Endpoint::parse(&url).unwrap(), signer)
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    drop(client.files().get("warm-up").await);
    let idle = resident("VmRSS:");

    let begin = Instant::now();
    let hashed = std::sync::Arc::new(std::sync::Mutex::new(Duration::ZERO));
    let at = hashed.clone();
    let file = FileOnDisk::new(&path).on_progress(move |progress| {
        if progress.step == UploadStep::Hashing {
            *at.lock().unwrap() = begin.elapsed();
        }
    });
    let upload = FileUpload::new(FilePurpose::Batch);
    let kept = client.files().upload_from_disk(&upload, &file).await.unwrap();
    let (all, hashing) = (begin.elapsed(), *hashed.lock().unwrap());
    assert_eq!(kept.id, Some(digest(&path)), "what arrived is what was sent");
    let most = resident("VmHWM:");
    println!("upload of {} MiB: {}", length / MIB, rate(length, all));
    println!("  hashed first: {}", rate(length, hashing));
    println!("  then sent, and hashed again: {}", rate(length, all - hashing));
    println!("  memory: {idle} KiB before, {most} KiB at most ({:+} KiB)", most - idle);

    let begin = Instant::now();
    let mut content = client.files().download(length.to_string());
    let mut read = 0;
    while let Some(piece) = content.piece().await {
        read += piece.unwrap().len() as u64;
    }
    assert_eq!(read, length);
    println!("download of {} MiB: {}", length / MIB, rate(length, begin.elapsed()));
    let most = resident("VmHWM:");
    println!("  memory: {most} KiB at most ({:+} KiB)", most - idle);
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(most - idle < 20 * 1024, "20 MiB above idle are the limit");
}

fn rate(length: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    format!("{seconds:.2} s, {:.0} MiB/s", length as f64 / MIB as f64 / seconds)
}

fn write(path: &std::path::Path, length: u64) {
    let mut file = std::fs::File::create(path).unwrap();
    let block: Vec<u8> = (0..MIB).map(|place| (place * 31 + place / 251) as u8).collect();
    for _ in 0..length / MIB {
        file.write_all(&block).unwrap();
    }
}

/// The digest of a file, by which the server names what it got.
fn digest(path: &std::path::Path) -> String {
    let mut file = std::fs::File::open(path).unwrap();
    let mut hashed = Context::new(&SHA256);
    let mut block = vec![0; 1 << 18];
    loop {
        match file.read(&mut block).unwrap() {
            0 => return hex(hashed),
            read => hashed.update(block.get(..read).unwrap()),
        }
    }
}

fn hex(hashed: Context) -> String {
    hashed.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The other side: it tells where it listens, and goes on until it is killed.
fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        std::thread::spawn(move || answer_all(stream));
    }
}

fn answer_all(stream: TcpStream) {
    let mut answers = stream.try_clone().unwrap();
    let mut requests = BufReader::with_capacity(1 << 18, stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if requests.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.trim_end() {
                "" => break,
                text => lines.push(text.to_ascii_lowercase()),
            }
        }
        let header =
            |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        let kind = header("content-type").unwrap_or_default();
        let boundary = kind.split_once("boundary=").map(|(_, boundary)| boundary.to_owned());
        let target = lines.first().unwrap().split(' ').nth(1).unwrap().to_owned();
        if let Some(boundary) = boundary {
            let id = part(&mut requests, length, &boundary);
            send(&mut answers, format!("{{\"id\":\"{id}\"}}").as_bytes());
        } else if let Some(id) = target.strip_suffix("/content") {
            let length: u64 = id.rsplit('/').next().unwrap().parse().unwrap();
            write!(answers, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").unwrap();
            let zeros = Bytes::from(vec![0; 1 << 18]);
            for _ in 0..length >> 18 {
                answers.write_all(&zeros).unwrap();
            }
        } else {
            send(&mut answers, b"{\"id\":\"warm-up\"}");
        }
    }
}

/// The digest of the file in a form: what is between the second empty line and the end of the form.
fn part(requests: &mut impl std::io::BufRead, length: u64, boundary: &str) -> String {
    let mut read = 0;
    let mut empty = 0;
    while empty < 2 {
        let mut line = Vec::new();
        read += requests.read_until(b'\n', &mut line).unwrap() as u64;
        empty += u32::from(line == b"\r\n");
    }
    let end = boundary.len() as u64 + 8;
    let mut hashed = Context::new(&SHA256);
    let mut left = length - read - end;
    while left > 0 {
        let block = requests.fill_buf().unwrap();
        let taken = block.len().min(usize::try_from(left).unwrap());
        hashed.update(block.get(..taken).unwrap());
        requests.consume(taken);
        left -= taken as u64;
    }
    requests.take(end).read_to_end(&mut Vec::new()).unwrap();
    hex(hashed)
}

fn send(answers: &mut TcpStream, body: &[u8]) {
    write!(answers, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).unwrap();
    answers.write_all(body).unwrap();
}

/// A line of what Linux tells of this process, in KiB.
fn resident(name: &str) -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

const MIB: u64 = 1 << 20;
