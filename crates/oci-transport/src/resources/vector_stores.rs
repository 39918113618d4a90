//! Vector stores: themselves on the host of the control plane, what is in them on the host of inference.

use http::header::{HeaderName, HeaderValue};
use oci_wire::resources::{
    CreateVectorStore, Deleted, SearchResultPage, SearchVectorStore, UpdateVectorStore,
    VectorStore, VectorStoreList,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::control::{Standing, Waiting};
use crate::error::Error;
use crate::operation::{
    CREATE_VECTOR_STORE, DELETE_VECTOR_STORE, SEARCH_VECTOR_STORE, UPDATE_VECTOR_STORE,
    VECTOR_STORE, VECTOR_STORES,
};
use crate::path::Path;
use crate::resources::items::Items;
use crate::resources::vector_store_batches::FileBatches;
use crate::resources::vector_store_files::VectorStoreFiles;
use crate::responses::Listing;

/// The vector stores of a compartment.
///
/// The service keeps them at two hosts. Stores are made, listed, changed and deleted at the [control
/// plane](crate::Endpoint::control_plane), which wants a signature and a [compartment](crate::ClientBuilder::compartment_id);
/// their files, batches of files and searches are at the [inference host](crate::Endpoint::inference). Each operation goes where it
/// belongs.
#[derive(Clone, Debug)]
pub struct VectorStores {
    inference: Client,
    control: Client,
}

impl Client {
    /// The vector stores that the service keeps: at this client's endpoint, and at the [control plane](Client::control_plane) of its
    /// region.
    #[must_use]
    pub fn vector_stores(&self) -> VectorStores {
        VectorStores::new(self.clone(), self.control_plane())
    }
}

impl VectorStores {
    /// The vector stores of these two clients, of which `control` may be the same one where one host serves both.
    #[must_use]
    pub fn new(inference: Client, control: Client) -> Self {
        Self { inference, control }
    }

    /// Makes a store. Wait until its status is `completed`, and then some seconds more, as Oracle's sample does, before it is used.
    ///
    /// # Errors
    /// As for [`Client::chat`], and [`ErrorKind::Identity`](crate::ErrorKind::Identity) for an API key: nothing is sent then.
    pub async fn create(&self, store: &CreateVectorStore) -> Result<Answer<VectorStore>, Error> {
        let call = Call::json(&CREATE_VECTOR_STORE, "", store)?;
        self.control.whole(beta(call), is_store).await
    }

    /// One page of the stores.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn list(&self, listing: &Listing) -> Result<Answer<VectorStoreList>, Error> {
        let path = listing.write(Path::new(VECTOR_STORES.path)).build()?;
        let is_list = |list: &VectorStoreList| list.object.is_some() || list.extra.is_empty();
        self.control.whole(beta(Call::at(&VECTOR_STORES, path)), is_list).await
    }

    /// All stores from a place on, page after page.
    pub fn all(&self, from: Listing) -> Items<VectorStore> {
        let stores = self.clone();
        Items::new(from, move |listing| {
            let stores = stores.clone();
            async move { stores.list(&listing).await }
        })
    }

    /// A store.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn get(&self, id: &str) -> Result<Answer<VectorStore>, Error> {
        let call = Call::at(&VECTOR_STORE, path(id)?.build()?).about(id);
        self.control.whole(beta(call), is_store).await
    }

    /// Asks for a store until its files are in it. Oracle's sample waits some seconds more before it is used.
    ///
    /// # Errors
    /// As for [`create`](Self::create), [`ErrorKind::Failed`](crate::ErrorKind::Failed) if it has failed or expired, and
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) if it takes longer than is waited; the service goes on then.
    pub async fn ready(&self, id: &str, waiting: &Waiting) -> Result<VectorStore, Error> {
        let what = format!("vector store {id}");
        let ask = async || self.get(id).await.map(Answer::into_inner);
        let store = waiting.until(&what, ask, standing).await?;
        standing(&store).failure(&what).map_or(Ok(()), Err)?;
        Ok(store)
    }

    /// Changes a store.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn update(
        &self,
        id: &str,
        update: &UpdateVectorStore,
    ) -> Result<Answer<VectorStore>, Error> {
        let path = path(id)?.build()?;
        let call = Call { path, ..Call::json(&UPDATE_VECTOR_STORE, id, update)? };
        self.control.whole(beta(call), is_store).await
    }

    /// Deletes a store. Its files stay among the files of the project.
    ///
    /// # Errors
    /// As for [`create`](Self::create).
    pub async fn delete(&self, id: &str) -> Result<Answer<Deleted>, Error> {
        let call = Call::at(&DELETE_VECTOR_STORE, path(id)?.build()?).about(id);
        self.control.delete(beta(call)).await
    }

    /// Searches a store, at the inference host.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn search(
        &self,
        id: &str,
        search: &SearchVectorStore,
    ) -> Result<Answer<SearchResultPage>, Error> {
        let path = store(id)?.then("search").build()?;
        let call = Call { path, ..Call::json(&SEARCH_VECTOR_STORE, id, search)? };
        let is_page = |page: &SearchResultPage| page.object.is_some() || page.extra.is_empty();
        self.inference.whole(beta(call), is_page).await
    }

    /// The files of a store, at the inference host.
    #[must_use]
    pub fn files(&self, store: impl Into<String>) -> VectorStoreFiles {
        VectorStoreFiles::new(self.inference.clone(), store.into())
    }

    /// The batches of files of a store, at the inference host.
    #[must_use]
    pub fn file_batches(&self, store: impl Into<String>) -> FileBatches {
        FileBatches::new(self.inference.clone(), store.into())
    }
}

/// A store at the control plane.
fn path(id: &str) -> Result<Path, Error> {
    Path::new(VECTOR_STORE.path).id("vector store", id)
}

/// A store at the inference host.
pub(super) fn store(id: &str) -> Result<Path, Error> {
    Path::new(SEARCH_VECTOR_STORE.path).id("vector store", id)
}

/// A call with the header that the official Python package adds to all of vector stores.
pub(super) fn beta(mut call: Call<'_>) -> Call<'_> {
    call.headers
        .insert(HeaderName::from_static("openai-beta"), HeaderValue::from_static("assistants=v2"));
    call
}

fn standing(store: &VectorStore) -> Standing<'_> {
    Standing::of_store(store.status.as_ref())
}

fn is_store(store: &VectorStore) -> bool {
    store.id.is_some()
}
