//! From an accepted request to its answer: a whole value, nothing, or a stream.

use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use oci_wire::resources::Deleted;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use crate::answer::Answer;
use crate::attempt::{Opened, media_type};
use crate::call::{Call, EVENT_STREAM, JSON};
use crate::client::Client;
use crate::connect::BoxError;
use crate::error::{Error, ErrorKind, Place};
use crate::operation::Api;
use crate::trace::Trace;

impl Client {
    /// Sends a call; its answer has a status of success and a body that is not yet read.
    pub(crate) async fn open(&self, call: &Call<'_>) -> Result<Box<Opened>, Error> {
        let trace = Trace::of(call, &self.inner.endpoint);
        let sent = match self.unfit(call) {
            Some(error) => Err(error),
            None => {
                let budget = self.budget();
                // Pinned first: the span goes around the place of the future, and the future stays there.
                let sending = pin!(self.inner.send(call, &budget));
                sending.instrument(trace.span()).await
            }
        };
        match sent {
            Ok(mut opened) => {
                trace.answered(&opened);
                opened.trace = trace;
                Ok(opened)
            }
            Err(error) => {
                trace.failed(&error);
                Err(error)
            }
        }
    }

    /// Why a call cannot be sent with this client's identity, if it cannot.
    fn unfit(&self, call: &Call<'_>) -> Option<Error> {
        let home = &self.inner.home;
        let is_signed_only = matches!(call.operation.api, Api::OpenAiControl | Api::Signed);
        if !is_signed_only || !home.has_api_key {
            return None;
        }
        let message = format!(
            "expected a signing key for an operation that takes nothing else ({}), found an API key of Generative AI",
            call.operation.name
        );
        let model = Arc::from(call.model);
        let place = Place { home: home.clone(), operation: call.operation, model };
        Some(Error::new(ErrorKind::Identity, message).at(&place))
    }

    /// The same for an answer that is read as a whole, and may therefore come compressed. A log of bodies wants to read them.
    async fn open_whole(&self, call: &mut Call<'_>) -> Result<Box<Opened>, Error> {
        call.takes_gzip = !self.inner.hook.as_ref().is_some_and(|hook| hook.wants_bodies());
        self.open(call).await
    }

    /// Sends a call and reads its whole answer. Types of answers take nearly anything, so `is_answer` says whether it is one.
    pub(crate) async fn whole<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        is_answer: fn(&T) -> bool,
    ) -> Result<Answer<T>, Error> {
        self.whole_read(call, read_json, is_answer).await
    }

    /// The same for an answer that is read in a way of its own.
    pub(crate) async fn whole_read<T>(
        &self,
        mut call: Call<'_>,
        read: Read<T>,
        is_answer: fn(&T) -> bool,
    ) -> Result<Answer<T>, Error> {
        let what = call.operation.name;
        let mut opened = self.open_whole(&mut call).await?;
        let body = opened.collect(self.inner.body_limit).await?;
        opened.trace.answer(&body);
        let value = decode(&opened, body, what, read, is_answer)?;
        Ok(Answer::new(value, opened.opc_request_id, &opened.headers))
    }

    /// Sends a call whose answer has no body. One that has tells a failure in it, or nothing of use.
    pub(crate) async fn done(&self, mut call: Call<'_>) -> Result<Answer<()>, Error> {
        let mut opened = self.open_whole(&mut call).await?;
        let body = opened.collect(self.inner.body_limit).await?;
        match opened.failure(&body) {
            Some(failure) => Err(failure),
            None => Ok(Answer::new((), opened.opc_request_id, &opened.headers)),
        }
    }

    /// Sends a deletion; an answer without a body confirms it too.
    pub(crate) async fn delete(&self, mut call: Call<'_>) -> Result<Answer<Deleted>, Error> {
        let (what, id) = (call.operation.name, call.model.to_owned());
        let mut opened = self.open_whole(&mut call).await?;
        let body = opened.collect(self.inner.body_limit).await?;
        let deleted = if body.trim_ascii().is_empty() {
            let mut deleted = Deleted::default();
            (deleted.id, deleted.deleted) = (Some(id), Some(true));
            deleted
        } else {
            decode(&opened, body, what, read_json, |deleted: &Deleted| {
                deleted.id.is_some() || deleted.deleted.is_some()
            })?
        };
        Ok(Answer::new(deleted, opened.opc_request_id, &opened.headers))
    }

    /// Sends a call and returns its answer if that is a stream.
    pub(crate) async fn streamed(&self, call: &Call<'_>) -> Result<Box<Opened>, Error> {
        let opened = self.open(call).await?;
        if media_type(&opened.headers) == EVENT_STREAM {
            return Ok(opened);
        }
        Err(self.no_stream(opened).await)
    }

    /// The error that an answer of another kind than a stream stands for, with what the service said.
    async fn no_stream(&self, mut opened: Box<Opened>) -> Error {
        let found = media_type(&opened.headers);
        let body = match opened.collect(self.inner.body_limit).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        if let Some(failure) = opened.failure(&body) {
            return failure;
        }
        let message =
            format!("expected a stream ({EVENT_STREAM}), found {} bytes of {found}", body.len());
        opened.error(Error::new(ErrorKind::Malformed, message).with_raw_body(body))
    }
}

/// How the body of an answer is read.
pub(crate) type Read<T> = fn(&[u8]) -> Result<T, BoxError>;

fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, BoxError> {
    Ok(serde_json::from_slice(body)?)
}

/// Reads a whole answer; an error object under a success status is the error that it is.
fn decode<T>(
    opened: &Opened,
    body: Bytes,
    what: &str,
    read: Read<T>,
    is_answer: fn(&T) -> bool,
) -> Result<T, Error> {
    let malformed = |message: String| Error::new(ErrorKind::Malformed, message);
    match read(&body) {
        Ok(value) if is_answer(&value) => Ok(value),
        Ok(_) => Err(opened.failure(&body).unwrap_or_else(|| {
            let message = format!("expected a {what}, found an answer without its content");
            opened.error(malformed(message).with_raw_body(body))
        })),
        Err(source) => {
            let length = body.len();
            let found = media_type(&opened.headers);
            let message = format!("expected a {what} ({JSON}), found {length} bytes of {found}");
            Err(opened.error(malformed(message).with_source(source).with_raw_body(body)))
        }
    }
}
