//! What the kernel and the clock tell.

use std::path::PathBuf;
use std::time::Duration;

/// The CPU time that the threads of a process have taken, in nanoseconds.
///
/// # Panics
/// If there is no such process.
pub(crate) fn cpu_time(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(PathBuf::from(format!("/proc/{pid}/task")));
    let tasks = tasks.expect("the process is there");
    let spent = |text: String| text.split(' ').next().and_then(|spent| spent.parse::<u64>().ok());
    // A thread that ends in between is left out; those of a server stay.
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(spent)
        .sum()
}

/// A line of `/proc/<pid>/status` in kilobytes.
pub(crate) fn memory(pid: u32, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse().ok()
}

/// The value below which this part of the times lies, in milliseconds.
pub(crate) fn quantile(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let at = (times.len().saturating_sub(1) as f64 * part).round() as usize;
    times.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
