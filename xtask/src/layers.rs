//! The one table of the layers: which crate may know which, and the checks that hold the code to it.
//!
//! `ARCHITECTURE.md` says the same in prose. A new arrow is a change of the design: it comes in a
//! commit of its own, with its reason.

use cargo_metadata::{Dependency, DependencyKind, Metadata, Package};

use crate::process::{Result, cargo, read};
use crate::tidy::source;

/// One crate of the workspace, with everything it may and must depend on.
struct Layer {
    package: &'static str,
    /// Crates of this workspace that it may use. Tests may use whatever lies below these, too.
    arrows: &'static [&'static str],
    /// Whether its tests may start the emulator.
    tests_use_emulator: bool,
    /// Third-party packages that do a job here, so that nobody writes that job by hand.
    needs: &'static [&'static str],
    /// Third-party packages that would bring in what this crate deliberately does not know.
    forbids: &'static [&'static str],
    /// Third-party packages that it may have behind its features only: without them it knows nothing of the like.
    behind_features: &'static [&'static str],
    /// Why an arrow that is not in this table is refused.
    reason: &'static str,
}

/// From the bottom up: an arrow only ever names a row above its own.
const LAYERS: &[Layer] = &[
    Layer {
        package: "oci-emulator",
        arrows: &[],
        tests_use_emulator: false,
        needs: &["base64", "hyper", "ring", "serde_json", "thiserror", "tokio"],
        // TLS is there for the token endpoint of a Kubernetes cluster, which no client asks without it.
        forbids: &["hyper-rustls", "rsa", "reqwest"],
        behind_features: &[],
        reason: "the emulator is the second, independent reading of the service's rules: \
                 code shared with the product would hide a mistake from both",
    },
    Layer {
        package: "oci-sse",
        arrows: &[],
        tests_use_emulator: false,
        needs: &["bytes", "criterion", "pin-project", "proptest"],
        forbids: &["http", "hyper", "rustls", "serde", "serde_json", "tokio"],
        behind_features: &[],
        reason: "a leaf knows bytes and the event-stream grammar, no crate of the workspace",
    },
    Layer {
        package: "oci-wire",
        arrows: &[],
        tests_use_emulator: false,
        needs: &["criterion", "proptest", "serde", "serde_json", "thiserror"],
        forbids: &["bytes", "http", "http-body", "hyper", "ring", "rustls", "tokio"],
        behind_features: &[],
        reason: "a leaf knows JSON shapes, no crate of the workspace",
    },
    Layer {
        package: "oci-auth",
        arrows: &[],
        tests_use_emulator: false,
        needs: &["base64", "criterion", "proptest", "ring", "thiserror"],
        forbids: &["rsa"],
        behind_features: &["aws-lc-rs", "hyper", "hyper-rustls", "hyper-util", "rustls", "tokio"],
        reason: "a leaf knows keys and canonical bytes, no crate of the workspace",
    },
    Layer {
        package: "oci-transport",
        arrows: &["oci-auth", "oci-sse", "oci-wire"],
        tests_use_emulator: true,
        needs: &["bytes", "hyper", "hyper-rustls", "ring", "serde_json", "thiserror", "tokio"],
        forbids: &["aws-lc-rs", "reqwest"],
        behind_features: &[],
        reason: "the transport joins the three leaves and knows nothing of models, routes or configuration",
    },
    Layer {
        package: "oci-router",
        arrows: &["oci-transport", "oci-wire"],
        tests_use_emulator: true,
        needs: &["thiserror"],
        forbids: &["http", "hyper", "hyper-util", "ring", "rustls", "tokio"],
        behind_features: &[],
        reason: "the router knows model ids and routes, no sockets, headers or signatures",
    },
    Layer {
        package: "locus-agent",
        arrows: &["oci-router"],
        tests_use_emulator: true,
        needs: &["serde", "thiserror", "tokio"],
        forbids: &["http", "hyper", "hyper-util", "ring", "rustls"],
        behind_features: &[],
        reason: "the agent is a loop over the chat API of the router, whatever is below that",
    },
    Layer {
        package: "locus-oci",
        arrows: &["locus-agent", "oci-router", "oci-transport", "oci-auth", "oci-wire", "oci-sse"],
        tests_use_emulator: true,
        needs: &["thiserror"],
        forbids: &["clap", "http", "hyper", "hyper-util", "ring", "rustls"],
        behind_features: &[],
        reason: "the facade puts the parts together; it knows no server and no command line",
    },
    Layer {
        package: "locus-gateway",
        arrows: &["locus-oci", "oci-sse"],
        tests_use_emulator: true,
        needs: &["axum", "hyper", "prometheus-client", "serde-saphyr", "tokio"],
        forbids: &["clap", "ring"],
        behind_features: &["redis", "rustls", "tokio-rustls"],
        reason: "the gateway serves what the facade offers and writes events with the leaf that knows them",
    },
    Layer {
        package: "locus-cli",
        arrows: &["locus-oci", "locus-gateway", "oci-emulator"],
        tests_use_emulator: true,
        needs: &["serde_json", "tokio"],
        forbids: &["hyper", "hyper-util", "ring", "rustls"],
        behind_features: &[],
        reason: "the command uses what the facade offers to everybody, and the emulator",
    },
    Layer {
        package: "xtask",
        arrows: &[],
        tests_use_emulator: false,
        needs: &[],
        forbids: &["serde", "tokio"],
        behind_features: &[],
        reason: "the checks must build, and say what is wrong, when the crates do not",
    },
];

