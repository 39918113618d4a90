//! Paths of operations: ids become one segment each, whatever they hold.

use std::fmt::Write as _;

use http::uri::PathAndQuery;

use crate::error::{Error, ErrorKind};

/// A path and query in the making.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    text: String,
    has_query: bool,
}

impl Path {
    /// `base` is a path of this crate's own.
    pub(crate) fn new(base: &'static str) -> Self {
        Self { text: base.to_owned(), has_query: false }
    }

    /// A path of the caller's, which must stay below the authority whatever reads it.
    pub(crate) fn relative(path: &str) -> Result<Self, Error> {
        let refused = |what: &str| {
            let message = format!("expected a path such as /openai/v1/models, found {what}");
            Err(Error::new(ErrorKind::Request, message))
        };
        if !path.starts_with('/') {
            return refused("one that does not begin with a slash");
        }
        if path.starts_with("//") {
            return refused("one that begins with two slashes, which names a host");
        }
        if let Some(odd) =
            path.chars().find(|c| !c.is_ascii_graphic() || "?#\\\"<>`{}|^".contains(*c))
        {
            return refused(&format!("{odd:?}, which must be percent-encoded or set as a query"));
        }
        let is_step = |segment: &str| {
            let dots = segment.to_ascii_lowercase().replace("%2e", ".");
            dots == "." || dots == ".."
        };
        if path.split('/').any(is_step) {
            return refused("a step such as `..`");
        }
        Ok(Self { text: path.to_owned(), has_query: false })
    }

    /// Appends a fixed segment.
    pub(crate) fn then(mut self, segment: &'static str) -> Self {
        self.text.push('/');
        self.text.push_str(segment);
        self
    }

    /// Appends an id as one segment, percent-encoded, so that none changes host, path or query.
    pub(crate) fn id(mut self, what: &str, id: &str) -> Result<Self, Error> {
        if id.is_empty() || id == "." || id == ".." {
            let message = format!("expected the id of a {what}, found `{id}`");
            return Err(Error::new(ErrorKind::Request, message));
        }
        self.text.push('/');
        self.encode(id);
        Ok(self)
    }

    /// Appends a parameter of the query, if it has a value.
    pub(crate) fn query(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.text.push(if self.has_query { '&' } else { '?' });
            self.has_query = true;
            self.encode(name);
            self.text.push('=');
            self.encode(value);
        }
        self
    }

    pub(crate) fn build(self) -> Result<PathAndQuery, Error> {
        PathAndQuery::try_from(self.text).map_err(|source| {
            Error::new(ErrorKind::Request, "the path of the request is too long")
                .with_source(source)
        })
    }

    /// RFC 3986 section 2.3: all but the unreserved characters.
    fn encode(&mut self, text: &str) {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                self.text.push(char::from(byte));
            } else {
                // Writing into a string does not fail.
                let _ = write!(self.text, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment_whatever_it_holds() {
        for (id, segment) in [
            ("resp_1", "resp_1"),
            ("ocid1.x.oc1..a", "ocid1.x.oc1..a"),
            ("a/b", "a%2Fb"),
            ("//evil.example/x", "%2F%2Fevil.example%2Fx"),
            ("../../x", "..%2F..%2Fx"),
            ("@evil.example", "%40evil.example"),
            ("a?b=c#d", "a%3Fb%3Dc%23d"),
            ("%2e%2e", "%252e%252e"),
            ("ä\r\n", "%C3%A4%0D%0A"),
        ] {
            let path = Path::new("/openai/v1/responses").id("response", id).unwrap();
            assert_eq!(path.build().unwrap().as_str(), format!("/openai/v1/responses/{segment}"));
        }
        for id in ["", ".", ".."] {
            let error = Path::new("/x").id("response", id).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request);
        }
    }

    #[test]
    fn parameters_without_a_value_are_left_out() {
        let path = Path::new("/x").query("a", None).query("include[]", Some("b c"));
        let path = path.query("limit", Some("2")).build().unwrap();
        assert_eq!(path.as_str(), "/x?include%5B%5D=b%20c&limit=2");
    }
}
