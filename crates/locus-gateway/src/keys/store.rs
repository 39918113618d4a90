//! Where keys are kept, with what they have spent: a file of JSON, or a database.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

#[cfg(feature = "sqlite")]
use super::database::Database;
use super::file::{ClientKey, KeyFile, KeyFileError, replace};

/// Where keys are kept, with what they have spent.
///
/// A file is for one gateway. A database can be shared by several on one machine, which then share the budgets too.
#[derive(Debug)]
pub struct KeyStore(Kind);

#[derive(Debug)]
enum Kind {
    File(PathBuf),
    #[cfg(feature = "sqlite")]
    Database(Database),
}

/// What a key has spent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Spent {
    /// In US dollars, as far as prices are known.
    pub dollars: f64,
    /// When the period began that it was spent in, in seconds since 1970.
    pub since: u64,
}

impl KeyStore {
    /// A [`KeyFile`], which need not be there yet. What keys have spent is in a file next to it, whose name ends in `.spent`.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// A database of SQLite, made if it is not there.
    ///
    /// # Errors
    /// [`KeyFileError::Database`] if it cannot be opened, or is another one.
    #[cfg(feature = "sqlite")]
    pub fn database(path: &Path) -> Result<Self, KeyFileError> {
        Database::open(path).map(|database| Self(Kind::Database(database)))
    }

    /// The keys, oldest first.
    ///
    /// # Errors
    /// [`KeyFileError`] if they cannot be read.
    pub fn keys(&self) -> Result<Vec<ClientKey>, KeyFileError> {
        match &self.0 {
            Kind::File(path) => KeyFile::read(path).map(KeyFile::into_keys),
            #[cfg(feature = "sqlite")]
            Kind::Database(database) => database.keys(),
        }
    }

    /// Makes a key and keeps what it is known by. The key is the result, and nowhere else.
    ///
    /// # Errors
    /// [`KeyFileError`] if the system has no random numbers, or the key cannot be kept.
    pub fn create(&self, key: ClientKey) -> Result<String, KeyFileError> {
        match &self.0 {
            Kind::File(path) => {
                let mut file = match KeyFile::read(path) {
                    Err(KeyFileError::Io(error)) if error.kind() == ErrorKind::NotFound => {
                        KeyFile::default()
                    }
                    read => read?,
                };
                let secret = file.create(key)?;
                file.write(path)?;
                Ok(secret)
            }
            #[cfg(feature = "sqlite")]
            Kind::Database(database) => {
                let (key, secret) = key.with_secret()?;
                database.add(&key)?;
                Ok(secret)
            }
        }
    }

    /// Takes a key out; false if there is none of this id.
    ///
    /// # Errors
    /// [`KeyFileError`] if the keys cannot be read or written.
    pub fn revoke(&self, id: &str) -> Result<bool, KeyFileError> {
        match &self.0 {
            Kind::File(path) => {
                let mut file = KeyFile::read(path)?;
                let was_there = file.revoke(id);
                if was_there {
                    file.write(path)?;
                }
                Ok(was_there)
            }
            #[cfg(feature = "sqlite")]
            Kind::Database(database) => database.revoke(id),
        }
    }

    /// What the keys have spent, by id, in the periods that were the latest ones when it was counted.
    ///
    /// # Errors
    /// [`KeyFileError`] if it cannot be read.
    pub fn spent(&self) -> Result<BTreeMap<String, Spent>, KeyFileError> {
        match &self.0 {
            Kind::File(path) => match fs::read(beside(path)) {
                Ok(text) => serde_json::from_slice(&text).map_err(KeyFileError::Json),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
                Err(error) => Err(KeyFileError::Io(error)),
            },
            #[cfg(feature = "sqlite")]
            Kind::Database(database) => database.spent(),
        }
    }

    /// Adds what was spent, all of it or nothing, and returns the sums.
    pub(super) fn spend(
        &self,
        more: &BTreeMap<String, Spent>,
    ) -> Result<BTreeMap<String, Spent>, KeyFileError> {
        match &self.0 {
            Kind::File(path) => {
                let mut all = self.spent()?;
                for (id, more) in more {
                    let sum = all.entry(id.clone()).or_default();
                    *sum = match sum.since == more.since {
                        true => Spent { dollars: sum.dollars + more.dollars, ..*more },
                        false => *more,
                    };
                }
                let mut text = serde_json::to_vec_pretty(&all).map_err(KeyFileError::Json)?;
                text.push(b'\n');
                replace(&beside(path), &text)?;
                Ok(all)
            }
            #[cfg(feature = "sqlite")]
            Kind::Database(database) => database.spend(more),
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".spent");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(store: &KeyStore) {
        let secret = store.create(ClientKey::named("ci").with_budget(5.0, None)).unwrap();
        store.create(ClientKey::named("other")).unwrap();
        let keys = store.keys().unwrap();
        assert_eq!(keys.iter().map(ClientKey::name).collect::<Vec<_>>(), ["ci", "other"]);
        assert!(!format!("{keys:?}").contains(&secret));
        assert!(store.spent().unwrap().is_empty());

        let id = keys[0].id().to_owned();
        let spend = |dollars: f64, since: u64| {
            let more = BTreeMap::from([(id.clone(), Spent { dollars, since })]);
            store.spend(&more).unwrap()[&id]
        };
        assert_eq!(spend(1.0, 10), Spent { dollars: 1.0, since: 10 });
        assert_eq!(spend(0.5, 10), Spent { dollars: 1.5, since: 10 });
        assert_eq!(spend(0.25, 20), Spent { dollars: 0.25, since: 20 }, "another period");
        assert_eq!(store.spent().unwrap()[&id], Spent { dollars: 0.25, since: 20 });

        assert!(store.revoke(&id).unwrap() && !store.revoke(&id).unwrap());
        assert_eq!(store.keys().unwrap().len(), 1);
    }

    #[test]
    fn a_file_keeps_keys_and_what_they_spent() {
        let folder = tempfile::tempdir().unwrap();
        check(&KeyStore::file(folder.path().join("keys.json")));
        let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        assert_eq!(names, ["keys.json", "keys.json.spent"]);
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_database_keeps_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.db");
        check(&KeyStore::database(&path).unwrap());
        let again = KeyStore::database(&path).unwrap();
        assert_eq!(again.keys().unwrap()[0].name(), "other");
        fs::write(&path, "something else, and long enough to be looked at".repeat(50)).unwrap();
        assert!(matches!(KeyStore::database(&path), Err(KeyFileError::Database { .. })));
    }
}
