//! Files that go with a prompt.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use locus::wire::chat::Part;

use crate::failure::Failure;
use crate::image;

/// An image as the model sees it.
pub(super) fn image(path: &Path) -> Result<Part, Failure> {
    Ok(Part::image_url(image::data_url(path)?))
}

/// A document: text as a part of the prompt, with its name; a PDF as a file, which some models take.
pub(super) fn file(path: &Path) -> Result<Part, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::io(&format!("cannot read {}", path.display()), error))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    if bytes.starts_with(b"%PDF-") {
        let data = format!("data:application/pdf;base64,{}", STANDARD.encode(&bytes));
        return Ok(Part::file_data(name, data));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Part::text(format!("The file {name}:\n\n{text}"))),
        Err(_) => {
            let message = format!("{} is neither text nor a PDF", path.display());
            Err(Failure::usage(message, "attach an image with --image"))
        }
    }
}
