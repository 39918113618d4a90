//! What can go wrong before a request arrives.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why an emulator, a key or a sandbox could not be made.
///
/// Faults of a *request* are never errors of this type: they are answered on the wire and kept in
/// [`RecordedRequest`](crate::RecordedRequest).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address could not be bound, most often because the port is taken.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The crypto library could not make a certificate.
    #[error("the crypto library could not make a certificate")]
    Certificate,
    /// A file or folder of the sandbox could not be written; an existing file is never overwritten.
    #[error("cannot write {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes are not an RSA public key of 2048 to 8192 bits.
    #[error("expected an RSA public key of 2048 to 8192 bits (DER or PEM), found something else")]
    InvalidPublicKey,
    /// The crypto library could not make or encode a key.
    #[error("the crypto library could not make an rsa key")]
    KeyGeneration,
    /// The emulator was started without an [`Authority`](crate::Authority), so it has no tokens.
    #[error("the emulator has no authority, so it can issue no token")]
    NoAuthority,
    /// The address can be reached from other machines; the emulator only ever serves its own.
    #[error("expected a loopback address such as 127.0.0.1, found {address}")]
    NotLoopback {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// Two identities have the same key id but different keys.
    #[error("key id {key_id} was given with two different keys")]
    TwoKeysForOneId {
        /// The key id in question.
        key_id: String,
    },
}
