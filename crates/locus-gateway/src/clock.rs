//! The time of day, for what clients expect a time in.

use std::time::SystemTime;

/// Seconds since 1970; 0 for a clock that is set before.
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs())
}
