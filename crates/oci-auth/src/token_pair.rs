//! A security token and the key that goes with it, which are replaced one after the other, mostly in two files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::KeyId;
use crate::key::{Backend, KeyError, PrivateKey, SigningKey};
use crate::secret::Secret;
use crate::snapshot::Snapshot;
use crate::token::{TokenClaims, TokenError};

/// Where a token and its key are.
#[derive(Clone, Debug)]
pub(crate) struct TokenPair {
    pub(crate) token: Place,
    pub(crate) key: Place,
    pub(crate) pass_phrase: Option<Place>,
    pub(crate) backend: Backend,
}

/// Where a text is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    File(PathBuf),
    /// In a variable or with the caller, and what to call it in errors.
    Text(Secret, PathBuf),
}

impl Place {
    /// The text of a variable of this name.
    pub(crate) fn variable(text: &str, name: &str) -> Self {
        Self::Text(Secret::from(text), PathBuf::from(format!("in {name}")))
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Text(..) => None,
        }
    }

    /// The path, or the words that stand for it.
    fn name(&self) -> PathBuf {
        match self {
            Self::File(path) | Self::Text(_, path) => path.clone(),
        }
    }

    /// The text, that of a file without white space around it; `None` if a file is not UTF-8.
    fn text(&self) -> Result<Option<Secret>, PairError> {
        match self {
            Self::Text(text, _) => Ok(Some(text.clone())),
            Self::File(path) => {
                let bytes = read_file(path)?;
                // The command line writes no line end, editors do.
                Ok(str::from_utf8(&bytes).ok().map(|text| Secret::from(text.trim())))
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        self.file().and_then(Stamp::of)
    }
}

/// Why a pair cannot be used. The names are paths, or words such as `in OCI_KEY`; no variant holds a secret.
#[derive(Debug)]
pub(crate) enum PairError {
    Ended { token: PathBuf, ended: String },
    File { path: PathBuf, kind: io::ErrorKind },
    Key { key: PathBuf, source: KeyError },
    Pair { key: PathBuf, token: PathBuf },
    Token { token: PathBuf, source: TokenError },
}

impl TokenPair {
    /// Reads token and key as a pair. Whoever writes them replaces one after the other, so that a first look can meet the new
    /// one of the one and the old one of the other.
    fn read(&self) -> Result<Loaded, PairError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let stamps = self.stamps();
            let found = self.read_once();
            let is_settled = stamps == self.stamps();
            match found {
                Ok((snapshot, claims)) if is_settled => {
                    return Ok(Loaded { snapshot, claims, stamps });
                }
                Err(error) if is_settled || tries == TRIES => return Err(error),
                Ok(_) if tries == TRIES => return Err(self.mismatch()),
                _ => {}
            }
        }
    }

    fn read_once(&self) -> Result<(Snapshot, TokenClaims), PairError> {
        let token_error = |source| PairError::Token { token: self.token.name(), source };
        let token = self.token.text()?.ok_or_else(|| token_error(TokenError::Form))?;
        let claims = TokenClaims::read(&token).map_err(token_error)?;
        let id =
            KeyId::security_token(token.expose()).map_err(|_| token_error(TokenError::Form))?;
        let key = self.read_key()?;
        match (claims.key_fingerprint(), key.fingerprint()) {
            (Some(named), Some(found)) if named != found => Err(self.mismatch()),
            _ => Ok((Snapshot::new(SigningKey::new(id, key), claims.expires_at()), claims)),
        }
    }

    fn read_key(&self) -> Result<PrivateKey, PairError> {
        read_key(&self.key, self.pass_phrase.as_ref(), self.backend)
    }

    fn mismatch(&self) -> PairError {
        PairError::Pair { key: self.key.name(), token: self.token.name() }
    }

    fn stamps(&self) -> [Option<Stamp>; 3] {
        let pass_phrase = self.pass_phrase.as_ref().and_then(Place::stamp);
        [self.token.stamp(), self.key.stamp(), pass_phrase]
    }
}

/// A pair that is in use: what was read of its files, until they change.
#[derive(Debug)]
pub(crate) struct WatchedPair {
    pair: TokenPair,
    loaded: Mutex<Option<Loaded>>,
}

#[derive(Debug)]
struct Loaded {
    snapshot: Snapshot,
    claims: TokenClaims,
    stamps: [Option<Stamp>; 3],
}

