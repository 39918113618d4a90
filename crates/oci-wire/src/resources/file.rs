//! Files that were uploaded.

use crate::object::object;
use crate::open_enum::open_enum;
use crate::resources::page::page;

/// What is told about a file that is uploaded with `POST …/files`, besides the file itself.
///
/// The body is a form (`multipart/form-data`), so this gives its fields and not JSON.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FileUpload {
    /// What the file is for.
    pub purpose: FilePurpose,
    /// After how many seconds it is deleted, 3600 to 2592000; never when left out.
    pub expires_after_seconds: Option<u64>,
}

impl FileUpload {
    /// An upload for a purpose.
    #[must_use]
    pub fn new(purpose: FilePurpose) -> Self {
        Self { purpose, expires_after_seconds: None }
    }

    /// Sets after how many seconds the file is deleted, 3600 to 2592000.
    #[must_use]
    pub fn with_expires_after(mut self, seconds: u64) -> Self {
        self.expires_after_seconds = Some(seconds);
        self
    }

    /// The fields of the form, in the order in which the official Python package sends them; the part `file` follows.
    #[must_use]
    pub fn form_fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("purpose", self.purpose.to_string())];
        if let Some(seconds) = self.expires_after_seconds {
            fields.push(("expires_after[anchor]", "created_at".to_owned()));
            fields.push(("expires_after[seconds]", seconds.to_string()));
        }
        fields
    }
}

open_enum! {
    /// What a file is for.
    pub enum FilePurpose {
        /// Assistants and file search.
        Assistants = "assistants",
        /// What an assistant made.
        AssistantsOutput = "assistants_output",
        /// The requests of a batch, as JSON lines.
        Batch = "batch",
        /// The answers of a batch.
        BatchOutput = "batch_output",
        /// Training data, as JSON lines.
        FineTune = "fine-tune",
        /// What training gave.
        FineTuneResults = "fine-tune-results",
        /// An image: gif, jpeg, png or webp.
        Vision = "vision",
        /// Anything a prompt refers to.
        UserData = "user_data",
        /// Evaluation data, as JSON lines.
        Evals = "evals",
    }
}

open_enum! {
    /// How far a file is.
    pub enum FileStatus {
        /// Uploaded.
        Uploaded = "uploaded",
        /// Ready.
        Processed = "processed",
        /// Unusable.
        Error = "error",
    }
}

object! { kept
    /// A file that was uploaded.
    pub struct FileObject {
        /// The id.
        pub id: Option<String> = "id",
        /// `file`
        pub object: Option<String> = "object",
        /// Its size.
        pub bytes: Option<u64> = "bytes",
        /// When it was uploaded, in seconds since 1970.
        pub created_at: Option<u64> = "created_at",
        /// When it is deleted, in seconds since 1970.
        pub expires_at: Option<u64> = "expires_at",
        /// Its name.
        pub filename: Option<String> = "filename",
        /// What it is for.
        pub purpose: Option<FilePurpose> = "purpose",
        /// How far it is.
        pub status: Option<FileStatus> = "status",
        /// Why it is unusable.
        pub status_details: Option<String> = "status_details",
    }
}

page! {
    /// Files that were uploaded.
    pub struct FileList of FileObject
}
