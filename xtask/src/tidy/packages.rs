//! Third-party packages: licences, bans, and the reason that each direct dependency has.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::Metadata;

use super::Workspace;

/// Licences that ask for no more than a notice.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

const BANS: &[(&str, &str)] = &[
    ("async-std", "abandoned; the runtime is tokio"),
    ("native-tls", "TLS is rustls, whose trust does not depend on the system's library"),
    ("openssl", "TLS is rustls; a system library cannot be part of a static binary"),
    ("openssl-sys", "TLS is rustls; a system library cannot be part of a static binary"),
    ("rsa", "RUSTSEC-2023-0071: a private key may leak by timing; ring and aws-lc-rs do the work"),
    ("serde_yaml", "abandoned"),
];

const BANNED_FEATURES: &[(&str, &str, &str)] = &[
    (
        "serde_json",
        "arbitrary_precision",
        "changes how every other crate in a program reads numbers",
    ),
    (
        "serde_json",
        "preserve_order",
        "changes the order of keys for every other crate in a program",
    ),
];

/// The file that gives each direct dependency its reason.
const EXPLANATIONS: &str = "docs/dependencies.md";

pub(super) fn licences(metadata: &Metadata) -> Vec<String> {
    let refused = metadata.packages.iter().filter_map(|package| match &package.license {
        Some(licence) if is_allowed(licence) => None,
        Some(licence) => Some(format!("{} {}: `{licence}`", package.name, package.version)),
        None => Some(format!("{} {}: no licence is stated", package.name, package.version)),
    });
    refused.collect()
}

pub(super) fn bans(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let ban = BANS.iter().find(|(name, _)| package.name == *name);
        problems.extend(ban.map(|(name, why)| format!("`{name}` is banned: {why}")));
    }
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    for node in nodes {
        let Some(package) = metadata.packages.iter().find(|package| package.id == node.id) else {
            continue;
        };
        for (name, feature, why) in BANNED_FEATURES {
            if package.name == *name && node.features.iter().any(|found| **found == *feature) {
                problems.push(format!("feature `{feature}` of `{name}` is banned: {why}"));
            }
        }
    }
    problems
}

/// `docs/dependencies.md` has a line for each direct dependency, and for nothing else.
///
/// Such a line is a row of a table or an item of a list that begins with the package's name in
/// backticks.
pub(super) fn explained(workspace: &Workspace) -> Vec<String> {
    let Some(file) = workspace.files.iter().find(|file| file.path == EXPLANATIONS) else {
        return vec![format!("{EXPLANATIONS} is missing")];
    };
    let explained: BTreeSet<&str> = file.text.lines().filter_map(explained_name).collect();
    let direct: BTreeSet<&str> = workspace
        .metadata
        .workspace_packages()
        .into_iter()
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.path.is_none())
        .map(|dependency| &*dependency.name)
        .collect();
    let missing = direct.difference(&explained);
    let gone = explained.difference(&direct);
    missing
        .map(|name| format!("{EXPLANATIONS} has no line for `{name}`"))
        .chain(gone.map(|name| format!("{EXPLANATIONS} explains `{name}`, which nothing uses")))
        .collect()
}

/// Two targets of one name would overwrite each other's pages.
pub(super) fn documented_names(metadata: &Metadata) -> Vec<String> {
    let mut owners: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for package in metadata.workspace_packages() {
        let has_pages = |target: &&cargo_metadata::Target| {
            target.doc && (target.is_lib() || target.is_bin() || target.is_proc_macro())
        };
        for target in package.targets.iter().filter(has_pages) {
            owners.entry(target.name.replace('-', "_")).or_default().push(&package.name);
        }
    }
    owners.retain(|_, packages| packages.len() > 1);
    let shared = owners.into_iter();
    shared
        .map(|(name, packages)| format!("pages `{name}` are written by {}", packages.join(" and ")))
        .collect()
}

fn explained_name(line: &str) -> Option<&str> {
    let item = ["| `", "- `", "* `"].iter().find_map(|start| line.strip_prefix(start))?;
    Some(item.split_once('`')?.0)
}

/// Whether a licence expression can be met with allowed licences only.
///
/// SPDX annex D: `WITH` binds tighter than `AND`, which binds tighter than `OR`; older packages
/// write `/` for `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words).unwrap_or(false) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>) -> Option<bool> {
    let mut allowed = all_of(words)?;
    while words.next_if_eq(&"OR").is_some() {
        allowed |= all_of(words)?;
    }
    Some(allowed)
}

fn all_of(words: &mut Words<'_>) -> Option<bool> {
    let mut allowed = one_of(words)?;
    while words.next_if_eq(&"AND").is_some() {
        allowed &= one_of(words)?;
    }
    Some(allowed)
}

fn one_of(words: &mut Words<'_>) -> Option<bool> {
    let first = words.next()?;
    if first == "(" {
        let allowed = any_of(words)?;
        return (words.next()? == ")").then_some(allowed);
    }
    if words.next_if_eq(&"WITH").is_none() {
        return Some(LICENCES.contains(&first));
    }
    let licence = format!("{first} WITH {}", words.next()?);
    Some(LICENCES.contains(&licence.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace;

    #[test]
    fn licence_expressions() {
        for allowed in [
            "MIT",
            "MIT/Apache-2.0",
            "MIT OR GPL-3.0-only",
            "(MIT OR GPL-3.0-only) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in [
            "",
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "MIT AND (GPL-2.0 OR MPL-2.0)",
            "GPL-2.0 WITH Classpath-exception-2.0",
            "MIT OR",
            "(MIT",
            "MIT Apache-2.0",
        ] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }

    #[test]
    fn a_banned_package_licence_and_feature_are_found() {
        let mut metadata = workspace().metadata.clone();
        for package in &mut metadata.packages {
            if package.name == "memchr" {
                package.name = cargo_metadata::PackageName::new("openssl".to_owned());
                package.license = Some("GPL-3.0-only".to_owned());
            }
        }
        let id = metadata
            .packages
            .iter()
            .find(|package| package.name == "serde_json")
            .unwrap()
            .id
            .clone();
        let nodes = &mut metadata.resolve.as_mut().unwrap().nodes;
        let node = nodes.iter_mut().find(|node| node.id == id).unwrap();
        node.features.push(cargo_metadata::FeatureName::new("preserve_order".to_owned()));
        let found = bans(&metadata).join("\n");
        assert!(found.contains("`openssl` is banned"), "{found}");
        assert!(found.contains("feature `preserve_order`"), "{found}");
        assert_eq!(licences(&metadata).len(), 1);
    }

    #[test]
    fn a_second_target_of_one_name_is_found() {
        let mut metadata = workspace().metadata.clone();
        for target in metadata.packages.iter_mut().flat_map(|package| &mut package.targets) {
            target.doc |= target.is_bin();
        }
        assert_eq!(
            documented_names(&metadata),
            ["pages `locus` are written by locus-cli and locus-oci"]
        );
    }

    #[test]
    fn lines_that_explain_a_package() {
        assert_eq!(explained_name("| `ring` | signatures |"), Some("ring"));
        assert_eq!(explained_name("- `ring`: signatures"), Some("ring"));
        assert_eq!(explained_name("`ring` signs"), None);
    }
}
