//! Sessions of the command line: a token and the key that goes with it, in two files that are written anew now and then.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::KeyId;
use crate::key::{Backend, PrivateKey, SigningKey};
use crate::secret::Secret;
use crate::session_error::SessionError;
use crate::snapshot::Snapshot;
use crate::token::{TokenClaims, TokenError};

/// The files of a session, as `oci session authenticate` writes them below `~/.oci/sessions`.
#[derive(Clone, Debug)]
pub struct SessionFiles {
    token_file: PathBuf,
    key: KeySource,
    pass_phrase: Option<Secret>,
    backend: Backend,
}

#[derive(Clone, Debug)]
enum KeySource {
    File(PathBuf),
    /// The text of a variable, and its name.
    Variable(Secret, PathBuf),
}

impl SessionFiles {
    /// The file of the token and that of the key.
    pub fn new(token_file: impl Into<PathBuf>, key_file: impl Into<PathBuf>) -> Self {
        Self {
            token_file: token_file.into(),
            key: KeySource::File(key_file.into()),
            pass_phrase: None,
            backend: Backend::default(),
        }
    }

    /// A key that stands in a variable; `name` is said in errors.
    pub(crate) fn with_key_text(token_file: PathBuf, text: Secret, name: &str) -> Self {
        let key = KeySource::Variable(text, PathBuf::from(format!("in {name}")));
        Self { token_file, key, pass_phrase: None, backend: Backend::default() }
    }

    /// The pass phrase of the key. Default: none.
    #[must_use]
    pub fn pass_phrase(mut self, pass_phrase: Secret) -> Self {
        self.pass_phrase = Some(pass_phrase);
        self
    }

    /// The library that signs. Default: `ring`.
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Puts a token into the place of the old one, such as [`SessionRefresh`](crate::SessionRefresh) brings it. Nothing else in
    /// this crate writes files.
    ///
    /// A reader sees the old token or the new one, never a part of one: a new file, which nobody else may read, takes the place
    /// of the old one.
    ///
    /// # Errors
    /// What the system says. The old token is then still there.
    pub fn write_token(&self, token: &Secret) -> io::Result<()> {
        let mut name = self.token_file.as_os_str().to_owned();
        name.push(format!(".{}.new", std::process::id()));
        let new = PathBuf::from(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&new).and_then(|mut file| {
            file.write_all(token.expose().as_bytes())?;
            // Before the name is changed, or a crash could leave an empty file under it.
            file.sync_all()?;
            fs::rename(&new, &self.token_file)
        });
        if written.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::AlreadyExists) {
            // The first error is the one to tell.
            let _ = fs::remove_file(&new);
        }
        written
    }

    pub(crate) fn token_file(&self) -> &Path {
        &self.token_file
    }

    pub(crate) fn key_file(&self) -> Option<&Path> {
        match &self.key {
            KeySource::File(path) => Some(path),
            KeySource::Variable(..) => None,
        }
    }

    fn key_name(&self) -> PathBuf {
        match &self.key {
            KeySource::File(path) | KeySource::Variable(_, path) => path.clone(),
        }
    }

    /// Reads token and key as a pair. The command line replaces one after the other, so that a first look can meet the new
    /// one of the one and the old one of the other.
    fn read(&self) -> Result<Loaded, SessionError> {
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
                Ok(_) if tries == TRIES => {
                    let (key_file, token_file) = (self.key_name(), self.token_file.clone());
                    return Err(SessionError::Pair { key_file, token_file });
                }
                _ => {}
            }
        }
    }

    fn read_once(&self) -> Result<(Snapshot, TokenClaims), SessionError> {
        let token_error =
            |source| SessionError::Token { token_file: self.token_file.clone(), source };
        let bytes = read_file(&self.token_file)?;
        let text = str::from_utf8(&bytes).map_err(|_| token_error(TokenError::Form))?;
        // The command line writes no line end, editors do.
        let token = Secret::from(text.trim());
        let claims = TokenClaims::read(&token).map_err(token_error)?;
        let id =
            KeyId::security_token(token.expose()).map_err(|_| token_error(TokenError::Form))?;

        let key = match &self.key {
            KeySource::File(path) => PrivateKey::from_pem_with(
                &read_file(path)?,
                self.pass_phrase.as_ref(),
                self.backend,
            ),
            KeySource::Variable(text, _) => {
                PrivateKey::from_variable(text, self.pass_phrase.as_ref(), self.backend)
            }
        };
        let key = key.map_err(|source| SessionError::Key { key_file: self.key_name(), source })?;
        if let (Some(named), Some(found)) = (claims.key_fingerprint(), key.fingerprint())
            && named != found
        {
            let (key_file, token_file) = (self.key_name(), self.token_file.clone());
            return Err(SessionError::Pair { key_file, token_file });
        }
        Ok((Snapshot::new(SigningKey::new(id, key), claims.expires_at()), claims))
    }

    fn stamps(&self) -> [Option<Stamp>; 2] {
        [Stamp::of(&self.token_file), self.key_file().and_then(Stamp::of)]
    }
}

