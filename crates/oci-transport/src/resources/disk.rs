//! Files of this machine that are uploaded: read once for the digest, and once more for each attempt.

mod body;

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::uri::PathAndQuery;
use oci_auth::BodyDigest;
use ring::digest::{Context, SHA256};
use tokio::task::spawn_blocking;

use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation;
use crate::resources::form::{Frame, media_type_of};

pub(crate) use body::Tracker;

/// A file of this machine that is uploaded, by its path.
///
/// ```no_run
/// use oci_transport::FileOnDisk;
/// use oci_wire::resources::{FilePurpose, FileUpload};
///
/// # async fn run(client: oci_transport::Client) -> Result<(), oci_transport::Error> {
/// let file = FileOnDisk::new("manual.pdf")
///     .on_progress(|progress| eprintln!("{:?} {} of {}", progress.step, progress.done, progress.total));
/// let kept = client.files().upload_from_disk(&FileUpload::new(FilePurpose::UserData), &file).await?;
/// println!("{:?}", kept.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a file does nothing until it is uploaded"]
pub struct FileOnDisk {
    path: PathBuf,
    name: String,
    media_type: String,
    on_progress: Option<OnProgress>,
}

pub(super) type OnProgress = Arc<dyn Fn(UploadProgress) + Send + Sync>;

/// How far an upload is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UploadProgress {
    /// What is done at present.
    pub step: UploadStep,
    /// How many bytes of the request that step has seen.
    pub done: u64,
    /// How many bytes the request has: those of the file, and some hundreds around them.
    pub total: u64,
}

/// What an upload does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UploadStep {
    /// The file is read for the digest.
    Hashing,
    /// It is sent. Another attempt begins anew.
    Sending,
}

impl FileOnDisk {
    /// The file at a path, under the last part of it, by whose end the service knows what it holds: `.pdf`, `.jsonl`, `.png` and so
    /// on. Nothing is read yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let media_type = media_type_of(&name).to_owned();
        Self { path, name, media_type, on_progress: None }
    }

    /// Another name to upload it under, and what that says it holds.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self.media_type = media_type_of(&self.name).to_owned();
        self
    }

    /// What the file holds. Default: what its name says, else `application/octet-stream`.
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = media_type.into();
        self
    }

    /// What is told whenever a piece was hashed or sent. It is called on the way of the bytes, so it should be quick.
    pub fn on_progress(mut self, tell: impl Fn(UploadProgress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(tell));
        self
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name that it is uploaded under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the file holds.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// A form of these fields and then the file, hashed and not yet read again.
    pub(super) async fn call(
        &self,
        operation: &'static Operation,
        path: PathAndQuery,
        fields: &[(&str, String)],
    ) -> Result<Call<'static>, Error> {
        let mut frame = Frame::new(fields, &self.name, &self.media_type)?;
        let headers = std::mem::take(&mut frame.headers);
        let measured = measure(self.path.clone(), frame, self.on_progress.clone()).await?;
        let upload = Some(Arc::new(measured));
        Ok(Call { upload, headers, ..Call::at(operation, path) })
    }
}

impl fmt::Debug for FileOnDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileOnDisk")
            .field("path", &self.path)
            .field("name", &self.name)
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

/// The body of an upload: a file, what is around it, and the digest of it all.
pub(crate) struct Measured {
    path: PathBuf,
    head: Bytes,
    /// The length of the file.
    length: u64,
    end: Bytes,
    sha256: [u8; 32],
    on_progress: Option<OnProgress>,
}

impl Measured {
    /// What is signed.
    pub(crate) fn digest(&self) -> BodyDigest {
        BodyDigest::from_sha256(self.sha256, self.total())
    }

    /// The length of the body.
    fn total(&self) -> u64 {
        // The parts around the file are in memory, and far from the largest number.
        (self.head.len() as u64).saturating_add(self.length).saturating_add(self.end.len() as u64)
    }

    fn tell(&self, step: UploadStep, done: u64) {
        if let Some(tell) = &self.on_progress {
            tell(UploadProgress { step, done, total: self.total() });
        }
    }
}

/// Why a file could not be uploaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnreadFile {
    #[error("the file is no longer the one whose digest was signed")]
    Changed,
    #[error("the file {} cannot be read", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("expected a file, found something else at {}", path.display())]
    NoFile { path: PathBuf },
}

impl UnreadFile {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Changed => ErrorKind::Changed,
            Self::Io { .. } | Self::NoFile { .. } => ErrorKind::Request,
        }
    }
}

impl From<UnreadFile> for Error {
    fn from(unread: UnreadFile) -> Self {
        Self::new(unread.kind(), unread.to_string()).with_source(unread)
    }
}

/// Reads a file for its length and the digest of its form.
async fn measure(
    path: PathBuf,
    frame: Frame,
    on_progress: Option<OnProgress>,
) -> Result<Measured, Error> {
    let wanted = Wanted::default();
    let is_wanted = wanted.0.clone();
    let reading = spawn_blocking(move || {
        let (file, length) = open(&path)?;
        let (head, end) = (frame.head, frame.end);
        let mut measured = Measured { path, head, length, end, sha256: [0; 32], on_progress };
        let mut hashed = Context::new(&SHA256);
        hashed.update(&measured.head);
        let mut done = measured.head.len() as u64;
        blocks(&file, &measured.path, length, |block| {
            hashed.update(&block);
            done = done.saturating_add(block.len() as u64);
            measured.tell(UploadStep::Hashing, done);
            is_wanted.load(Ordering::Relaxed)
        })?;
        hashed.update(&measured.end);
        measured.sha256.copy_from_slice(hashed.finish().as_ref());
        measured.tell(UploadStep::Hashing, measured.total());
        Ok(measured)
    });
    let measured = reading.await.map_err(|source| {
        Error::new(ErrorKind::Request, "the file could not be hashed").with_source(source)
    })?;
    drop(wanted);
    measured.map_err(|unread: UnreadFile| unread.into())
}

/// Tells a thread that reads that nobody waits for it any more.
struct Wanted(Arc<AtomicBool>);

impl Default for Wanted {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Opens a file and looks how long it is.
fn open(path: &Path) -> Result<(File, u64), UnreadFile> {
    let failed = |source| UnreadFile::Io { path: path.to_owned(), source };
    // A pipe or a device would be opened, and read, for ever.
    let found = std::fs::metadata(path).map_err(failed)?;
    if !found.is_file() {
        return Err(UnreadFile::NoFile { path: path.to_owned() });
    }
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Ok((file, length))
}

/// Reads a file of this length block by block, while `take` wants more. Another length is another file.
fn blocks(
    mut file: &File,
    path: &Path,
    length: u64,
    mut take: impl FnMut(Bytes) -> bool,
) -> Result<(), UnreadFile> {
    let mut left = length;
    loop {
        let mut block = Vec::with_capacity(BLOCK);
        let read = file.by_ref().take(BLOCK as u64).read_to_end(&mut block);
        let read = read.map_err(|source| UnreadFile::Io { path: path.to_owned(), source })?;
        if read == 0 {
            return if left == 0 { Ok(()) } else { Err(UnreadFile::Changed) };
        }
        left = left.checked_sub(read as u64).ok_or(UnreadFile::Changed)?;
        if !take(Bytes::from(block)) {
            return Ok(());
        }
    }
}

/// Large enough that the threads seldom meet, and small beside the 20 MiB that an upload may take.
const BLOCK: usize = 256 * 1024;
