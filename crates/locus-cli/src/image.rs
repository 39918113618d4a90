//! Images as the service takes them: `data:` URLs.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::failure::Failure;

/// The `data:` URL of an image file, whose kind its first bytes tell.
pub(crate) fn data_url(file: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(file)
        .map_err(|error| Failure::io(&format!("cannot read {}", file.display()), error))?;
    let Some(kind) = kind(&bytes) else {
        let message = format!("{} is no PNG, JPEG, GIF or WebP image", file.display());
        return Err(Failure::usage(message, "convert it to one of these"));
    };
    Ok(format!("data:{kind};base64,{}", STANDARD.encode(&bytes)))
}

/// The media type that the first bytes of an image tell.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn the_first_bytes_tell_the_kind_whatever_the_name() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"GIF89a"), Some("image/gif"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(kind(b"RIFF\0\0\0\0WAVE"), None);
        assert_eq!(kind(b"<svg>"), None);
    }
}
