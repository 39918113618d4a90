//! The file of clients' keys: digests, never the keys themselves.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::clock::unix_seconds;
use crate::shared::Terms;

/// The keys of clients, as a file of JSON has them. A key itself is told once, when it is made.
///
/// ```
/// use locus_gateway::{ClientKey, KeyFile};
///
/// let mut file = KeyFile::default();
/// let secret = file.create(ClientKey::named("ci").with_rpm(60))?;
/// assert!(secret.starts_with("sk-locus-"));
/// assert_eq!(file.keys()[0].name(), "ci");
/// assert!(!format!("{file:?}").contains(&secret));
///
/// let id = file.keys()[0].id().to_owned();
/// assert!(file.revoke(&id));
/// # Ok::<(), locus_gateway::KeyFileError>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    keys: Vec<ClientKey>,
}

/// What a key is known by, and what it allows. Limits that are not set do not limit.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientKey {
    id: String,
    name: String,
    sha256: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    models: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rpm: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tpm: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parallel: Option<u32>,
    /// In seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<u64>,
    /// In US dollars, for each period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_budget: Option<f64>,
    /// The length of a period in seconds; without it there is one, for as long as the key lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) budget_duration: Option<u64>,
    /// When it was made, in seconds since 1970: the first period begins then.
    #[serde(default)]
    pub(super) created: u64,
}

impl KeyFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`KeyFileError`] if it cannot be read, or is not what [`write`](Self::write) writes.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let text = fs::read(path).map_err(KeyFileError::Io)?;
        serde_json::from_slice(&text).map_err(KeyFileError::Json)
    }

    /// Replaces a file, at once or not at all. On Unix it is for its owner only.
    ///
    /// # Errors
    /// [`KeyFileError::Io`].
    pub fn write(&self, path: &Path) -> Result<(), KeyFileError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(KeyFileError::Json)?;
        text.push(b'\n');
        replace(path, &text)
    }

    /// Makes a key and adds what it is known by. The key is the result, and nowhere else.
    ///
    /// # Errors
    /// [`KeyFileError::Random`] if the system has no random numbers.
    pub fn create(&mut self, key: ClientKey) -> Result<String, KeyFileError> {
        let (key, secret) = key.with_secret()?;
        self.keys.push(key);
        Ok(secret)
    }

    /// Takes a key out; false if there is none of this id.
    pub fn revoke(&mut self, id: &str) -> bool {
        let before = self.keys.len();
        self.keys.retain(|key| key.id != id);
        self.keys.len() < before
    }

    /// The keys, oldest first.
    #[must_use]
    pub fn keys(&self) -> &[ClientKey] {
        &self.keys
    }

    pub(super) fn into_keys(self) -> Vec<ClientKey> {
        self.keys
    }
}

/// Replaces a file, at once or not at all. On Unix it is for its owner only.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyFileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", random_hex(4)?));
    let temporary = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        // It may not be there; what went wrong first is what counts.
        let _ = fs::remove_file(&temporary);
        KeyFileError::Io(error)
    })
}

impl ClientKey {
    /// A key with a name for people, which allows everything. It gets its id in [`KeyFile::create`].
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Allows these models only; a `*` at the end stands for anything.
    #[must_use]
    pub fn with_models(mut self, models: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.models = models.into_iter().map(Into::into).collect();
        self
    }

    /// Limits the calls of a minute.
    #[must_use]
    pub fn with_rpm(mut self, calls: u32) -> Self {
        self.rpm = Some(calls);
        self
    }

    /// Limits the tokens of a minute, of prompts and answers together.
    #[must_use]
    pub fn with_tpm(mut self, tokens: u32) -> Self {
        self.tpm = Some(tokens);
        self
    }

    /// Limits the calls under way at a time.
    #[must_use]
    pub fn with_parallel(mut self, calls: u32) -> Self {
        self.parallel = Some(calls);
        self
    }

    /// Ends at a time.
    #[must_use]
    pub fn with_expiry(mut self, at: SystemTime) -> Self {
        let since = at.duration_since(SystemTime::UNIX_EPOCH);
        self.expires = Some(since.map_or(0, |since| since.as_secs()));
        self
    }

    /// Limits what calls may cost, in US dollars, for as long as it lives or anew after each `duration`.
    ///
    /// Models whose price is not known are then refused.
    #[must_use]
    pub fn with_budget(mut self, dollars: f64, duration: Option<Duration>) -> Self {
        self.max_budget = Some(dollars);
        self.budget_duration = duration.map(|duration| duration.as_secs());
        self
    }

    /// Gives it an id and a secret, of which it keeps the digest.
    pub(super) fn with_secret(self) -> Result<(Self, String), KeyFileError> {
        let secret = format!("sk-locus-{}", random_hex(32)?);
        let sha256 = hex(&Sha256::digest(secret.as_bytes()));
        let id = format!("key-{}", random_hex(6)?);
        Ok((Self { id, sha256, created: unix_seconds(), ..self }, secret))
    }

