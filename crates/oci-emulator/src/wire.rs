//! Request heads as they came off the wire, before the HTTP library had a chance to tidy them.
//!
//! `hyper` lower-cases names, drops a repeated `content-length`, parses the request target into parts
//! and so forgets a fragment or the absolute form.
//! A signature covers what was sent, therefore [`Tap`] sits below `hyper`, looks at every byte on its way
//! up and keeps each head for the verifier.

mod socket;

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::sabotage::{Deed, Sabotage, damaged};
pub(crate) use socket::Socket;

/// A request line and header lines, byte for byte apart from the white space around values.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct RawHead {
    /// The method as sent.
    pub(crate) method: String,
    /// The request target as sent: path and query, or whatever else the client wrote there.
    pub(crate) target: String,
    /// Names in their own case, values without surrounding blanks, in order, repeats included.
    pub(crate) headers: Vec<(String, String)>,
}

impl RawHead {
    /// Every value of a header, whose name is compared without regard to case.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a header.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The path, without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// Reads a head that ends in an empty line; `None` if it is not one.
    ///
    /// Bytes that are not UTF-8 become U+FFFD, which no signature can have covered.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let mut request_line = lines.next()?.split(' ');
        let (method, target) = (request_line.next()?.to_owned(), request_line.next()?.to_owned());
        let headers = lines
            .take_while(|line| !line.is_empty())
            .map(|line| {
                let (name, value) = line.split_once(':')?;
                Some((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
            })
            .collect::<Option<_>>()?;
        Some(Self { method, target, headers })
    }

    /// How many bytes of body follow; `None` if only the HTTP library can tell.
    fn body_length(&self) -> Option<u64> {
        if self.value("transfer-encoding").is_some() {
            return None;
        }
        match self.value("content-length") {
            Some(length) => length.parse().ok(),
            None => Some(0),
        }
    }
}

/// The heads that were seen on one connection and not yet taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads(Arc<Mutex<VecDeque<RawHead>>>);

impl Heads {
    /// The head of the request that the HTTP library has just reported.
    pub(crate) fn take(&self) -> Option<RawHead> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn push(&self, head: RawHead) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(head);
    }
}

/// A connection that notes the heads of the requests read from it.
#[derive(Debug)]
pub(crate) struct Tap {
    stream: Socket,
    heads: Heads,
    watch: Watch,
    sabotage: Sabotage,
}

/// Where in the sequence of requests the connection is.
#[derive(Debug)]
enum Watch {
    Head(Vec<u8>),
    Body(u64),
    /// The end of a body cannot be told from here, so no later head is noted; see [`Tap`].
    Lost,
}

impl Tap {
    /// Wraps a connection; the heads appear in the second value.
    ///
    /// After a request with a `transfer-encoding` or with an overlong or odd head nothing more is noted.
    /// The server closes the connection after such a request, and refuses one without a noted head.
    pub(crate) fn new(stream: Socket, sabotage: Sabotage) -> (Self, Heads) {
        let heads = Heads::default();
        (Self { stream, heads: heads.clone(), watch: Watch::Head(Vec::new()), sabotage }, heads)
    }

    fn observe(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            match &mut self.watch {
                Watch::Head(head) => {
                    bytes = rest;
                    // Empty lines before a request line are skipped (RFC 9112 section 2.2).
                    if !(head.is_empty() && matches!(first, b'\r' | b'\n')) {
                        head.push(first);
                    }
                    if head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n") {
                        self.watch = self.heads.note(head);
                    } else if head.len() > MAX_HEAD {
                        self.watch = Watch::Lost;
                    }
                }
                Watch::Body(left) => {
                    let skip = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                    bytes = bytes.get(skip..).unwrap_or_default();
                    *left -= skip as u64;
                    if *left == 0 {
                        self.watch = Watch::Head(Vec::new());
                    }
                }
                Watch::Lost => return,
            }
        }
    }
}

impl Heads {
    /// Keeps a whole head and says what follows it.
    fn note(&self, bytes: &[u8]) -> Watch {
        let Some(head) = RawHead::parse(bytes) else { return Watch::Lost };
        let next = match head.body_length() {
            Some(0) => Watch::Head(Vec::new()),
            Some(length) => Watch::Body(length),
            None => Watch::Lost,
        };
        self.push(head);
        next
    }
}

impl Read for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut space = [0; READ_AT_ONCE];
        let length = cursor.remaining().min(READ_AT_ONCE);
        let mut buffer = ReadBuf::new(space.get_mut(..length).unwrap_or_default());
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
        self.observe(buffer.filled());
        cursor.put_slice(buffer.filled());
        Poll::Ready(Ok(()))
    }
}

impl Write for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(bytes) = damaged(self.sabotage.get(), bytes) else {
            return Pin::new(&mut self.stream).poll_write(cx, bytes);
        };
        if !bytes.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
            self.sabotage.set(Deed::Close);
        }
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        if self.sabotage.get() == Deed::Reset {
            // Unsent bytes are thrown away and the other side is told so, which is a reset.
            // If the option cannot be set, the connection is gone already.
            let _ = self.stream.tcp().set_zero_linger();
        }
    }
}

/// The longest head that is read, request line included; tokens of 6 KiB occur in `keyId`.
pub(crate) const MAX_HEAD: usize = 64 * 1024;

/// Bytes read from the socket in one go.
const READ_AT_ONCE: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_kept_as_sent() {
        let head = RawHead::parse(
            b"POST http://h/p?q#f HTTP/1.1\r\nHost: h\r\nX-A: \t one  two \r\nHOST:\r\n\r\n",
        )
        .unwrap();
        assert_eq!(head.method, "POST");
        assert_eq!(head.target, "http://h/p?q#f");
        assert_eq!(head.values("host").collect::<Vec<_>>(), ["h", ""]);
        assert_eq!(head.value("x-a"), Some("one  two"));
    }

    #[test]
    fn what_follows_a_head() {
        let note = |text: &str| {
            let heads = Heads::default();
            let watch = heads.note(text.as_bytes());
            (format!("{watch:?}"), heads.take().is_some())
        };
        assert_eq!(note("GET / HTTP/1.1\n\n"), ("Head([])".into(), true));
        assert_eq!(note("POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n"), ("Body(7)".into(), true));
        assert_eq!(
            note("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ("Lost".into(), true)
        );
        assert_eq!(note("nonsense\r\n\r\n"), ("Lost".into(), false));
    }
}
