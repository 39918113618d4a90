//! Containers in which code runs, and their files.

use oci_wire::resources::{
    Container, ContainerFile, ContainerFileList, ContainerList, CreateContainer,
    CreateContainerFile, Deleted,
};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::operation::{
    CONTAINER, CONTAINER_FILE, CONTAINER_FILE_CONTENT, CONTAINER_FILES, CONTAINERS,
    CREATE_CONTAINER, CREATE_CONTAINER_FILE, DELETE_CONTAINER, DELETE_CONTAINER_FILE,
};
use crate::path::Path;
use crate::raw::RawAnswer;
use crate::resources::disk::FileOnDisk;
use crate::resources::download::Download;
use crate::resources::form::{FileBytes, form};
use crate::resources::items::Items;
use crate::responses::Listing;

/// The containers of a project. One ends after 20 minutes without use and has no network, as Oracle's documentation says.
#[derive(Clone, Debug)]
pub struct Containers {
    client: Client,
}

impl Client {
    /// The containers that the service keeps.
    #[must_use]
    pub fn containers(&self) -> Containers {
        Containers { client: self.clone() }
    }
}

impl Containers {
    /// Makes a container.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn create(&self, container: &CreateContainer) -> Result<Answer<Container>, Error> {
        let call = Call::json(&CREATE_CONTAINER, "", container)?;
        self.client.whole(call, is_container).await
    }

    /// One page of the containers.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn list(&self, listing: &Listing) -> Result<Answer<ContainerList>, Error> {
        let path = listing.write(Path::new(CONTAINERS.path)).build()?;
        let is_list = |list: &ContainerList| list.object.is_some() || list.extra.is_empty();
        self.client.whole(Call::at(&CONTAINERS, path), is_list).await
    }

    /// All containers from a place on, page after page.
    pub fn all(&self, from: Listing) -> Items<Container> {
        let containers = self.clone();
        Items::new(from, move |listing| {
            let containers = containers.clone();
            async move { containers.list(&listing).await }
        })
    }

    /// A container.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn get(&self, id: &str) -> Result<Answer<Container>, Error> {
        let call = Call::at(&CONTAINER, path(id)?.build()?).about(id);
        self.client.whole(call, is_container).await
    }

    /// Deletes a container and what is in it.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn delete(&self, id: &str) -> Result<Answer<Deleted>, Error> {
        self.client.delete(Call::at(&DELETE_CONTAINER, path(id)?.build()?).about(id)).await
    }

    /// The files of a container.
    #[must_use]
    pub fn files(&self, container: impl Into<String>) -> ContainerFiles {
        ContainerFiles { client: self.client.clone(), container: container.into() }
    }
}

/// The files of one container.
#[derive(Clone, Debug)]
pub struct ContainerFiles {
    client: Client,
    container: String,
}

impl ContainerFiles {
    /// Uploads a file that is in memory. The digest of the whole form is signed.
    ///
    /// # Errors
    /// As for [`Files::upload`](crate::Files::upload).
    pub async fn upload(&self, file: &FileBytes) -> Result<Answer<ContainerFile>, Error> {
        let call = form(&CREATE_CONTAINER_FILE, self.path()?.build()?, &[], file)?;
        self.client.whole(call.about(&self.container), is_file).await
    }

    /// Uploads a file of this machine without holding it in memory.
    ///
    /// # Errors
    /// As for [`Files::upload_from_disk`](crate::Files::upload_from_disk).
    pub async fn upload_from_disk(
        &self,
        file: &FileOnDisk,
    ) -> Result<Answer<ContainerFile>, Error> {
        let call = file.call(&CREATE_CONTAINER_FILE, self.path()?.build()?, &[]).await?;
        self.client.whole(call.about(&self.container), is_file).await
    }

    /// Copies a file of the project.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn copy(&self, file: &CreateContainerFile) -> Result<Answer<ContainerFile>, Error> {
        let path = self.path()?.build()?;
        let call = Call { path, ..Call::json(&CREATE_CONTAINER_FILE, &self.container, file)? };
        self.client.whole(call, is_file).await
    }

    /// One page of the files.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn list(&self, listing: &Listing) -> Result<Answer<ContainerFileList>, Error> {
        let path = listing.write(self.path()?).build()?;
        let is_list = |list: &ContainerFileList| list.object.is_some() || list.extra.is_empty();
        self.client.whole(Call::at(&CONTAINER_FILES, path).about(&self.container), is_list).await
    }

    /// All files from a place on, page after page.
    pub fn all(&self, from: Listing) -> Items<ContainerFile> {
        let files = self.clone();
        Items::new(from, move |listing| {
            let files = files.clone();
            async move { files.list(&listing).await }
        })
    }

    /// What is known of a file.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn get(&self, file: &str) -> Result<Answer<ContainerFile>, Error> {
        let path = self.path()?.id("file", file)?.build()?;
        self.client.whole(Call::at(&CONTAINER_FILE, path).about(file), is_file).await
    }

    /// What is in a file, as a stream of pieces or as [`bytes`](RawAnswer::bytes) up to the client's limit.
    ///
    /// # Errors
    /// As for [`Files::content`](crate::Files::content).
    pub async fn content(&self, file: &str) -> Result<RawAnswer, Error> {
        let path = self.path()?.id("file", file)?.then("content").build()?;
        self.client.content(Call::at(&CONTAINER_FILE_CONTENT, path).about(file)).await
    }

    /// What is in a file, as a stream that goes on where a connection broke. Nothing is sent until it is read.
    pub fn download(&self, file: impl Into<String>) -> Download {
        let file = file.into();
        let path = self.path().and_then(|path| path.id("file", &file));
        let path = path.map(|path| path.then("content"));
        Download::new(self.client.clone(), &CONTAINER_FILE_CONTENT, path, file)
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn delete(&self, file: &str) -> Result<Answer<Deleted>, Error> {
        let path = self.path()?.id("file", file)?.build()?;
        self.client.delete(Call::at(&DELETE_CONTAINER_FILE, path).about(file)).await
    }

    fn path(&self) -> Result<Path, Error> {
        Ok(path(&self.container)?.then("files"))
    }
}

fn path(id: &str) -> Result<Path, Error> {
    Path::new(CONTAINER.path).id("container", id)
}

fn is_container(container: &Container) -> bool {
    container.id.is_some()
}

fn is_file(file: &ContainerFile) -> bool {
    file.id.is_some()
}
