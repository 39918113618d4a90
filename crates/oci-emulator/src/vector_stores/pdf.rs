//! The texts of PDF files.

use std::panic::catch_unwind;

use lopdf::Document;

/// The text of all pages; the error says why there is none.
pub(super) fn text_of(bytes: &[u8]) -> Result<String, &'static str> {
    // Whoever sends a broken file gets an answer, whatever the library makes of it.
    let read = catch_unwind(|| {
        let document = Document::load_mem(bytes).ok()?;
        let pages: Vec<u32> = document.get_pages().keys().copied().collect();
        // The library puts up with much; a file without a page is none.
        if pages.is_empty() { None } else { document.extract_text(&pages).ok() }
    });
    read.ok().flatten().ok_or("The PDF file could not be read.")
}

/// Whether a file says of itself that it is one, by ISO 32000 section 7.5.2.
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}
