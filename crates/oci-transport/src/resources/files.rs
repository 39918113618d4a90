//! Files: what prompts, vector stores and containers refer to.

use oci_wire::resources::{Deleted, FileList, FileObject, FilePurpose, FileUpload};

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::operation::{DELETE_FILE, FILE, FILE_CONTENT, FILES, UPLOAD_FILE};
use crate::path::Path;
use crate::raw::RawAnswer;
use crate::resources::disk::FileOnDisk;
use crate::resources::download::Download;
use crate::resources::form::{FileBytes, form};
use crate::resources::items::Items;
use crate::responses::Listing;

/// The files of a project.
///
/// The service has limits that are not checked here: which ends of names go with which purpose, and for a prompt at most ten files
/// and 50 MB of PDFs, with models of Gemini only, as Oracle's documentation says.
#[derive(Clone, Debug)]
pub struct Files {
    client: Client,
}

impl Client {
    /// The files that the service keeps.
    #[must_use]
    pub fn files(&self) -> Files {
        Files { client: self.clone() }
    }
}

impl Files {
    /// Uploads a file that is in memory. The digest of the whole form is signed.
    ///
    /// # Errors
    /// As for [`Client::chat`]. After an error that is not of [`ErrorKind::Request`](crate::ErrorKind::Request) or
    /// [`ErrorKind::Connect`](crate::ErrorKind::Connect) the service may have the file; the list of files says so.
    pub async fn upload(
        &self,
        upload: &FileUpload,
        file: &FileBytes,
    ) -> Result<Answer<FileObject>, Error> {
        let path = Path::new(UPLOAD_FILE.path).build()?;
        let call = form(&UPLOAD_FILE, path, &upload.form_fields(), file)?;
        self.client.whole(call, is_file).await
    }

    /// Uploads a file of this machine without holding it in memory.
    ///
    /// It is read once for the digest that is signed, and once more for each attempt to send it. A file that is another one by then
    /// is [`ErrorKind::Changed`](crate::ErrorKind::Changed): its request is broken off before its end, so the service stores nothing.
    /// An upload cannot go on where it broke off; it begins again, and only after failures that leave nothing behind
    /// (`docs/retries.md`). Dropping the future ends it.
    ///
    /// # Errors
    /// As for [`upload`](Self::upload), and [`ErrorKind::Request`](crate::ErrorKind::Request) for a file that cannot be read.
    pub async fn upload_from_disk(
        &self,
        upload: &FileUpload,
        file: &FileOnDisk,
    ) -> Result<Answer<FileObject>, Error> {
        let path = Path::new(UPLOAD_FILE.path).build()?;
        let call = file.call(&UPLOAD_FILE, path, &upload.form_fields()).await?;
        self.client.whole(call, is_file).await
    }

    /// One page of the files, those for one purpose or all.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn list(
        &self,
        purpose: Option<&FilePurpose>,
        listing: &Listing,
    ) -> Result<Answer<FileList>, Error> {
        let path = listing.write(Path::new(FILES.path));
        let path = path.query("purpose", purpose.map(FilePurpose::as_str)).build()?;
        let is_list = |list: &FileList| list.object.is_some() || list.extra.is_empty();
        self.client.whole(Call::at(&FILES, path), is_list).await
    }

    /// All files from a place on, page after page, those for one purpose or all.
    pub fn all(&self, purpose: Option<FilePurpose>, from: Listing) -> Items<FileObject> {
        let files = self.clone();
        Items::new(from, move |listing| {
            let (files, purpose) = (files.clone(), purpose.clone());
            async move { files.list(purpose.as_ref(), &listing).await }
        })
    }

    /// What is known of a file.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn get(&self, id: &str) -> Result<Answer<FileObject>, Error> {
        self.client.whole(Call::at(&FILE, path(id)?.build()?).about(id), is_file).await
    }

    /// What is in a file, as a stream of pieces or as [`bytes`](RawAnswer::bytes) up to the client's limit.
    ///
    /// # Errors
    /// As for [`Client::chat`]; a content that breaks off is an error of the answer.
    pub async fn content(&self, id: &str) -> Result<RawAnswer, Error> {
        let path = path(id)?.then("content").build()?;
        self.client.content(Call::at(&FILE_CONTENT, path).about(id)).await
    }

    /// What is in a file, as a stream that goes on where a connection broke. Nothing is sent until it is read.
    pub fn download(&self, id: impl Into<String>) -> Download {
        let id = id.into();
        let path = path(&id).map(|path| path.then("content"));
        Download::new(self.client.clone(), &FILE_CONTENT, path, id)
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn delete(&self, id: &str) -> Result<Answer<Deleted>, Error> {
        self.client.delete(Call::at(&DELETE_FILE, path(id)?.build()?).about(id)).await
    }
}

fn path(id: &str) -> Result<Path, Error> {
    Path::new(FILE.path).id("file", id)
}

fn is_file(file: &FileObject) -> bool {
    file.id.is_some()
}
