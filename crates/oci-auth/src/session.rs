//! Sessions of the command line: a token and the key that goes with it, in two files that are written anew now and then.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::key::Backend;
use crate::secret::Secret;
use crate::session_error::SessionError;
use crate::snapshot::Snapshot;
use crate::token::TokenClaims;
use crate::token_pair::{PairError, Place, TokenPair, WatchedPair};

/// The files of a session, as `oci session authenticate` writes them below `~/.oci/sessions`.
#[derive(Clone, Debug)]
pub struct SessionFiles {
    token_file: PathBuf,
    key: Place,
    pass_phrase: Option<Secret>,
    backend: Backend,
    writes_back: bool,
}

impl SessionFiles {
    /// The file of the token and that of the key.
    pub fn new(token_file: impl Into<PathBuf>, key_file: impl Into<PathBuf>) -> Self {
        Self {
            token_file: token_file.into(),
            key: Place::File(key_file.into()),
            pass_phrase: None,
            backend: Backend::default(),
            writes_back: false,
        }
    }

    /// A key that stands in a variable; `name` is said in errors.
    pub(crate) fn with_key_text(token_file: PathBuf, text: &str, name: &str) -> Self {
        let key = Place::variable(text, name);
        let backend = Backend::default();
        Self { token_file, key, pass_phrase: None, backend, writes_back: false }
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

    /// Puts each token that is refreshed into the place of the old one, as [`write_token`](Self::write_token) does, so that other
    /// programs and the command line go on with it. One that cannot be written is used all the same. Default: files are only read.
    #[must_use]
    pub fn write_back(mut self) -> Self {
        self.writes_back = true;
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

    pub(crate) fn writes_back(&self) -> bool {
        self.writes_back
    }

    pub(crate) fn token_file(&self) -> &Path {
        &self.token_file
    }

    pub(crate) fn key_file(&self) -> Option<&Path> {
        self.key.file()
    }
}

/// A session that is in use.
#[derive(Debug)]
pub(crate) struct Session {
    files: SessionFiles,
    pair: WatchedPair,
}

impl Session {
    /// See [`SessionFiles::write_back`].
    pub(crate) fn write_back(&mut self) {
        self.files.writes_back = true;
    }

    pub(crate) fn new(files: SessionFiles) -> Self {
        let pair = WatchedPair::new(TokenPair {
            token: Place::File(files.token_file.clone()),
            key: files.key.clone(),
            pass_phrase: files.pass_phrase.clone().map(|text| Place::Text(text, PathBuf::new())),
            backend: files.backend,
        });
        Self { files, pair }
    }

    pub(crate) fn files(&self) -> &SessionFiles {
        &self.files
    }

    /// The claims of the token that is in use.
    pub(crate) fn claims(&self, now: SystemTime) -> Result<TokenClaims, SessionError> {
        Ok(self.pair.claims(now)?)
    }

    /// Whether the files are those that were read last.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.pair.is_unchanged()
    }

    /// The token and the key to sign with.
    pub(crate) fn current(&self, now: SystemTime) -> Result<Snapshot, SessionError> {
        Ok(self.pair.current(now)?)
    }

    /// Another token than the one that was refused, if the files hold one.
    pub(crate) fn refresh_after(
        &self,
        refused: &Snapshot,
        now: SystemTime,
    ) -> Result<Option<Snapshot>, SessionError> {
        Ok(self.pair.refresh_after(refused, now)?)
    }
}

impl From<PairError> for SessionError {
    fn from(error: PairError) -> Self {
        match error {
            PairError::Ended { token: token_file, ended } => Self::Ended { token_file, ended },
            PairError::File { path, kind } => Self::File { path, kind },
            PairError::Key { key: key_file, source } => Self::Key { key_file, source },
            PairError::Pair { key: key_file, token: token_file } => {
                Self::Pair { key_file, token_file }
            }
            PairError::Token { token: token_file, source } => Self::Token { token_file, source },
        }
    }
}

#[cfg(test)]
mod tests;
