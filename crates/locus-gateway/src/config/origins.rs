//! The pages of the web that may call.

use super::error::ConfigError;
use super::file::Scalar;
use super::value::{Reader, refused};

/// Origins of pages in a browser; none by default.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Origins {
    any: bool,
    list: Vec<String>,
}

impl Origins {
    pub(crate) fn is_empty(&self) -> bool {
        !self.any && self.list.is_empty()
    }

    /// Whether a page of this origin may call.
    pub(crate) fn allow(&self, origin: &str) -> bool {
        self.any || self.list.iter().any(|allowed| allowed == origin)
    }
}

/// Reads the list. Any page may call only where a key is needed: whoever runs a browser next to the gateway visits many.
pub(super) fn read(
    reader: &Reader<'_>,
    scalars: &[Scalar],
    is_keyed: bool,
) -> Result<Origins, ConfigError> {
    let mut origins = Origins::default();
    for (at, scalar) in scalars.iter().enumerate() {
        let path = format!("general_settings.cors_origins[{at}]");
        let Some(text) = reader.text(&path, Some(scalar))? else { continue };
        if text == "*" && is_keyed {
            origins.any = true;
        } else if text == "*" {
            return Err(refused(&path, scalar, "origins, or * with a master_key"));
        } else if is_origin(&text) {
            origins.list.push(text);
        } else {
            return Err(refused(&path, scalar, "an origin such as https://app.example:8443"));
        }
    }
    Ok(origins)
}

/// Whether browsers send a text in this form: a scheme, a host, a port that is not the scheme's own.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte);
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_as_browsers_send_them() {
        for text in ["https://app.example", "http://localhost:5173", "http://[::1]:80"] {
            assert!(is_origin(text), "{text}");
        }
        for text in ["app.example", "https://", "https://a.example/", "https://A.example", "null"] {
            assert!(!is_origin(text), "{text}");
        }
    }
}
