//! A bill of materials in the CycloneDX format, from what cargo resolved.

use std::collections::{BTreeSet, HashMap};

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use serde_json::{Map, Value, json};

use crate::process::{Result, read, root};

/// What a package and everything linked into it consists of, for the platform of this machine.
pub(super) fn of(package: &str) -> Result<String> {
    let host = read(std::process::Command::new("rustc").args(["--print", "host-tuple"]))?;
    let metadata = MetadataCommand::new()
        .current_dir(root())
        .features(CargoOpt::SomeFeatures(Vec::new()))
        .other_options(vec!["--locked".into(), "--filter-platform".into(), host.trim().into()])
        .exec()?;
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    let document = document(&metadata, &checksums(&lock), package)?;
    Ok(format!("{document:#}\n"))
}

fn document(
    metadata: &Metadata,
    checksums: &HashMap<(String, String), String>,
    package: &str,
) -> Result<Value> {
    let found = metadata.packages.iter().find(|candidate| candidate.name.as_str() == package);
    let top = found.ok_or_else(|| format!("no package {package}"))?;
    let linked = linked(metadata, &top.id)?;
    let mut components: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|candidate| linked.contains(&candidate.id) && candidate.id != top.id)
        .collect();
    components.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    let component = |package: &Package, kind: &str| {
        let mut value = Map::from_iter([
            ("type".to_owned(), kind.into()),
            ("bom-ref".to_owned(), url(package).into()),
            ("name".to_owned(), package.name.as_str().into()),
            ("version".to_owned(), package.version.to_string().into()),
            ("purl".to_owned(), url(package).into()),
        ]);
        if let Some(license) = &package.license {
            let expression = license.replace('/', " OR ");
            value.insert("licenses".to_owned(), json!([{"expression": expression}]));
        }
        let key = (package.name.to_string(), package.version.to_string());
        if let Some(sum) = checksums.get(&key) {
            value.insert("hashes".to_owned(), json!([{"alg": "SHA-256", "content": sum}]));
        }
        Value::Object(value)
    };
    let resolve = metadata.resolve.as_ref().ok_or("cargo resolved nothing")?;
    let by_id: HashMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let mut dependencies: Vec<Value> = Vec::new();
    for node in resolve.nodes.iter().filter(|node| linked.contains(&node.id)) {
        let below: BTreeSet<String> = node
            .deps
            .iter()
            .filter(|dep| linked.contains(&dep.pkg) && is_linked(dep))
            .filter_map(|dep| by_id.get(&dep.pkg).map(|package| url(package)))
            .collect();
        let Some(package) = by_id.get(&node.id) else { continue };
        dependencies.push(json!({"ref": url(package), "dependsOn": below}));
    }
    dependencies.sort_by_key(|value| value.get("ref").map(Value::to_string));
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(top, "application")},
        "components": components.into_iter().map(|package| component(package, "library")).collect::<Vec<_>>(),
        "dependencies": dependencies,
    }))
}

/// A package and all that it links, without what only builds and tests it.
fn linked(metadata: &Metadata, top: &PackageId) -> Result<BTreeSet<PackageId>> {
    let resolve = metadata.resolve.as_ref().ok_or("cargo resolved nothing")?;
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let (mut found, mut open) = (BTreeSet::new(), vec![top.clone()]);
    while let Some(id) = open.pop() {
        if !found.insert(id.clone()) {
            continue;
        }
        let Some(node) = nodes.get(&id) else { continue };
        open.extend(node.deps.iter().filter(|dep| is_linked(dep)).map(|dep| dep.pkg.clone()));
    }
    Ok(found)
}

fn is_linked(dep: &cargo_metadata::NodeDep) -> bool {
    dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
}

/// The package URL, by the rules of its type `cargo`.
fn url(package: &Package) -> String {
    // A plus sign of a version's build part would read as a blank.
    let version = package.version.to_string().replace('+', "%2B");
    format!("pkg:cargo/{}@{version}", package.name)
}

/// The checksums of the lockfile, by name and version.
fn checksums(lock: &str) -> HashMap<(String, String), String> {
    let mut sums = HashMap::new();
    for block in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            line.map(|text| text.trim_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(sum)) =
            (value("name"), value("version"), value("checksum"))
        {
            sums.insert((name, version), sum);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_of_the_command_is_listed_with_licence_and_checksum() {
        let document: Value = serde_json::from_str(&of("locus-cli").unwrap()).unwrap();
        let components = document["components"].as_array().unwrap();
        let named = |name: &str| components.iter().find(|component| component["name"] == name);
        assert_eq!(document["metadata"]["component"]["name"], "locus-cli");
        assert_eq!(named("hyper").unwrap()["hashes"][0]["alg"], "SHA-256");
        assert!(named("oci-auth").unwrap().get("hashes").is_none(), "it is this workspace");
        assert!(named("proptest").is_none(), "what only tests is not in the binary");
        for component in components {
            assert!(component["licenses"][0]["expression"].is_string(), "{component}");
        }
        let refs: BTreeSet<_> = components.iter().map(|it| it["bom-ref"].as_str()).collect();
        assert_eq!(refs.len(), components.len(), "each once");
    }

    #[test]
    fn a_lockfile_is_read_block_by_block() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nchecksum = \"ff\"\n";
        let sums = checksums(lock);
        assert_eq!(sums.len(), 1);
        assert_eq!(sums[&("b".to_owned(), "2.0.0".to_owned())], "ff");
    }
}
