//! Bodies of forms (`multipart/form-data`), by which files are uploaded.

use std::fmt::{self, Write as _};

use bytes::{BufMut as _, Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};

use crate::call::Call;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation;
use crate::random::RequestIds;

/// A file in memory that is uploaded.
///
/// ```
/// use oci_transport::FileBytes;
///
/// let file = FileBytes::new("a.csv", "a,b\n1,2\n");
/// assert_eq!(file.media_type(), "text/csv");
/// ```
#[derive(Clone)]
#[must_use = "a file does nothing until it is uploaded"]
pub struct FileBytes {
    name: String,
    media_type: String,
    bytes: Bytes,
}

impl FileBytes {
    /// A file under a name, by whose end the service knows what it holds: `.pdf`, `.jsonl`, `.png` and so on.
    pub fn new(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let name = name.into();
        let media_type = media_type_of(&name).to_owned();
        Self { name, media_type, bytes: bytes.into() }
    }

    /// What the file holds. Default: what its name says, else `application/octet-stream`.
    pub fn with_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = media_type.into();
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the file holds.
    #[must_use]
    pub fn media_type(&self) -> &str {
        &self.media_type
    }
}

/// What a file holds is not shown.
impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBytes")
            .field("name", &self.name)
            .field("media_type", &self.media_type)
            .field("length", &self.bytes.len())
            .finish()
    }
}

/// A form of these fields and then the file, in the order in which the official Python package sends them.
///
/// The body is one piece in memory, a copy of the file included, and is signed as a whole; every attempt sends the same.
pub(crate) fn form(
    operation: &'static Operation,
    path: http::uri::PathAndQuery,
    fields: &[(&str, String)],
    file: &FileBytes,
) -> Result<Call<'static>, Error> {
    let frame = Frame::new(fields, &file.name, &file.media_type)?;
    let mut body = BytesMut::with_capacity(frame.head.len() + file.bytes.len() + frame.end.len());
    body.put_slice(&frame.head);
    body.put_slice(&file.bytes);
    body.put_slice(&frame.end);
    Ok(Call { body: Some(body.freeze()), headers: frame.headers, ..Call::at(operation, path) })
}

/// A form without the bytes of its file: what comes before them and after.
pub(crate) struct Frame {
    pub(crate) head: Bytes,
    pub(crate) end: Bytes,
    /// The content type with the boundary.
    pub(crate) headers: HeaderMap,
}

impl Frame {
    pub(crate) fn new(
        fields: &[(&str, String)],
        file_name: &str,
        media_type: &str,
    ) -> Result<Self, Error> {
        let refused = |message: &str| Error::new(ErrorKind::Request, message);
        // 128 random bits do not occur in a file by chance, nor by the intent of who wrote it.
        let id = RequestIds::new().next().ok_or_else(|| {
            refused("the system has no random numbers for the boundary of a form")
        })?;
        let boundary = id.as_str();
        if !media_type.contains('/') || media_type.chars().any(|c| !(' '..='~').contains(&c)) {
            return Err(refused("expected a media type such as text/csv, found other text"));
        }
        let mut head = String::new();
        for (name, value) in fields {
            // Writing into a string does not fail.
            let _ = write!(
                head,
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                escaped(name)
            );
        }
        let _ = write!(
            head,
            "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{}\"\r\ncontent-type: {media_type}\r\n\r\n",
            escaped(file_name)
        );
        let content_type =
            HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"))
                .expect("a boundary is hexadecimal digits because `request_id` writes no others");
        Ok(Self {
            head: Bytes::from(head),
            end: Bytes::from(format!("\r\n--{boundary}--\r\n")),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type)]),
        })
    }
}

/// Names as browsers write them (WHATWG HTML, "multipart/form-data encoding algorithm"): a quote or an end of line would end them.
fn escaped(name: &str) -> String {
    name.replace('\n', "%0A").replace('\r', "%0D").replace('"', "%22")
}

/// Media types of what Oracle's and OpenAI's documentation says can be uploaded, by the end of the name.
pub(super) fn media_type_of(name: &str) -> &'static str {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
    match end.as_str() {
        "csv" => "text/csv",
        "gif" => "image/gif",
        "htm" | "html" => "text/html",
        "jpeg" | "jpg" => "image/jpeg",
        "json" => "application/json",
        "md" => "text/markdown",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "txt" => "text/plain",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use http::uri::PathAndQuery;

    use super::*;
    use crate::operation::UPLOAD_FILE;

    fn body(fields: &[(&str, String)], file: &FileBytes) -> Result<(String, String), Error> {
        let call = form(&UPLOAD_FILE, PathAndQuery::from_static("/x"), fields, file)?;
        let boundary = call.headers[CONTENT_TYPE].to_str().unwrap().split_once('=').unwrap().1;
        let body = String::from_utf8(call.body.unwrap().to_vec()).unwrap();
        Ok((body.replace(boundary, "B"), boundary.to_owned()))
    }

    #[test]
    fn a_form_is_fields_and_then_the_file() {
        let fields = [("purpose", "user_data".to_owned())];
        let file = FileBytes::new("a.PDF", "%PDF\r\n--B");
        let (text, boundary) = body(&fields, &file).unwrap();
        let expected = "--B\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nuser_data\r\n\
            --B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.PDF\"\r\n\
            content-type: application/pdf\r\n\r\n%PDF\r\n--B\r\n--B--\r\n";
        assert_eq!(text, expected);
        assert_ne!(body(&fields, &file).unwrap().1, boundary);
    }

    #[test]
    fn no_name_and_no_type_ends_its_header() {
        let file = FileBytes::new("a\"\r\nx: y\r\n\r\n", "");
        let (text, _) = body(&[], &file).unwrap();
        assert!(text.contains("filename=\"a%22%0D%0Ax: y%0D%0A%0D%0A\"\r\n"), "{text}");
        for media_type in ["", "csv", "text/csv\r\nx: y", "text/ä", "text/\0"] {
            let error = body(&[], &file.clone().with_media_type(media_type)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request, "{media_type:?}");
        }
    }

    #[test]
    fn what_a_file_holds_is_not_shown() {
        assert!(!format!("{:?}", FileBytes::new("a", "secret text")).contains("secret"));
    }
}
