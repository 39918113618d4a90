//! The official TypeScript SDK, for `interop --full`.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Counts, Emulator, scripts};
use crate::process::{Result, is_ci, run};

/// Drives it where there is Node; elsewhere a word about it, and an error only in CI.
pub(super) fn examine(
    emulator: &Emulator,
    folder: &Path,
    requests: &Path,
    counts: &mut Counts,
) -> Result<()> {
    let has = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !has("node") || !has("npm") {
        let missing = "interop --full needs node and npm";
        if is_ci() {
            return Err(missing.into());
        }
        println!("{missing}: oci-common is skipped");
        return Ok(());
    }
    let home = folder.join("oci-common");
    std::fs::create_dir_all(&home)?;
    // A script finds packages in the folder that it is in.
    for name in ["package.json", "package-lock.json", SCRIPT] {
        std::fs::copy(scripts().join("oci-common").join(name), home.join(name))?;
    }
    // Exactly what the lock file holds, checked by its digests; no package runs anything.
    let mut install = Command::new("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
    run(install.current_dir(&home))?;
    let script = home.join(SCRIPT);
    emulator.examine(Path::new("node"), &script.to_string_lossy(), requests, counts)
}

const SCRIPT: &str = "peer_oci_common.cjs";
