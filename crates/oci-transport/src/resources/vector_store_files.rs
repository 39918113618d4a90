//! The files of a vector store.

use oci_wire::resources::{
    CreateVectorStoreFile, Deleted, FileContentPage, UpdateVectorStoreFile, VectorStoreFile,
    VectorStoreFileList, VectorStoreStatus,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::operation::{
    ADD_STORE_FILE, REMOVE_STORE_FILE, STORE_FILE, STORE_FILE_CONTENT, STORE_FILES,
    UPDATE_STORE_FILE,
};
use crate::path::Path;
use crate::resources::items::Items;
use crate::resources::vector_stores::{beta, store};
use crate::responses::Listing;

/// The files of one vector store.
#[derive(Clone, Debug)]
pub struct VectorStoreFiles {
    client: Client,
    store: String,
}

impl VectorStoreFiles {
    pub(super) fn new(client: Client, store: String) -> Self {
        Self { client, store }
    }

    /// Puts an uploaded file into the store. It can be searched when its status is `completed`.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn create(
        &self,
        file: &CreateVectorStoreFile,
    ) -> Result<Answer<VectorStoreFile>, Error> {
        let path = self.path()?.build()?;
        let call = Call { path, ..Call::json(&ADD_STORE_FILE, &self.store, file)? };
        self.client.whole(beta(call), is_file).await
    }

    /// One page of the files, those that are so far or all.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn list(
        &self,
        status: Option<&VectorStoreStatus>,
        listing: &Listing,
    ) -> Result<Answer<VectorStoreFileList>, Error> {
        let path = self.path()?.query("filter", status.map(VectorStoreStatus::as_str));
        let call = Call::at(&STORE_FILES, listing.write(path).build()?).about(&self.store);
        self.client.whole(beta(call), is_list).await
    }

    /// All files from a place on, page after page, those that are so far or all.
    pub fn all(&self, status: Option<VectorStoreStatus>, from: Listing) -> Items<VectorStoreFile> {
        let files = self.clone();
        Items::new(from, move |listing| {
            let (files, status) = (files.clone(), status.clone());
            async move { files.list(status.as_ref(), &listing).await }
        })
    }

    /// A file of the store.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn get(&self, file: &str) -> Result<Answer<VectorStoreFile>, Error> {
        let path = self.path()?.id("file", file)?.build()?;
        self.client.whole(beta(Call::at(&STORE_FILE, path).about(file)), is_file).await
    }

    /// Replaces the labels of a file.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn update(
        &self,
        file: &str,
        update: &UpdateVectorStoreFile,
    ) -> Result<Answer<VectorStoreFile>, Error> {
        let path = self.path()?.id("file", file)?.build()?;
        let call = Call { path, ..Call::json(&UPDATE_STORE_FILE, file, update)? };
        self.client.whole(beta(call), is_file).await
    }

    /// What the service read in a file. The official Python package knows no way to a second page; see
    /// [`has_more`](FileContentPage::has_more).
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn content(&self, file: &str) -> Result<Answer<FileContentPage>, Error> {
        let path = self.path()?.id("file", file)?.then("content").build()?;
        let call = Call::at(&STORE_FILE_CONTENT, path).about(file);
        let is_page = |page: &FileContentPage| page.object.is_some() || page.extra.is_empty();
        self.client.whole(beta(call), is_page).await
    }

    /// Takes a file out of the store. It stays among the files of the project.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn delete(&self, file: &str) -> Result<Answer<Deleted>, Error> {
        let path = self.path()?.id("file", file)?.build()?;
        self.client.delete(beta(Call::at(&REMOVE_STORE_FILE, path).about(file))).await
    }

    fn path(&self) -> Result<Path, Error> {
        Ok(store(&self.store)?.then("files"))
    }
}

fn is_file(file: &VectorStoreFile) -> bool {
    file.id.is_some()
}

pub(super) fn is_list(list: &VectorStoreFileList) -> bool {
    list.object.is_some() || list.extra.is_empty()
}