/// The packages that the workspace is built on; each has a crate that needs it.
#[cfg(test)]
const FOUNDATION: &[&str] = &[
    "base64",
    "bytes",
    "criterion",
    "hyper",
    "hyper-rustls",
    "pin-project",
    "proptest",
    "ring",
    "serde",
    "serde_json",
    "thiserror",
    "tokio",
];

/// A third-party package that only these crates may depend on.
struct Reserved {
    package: &'static str,
    users: &'static [&'static str],
    /// Whether every crate's tests may use it all the same.
    free_in_tests: bool,
}

const RESERVED: &[Reserved] = &[
    Reserved { package: "aws-lc-rs", users: &["oci-auth", "oci-emulator"], free_in_tests: false },
    // oci-auth fetches tokens with the parts of hyper, behind its feature `http`.
    Reserved {
        package: "hyper",
        users: &["locus-gateway", "oci-auth", "oci-emulator", "oci-transport"],
        free_in_tests: false,
    },
    Reserved {
        package: "hyper-rustls",
        users: &["oci-auth", "oci-transport"],
        free_in_tests: false,
    },
    Reserved {
        package: "hyper-util",
        users: &["locus-gateway", "oci-auth", "oci-emulator", "oci-transport"],
        free_in_tests: false,
    },
    Reserved {
        package: "ring",
        users: &["oci-auth", "oci-emulator", "oci-transport"],
        free_in_tests: true,
    },
    Reserved {
        package: "rustls",
        users: &["locus-gateway", "oci-auth", "oci-emulator", "oci-transport"],
        free_in_tests: false,
    },
    Reserved {
        package: "tokio",
        users: &[
            "locus-agent",
            "locus-cli",
            "locus-gateway",
            "oci-auth",
            "oci-emulator",
            "oci-transport",
        ],
        free_in_tests: true,
    },
    Reserved {
        package: "tokio-rustls",
        users: &["locus-gateway", "oci-emulator", "oci-transport"],
        free_in_tests: false,
    },
];

/// A build of one crate, and packages that must not be anywhere below it.
///
/// The table above sees direct dependencies; a package also arrives through another one.
struct Without {
    build: &'static [&'static str],
    absent: &'static [&'static str],
}

const WITHOUT: &[Without] = &[
    // Who signs with an API key, or brings a client of their own, pays for nothing else.
    Without { build: &["-p", "oci-auth"], absent: NETWORK },
    Without { build: &["-p", "oci-auth", "--features", "aws-lc-rs,tower"], absent: SOCKETS },
    Without {
        build: &["-p", "oci-auth", "--no-default-features", "--features", "ring"],
        absent: &["aws-lc-rs", "hyper", "rsa", "rustls", "tokio"],
    },
    Without { build: &["-p", "oci-auth", "--no-default-features"], absent: &["ring"] },
    Without {
        build: &["-p", "oci-sse", "--no-default-features"],
        absent: &["bytes", "http", "serde", "tokio"],
    },
    Without { build: &["-p", "oci-sse", "--all-features"], absent: &["hyper", "serde", "tokio"] },
    Without { build: &["-p", "oci-wire"], absent: &["bytes", "http", "ring", "tokio"] },
    Without {
        build: &["-p", "locus-oci"],
        absent: &["native-tls", "oci-emulator", "openssl", "rsa"],
    },
    // Keys for tokens need it; who signs with a key of their own can build without a C compiler.
    Without { build: &["-p", "locus-oci", "--no-default-features"], absent: &["aws-lc-rs"] },
];

/// What fetches tokens over the network: sockets, TLS, and the library that makes keys.
const NETWORK: &[&str] = &["aws-lc-rs", "hyper", "hyper-util", "rustls", "tokio"];
const SOCKETS: &[&str] = &["hyper", "hyper-util", "rustls", "tokio"];

const EMULATOR: &str = "oci-emulator";

