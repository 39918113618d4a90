//! Files that are put into a vector store together.

use oci_wire::resources::{
    CreateFileBatch, FileBatch, VectorStoreFile, VectorStoreFileList, VectorStoreStatus,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::control::{Standing, Waiting};
use crate::error::Error;
use crate::operation::{CANCEL_FILE_BATCH, CREATE_FILE_BATCH, FILE_BATCH, FILE_BATCH_FILES};
use crate::path::Path;
use crate::resources::items::Items;
use crate::resources::vector_store_files::is_list;
use crate::resources::vector_stores::{beta, store};
use crate::responses::Listing;

/// The batches of files of one vector store.
#[derive(Clone, Debug)]
pub struct FileBatches {
    client: Client,
    store: String,
}

impl FileBatches {
    pub(super) fn new(client: Client, store: String) -> Self {
        Self { client, store }
    }

    /// Puts uploaded files into the store. It is done when its status is no longer `in_progress`.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn create(&self, batch: &CreateFileBatch) -> Result<Answer<FileBatch>, Error> {
        let path = self.path()?.build()?;
        let call = Call { path, ..Call::json(&CREATE_FILE_BATCH, &self.store, batch)? };
        self.client.whole(beta(call), is_batch).await
    }

    /// How far a batch is.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn get(&self, batch: &str) -> Result<Answer<FileBatch>, Error> {
        let path = self.one(batch)?.build()?;
        self.client.whole(beta(Call::at(&FILE_BATCH, path).about(batch)), is_batch).await
    }

    /// Asks for a batch until it is done.
    ///
    /// # Errors
    /// As for [`VectorStores::ready`](crate::VectorStores::ready).
    pub async fn ready(&self, batch: &str, waiting: &Waiting) -> Result<FileBatch, Error> {
        let what = format!("batch of files {batch}");
        let ask = async || self.get(batch).await.map(Answer::into_inner);
        let found = waiting.until(&what, ask, standing).await?;
        standing(&found).failure(&what).map_or(Ok(()), Err)?;
        Ok(found)
    }

    /// Calls off what is left of a batch.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn cancel(&self, batch: &str) -> Result<Answer<FileBatch>, Error> {
        let path = self.one(batch)?.then("cancel").build()?;
        self.client.whole(beta(Call::at(&CANCEL_FILE_BATCH, path).about(batch)), is_batch).await
    }

    /// One page of the files of a batch, those that are so far or all.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn files(
        &self,
        batch: &str,
        status: Option<&VectorStoreStatus>,
        listing: &Listing,
    ) -> Result<Answer<VectorStoreFileList>, Error> {
        let path = self.one(batch)?.then("files");
        let path = path.query("filter", status.map(VectorStoreStatus::as_str));
        let call = Call::at(&FILE_BATCH_FILES, listing.write(path).build()?).about(batch);
        self.client.whole(beta(call), is_list).await
    }

    /// All files of a batch from a place on, page after page, those that are so far or all.
    pub fn all_files(
        &self,
        batch: impl Into<String>,
        status: Option<VectorStoreStatus>,
        from: Listing,
    ) -> Items<VectorStoreFile> {
        let (batches, batch) = (self.clone(), batch.into());
        Items::new(from, move |listing| {
            let (batches, batch, status) = (batches.clone(), batch.clone(), status.clone());
            async move { batches.files(&batch, status.as_ref(), &listing).await }
        })
    }

    fn path(&self) -> Result<Path, Error> {
        Ok(store(&self.store)?.then("file_batches"))
    }

    fn one(&self, batch: &str) -> Result<Path, Error> {
        self.path()?.id("batch of files", batch)
    }
}

fn standing(batch: &FileBatch) -> Standing<'_> {
    Standing::of_store(batch.status.as_ref())
}

fn is_batch(batch: &FileBatch) -> bool {
    batch.id.is_some()
}
