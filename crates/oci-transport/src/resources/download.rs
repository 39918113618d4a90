//! Contents of files as a stream that goes on where a connection broke.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;
use http::header::{
    CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_RANGE, RANGE,
};
use tokio::time::sleep;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Timeout};
use crate::operation::Operation;
use crate::path::Path;
use crate::random;
use crate::raw::RawAnswer;

/// The content of a file, piece by piece.
///
/// When the connection breaks, or stands still for too long, the rest is asked for (`range`, RFC 9110 section 14.2) and goes on
/// after what has arrived: nothing is lost and nothing comes twice. A service that sends the whole content instead is read from its
/// beginning up to that place. So often as [`RetryPolicy::retries`](crate::RetryPolicy::retries) says without a byte in between, then
/// the error is told. Of the content of which a length or an `etag` is told, another one is [`ErrorKind::Malformed`].
///
/// ```no_run
/// # async fn run(client: oci_transport::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::Write as _;
///
/// let mut file = std::fs::File::create("manual.pdf")?;
/// let mut content = client.files().download("file-1");
/// while let Some(piece) = content.piece().await {
///     file.write_all(&piece?)?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is read"]
pub struct Download {
    client: Client,
    operation: &'static Operation,
    /// Where it is; an id that cannot be sent is the error of the first piece.
    path: Option<Result<Path, Error>>,
    id: String,
    answer: Option<RawAnswer>,
    /// Up to which byte of the content everything has been given.
    place: u64,
    /// How many bytes of the present answer come before that place.
    skip: u64,
    total: Option<u64>,
    etag: Option<HeaderValue>,
    resumes: u32,
    is_over: bool,
}

impl Download {
    pub(super) fn new(
        client: Client,
        operation: &'static Operation,
        path: Result<Path, Error>,
        id: String,
    ) -> Self {
        Self {
            client,
            operation,
            path: Some(path),
            id,
            answer: None,
            place: 0,
            skip: 0,
            total: None,
            etag: None,
            resumes: 0,
            is_over: false,
        }
    }

    /// The same from this byte on, for what was kept of an earlier download.
    pub fn starting_at(self, place: u64) -> Self {
        Self { place, ..self }
    }

    /// Up to which byte of the content everything has been given.
    #[must_use]
    pub fn place(&self) -> u64 {
        self.place
    }

    /// How long the whole content is; known once the first piece has come, if the service tells it.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next piece; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// As for [`Files::content`](crate::Files::content), after which nothing more comes.
    pub async fn piece(&mut self) -> Option<Result<Bytes, Error>> {
        while !self.is_over {
            match self.step().await {
                Ok(Some(piece)) => return Some(Ok(piece)),
                Ok(None) => {}
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    /// One answer opened, or one piece of it read; `None` if there is nothing to give yet.
    async fn step(&mut self) -> Result<Option<Bytes>, Error> {
        let Some(answer) = &mut self.answer else {
            self.open().await?;
            return Ok(None);
        };
        let failure = match answer.piece().await {
            Some(Ok(piece)) => return Ok(self.take(piece)),
            Some(Err(error)) => error,
            None if self.total.is_none_or(|total| total == self.place) => {
                self.is_over = true;
                return Ok(None);
            }
            None => {
                let (place, total) = (self.place, self.total.unwrap_or_default());
                let message = format!("expected {total} bytes, found the end after {place}");
                Error::new(ErrorKind::Truncated, message)
            }
        };
        let breaks_off =
            matches!(failure.kind(), ErrorKind::Truncated | ErrorKind::Timeout(Timeout::Idle));
        if !breaks_off || self.resumes >= self.client.inner.retry.retries {
            return Err(failure);
        }
        self.answer = None;
        self.resumes += 1;
        sleep(self.client.inner.retry.base.mul_f64(0.5 + random::fraction())).await;
        Ok(None)
    }

    /// What of a piece is new.
    fn take(&mut self, mut piece: Bytes) -> Option<Bytes> {
        let known = usize::try_from(self.skip).unwrap_or(usize::MAX).min(piece.len());
        let new = piece.split_off(known);
        self.skip -= known as u64;
        if new.is_empty() {
            return None;
        }
        self.place = self.place.saturating_add(new.len() as u64);
        self.resumes = 0;
        Some(new)
    }

    /// Asks for the content from the present place on.
    async fn open(&mut self) -> Result<(), Error> {
        let path = match self.path.take() {
            Some(Err(error)) => return Err(error),
            Some(Ok(path)) => {
                self.path = Some(Ok(path.clone()));
                path.build()?
            }
            None => return Ok(()),
        };
        let mut call = Call::at(self.operation, path).about(&self.id);
        if self.place > 0 {
            call.headers.insert(RANGE, whole_number_header("bytes=", self.place, "-"));
            call.headers.extend(self.etag.clone().map(|etag| (IF_RANGE, etag)));
        }
        let answer = self.client.content(call).await?;
        let (starts_at, total) = extent(answer.status(), answer.headers(), self.place)?;
        let other = |what: &str| {
            let message = format!("expected the rest of a file, found a file with another {what}");
            Error::new(ErrorKind::Malformed, message)
        };
        if self.total.is_some() && total.is_some() && self.total != total {
            return Err(other("length"));
        }
        let etag = answer.headers().get(ETAG).filter(|etag| is_strong(etag)).cloned();
        if self.etag.is_some() && etag.is_some() && self.etag != etag {
            return Err(other("etag"));
        }
        self.total = self.total.or(total);
        self.etag = self.etag.take().or(etag);
        self.skip = self.place - starts_at;
        self.answer = Some(answer);
        Ok(())
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("id", &self.id)
            .field("place", &self.place)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// Where an answer begins in the content, and how long that is as a whole.
fn extent(
    status: StatusCode,
    headers: &HeaderMap,
    place: u64,
) -> Result<(u64, Option<u64>), Error> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if status != StatusCode::PARTIAL_CONTENT {
        let length = text(&CONTENT_LENGTH).and_then(|length| length.parse().ok());
        return Ok((0, length));
    }
    // RFC 9110 section 14.4: `bytes 42-1233/1234`, with `*` for a length that is not known.
    let range = text(&CONTENT_RANGE).and_then(|range| range.strip_prefix("bytes "));
    let parts = range.and_then(|range| range.split_once('/'));
    let found = parts.and_then(|(range, total)| {
        let start: u64 = range.split_once('-')?.0.parse().ok()?;
        Some((start, total.parse().ok()))
    });
    match found {
        Some((start, total)) if start == place => Ok((start, total)),
        _ => {
            let message = format!("expected the content from byte {place} on, found another part");
            Err(Error::new(ErrorKind::Malformed, message))
        }
    }
}

/// RFC 9110 section 13.1.5: a weak one does not go with a range.
fn is_strong(etag: &HeaderValue) -> bool {
    etag.as_bytes().starts_with(b"\"")
}

fn whole_number_header(before: &str, number: u64, after: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("{before}{number}{after}"))
        .expect("it is visible ASCII because digits are, and so are both ends")
}
