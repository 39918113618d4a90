//! `cargo xtask static`: one file that needs nothing of the system it runs on, and the proof of it in an empty root.

use std::path::PathBuf;
use std::process::Command;

use cargo_metadata::MetadataCommand;

use crate::process::{Result, read, root, run};

/// Builds `locus` as a static program, tells its size, and lets it resolve names, speak TLS, chat and serve in a root that has
/// nothing but `resolv.conf` and `hosts`.
pub(crate) fn run_all() -> Result<()> {
    let rustc = read(Command::new("rustc").arg("-vV"))?;
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or("rustc does not tell its host")?;
    if !host.ends_with("-linux-gnu") && !host.ends_with("-linux-musl") {
        return Err(format!("a static program is built on Linux, not on {host}").into());
    }
    // With the target named, cargo keeps the flags from build scripts and macros, which cannot be static.
    let build = ["build", "--locked", "--profile", "dist", "--bin", "locus", "--target", host];
    let mut build = crate::process::cargo(&build);
    run(build.env("RUSTFLAGS", "-C target-feature=+crt-static"))?;
    let target = MetadataCommand::new().current_dir(root()).no_deps().exec()?.target_directory;
    let program = PathBuf::from(target).join(host).join("dist").join("locus");
    let kind = read(Command::new("file").arg("--brief").arg(&program)).unwrap_or_default();
    println!(
        "{}: {} bytes, {}",
        program.display(),
        std::fs::metadata(&program)?.len(),
        kind.trim()
    );
    let headers =
        read(Command::new("readelf").args(["--program-headers", "--wide"]).arg(&program))?;
    if headers.contains("INTERP") {
        return Err("the program asks for a loader: it is not static".into());
    }
    let script = root().join("xtask").join("interop").join("static_binary.py");
    run(Command::new("python3").arg(script).arg(&program))
}
