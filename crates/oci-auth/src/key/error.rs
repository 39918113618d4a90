//! Why a file is no usable private key.

/// Text or bytes that are no usable private key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no PEM block.
    #[error("expected a PEM block (-----BEGIN PRIVATE KEY-----), found none")]
    NoPem,
    /// A PEM block has no end, or its text is not base64.
    #[error("the PEM block is cut short or is not base64")]
    BadPem,
    /// The line breaks of the PEM block were replaced by spaces or by `\n` in two characters, as happens in variables.
    #[error("expected a line break after the first line of the PEM block, found other text")]
    LineBreaks,
    /// The block is something else.
    #[error("expected an RSA private key, found a block of {label:?}")]
    WrongKind {
        /// What its first line says, such as `PUBLIC KEY`.
        label: String,
    },
    /// The key is encrypted and no pass phrase was given.
    #[error("the key is encrypted and no pass phrase is set")]
    PassPhraseMissing,
    /// The key is encrypted and the pass phrase does not open it. Damage behind intact structure looks the same.
    #[error("the key is encrypted and the pass phrase does not open it")]
    PassPhraseWrong,
    /// The key is encrypted, and this build lacks the feature `encrypted-keys`.
    #[error("the key is encrypted, which this build does not read")]
    Encrypted,
    /// The key is encrypted in a way that this crate does not know.
    #[error("the key is encrypted with {scheme}, which is not supported")]
    EncryptionUnknown {
        /// The name or the object identifier of the scheme.
        scheme: String,
    },
    /// Deriving the decryption key would take longer, or more memory, than any tool asks for.
    #[error("the key file asks for {asked}, more than the {limit} that are allowed")]
    EncryptionCost {
        /// What the file asks for, such as `4000000000 iterations`.
        asked: String,
        /// The most that is done.
        limit: &'static str,
    },
    /// The key is of another algorithm.
    #[error("expected an RSA key, found {algorithm}")]
    NotRsa {
        /// The name of the algorithm, such as `EC` or `Ed25519`, else its object identifier.
        algorithm: String,
    },
    /// No key could be made: the system has no random numbers, or no thread was to be had.
    #[error("no session key could be made")]
    NotGenerated,
    /// The key is shorter than the service takes.
    #[error("expected an RSA key of 2048 to 4096 bits, found {bits}")]
    TooSmall {
        /// The length of its modulus.
        bits: usize,
    },
    /// The key is longer than the backends take.
    #[error("expected an RSA key of 2048 to 4096 bits, found {bits}")]
    TooLarge {
        /// The length of its modulus.
        bits: usize,
    },
    /// The numbers of the key do not belong together, or its structure is damaged.
    #[error("the RSA key is damaged")]
    Damaged,
}

impl KeyError {
    /// What to do about it, as a phrase that can follow the message.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::PassPhraseMissing => {
                "set pass_phrase in the profile, or OCI_PASSPHRASE next to OCI_KEY_FILE"
            }
            Self::PassPhraseWrong => {
                "correct pass_phrase; `openssl pkey -noout -in KEY` asks for it and says whether it fits"
            }
            Self::Encrypted | Self::EncryptionUnknown { .. } | Self::EncryptionCost { .. } => {
                "encrypt the key anew with `openssl pkcs8 -topk8 -in KEY -out NEW` and name that as key_file"
            }
            Self::WrongKind { label } if label.contains("PUBLIC") => {
                "name the private half of the API key"
            }
            Self::WrongKind { label } if label.contains("OPENSSH") => {
                "convert a copy of the key with `ssh-keygen -p -m PEM -f KEY`"
            }
            Self::TooSmall { .. }
            | Self::TooLarge { .. }
            | Self::NotRsa { .. }
            | Self::WrongKind { .. } => {
                "make an API key of 2048 bits with `oci setup keys` or in the console"
            }
            Self::LineBreaks => {
                "restore the line breaks of the file, or put its text into OCI_KEY, where they may be missing"
            }
            Self::NotGenerated => "try again later: the system lacks threads or random numbers",
            Self::NoPem | Self::BadPem | Self::Damaged => {
                "download the key again, or make a new one with `oci setup keys`"
            }
        }
    }
}
