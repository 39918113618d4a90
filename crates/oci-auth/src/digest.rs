//! The digest of a request's body, computed once and signed with every attempt.

/// What a signature says about the body.
///
/// It is ignored for GET, HEAD and DELETE, whose bodies are never signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BodyDigest(pub(crate) Kind);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Sha256 { sha256: [u8; 32], length: u64 },
    Excluded,
}

impl BodyDigest {
    /// The digest of an empty body. An empty POST, PUT or PATCH is signed with it and must send `content-length: 0`.
    pub const EMPTY: Self = Self::from_sha256(
        [
            0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f,
            0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b,
            0x78, 0x52, 0xb8, 0x55,
        ],
        0,
    );

    /// The digest of these bytes.
    #[cfg(feature = "ring")]
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        if body.is_empty() {
            return Self::EMPTY;
        }
        let digest = ring::digest::digest(&ring::digest::SHA256, body);
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest.as_ref());
        Self::from_sha256(sha256, body.len() as u64)
    }

    /// A digest that was computed elsewhere, such as while a file was read, and the body's length in bytes.
    #[must_use]
    pub const fn from_sha256(sha256: [u8; 32], length: u64) -> Self {
        Self(Kind::Sha256 { sha256, length })
    }

    /// Leaves the body out of the signature.
    ///
    /// Only the operations whose documentation says so accept this, such as Object Storage's PutObject and UploadPart.
    #[must_use]
    pub const fn excluded() -> Self {
        Self(Kind::Excluded)
    }
}

#[cfg(all(test, feature = "ring"))]
mod tests {
    use super::*;

    #[test]
    fn the_empty_digest_is_that_of_nothing() {
        let Kind::Sha256 { sha256, length: 0 } = BodyDigest::EMPTY.0 else {
            panic!("not a digest of nothing")
        };
        assert_eq!(ring::digest::digest(&ring::digest::SHA256, b"").as_ref(), sha256);
    }
}