/// A session that is in use: what was read of its files, until they change.
#[derive(Debug)]
pub(crate) struct Session {
    files: SessionFiles,
    loaded: Mutex<Option<Loaded>>,
}

#[derive(Debug)]
struct Loaded {
    snapshot: Snapshot,
    claims: TokenClaims,
    stamps: [Option<Stamp>; 2],
}

impl Session {
    pub(crate) fn new(files: SessionFiles) -> Self {
        Self { files, loaded: Mutex::new(None) }
    }

    pub(crate) fn files(&self) -> &SessionFiles {
        &self.files
    }

    /// The claims of the token that is in use.
    pub(crate) fn claims(&self, now: SystemTime) -> Result<TokenClaims, SessionError> {
        self.with_current(now, |loaded| loaded.claims.clone())
    }

    /// The token and the key to sign with: those that were read, unless a file has changed or the token has ended.
    ///
    /// Files that are being written, or were damaged, do no harm while the token that was read before is valid.
    pub(crate) fn current(&self, now: SystemTime) -> Result<Snapshot, SessionError> {
        self.with_current(now, |loaded| loaded.snapshot.clone())
    }

    /// Another token than the one that was refused, if the files hold one.
    pub(crate) fn refresh_after(
        &self,
        refused: &Snapshot,
        now: SystemTime,
    ) -> Result<Option<Snapshot>, SessionError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match &*loaded {
            // Somebody whose request was refused too has read the files in the meantime.
            Some(loaded) if !is_same(&loaded.snapshot, refused) => {
                Ok(Some(loaded.snapshot.clone()))
            }
            _ => {
                let found = &self.read_again(&mut loaded, now)?.snapshot;
                Ok((!is_same(found, refused)).then(|| found.clone()))
            }
        }
    }

    fn with_current<T>(
        &self,
        now: SystemTime,
        take: impl FnOnce(&Loaded) -> T,
    ) -> Result<T, SessionError> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        match &*loaded {
            Some(loaded) if !loaded.has_ended(now) && loaded.stamps == self.files.stamps() => {
                Ok(take(loaded))
            }
            _ => Ok(take(self.read_again(&mut loaded, now)?)),
        }
    }

    fn read_again<'l>(
        &self,
        loaded: &'l mut Option<Loaded>,
        now: SystemTime,
    ) -> Result<&'l Loaded, SessionError> {
        match self.files.read() {
            Ok(found) => {
                let found = loaded.insert(found);
                if found.has_ended(now) { Err(self.ended(found)) } else { Ok(found) }
            }
            Err(error) => loaded.as_ref().filter(|old| !old.has_ended(now)).ok_or(error),
        }
    }

    fn ended(&self, loaded: &Loaded) -> SessionError {
        // It lies before now, so the format can express it.
        let ended = loaded.snapshot.expires_at().map(httpdate::fmt_http_date).unwrap_or_default();
        SessionError::Ended { token_file: self.files.token_file.clone(), ended }
    }
}

impl Loaded {
    fn has_ended(&self, now: SystemTime) -> bool {
        self.snapshot.expires_at().is_some_and(|end| end <= now)
    }
}

fn is_same(one: &Snapshot, other: &Snapshot) -> bool {
    one.key().map(SigningKey::id) == other.key().map(SigningKey::id)
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, SessionError> {
    fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| SessionError::File { path: path.to_owned(), kind: error.kind() })
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

/// The command line writes two files within milliseconds; who meets it in between finds both settled soon after.
const TRIES: usize = 3;

#[cfg(test)]
mod tests;
