//! Files that the service keeps: `…/files`.

mod download;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::content::Content;
use crate::cursor::{self, PageSize};
use crate::document::{set, text};
use crate::form::{Form, Part};
use crate::openai::{invalid, require_compartment};
use crate::outcome::{Answer, Outcome};
use crate::random::hex;
use crate::reply::Reply;
use crate::route::{Call, Operation, Row};
use crate::state::Latest;
pub(crate) use download::download;

/// Method, path and handler of each operation.
pub(crate) const OPERATIONS: &[Row] = &[
    ("GET", "/openai/v1/files", Operation::Resource(list)),
    ("POST", "/openai/v1/files", Operation::Resource(create)),
    ("DELETE", "/openai/v1/files/{}", Operation::Resource(delete)),
    ("GET", "/openai/v1/files/{}", Operation::Resource(get)),
    ("GET", "/openai/v1/files/{}/content", Operation::Resource(content)),
];

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    /// The object itself.
    object: Value,
    content: Content,
    /// When it goes away, in seconds since 1970.
    expires_at: Option<u64>,
}

impl StoredFile {
    /// Its name.
    pub(crate) fn name(&self) -> String {
        text(self.object.get("filename"))
    }

    /// What is in it.
    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    fn is_there(&self, clock: &Clock) -> bool {
        self.expires_at.is_none_or(|end| clock.unix_seconds() < end)
    }
}

/// A file that is kept and has not expired; the error is the answer to give.
pub(crate) fn find<'a>(
    files: &'a Latest<StoredFile>,
    clock: &Clock,
    id: &str,
) -> Result<&'a StoredFile, Reply> {
    files.get(id).filter(|file| file.is_there(clock)).ok_or_else(|| not_found(id))
}

/// The form of an upload and the file in it; the error is the answer to give.
pub(crate) fn uploaded<'a>(call: &Call<'a>) -> Result<(&'a Form, &'a Part), Reply> {
    let form = match call.form {
        Some(Ok(form)) => form,
        Some(Err(malformed)) => {
            let message = format!("The form cannot be read: {}.", malformed.0);
            return Err(invalid(None, "invalid_form", &message));
        }
        None => {
            let message = "Invalid content type: expected multipart/form-data.";
            return Err(invalid(None, "invalid_content_type", message));
        }
    };
    let part = form.part("file").ok_or_else(|| missing("file"))?;
    if part.file_name.as_ref().is_none_or(String::is_empty) {
        let message = "Invalid file: expected a filename in its content-disposition.";
        return Err(invalid(Some("file"), "invalid_value", message));
    }
    Ok((form, part))
}

/// Answers `POST …/files`.
fn create(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let (form, part) = uploaded(call)?;
    let purpose = form.text("purpose").ok_or_else(|| missing("purpose"))?;
    let name = part.file_name.clone().unwrap_or_default();
    check_purpose(&purpose, &name)?;
    let now = call.settings().clock.unix_seconds();
    let expires_at = expiry(form)?.map(|seconds| now + seconds);
    let object = json!({
        "id": format!("file-{}", hex(32)),
        "object": "file",
        "bytes": part.content.len(),
        "created_at": now,
        "expires_at": expires_at,
        "filename": name,
        "purpose": purpose,
        "status": "uploaded",
        "status_details": null,
    });
    let file = StoredFile { object: object.clone(), content: part.content.clone(), expires_at };
    call.service.state.lock().files.insert(&text(object.get("id")), file);
    Ok(Outcome::Document(object))
}

/// Answers `GET …/files`.
fn list(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let purpose = call.query("purpose");
    let clock = &call.settings().clock;
    let kept = call.service.state.lock();
    let files =
        kept.files.values().filter(|file| file.is_there(clock)).filter(|file| {
            purpose.is_none_or(|purpose| text(file.object.get("purpose")) == purpose)
        });
    let objects = files.map(|file| &file.object);
    cursor::page(call, objects, PAGE, not_found).map(Outcome::Document)
}

/// Answers `GET …/files/{}`; from then on the file is processed.
fn get(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    find(&kept.files, &call.settings().clock, id)?;
    let file = kept.files.get_mut(id).ok_or_else(|| not_found(id))?;
    set(&mut file.object, "status", "processed");
    Ok(Outcome::Document(file.object.clone()))
}

/// Answers `GET …/files/{}/content`.
fn content(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let kept = call.service.state.lock();
    let file = find(&kept.files, &call.settings().clock, id)?;
    download(call, id, &file.name(), file.content())
}

/// Answers `DELETE …/files/{}`.
fn delete(call: &Call<'_>) -> Answer {
    require_compartment(call)?;
    let [id, _] = call.route.ids;
    let mut kept = call.service.state.lock();
    find(&kept.files, &call.settings().clock, id)?;
    kept.files.remove(id);
    Ok(Outcome::Document(json!({ "id": id, "object": "file", "deleted": true })))
}

/// The answer to the id of a file that is not kept.
pub(crate) fn not_found(id: &str) -> Reply {
    let message = format!("No such File object: {id}");
    Reply::openai_error(404, "invalid_request_error", None, Some("id"), &message)
}

fn check_purpose(purpose: &str, name: &str) -> Result<(), Reply> {
    let Some((_, endings)) = PURPOSES.iter().find(|(known, _)| *known == purpose) else {
        let known: Vec<&str> = PURPOSES.iter().map(|(known, _)| *known).collect();
        let message = format!("'{purpose}' is not one of {known:?} - 'purpose'");
        return Err(invalid(Some("purpose"), "invalid_value", &message));
    };
    let name = name.to_lowercase();
    if endings.is_empty() || endings.iter().any(|ending| name.ends_with(ending)) {
        return Ok(());
    }
    let message = format!(
        "Invalid file format for {purpose}: expected a name that ends in {}.",
        endings.join(", ")
    );
    Err(invalid(Some("file"), "unsupported_file", &message))
}

/// After how many seconds the file goes away.
fn expiry(form: &Form) -> Result<Option<u64>, Reply> {
    let (anchor, seconds) = (form.text(ANCHOR), form.text(SECONDS));
    if anchor.is_none() && seconds.is_none() {
        return Ok(None);
    }
    if anchor.is_none_or(|anchor| anchor != "created_at") {
        let message = format!("Invalid value for '{ANCHOR}': expected created_at.");
        return Err(invalid(Some(ANCHOR), "invalid_value", &message));
    }
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    seconds.filter(|seconds| (3600..=2_592_000).contains(seconds)).map(Some).ok_or_else(|| {
        let message = format!("Invalid value for '{SECONDS}': expected from 3600 to 2592000.");
        invalid(Some(SECONDS), "invalid_value", &message)
    })
}

fn missing(name: &str) -> Reply {
    let message = format!("Missing required parameter: '{name}'.");
    invalid(Some(name), "missing_required_parameter", &message)
}

/// What a file may be for, and how its name ends then; any name will do where nothing is said.
const PURPOSES: &[(&str, &[&str])] = &[
    ("assistants", &[]),
    ("batch", &[".jsonl"]),
    ("evals", &[".jsonl"]),
    ("fine-tune", &[".jsonl"]),
    ("user_data", &[]),
    ("vision", &[".gif", ".jpeg", ".jpg", ".png", ".webp"]),
];

const ANCHOR: &str = "expires_after[anchor]";
const SECONDS: &str = "expires_after[seconds]";

/// OpenAI's reference of the operation.
const PAGE: PageSize = PageSize { usual: 10_000, most: 10_000 };
