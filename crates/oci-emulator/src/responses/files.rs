//! Files that a message refers to: which there are, how many, and how large they may be.

use serde_json::Value;

use crate::clock::Clock;
use crate::document::list;
use crate::files::{StoredFile, find};
use crate::openai::invalid;
use crate::reply::Reply;
use crate::state::Latest;

/// Checks what an input refers to, by Oracle's page on inputs of files; the error is the answer to give.
pub(super) fn check(
    input: &[Value],
    files: &Latest<StoredFile>,
    clock: &Clock,
) -> Result<(), Reply> {
    let parts = input.iter().flat_map(|item| list(item.get("content")));
    let is_file = |part: &&Value| {
        part.get("type").is_some_and(|kind| kind == "input_file" || kind == "input_image")
    };
    let ids: Vec<&str> =
        parts.filter(is_file).filter_map(|part| part.get("file_id")?.as_str()).collect();
    if ids.len() > MOST {
        let message =
            format!("Invalid 'input': expected at most {MOST} file ids, found {}.", ids.len());
        return Err(invalid(Some("input"), "too_many_files", &message));
    }
    let mut size = 0;
    for id in ids {
        let file = find(files, clock, id).map_err(|_| {
            let message = format!("Invalid 'input': no such File object: {id}.");
            invalid(Some("input"), "file_not_found", &message)
        })?;
        if file.name().to_lowercase().ends_with(".pdf") {
            size += file.content().len();
        }
    }
    if size > MOST_OF_PDFS {
        let message = "Invalid 'input': expected at most 50 MB of PDF files in all.";
        return Err(invalid(Some("input"), "files_too_large", message));
    }
    Ok(())
}

/// Oracle's quick start: "you can provide a maximum of 10 file IDs in the request".
const MOST: usize = 10;

/// Oracle's quick start: "the combined size of all uploaded PDF files must be under 50 MB".
const MOST_OF_PDFS: u64 = 50_000_000;
