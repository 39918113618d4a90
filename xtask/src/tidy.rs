//! `cargo xtask tidy`, and the same as tests, so that the tests of the workspace run it.

mod files;
mod manifests;
mod packages;
pub(crate) mod source;
mod words;

use cargo_metadata::{Metadata, MetadataCommand};

use crate::layers;
use crate::process::{Result, root};
use source::File;

/// What the checks look at.
pub(crate) struct Workspace {
    pub(crate) metadata: Metadata,
    pub(crate) files: Vec<File>,
}

/// One check; what it returns is wrong.
type Check = fn(&Workspace) -> Result<Vec<String>>;

const CHECKS: &[(&str, Check)] = &[
    ("layers", |it| Ok(layers::check(&it.metadata))),
    ("dependencies are used", |it| Ok(layers::check_named(&it.metadata, &it.files))),
    ("crates hold nothing unwanted", |_| layers::check_trees()),
    ("licences", |it| Ok(packages::licences(&it.metadata))),
    ("bans", |it| Ok(packages::bans(&it.metadata))),
    ("dependencies are explained", |it| Ok(packages::explained(it))),
    ("names of documented targets", |it| Ok(packages::documented_names(&it.metadata))),
    ("manifests", |it| manifests::check(&it.metadata)),
    ("supported Rust version in prose", |it| Ok(manifests::rust_version_in_prose(it))),
    ("file sizes", |it| Ok(files::sizes(&it.files))),
    ("module docs", |it| Ok(files::module_docs(&it.files))),
    ("fixtures", |it| Ok(files::fixtures(&it.files))),
    ("words", |it| Ok(words::check(&it.files))),
];

/// Runs every check, over the dependencies of all platforms, and prints what is wrong.
pub(crate) fn run() -> Result<()> {
    let workspace = Workspace::load(&["--locked", "--all-features"])?;
    let mut count = 0;
    for (name, check) in CHECKS {
        let problems = check(&workspace)?;
        println!("{name}: {}", if problems.is_empty() { "ok" } else { "wrong" });
        for problem in &problems {
            println!("  {problem}");
        }
        count += problems.len();
    }
    if count == 0 { Ok(()) } else { Err(format!("tidy found {count} problem(s)").into()) }
}

impl Workspace {
    fn load(options: &[&str]) -> Result<Self> {
        let mut command = MetadataCommand::new();
        command.current_dir(root());
        command.other_options(options.iter().map(|&option| option.to_owned()).collect::<Vec<_>>());
        Ok(Self { metadata: command.exec()?, files: source::committed(&root())? })
    }
}

/// The workspace as the tests see it, loaded once.
///
/// Limited to this platform: what `cargo test` has just built is on the disk already, so that the
/// tests need no network.
#[cfg(test)]
#[track_caller]
pub(crate) fn workspace() -> &'static Workspace {
    static WORKSPACE: std::sync::OnceLock<Workspace> = std::sync::OnceLock::new();
    WORKSPACE.get_or_init(|| {
        let rustc = crate::process::read(std::process::Command::new("rustc").arg("-vV")).unwrap();
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        Workspace::load(&["--locked", "--filter-platform", host]).unwrap()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn tidy(name: &str) {
        let (_, check) = CHECKS.iter().find(|(found, _)| *found == name).unwrap();
        let problems = check(workspace()).unwrap();
        assert!(problems.is_empty(), "{name}:\n  {}", problems.join("\n  "));
    }

    macro_rules! tidy_tests {
        ($($test:ident: $name:literal,)*) => {
            $(#[test] fn $test() { tidy($name); })*

            #[test]
            fn every_check_is_a_test() {
                let names: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
                assert_eq!(names, [$($name),*]);
            }
        };
    }

    tidy_tests! {
        layers: "layers",
        dependencies_are_used: "dependencies are used",
        crates_hold_nothing_unwanted: "crates hold nothing unwanted",
        licences: "licences",
        bans: "bans",
        dependencies_are_explained: "dependencies are explained",
        names_of_documented_targets: "names of documented targets",
        manifests: "manifests",
        rust_version_in_prose: "supported Rust version in prose",
        file_sizes: "file sizes",
        module_docs: "module docs",
        fixtures: "fixtures",
        words: "words",
    }
}
