//! Reads the body of an answer into memory, within its deadlines and a limit.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use crate::call::Deadline;
use crate::connect::BoxError;
use crate::error::{Error, ErrorKind, Timeout};
use crate::service::Body;

/// Reads a body to its end.
pub(crate) async fn collect(
    body: &mut Body,
    deadline: Deadline,
    limit: usize,
) -> Result<Bytes, Error> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    loop {
        let next = deadline.within(Timeout::Idle, body.frame()).await?;
        let frame = match next {
            // Short answers arrive in one piece, which is then handed on as it is.
            None if whole.is_empty() => return Ok(first),
            None => return Ok(whole.freeze()),
            Some(Err(source)) => return Err(cut(source)),
            Some(Ok(frame)) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if first.len().max(whole.len()) + data.len() > limit {
            let message = format!("the answer is larger than {limit} bytes");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        if first.is_empty() {
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.extend_from_slice(&first);
        }
        whole.extend_from_slice(&data);
    }
}

/// The connection broke while a body was received.
pub(crate) fn cut(source: BoxError) -> Error {
    Error::new(ErrorKind::Truncated, "the connection broke before the answer was complete")
        .with_source(source)
}
