//! Private keys behind a pass phrase, in every form that OpenSSL has written them.

#[cfg(feature = "encrypted-keys")]
mod cbc;
#[cfg(feature = "encrypted-keys")]
mod legacy;
#[cfg(feature = "encrypted-keys")]
mod pbes;

#[cfg(feature = "encrypted-keys")]
pub(super) use {legacy::decrypt as legacy, pbes::decrypt as pkcs8};
#[cfg(not(feature = "encrypted-keys"))]
pub(super) use {without::legacy, without::pkcs8};

/// What a build without the ciphers says.
#[cfg(not(feature = "encrypted-keys"))]
mod without {
    use zeroize::Zeroizing;

    use crate::key::KeyError;
    use crate::secret::Secret;

    pub(in crate::key) fn pkcs8(_: &[u8], _: &Secret) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        Err(KeyError::Encrypted)
    }

    pub(in crate::key) fn legacy(
        _: &str,
        _: &[u8],
        _: &Secret,
    ) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        Err(KeyError::Encrypted)
    }
}