/// Every arrow between the crates, and every direct third-party dependency, against the tables.
pub(crate) fn check(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    let packages = metadata.workspace_packages();
    for layer in LAYERS {
        if !packages.iter().any(|package| package.name == layer.package) {
            problems.push(format!("the table of layers names `{}`: no such crate", layer.package));
        }
    }
    for package in packages {
        let Some(layer) = layer(&package.name) else {
            problems.push(format!("`{}` has no row in the table of layers", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            let refusal = if dependency.path.is_some() {
                refuse_arrow(layer, dependency)
            } else {
                refuse_package(layer, dependency)
            };
            problems.extend(refusal.map(|why| {
                let kind = match dependency.kind {
                    DependencyKind::Development => "tests of ",
                    DependencyKind::Build => "build script of ",
                    _ => "",
                };
                format!("{kind}`{}` → `{}` is forbidden: {why}", layer.package, dependency.name)
            }));
        }
        for needed in layer.needs {
            if !package.dependencies.iter().any(|dependency| dependency.name == *needed) {
                problems.push(format!("`{}` must use `{needed}` and does not", layer.package));
            }
        }
    }
    problems
}

/// A dependency that no line of its crate names is no dependency: this finds it.
///
/// `files` are the paths and texts of the committed sources.
pub(crate) fn check_named(metadata: &Metadata, files: &[source::File]) -> Vec<String> {
    let mut problems = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(folder) = source::folder(metadata, package) else { continue };
        let code =
            |in_tests: bool| -> Vec<String> {
                let mine = files.iter().filter(|file| {
                    let inside = file.path.strip_prefix(folder.as_str());
                    file.is_rust() && inside.is_some_and(|path| in_tests || !source::is_test(path))
                });
                mine.map(|file| {
                    if in_tests { source::mask(&file.text) } else { source::product(&file.text) }
                })
                .collect()
            };
        let (product, all) = (code(false), code(true));
        for dependency in &package.dependencies {
            let name = library_name(metadata, dependency);
            let texts =
                if dependency.kind == DependencyKind::Development { &all } else { &product };
            if !texts.iter().any(|text| source::has_word(text, &name)) {
                problems.push(format!(
                    "`{}` depends on `{}`, but no line of its code names `{name}`",
                    package.name, dependency.name
                ));
            }
        }
    }
    problems
}

/// What must not be below a crate, through any other package and with any features.
pub(crate) fn check_trees() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for Without { build, absent } in WITHOUT {
        let fixed = ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--quiet"];
        let tree = read(&mut cargo(&[fixed.as_slice(), build].concat()))?;
        let found = |name: &&&str| tree.lines().any(|line| line.split(' ').next() == Some(**name));
        problems.extend(absent.iter().filter(found).map(|name| {
            format!("`cargo tree {}` contains `{name}`, which must not be there", build.join(" "))
        }));
    }
    Ok(problems)
}

fn layer(package: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.package == package)
}

fn refuse_arrow(layer: &Layer, dependency: &Dependency) -> Option<String> {
    let target = dependency.name.as_str();
    if layer.arrows.contains(&target) {
        return None;
    }
    if dependency.kind != DependencyKind::Development {
        return Some(layer.reason.into());
    }
    let allowed =
        if target == EMULATOR { layer.tests_use_emulator } else { is_below(layer, target) };
    (!allowed).then(|| format!("tests may look down only; {}", layer.reason))
}

fn is_below(layer: &Layer, target: &str) -> bool {
    layer.arrows.iter().any(|arrow| {
        *arrow == target || self::layer(arrow).is_some_and(|next| is_below(next, target))
    })
}

fn refuse_package(layer: &Layer, dependency: &Dependency) -> Option<String> {
    let in_tests = dependency.kind == DependencyKind::Development;
    let name = dependency.name.as_str();
    if layer.forbids.contains(&name) && !in_tests {
        return Some(format!("the layer does without it: {}", layer.reason));
    }
    if layer.behind_features.contains(&name) && !in_tests && !dependency.optional {
        return Some(format!("it belongs behind a feature: {}", layer.reason));
    }
    let reserved = RESERVED.iter().find(|reserved| reserved.package == name)?;
    let allowed = reserved.users.contains(&layer.package) || (in_tests && reserved.free_in_tests);
    (!allowed).then(|| format!("only {} may use it", reserved.users.join(", ")))
}