impl WatchedPair {
    pub(crate) fn new(pair: TokenPair) -> Self {
        Self { pair, loaded: Mutex::new(None) }
    }

    /// Whether the files are those that were read last.
    pub(crate) fn is_unchanged(&self) -> bool {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().is_some_and(|loaded| loaded.stamps == self.pair.stamps())
    }

    /// The claims of the token that is in use.
    pub(crate) fn claims(&self, now: SystemTime) -> Result<TokenClaims, PairError> {
        self.with_current(now, |loaded| loaded.claims.clone())
    }

    /// The token and the key to sign with: those that were read, unless a file has changed or the token has ended.
    ///
    /// Files that are being written, or were damaged, do no harm while the token that was read before is valid.
    pub(crate) fn current(&self, now: SystemTime) -> Result<Snapshot, PairError> {
        self.with_current(now, |loaded| loaded.snapshot.clone())
    }

    /// Another token than the one that was refused, if the files hold one.
    pub(crate) fn refresh_after(
        &self,
        refused: &Snapshot,
        now: SystemTime,
    ) -> Result<Option<Snapshot>, PairError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match &*loaded {
            // Somebody whose request was refused too has read the files in the meantime.
            Some(loaded) if !loaded.snapshot.is_same_as(refused) => {
                Ok(Some(loaded.snapshot.clone()))
            }
            _ => {
                let found = &self.read_again(&mut loaded, now)?.snapshot;
                Ok((!found.is_same_as(refused)).then(|| found.clone()))
            }
        }
    }

    fn with_current<T>(
        &self,
        now: SystemTime,
        take: impl FnOnce(&Loaded) -> T,
    ) -> Result<T, PairError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match &*loaded {
            Some(loaded) if !loaded.has_ended(now) && loaded.stamps == self.pair.stamps() => {
                Ok(take(loaded))
            }
            _ => Ok(take(self.read_again(&mut loaded, now)?)),
        }
    }

    fn read_again<'l>(
        &self,
        loaded: &'l mut Option<Loaded>,
        now: SystemTime,
    ) -> Result<&'l Loaded, PairError> {
        match self.pair.read() {
            Ok(found) => {
                let found = loaded.insert(found);
                if found.has_ended(now) { Err(self.ended(found)) } else { Ok(found) }
            }
            Err(error) => loaded.as_ref().filter(|old| !old.has_ended(now)).ok_or(error),
        }
    }

    fn ended(&self, loaded: &Loaded) -> PairError {
        // It lies before now, so the format can express it.
        let ended = loaded.snapshot.expires_at().map(httpdate::fmt_http_date).unwrap_or_default();
        PairError::Ended { token: self.pair.token.name(), ended }
    }
}

impl Loaded {
    fn has_ended(&self, now: SystemTime) -> bool {
        self.snapshot.expires_at().is_some_and(|end| end <= now)
    }
}

/// The key in a place, under the pass phrase in another, if it has one.
pub(crate) fn read_key(
    place: &Place,
    pass_phrase: Option<&Place>,
    backend: Backend,
) -> Result<PrivateKey, PairError> {
    let key_error = |source| PairError::Key { key: place.name(), source };
    let pass_phrase = match pass_phrase {
        // A pass phrase that is not text opens nothing.
        Some(place) => Some(place.text()?.ok_or_else(|| key_error(KeyError::PassPhraseWrong))?),
        None => None,
    };
    let pass_phrase = pass_phrase.as_ref();
    match place {
        Place::File(path) => PrivateKey::from_pem_with(&read_file(path)?, pass_phrase, backend),
        Place::Text(text, _) => PrivateKey::from_variable(text, pass_phrase, backend),
    }
    .map_err(key_error)
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, PairError> {
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| PairError::File { path: path.to_owned(), kind: error.kind() })
}

/// What tells one version of a file from the next.
#[derive(Debug, Eq, PartialEq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    /// Tokens have one length, and clocks of file systems are coarse: a file that was replaced has another number.
    #[cfg(unix)]
    number: u64,
}

impl Stamp {
    fn of(path: impl AsRef<Path>) -> Option<Self> {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            number: metadata.ino(),
        })
    }
}

/// The command line writes its two files within milliseconds; who meets it in between finds both settled soon after.
const TRIES: usize = 3;
