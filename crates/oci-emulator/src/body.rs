//! Request bodies: how they are read, measured, and put aside when they are large.

use std::io::Write;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use ring::digest;
use tokio::time::timeout;

use crate::content::{Content, Disk};
use crate::form::{Form, FormReader, Malformed};
use crate::reply::Reply;
use crate::script::Held;
use crate::wire::RawHead;

/// A body that has arrived.
#[derive(Debug)]
pub(crate) struct Body {
    /// All of it; nothing of a form that was put aside on the disk.
    pub(crate) bytes: Bytes,
    /// How much there was of it.
    pub(crate) measure: Measure,
    /// Its parts, if it is an upload.
    pub(crate) form: Option<Result<Form, Malformed>>,
}

/// Length and digest of a body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Measure {
    /// In bytes.
    pub(crate) length: u64,
    /// SHA-256 in base64, as it stands in `x-content-sha256`.
    pub(crate) sha256: String,
}

impl Measure {
    /// The measure of bytes in memory.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let sha256 = STANDARD.encode(digest::digest(&digest::SHA256, bytes));
        Self { length: bytes.len() as u64, sha256 }
    }
}

impl Body {
    /// Nothing, where a body could not be read.
    pub(crate) fn empty() -> Self {
        Self { bytes: Bytes::new(), measure: Measure::of(b""), form: None }
    }

    /// Reads a body to its end.
    ///
    /// A form may be as long as the largest file and take its time, as long as it goes on arriving.
    pub(crate) async fn read(
        head: &RawHead,
        body: Incoming,
        obstacle: Option<Obstacle>,
    ) -> Result<Self, Unread> {
        let form = is_upload(head).then(|| FormReader::new(head.value("content-type")));
        let most = if form.is_some() { MAX_UPLOAD } else { MAX_BODY };
        // A length that was announced need not be waited for.
        if body.size_hint().lower() > most {
            return Err(too_large(most).into());
        }
        let is_form = form.is_some();
        let reading = Reading::new(form, most, obstacle).run(body);
        if is_form {
            return reading.await;
        }
        timeout(READ_TIMEOUT, reading).await.unwrap_or_else(|_| Err(too_slow().into()))
    }
}

/// Why there is no body.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It was cut after so many bytes, as a fault wanted it.
    Cut(u64),
    /// It cannot be taken; the answer to give.
    Refused(Reply),
}

impl From<Reply> for Unread {
    fn from(reply: Reply) -> Self {
        Self::Refused(reply)
    }
}

/// What a fault puts in the way of a body, after so many bytes.
#[derive(Debug)]
pub(crate) enum Obstacle {
    Cut(u64),
    Stall(u64, Held),
}

/// A body on its way.
struct Reading {
    form: Option<FormReader>,
    most: u64,
    obstacle: Option<Obstacle>,
    digest: digest::Context,
    length: u64,
    /// What is not on the disk.
    buffer: Vec<u8>,
    disk: Option<Disk>,
}

impl Reading {
    fn new(form: Option<FormReader>, most: u64, obstacle: Option<Obstacle>) -> Self {
        let digest = digest::Context::new(&digest::SHA256);
        Self { form, most, obstacle, digest, length: 0, buffer: Vec::new(), disk: None }
    }

    async fn run(mut self, mut body: Incoming) -> Result<Body, Unread> {
        loop {
            match timeout(READ_TIMEOUT, body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    // Trailers are no part of a body.
                    if let Ok(bytes) = frame.into_data() {
                        self.push(&bytes).await?;
                    }
                }
                Ok(None) => return self.finish().await,
                Ok(Some(Err(_))) => {
                    let message = "The request body could not be read.";
                    let reply = Reply::oracle_error(400, "CannotParseRequest", message);
                    return Err(reply.closing().into());
                }
                Err(_) => return Err(too_slow().into()),
            }
        }
    }

    async fn push(&mut self, bytes: &[u8]) -> Result<(), Unread> {
        self.length += bytes.len() as u64;
        if self.length > self.most {
            return Err(too_large(self.most).into());
        }
        match &mut self.obstacle {
            Some(Obstacle::Cut(after)) if self.length >= *after => {
                return Err(Unread::Cut(self.length));
            }
            Some(Obstacle::Stall(after, held)) if self.length >= *after => {
                held.wait().await;
                self.obstacle = None;
            }
            _ => {}
        }
        self.digest.update(bytes);
        self.buffer.extend_from_slice(bytes);
        if let Some(form) = &mut self.form {
            form.push(bytes);
            if self.buffer.len() >= HELD {
                self.put_aside().await?;
            }
        }
        Ok(())
    }

    /// Moves the buffer to the disk.
    async fn put_aside(&mut self) -> Result<(), Reply> {
        let buffer = std::mem::take(&mut self.buffer);
        let disk = self.disk.clone();
        let write = move || {
            let disk = disk.map_or_else(Disk::create, Ok)?;
            disk.with(|file| file.write_all(&buffer))?;
            Ok::<_, std::io::Error>(disk)
        };
        let written = tokio::task::spawn_blocking(write).await;
        // The task is only ever lost with the runtime, which nobody notices any more.
        let disk = written.map_err(|_| no_room())?.map_err(|_| no_room())?;
        self.disk = Some(disk);
        Ok(())
    }

    async fn finish(mut self) -> Result<Body, Unread> {
        if self.disk.is_some() {
            self.put_aside().await?;
        }
        let sha256 = STANDARD.encode(self.digest.finish());
        let measure = Measure { length: self.length, sha256 };
        let bytes = Bytes::from(self.buffer);
        let content = match self.disk {
            Some(disk) => Content::on_disk(disk, self.length),
            None => Content::in_memory(bytes.clone()),
        };
        let form = self.form.map(|form| form.finish(&content));
        Ok(Body { bytes, measure, form })
    }
}

/// Whether a body is a form with a file in it; other bodies are read as they are, whatever they say they are.
fn is_upload(head: &RawHead) -> bool {
    let is_form = |kind: &str| {
        let essence = kind.split(';').next().map_or("", str::trim);
        essence.eq_ignore_ascii_case("multipart/form-data")
    };
    head.method == "POST"
        && head.path().ends_with("/files")
        && head.value("content-type").is_some_and(is_form)
}

fn too_large(most: u64) -> Reply {
    let message = format!("The request body is larger than {} MiB.", most / (1024 * 1024));
    Reply::oracle_error(413, "RequestEntityTooLarge", &message).closing()
}

fn too_slow() -> Reply {
    let message = "The request body did not arrive in time.";
    Reply::oracle_error(408, "RequestTimeout", message).closing()
}

fn no_room() -> Reply {
    let message = "The upload could not be put aside on the disk.";
    Reply::oracle_error(500, "InternalServerError", message).closing()
}

/// The largest body that is no upload.
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// A file of 1 GiB, and what a form needs around it.
const MAX_UPLOAD: u64 = 1024 * 1024 * 1024 + 1024 * 1024;

/// An upload beyond this goes to the disk, in pieces of this size.
const HELD: usize = 1024 * 1024;

/// How long a body may take to arrive, and an upload to go on arriving.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