/// The name by which code refers to a dependency.
fn library_name(metadata: &Metadata, dependency: &Dependency) -> String {
    if let Some(rename) = &dependency.rename {
        return rename.replace('-', "_");
    }
    let library = |package: &&Package| package.name == dependency.name.as_str();
    let target = metadata.packages.iter().find(library).and_then(|package| {
        package.targets.iter().find(|target| target.is_lib() || target.is_proc_macro())
    });
    target.map_or_else(|| dependency.name.replace('-', "_"), |target| target.name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use cargo_metadata::PackageName;

    use super::*;
    use crate::tidy::workspace;

    /// The real metadata with one more dependency in one crate.
    #[track_caller]
    fn with(package: &str, dependency: &str, kind: DependencyKind) -> Metadata {
        let mut metadata = workspace().metadata.clone();
        let all = metadata.packages.iter().flat_map(|package| &package.dependencies);
        let mut added = all.clone().find(|found| found.name == dependency).unwrap().clone();
        (added.kind, added.optional) = (kind, false);
        let package = metadata.packages.iter_mut().find(|found| found.name == package).unwrap();
        package.dependencies.push(added);
        metadata
    }

    #[track_caller]
    fn refused(package: &str, dependency: &str, kind: DependencyKind, expected: &str) {
        let before = check(&workspace().metadata);
        let mut problems = check(&with(package, dependency, kind));
        problems.retain(|problem| !before.contains(problem));
        let [problem] = problems.as_slice() else {
            panic!("expected one refusal of `{package}` → `{dependency}`, found {problems:?}");
        };
        assert!(problem.contains(expected), "{problem:?} does not say {expected:?}");
    }

    #[test]
    fn forbidden_arrows_are_refused_with_their_reason() {
        use DependencyKind::{Build, Development, Normal};
        refused("oci-sse", "oci-wire", Normal, "`oci-sse` → `oci-wire` is forbidden: a leaf");
        refused("oci-auth", "oci-transport", Normal, "`oci-auth` → `oci-transport` is forbidden");
        refused("oci-transport", "oci-router", Normal, "knows nothing of models");
        refused("oci-router", "oci-auth", Normal, "no sockets, headers or signatures");
        refused("oci-router", "oci-auth", Build, "build script of `oci-router` → `oci-auth`");
        refused("oci-emulator", "oci-wire", Normal, "second, independent reading");
        refused("oci-emulator", "oci-wire", Development, "tests of `oci-emulator` → `oci-wire`");
        refused("oci-wire", "oci-emulator", Development, "tests may look down only");
        refused("oci-transport", "oci-router", Development, "tests may look down only");
        refused("oci-transport", "oci-emulator", Normal, "`oci-transport` → `oci-emulator`");
        refused("locus-cli", "oci-transport", Normal, "what the facade offers to everybody");
        refused("xtask", "oci-wire", Normal, "when the crates do not");
    }

    #[test]
    fn forbidden_packages_are_refused_with_their_reason() {
        use DependencyKind::{Development, Normal};
        refused("oci-sse", "tokio", Normal, "the layer does without it");
        refused("oci-wire", "hyper", Normal, "the layer does without it");
        refused(
            "locus-oci",
            "hyper",
            Development,
            "only locus-gateway, oci-auth, oci-emulator, oci-transport may use it",
        );
        refused(
            "oci-auth",
            "tokio-rustls",
            Normal,
            "only locus-gateway, oci-emulator, oci-transport may use it",
        );
        refused("oci-transport", "aws-lc-rs", Normal, "the layer does without it");
        refused("oci-auth", "rustls", Normal, "`rustls` is forbidden: it belongs behind a feature");
    }

    #[test]
    fn tests_may_look_down() {
        use DependencyKind::Development;
        let before = check(&workspace().metadata);
        for (package, dependency) in
            [("oci-router", "oci-sse"), ("locus-oci", "oci-emulator"), ("oci-wire", "tokio")]
        {
            assert_eq!(check(&with(package, dependency, Development)), before);
        }
    }

    #[test]
    fn a_crate_without_a_row_and_a_missing_package_are_found() {
        let mut metadata = workspace().metadata.clone();
        for package in &mut metadata.packages {
            if package.name == "oci-wire" {
                package.dependencies.retain(|dependency| dependency.name != "serde");
            }
            if package.name == "oci-sse" {
                package.name = PackageName::new("oci-new".to_owned());
            }
        }
        let problems = check(&metadata).join("\n");
        assert!(problems.contains("`oci-wire` must use `serde`"), "{problems}");
        assert!(problems.contains("`oci-new` has no row"), "{problems}");
        assert!(problems.contains("names `oci-sse`: no such crate"), "{problems}");
    }

    #[test]
    fn every_package_of_the_foundation_is_needed_by_a_crate() {
        for package in FOUNDATION {
            assert!(LAYERS.iter().any(|layer| layer.needs.contains(package)), "`{package}`");
        }
    }

    #[test]
    fn every_arrow_of_the_table_names_a_row_above() {
        let mut above = Vec::new();
        for layer in LAYERS {
            let unknown: Vec<_> =
                layer.arrows.iter().filter(|name| !above.contains(*name)).collect();
            assert!(unknown.is_empty(), "`{}` points at {unknown:?}", layer.package);
            above.push(layer.package);
        }
    }
}
