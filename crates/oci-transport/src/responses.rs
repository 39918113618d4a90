//! The Responses transport: answers that the service can store, with tools that it runs itself.

use oci_wire::Nullable;
use oci_wire::resources::{Deleted, ItemList};
use oci_wire::responses::{Response, ResponsesRequest};

use crate::answer::Answer;
use crate::attempt::Opened;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::operation::{
    CANCEL_RESPONSE, CREATE_RESPONSE, DELETE_RESPONSE, GET_RESPONSE, INPUT_ITEMS,
};
use crate::path::Path;
use crate::stream::{ChatStream, ResponseStream};

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Listing {
    /// The id after which the page begins. Default: from the start.
    pub after: Option<String>,
    /// How many entries a page has at most, 1 to 100. Default: the service's, 20.
    pub limit: Option<u32>,
    /// `asc` or `desc`, by time. Default: the service's, `desc`.
    pub order: Option<String>,
    /// What the entries hold besides. Default: nothing.
    pub include: Vec<String>,
}

impl Listing {
    pub(crate) fn write(&self, path: Path) -> Path {
        let limit = self.limit.map(|limit| limit.to_string());
        let path = path
            .query("after", self.after.as_deref())
            .query("limit", limit.as_deref())
            .query("order", self.order.as_deref());
        self.include.iter().fold(path, |path, name| path.query("include[]", Some(name)))
    }
}

impl Client {
    /// Creates a response and waits for all of it. A `stream` that asks for a stream is left out, and `stream_options` with it.
    ///
    /// A response can have failed, or be incomplete, and is then still an answer: see [`Response::status`].
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn create_response(
        &self,
        mut request: ResponsesRequest,
    ) -> Result<Answer<Response>, Error> {
        if request.stream == Nullable::Value(true) {
            request.stream = Nullable::Absent;
            request.stream_options = Nullable::Absent;
        }
        let model = request.model.clone().unwrap_or_default();
        let call = Call::json(&CREATE_RESPONSE, &model, &request)?;
        self.whole(call, is_response).await
    }

    /// Creates a response and returns its events as soon as the service accepts it. `stream` is set.
    ///
    /// # Errors
    /// As for [`chat_stream`](Self::chat_stream).
    pub async fn stream_response(
        &self,
        request: ResponsesRequest,
    ) -> Result<ResponseStream, Error> {
        Ok(ResponseStream::new(self.open_response(request).await?))
    }

    /// The same, as chunks of chat completions; [`ChatStream::response`] has the whole response at the end.
    ///
    /// # Errors
    /// As for [`chat_stream`](Self::chat_stream).
    pub async fn stream_response_as_chat(
        &self,
        request: ResponsesRequest,
    ) -> Result<ChatStream, Error> {
        Ok(ChatStream::responses(self.open_response(request).await?))
    }

    async fn open_response(&self, mut request: ResponsesRequest) -> Result<Box<Opened>, Error> {
        request.stream = Nullable::Value(true);
        let model = request.model.clone().unwrap_or_default();
        let call = Call::json(&CREATE_RESPONSE, &model, &request)?;
        self.streamed(&call).await
    }

    /// A stored response.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn response(&self, id: &str) -> Result<Answer<Response>, Error> {
        let path = Path::new(GET_RESPONSE.path).id("response", id)?.build()?;
        self.whole(Call::at(&GET_RESPONSE, path).about(id), is_response).await
    }

    /// The events of a stored response, from the one after `starting_after` on. Only responses that were created with
    /// `background` and `stream` can be streamed again.
    ///
    /// # Errors
    /// As for [`chat_stream`](Self::chat_stream).
    pub async fn resume_response(
        &self,
        id: &str,
        starting_after: Option<u64>,
    ) -> Result<ResponseStream, Error> {
        let after = starting_after.map(|number| number.to_string());
        let path = Path::new(GET_RESPONSE.path)
            .id("response", id)?
            .query("starting_after", after.as_deref())
            .query("stream", Some("true"))
            .build()?;
        let call = Call::at(&GET_RESPONSE, path).about(id);
        Ok(ResponseStream::new(self.streamed(&call).await?))
    }

    /// Deletes a stored response.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn delete_response(&self, id: &str) -> Result<Answer<Deleted>, Error> {
        let path = Path::new(DELETE_RESPONSE.path).id("response", id)?.build()?;
        self.delete(Call::at(&DELETE_RESPONSE, path).about(id)).await
    }

    /// Stops a response that runs in the background.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn cancel_response(&self, id: &str) -> Result<Answer<Response>, Error> {
        let path = Path::new(CANCEL_RESPONSE.path).id("response", id)?.then("cancel").build()?;
        self.whole(Call::at(&CANCEL_RESPONSE, path).about(id), is_response).await
    }

    /// One page of what a response was made from.
    ///
    /// # Errors
    /// As for [`chat`](Self::chat).
    pub async fn response_input_items(
        &self,
        id: &str,
        listing: &Listing,
    ) -> Result<Answer<ItemList>, Error> {
        let path = Path::new(INPUT_ITEMS.path).id("response", id)?.then("input_items");
        let call = Call::at(&INPUT_ITEMS, listing.write(path).build()?).about(id);
        self.whole(call, |list: &ItemList| list.object.is_some() || list.extra.is_empty()).await
    }
}

fn is_response(response: &Response) -> bool {
    response.id.is_some() || response.output.is_some() || response.status.is_some()
}
