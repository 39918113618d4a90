//! Files with secrets that others can read.

use std::fmt;
use std::path::{Path, PathBuf};

/// Something that works and should not stay as it is. Callers show it to the user.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Other users of the machine can read a file that holds secrets.
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permissions, such as `0o644`.
        mode: u32,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadableByOthers { path, mode } => write!(
                f,
                "other users can read {path} (mode {mode:04o}); run `chmod 600 {path}`",
                path = path.display(),
            ),
        }
    }
}

/// A warning if anybody but the owner may read the file. A file that cannot be looked at is for its reader to complain about.
#[cfg(unix)]
pub(super) fn readable_by_others(path: &Path) -> Option<Warning> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o044 != 0).then(|| Warning::ReadableByOthers { path: path.to_owned(), mode })
}

/// Where permissions are not bits, nothing can be said about them.
#[cfg(not(unix))]
pub(super) fn readable_by_others(_: &Path) -> Option<Warning> {
    None
}
