//! What all kinds of resources have in common.

use std::fmt;
use std::marker::PhantomData;

use http::header::{HeaderName, HeaderValue, IF_MATCH};
use oci_wire::control::ChangeCompartment;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::call::{Call, OPC_RETRY_TOKEN};
use crate::client::Client;
use crate::control::filter::Filter;
use crate::control::kinds::sealed::Page;
use crate::control::kinds::{Editable, Movable, Resource, Rows};
use crate::control::waiting::Waiting;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation;
use crate::path::Path;
use crate::random::RequestIds;
use crate::resources::{Entries, Items};

/// The resources of one kind, such as the projects of a region.
///
/// Which methods there are depends on the kind. `if_match` is the [`etag`](Answer::etag) of the version that is meant to be changed;
/// `None` changes whatever is there.
pub struct Resources<K> {
    client: Client,
    /// The resource that these are within, if their kind is within another.
    within: Option<String>,
    retry_token: Option<String>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Resources<K> {
    pub(super) fn new(client: Client) -> Self {
        Self { client, within: None, retry_token: None, kind: PhantomData }
    }

    pub(super) fn within(client: Client, id: String) -> Self {
        Self { within: Some(id), ..Self::new(client) }
    }

    /// The same with this `opc-retry-token` on every POST, instead of a new one for each call.
    ///
    /// The service does what two requests with one token ask for once, for 24 hours as Oracle's documentation says, and refuses a
    /// second one that asks for something else (409 `InvalidatedRetryToken`). So one handle is for one thing that is to be made.
    #[must_use]
    pub fn retry_token(self, token: impl Into<String>) -> Self {
        Self { retry_token: Some(token.into()), ..self }
    }
}

impl<K: Resource> Resources<K> {
    /// One page of the list; [`Answer::opc_next_page`] names the next.
    ///
    /// # Errors
    /// As for [`Client::chat`], and [`ErrorKind::Identity`] for an API key: nothing is sent then.
    pub async fn list(&self, filter: &Filter) -> Result<Answer<K::List>, Error> {
        let compartment = match self.within {
            Some(_) => None,
            None => self.client.compartment_id(),
        };
        let path = filter.write(self.path()?, compartment).build()?;
        self.client.whole(Call::at(&K::rows().list, path), K::List::is_page).await
    }

    /// All of the list from a page on, page after page.
    pub fn all(&self, from: Filter) -> Items<K, Filter> {
        let resources = self.clone();
        let ask = move |filter: Filter| {
            let resources = resources.clone();
            async move { resources.list(&filter).await }
        };
        pages(from, ask)
    }

    /// A resource.
    ///
    /// # Errors
    /// As for [`list`](Self::list).
    pub async fn get(&self, id: &str) -> Result<Answer<K>, Error> {
        let call = Call::at(&K::rows().get, self.one(id)?.build()?).about(id);
        self.client.whole(call, is_there).await
    }

    /// Asks for a resource until the service is no longer at work on it.
    ///
    /// # Errors
    /// As for [`get`](Self::get), [`ErrorKind::Failed`] if the resource or the job has failed, and
    /// [`ErrorKind::Timeout`] if it takes longer than is waited; the service goes on then.
    pub async fn settled(&self, id: &str, waiting: &Waiting) -> Result<K, Error> {
        let what = format!("{} {id}", K::rows().get.name);
        let ask = async || self.get(id).await.map(Answer::into_inner);
        let found = waiting.until(&what, ask, K::standing).await?;
        found.standing().failure(&what).map_or(Ok(()), Err)?;
        Ok(found)
    }

    /// All of a list below one resource, page after page.
    pub(super) fn all_below<P>(
        &self,
        id: &str,
        segment: &'static str,
        from: Filter,
    ) -> Items<P::Entry, Filter>
    where
        P: Page + DeserializeOwned + Send + 'static,
        P::Entry: 'static,
    {
        let (resources, id) = (self.clone(), id.to_owned());
        let ask = move |filter: Filter| {
            let (resources, id) = (resources.clone(), id.clone());
            async move { resources.below::<P>(&id, segment, &filter).await }
        };
        pages(from, ask)
    }

    /// One page of a list below one resource.
    pub(super) async fn below<P: Page + DeserializeOwned>(
        &self,
        id: &str,
        segment: &'static str,
        filter: &Filter,
    ) -> Result<Answer<P>, Error> {
        let path = filter.write(self.one(id)?.then(segment), None).build()?;
        self.client.whole(Call::at(&K::rows().below, path).about(id), P::is_page).await
    }

