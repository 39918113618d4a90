//! What every manifest of the workspace takes from the root, and the Rust version in prose.

use cargo_metadata::Metadata;

use super::Workspace;
use crate::process::Result;

/// Lines that each manifest has, by the table they stand in.
const INHERITED: &[(&str, &str)] = &[
    ("package", "version.workspace"),
    ("package", "edition.workspace"),
    ("package", "rust-version.workspace"),
    ("package", "license.workspace"),
    ("lints", "workspace"),
];

/// Versions, lints, edition, licence: said once, at the root.
pub(super) fn check(metadata: &Metadata) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for package in metadata.workspace_packages() {
        let text = std::fs::read_to_string(&package.manifest_path)?;
        let found = check_manifest(&text);
        problems.extend(found.into_iter().map(|problem| format!("`{}`: {problem}", package.name)));
    }
    Ok(problems)
}

/// A manifest, line by line: our manifests keep to one entry a line, and a longer one is refused.
fn check_manifest(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut missing: Vec<_> = INHERITED.to_vec();
    let mut table = "";
    for line in
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_matches(['[', ']']);
            if table.contains("dependencies.") {
                problems.push(format!("`[{table}]`: write the dependency in one line"));
            }
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let (key, value) = (key.trim(), value.trim());
        missing.retain(|entry| *entry != (table, key) || value != "true");
        let inherits = key.ends_with(".workspace") || value.contains("workspace = true");
        if table.ends_with("dependencies") && !inherits {
            problems.push(format!("`{line}`: take the version from the workspace"));
        }
    }
    let missing = missing.into_iter();
    problems.extend(missing.map(|(table, key)| format!("`[{table}]` needs `{key} = true`")));
    problems
}

/// A Rust version that a document names is the one of the manifest. Changelogs tell history.
pub(super) fn rust_version_in_prose(workspace: &Workspace) -> Vec<String> {
    let packages = workspace.metadata.workspace_packages();
    let Some(version) = packages.iter().find_map(|package| package.rust_version.as_ref()) else {
        return vec!["no package states a rust-version".to_owned()];
    };
    let expected = format!("{}.{}", version.major, version.minor);
    let prose = workspace.files.iter().filter(|file| {
        file.path.ends_with(".md") && !file.path.ends_with("CHANGELOG.md") && !file.is_fixture()
    });
    let mut problems = Vec::new();
    for file in prose {
        let stale = rust_versions(&file.text).into_iter().filter(|found| *found != expected);
        problems.extend(stale.map(|found| {
            format!("{}: says Rust {found}, the manifest says {expected}", file.path)
        }));
    }
    problems
}

/// Every `1.NN` that follows a word for the compiler at most two words before.
fn rust_versions(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().map(trimmed).collect();
    let mut found = Vec::new();
    for window in words.windows(3) {
        let [before, between, word] = window else { continue };
        let names_rust = |word: &str| {
            matches!(
                &*word.to_lowercase(),
                "msrv" | "rust" | "rust-version" | "rustc" | "toolchain"
            )
        };
        let mut parts = word.trim_end_matches('+').split('.');
        let (major, minor) = (parts.next(), parts.next().unwrap_or_default());
        let is_version = major == Some("1") && minor.len() >= 2 && minor.parse::<u32>().is_ok();
        if is_version && (names_rust(before) || names_rust(between)) {
            found.push(format!("1.{minor}"));
        }
    }
    found
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|found: char| !found.is_alphanumeric() && found != '+')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\n\
        edition.workspace = true\nrust-version.workspace = true\nlicense.workspace = true\n\
        [dependencies]\nb.workspace = true\nc = { workspace = true, features = [\"d\"] }\n\
        [lints]\nworkspace = true\n";

    #[test]
    fn what_a_manifest_must_inherit() {
        assert_eq!(check_manifest(GOOD), [""; 0]);
        for (good, bad) in [
            ("rust-version.workspace = true\n", ""),
            ("license.workspace = true", "license = \"MIT\""),
            ("b.workspace = true", "b = \"1.0\""),
            ("b.workspace = true", "b = { version = \"1.0\" }"),
            ("[lints]\nworkspace = true", ""),
            ("[lints]", "[dependencies.e]\nversion = \"1\"\n[lints]"),
        ] {
            assert_eq!(check_manifest(&GOOD.replace(good, bad)).len(), 1, "{bad:?}");
        }
    }

    #[test]
    fn rust_versions_in_a_text() {
        let found = |text| rust_versions(text).join(" ");
        assert_eq!(found("needs Rust 1.85 or later, as rustc 1.90.0 did"), "1.85 1.90");
        assert_eq!(found("- MSRV: **1.80**"), "1.80");
        assert_eq!(found("with the `rust-version` `1.70`"), "1.70");
        assert_eq!(found("tokio 1.54 and HTTP/1.1, and Rust in 1.2 s"), "");
    }
}
