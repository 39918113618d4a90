//! The limit of open files.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Raises this process's limit of open files as far as it may and returns it.
///
/// # Panics
/// If it is less than `needed`, so that nobody takes a refused connection for a client's fault.
pub fn open_files(needed: u64) -> u64 {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit can be read");
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).expect("the soft limit may be the hard one");
    assert!(hard >= needed, "{needed} open files are needed, the limit is {hard}");
    hard
}