    /// `POST …/actions/…` on one resource.
    pub(super) fn action<'a, B: Serialize>(
        &self,
        id: &'a str,
        action: &'static str,
        body: &B,
        if_match: Option<&str>,
    ) -> Result<Call<'a>, Error> {
        let path = self.one(id)?.then("actions").then(action).build()?;
        let call = Call { path, ..Call::json(&K::rows().act, id, body)? };
        self.with_token(matching(call, if_match)?)
    }

    /// A POST of this kind.
    pub(super) fn post<B: Serialize>(&self, body: &B) -> Result<Call<'static>, Error> {
        let path = self.path()?.build()?;
        self.with_token(Call { path, ..Call::json(&K::rows().create, "", body)? })
    }

    fn with_token<'a>(&self, call: Call<'a>) -> Result<Call<'a>, Error> {
        with_token(call, self.retry_token.as_deref())
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn path(&self) -> Result<Path, Error> {
        let rows = K::rows();
        let path = Path::new(rows.list.path);
        match (&self.within, rows.within) {
            (Some(id), Some(segment)) => Ok(path.id("resource", id)?.then(segment)),
            _ => Ok(path),
        }
    }

    pub(super) fn one(&self, id: &str) -> Result<Path, Error> {
        self.path()?.id(K::rows().get.name, id)
    }
}

impl<K: Editable> Resources<K> {
    /// Makes one. Where that takes a while, [`Answer::opc_work_request_id`] names the work, and its state says `CREATING`.
    ///
    /// # Errors
    /// As for [`list`](Self::list).
    pub async fn create(&self, details: &K::Create) -> Result<Answer<K>, Error> {
        self.client.whole(self.post(details)?, is_there).await
    }

    /// Changes one; what is not set stays as it is.
    ///
    /// # Errors
    /// As for [`list`](Self::list), and 412 `NoEtagMatch` if it is another version by now.
    pub async fn update(
        &self,
        id: &str,
        details: &K::Update,
        if_match: Option<&str>,
    ) -> Result<Answer<K>, Error> {
        let path = self.one(id)?.build()?;
        let call = Call { path, ..Call::json(&K::rows().update, id, details)? };
        self.client.whole(matching(call, if_match)?, is_there).await
    }

    /// Deletes one.
    ///
    /// # Errors
    /// As for [`update`](Self::update).
    pub async fn delete(&self, id: &str, if_match: Option<&str>) -> Result<Answer<()>, Error> {
        self.client.done(matching(deletion(K::rows(), self.one(id)?, id)?, if_match)?).await
    }
}

impl<K: Movable> Resources<K> {
    /// Moves one to another compartment.
    ///
    /// # Errors
    /// As for [`Editable`]'s `update`.
    pub async fn change_compartment(
        &self,
        id: &str,
        to: &ChangeCompartment,
        if_match: Option<&str>,
    ) -> Result<Answer<()>, Error> {
        self.client.done(self.action(id, "changeCompartment", to, if_match)?).await
    }
}

pub(super) fn deletion<'a>(
    rows: &'static Rows,
    path: Path,
    id: &'a str,
) -> Result<Call<'a>, Error> {
    Ok(Call::at(&rows.delete, path.build()?).about(id))
}

/// All pages of a list whose answers name the next page in a header.
pub(super) fn pages<P, A, F>(from: Filter, ask: A) -> Items<P::Entry, Filter>
where
    P: Page + 'static,
    A: Fn(Filter) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Answer<P>, Error>> + Send + 'static,
{
    Items::over(from, Filter::go_on, ask, |page: Answer<P>| {
        let next = page.opc_next_page().map(str::to_owned);
        let has_more = next.is_some();
        Entries { data: page.into_inner().into_items(), next, has_more }
    })
}

/// A call that is refused if the resource is another version by now.
pub(super) fn matching<'a>(call: Call<'a>, if_match: Option<&str>) -> Result<Call<'a>, Error> {
    match if_match {
        Some(etag) => with_header(call, IF_MATCH, etag),
        None => Ok(call),
    }
}

/// A call that the service does once, however often it is sent: with this token, or one of its own.
pub(super) fn with_token<'a>(call: Call<'a>, token: Option<&str>) -> Result<Call<'a>, Error> {
    match token {
        Some(token) => with_header(call, OPC_RETRY_TOKEN, token),
        None => match RequestIds::new().next() {
            Some(token) => with_header(call, OPC_RETRY_TOKEN, token.as_str()),
            // Without random numbers it goes without, and is sent again with more care.
            None => Ok(call),
        },
    }
}

fn with_header<'a>(mut call: Call<'a>, name: HeaderName, value: &str) -> Result<Call<'a>, Error> {
    let value = HeaderValue::from_str(value).map_err(|_| {
        let message = format!("expected visible ASCII for the header {name}, found other text");
        Error::new(ErrorKind::Request, message)
    })?;
    call.headers.insert(name, value);
    Ok(call)
}

pub(super) fn is_there<K: Resource>(found: &K) -> bool {
    found.id().is_some()
}

/// Where one operation is sent to, for the kinds that are no resources.
pub(super) fn at(operation: &'static Operation, path: Path) -> Result<Call<'static>, Error> {
    Ok(Call::at(operation, path.build()?))
}

impl<K> Clone for Resources<K> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            within: self.within.clone(),
            retry_token: self.retry_token.clone(),
            kind: PhantomData,
        }
    }
}

impl<K> fmt::Debug for Resources<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources")
            .field("client", &self.client)
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}
