//! Decryption in CBC mode.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, InnerIvInit as _, KeyInit};
use zeroize::Zeroizing;

use crate::key::KeyError;

/// Decrypts and removes the padding, whose damage is how a wrong key shows.
pub(super) fn decrypt<C>(key: &[u8], iv: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let cipher = C::new_from_slice(key).map_err(|_| KeyError::BadPem)?;
    let decryptor =
        Decryptor::<C>::inner_iv_slice_init(cipher, iv).map_err(|_| KeyError::BadPem)?;
    let mut buffer = Zeroizing::new(data.to_vec());
    let length = decryptor
        .decrypt_padded::<Pkcs7>(&mut buffer)
        .map_err(|_| KeyError::PassPhraseWrong)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}
