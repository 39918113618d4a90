//! `cargo xtask release --dry-run`: the files of a release, built twice and compared.

mod sbom;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::MetadataCommand;

use crate::process::{Result, read, root, run};

/// Builds everything that a release would hold into `target/distribution`, and publishes nothing.
///
/// The binary is built in this checkout and in a clone of its commit in another folder; both must be the same bytes, and must not
/// tell where they were built.
pub(crate) fn dry_run() -> Result<()> {
    let root = root();
    let work = root.join("target/release-twice");
    let clone = work.join("clone");
    if clone.exists() {
        fs::remove_dir_all(&clone)?;
    }
    fs::create_dir_all(&work)?;
    let changed = read(Command::new("git").args(["status", "--porcelain"]).current_dir(&root))?;
    if !changed.is_empty() {
        return Err(format!(
            "expected a checkout without changes, since what is built twice is its commit; found\n{changed}"
        )
        .into());
    }
    run(Command::new("git").args(["clone", "--quiet", "."]).arg(&clone).current_dir(&root))?;

    let (first, second) = (build(&root, &work.join("here"))?, build(&clone, &work.join("there"))?);
    same(&first, &second)?;
    for place in [root.as_path(), &cargo_home()?] {
        tells_nothing_of(&first, place)?;
    }

    let dist = dist(&root)?;
    let binary = dist.join("locus");
    fs::copy(&first, &binary)?;
    for file in ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root.join(file), dist.join(file))?;
    }
    run(Command::new(&binary).args(["man", "--dir"]).arg(dist.join("man")))?;
    fs::create_dir_all(dist.join("completions"))?;
    for shell in ["bash", "zsh", "fish"] {
        let script = read(Command::new(&binary).args(["completions", shell]))?;
        fs::write(dist.join("completions").join(format!("locus.{shell}")), script)?;
    }
    let sbom = sbom::of("locus-cli")?;
    fs::write(dist.join("locus.cdx.json"), sbom)?;
    checksums(&dist)?;

    let bytes = fs::metadata(&binary)?.len();
    println!("\nbuilt twice, the same {bytes} bytes; nothing was published\n{}", dist.display());
    Ok(())
}

/// The binary that a checkout builds, with every path of this machine taken out.
fn build(checkout: &Path, target: &Path) -> Result<PathBuf> {
    let home = cargo_home()?;
    let maps = [(checkout, "/locus"), (home.as_path(), "/cargo")];
    let rust: Vec<String> = maps
        .iter()
        .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
        .collect();
    // The C parts of the crypto libraries keep names of source files too.
    let c: Vec<String> = maps
        .iter()
        .map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()))
        .collect();
    let mut command = Command::new("cargo");
    command
        .args(["build", "--profile", "dist", "--locked", "-p", "locus-cli", "--target-dir"])
        .arg(target)
        .current_dir(checkout)
        // Flags in this form may hold blanks.
        .env("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}"))
        .env("CFLAGS", c.join(" "))
        .env_remove("RUSTFLAGS");
    run(&mut command)?;
    Ok(target.join("dist/locus"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, which asks where cargo keeps its sources"
)]
fn cargo_home() -> Result<PathBuf> {
    let home = |name: &str| std::env::var_os(name).map(|path: OsString| PathBuf::from(path));
    let found = home("CARGO_HOME").or_else(|| Some(home("HOME")?.join(".cargo")));
    found.ok_or_else(|| "expected CARGO_HOME or HOME, found neither".into())
}

fn same(first: &Path, second: &Path) -> Result<()> {
    let (one, other) = (fs::read(first)?, fs::read(second)?);
    if one == other {
        return Ok(());
    }
    let at = one.iter().zip(&other).position(|(a, b)| a != b);
    let at = at.map_or_else(|| "in their lengths".to_owned(), |at| format!("at byte {at}"));
    Err(format!(
        "two builds of the same commit differ {at}: {} and {}",
        first.display(),
        second.display()
    )
    .into())
}

/// A path in a binary is different on each machine, and tells who built it.
fn tells_nothing_of(binary: &Path, place: &Path) -> Result<()> {
    let (bytes, place) = (fs::read(binary)?, place.display().to_string());
    match bytes.windows(place.len()).any(|window| window == place.as_bytes()) {
        true => Err(format!("{} holds the path {place}", binary.display()).into()),
        false => Ok(()),
    }
}

/// An empty folder for the files of this version.
fn dist(root: &Path) -> Result<PathBuf> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    let package = metadata.packages.iter().find(|package| package.name.as_str() == "locus-cli");
    let version = package.map(|package| package.version.to_string()).ok_or("no locus-cli")?;
    let host = read(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let dist = root.join("target/distribution").join(format!("locus-{version}-{}", host.trim()));
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::create_dir_all(&dist)?;
    Ok(dist)
}

/// `SHA256SUMS` of every file, in the format that `sha256sum --check` reads.
fn checksums(dist: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(dist, dist, &mut files)?;
    files.sort();
    let sums = read(Command::new("sha256sum").args(&files).current_dir(dist))?;
    fs::write(dist.join("SHA256SUMS"), sums)?;
    run(Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(dist))
}

fn list(dist: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(dist, &path, files)?;
        } else {
            files.push(path.strip_prefix(dist)?.to_owned());
        }
    }
    Ok(())
}
