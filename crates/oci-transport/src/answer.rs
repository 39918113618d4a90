//! A whole answer with what its headers said.

use std::ops::Deref;

use http::header::{ETAG, HeaderMap, HeaderName};

/// A decoded answer and the id of the request it belongs to. It dereferences to the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    value: T,
    opc_request_id: Option<String>,
    etag: Option<String>,
    opc_next_page: Option<String>,
    opc_work_request_id: Option<String>,
}

impl<T> Answer<T> {
    pub(crate) fn new(value: T, opc_request_id: Option<String>, headers: &HeaderMap) -> Self {
        let text = |name: &HeaderName| {
            let text = headers.get(name)?.to_str().ok()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Self {
            value,
            opc_request_id,
            etag: text(&ETAG),
            opc_next_page: text(&OPC_NEXT_PAGE),
            opc_work_request_id: text(&OPC_WORK_REQUEST_ID),
        }
    }

    /// The id by which Oracle finds the request: the one in the answer, else the one that was sent.
    #[must_use]
    pub fn opc_request_id(&self) -> Option<&str> {
        self.opc_request_id.as_deref()
    }

    /// The version of a resource of the control plane, which [`if_match`](crate::control) takes so that nobody's change is
    /// overwritten unseen. `None` if the service told none.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// What the control plane calls the page after this one; `None` at the last.
    #[must_use]
    pub fn opc_next_page(&self) -> Option<&str> {
        self.opc_next_page.as_deref()
    }

    /// The work request by which what was asked for goes on; `None` if it is done.
    #[must_use]
    pub fn opc_work_request_id(&self) -> Option<&str> {
        self.opc_work_request_id.as_deref()
    }

    /// The answer itself.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

const OPC_NEXT_PAGE: HeaderName = HeaderName::from_static("opc-next-page");
const OPC_WORK_REQUEST_ID: HeaderName = HeaderName::from_static("opc-work-request-id");