    /// By which it is revoked, and told apart in logs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The models that it allows; all of them if there are none.
    #[must_use]
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// What it limits, for people: `60 calls and 1000 tokens a minute`, or nothing.
    #[must_use]
    pub fn limits(&self) -> String {
        let limits = [
            self.rpm.map(|calls| format!("{calls} calls a minute")),
            self.tpm.map(|tokens| format!("{tokens} tokens a minute")),
            self.parallel.map(|calls| format!("{calls} at a time")),
            self.max_budget.map(|dollars| match self.budget_duration {
                Some(seconds) => format!("${dollars} each {}", shown(seconds)),
                None => format!("${dollars}"),
            }),
            self.has_expired().then(|| "expired".to_owned()),
        ];
        limits.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    pub(super) fn has_limits(&self) -> bool {
        let limits = [self.rpm, self.tpm, self.parallel];
        limits.iter().any(Option::is_some) || self.max_budget.is_some()
    }

    /// The limits as numbers.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            rpm: self.rpm,
            tpm: self.tpm,
            parallel: self.parallel,
            budget: self.max_budget,
            every: self.budget_duration.unwrap_or_default(),
            begun: self.created,
        }
    }

    /// The same key with other limits.
    pub(super) fn on(&self, terms: &Terms) -> Self {
        Self {
            rpm: terms.rpm,
            tpm: terms.tpm,
            parallel: terms.parallel,
            max_budget: terms.budget,
            ..self.clone()
        }
    }

    pub(super) fn allows(&self, model: &str) -> bool {
        let fits = |pattern: &String| match pattern.strip_suffix('*') {
            Some(prefix) => model.starts_with(prefix),
            None => model == pattern,
        };
        self.models.is_empty() || self.models.iter().any(fits)
    }

    pub(super) fn has_expired(&self) -> bool {
        let now = unix_seconds();
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// The digest as bytes.
    pub(super) fn digest(&self) -> Result<[u8; 32], KeyFileError> {
        let wrong = || KeyFileError::Digest { id: self.id.clone() };
        let mut digest = [0; 32];
        if self.sha256.len() != 64 || !self.sha256.is_ascii() {
            return Err(wrong());
        }
        for (at, byte) in digest.iter_mut().enumerate() {
            let pair = self.sha256.get(2 * at..2 * at + 2).ok_or_else(wrong)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(digest)
    }
}

/// A file of keys that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// A digest is not one.
    #[error("expected 64 hexadecimal digits as sha256 of {id}")]
    Digest {
        /// The id of the key.
        id: String,
    },
    /// The database cannot be used.
    #[error("the database of keys cannot be used: {message}")]
    Database {
        /// What SQLite says.
        message: String,
    },
    /// The file cannot be read or written.
    #[error("the file of keys cannot be read or written")]
    Io(#[source] io::Error),
    /// The file is something else.
    #[error("expected a file of keys, as `locus keys create` writes it")]
    Json(#[source] serde_json::Error),
    /// The system has no random numbers.
    #[error("the system has no random numbers")]
    Random,
}

/// A number of seconds, in the largest unit that divides it.
fn shown(seconds: u64) -> String {
    let units = [(24 * 60 * 60, "days"), (60 * 60, "hours"), (60, "minutes"), (1, "seconds")];
    let unit = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "seconds"));
    format!("{} {name}", seconds / unit)
}

fn random_hex(bytes: usize) -> Result<String, KeyFileError> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(|_| KeyFileError::Random)?;
    Ok(hex(&random))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let mut file = KeyFile::default();
        let key = ClientKey::named("ci").with_models(["grok", "oci/*"]).with_tpm(5);
        let secret = file.create(key.with_parallel(2).with_expiry(SystemTime::now())).unwrap();
        file.write(&path).unwrap();
        file.write(&path).unwrap();
        assert_eq!(KeyFile::read(&path).unwrap(), file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&secret) && text.contains("\"parallel\": 2"), "{text}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
        let month = Duration::from_secs(30 * 24 * 60 * 60);
        let dear = ClientKey::named("x").with_budget(2.5, Some(month));
        assert_eq!(dear.limits(), "$2.5 each 30 days");
        assert!(file.keys()[0].has_expired() && file.keys()[0].limits().contains("expired"));
    }

    #[test]
    fn names_and_patterns_are_allowed() {
        let key = ClientKey::named("x").with_models(["grok", "oci/*"]);
        for (model, expected) in
            [("grok", true), ("oci/xai.grok-4", true), ("grok-4", false), ("", false)]
        {
            assert_eq!(key.allows(model), expected, "{model}");
        }
        assert!(ClientKey::named("y").allows("anything"));
    }

    #[test]
    fn a_digest_that_is_none_is_an_error() {
        for sha256 in ["", "zz", &"g".repeat(64), &"é".repeat(32)] {
            let key = ClientKey { sha256: sha256.to_owned(), ..ClientKey::default() };
            assert!(matches!(key.digest(), Err(KeyFileError::Digest { .. })), "{sha256}");
        }
    }
}
