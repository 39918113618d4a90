//! Sizes of files, module documentation, and where the fixtures come from.

use std::collections::BTreeSet;

use super::source::{File, is_test, product};

/// Lines of product code: half of the files have at most this many.
const MEDIAN: usize = 150;
/// Nine files of ten have at most this many.
const MOST: usize = 450;
/// No file has more.
const LARGEST: usize = 700;

/// Small files keep one thought each; these limits are those of well-kept codebases.
pub(super) fn sizes(files: &[File]) -> Vec<String> {
    let product_files = files.iter().filter(|file| file.is_rust() && !is_test(&file.path));
    let mut sizes: Vec<(usize, &str)> =
        product_files.map(|file| (product(&file.text).lines().count(), &*file.path)).collect();
    sizes.sort_unstable();
    let mut problems = Vec::new();
    for (percent, limit) in [(50, MEDIAN), (90, MOST), (100, LARGEST)] {
        let rank = (sizes.len() * percent).div_ceil(100).saturating_sub(1);
        let Some(&(size, _)) = sizes.get(rank).filter(|(size, _)| *size > limit) else { continue };
        let larger = sizes.iter().filter(|(size, _)| *size > limit);
        let larger = larger.map(|(size, path)| format!("{path} ({size})")).collect::<Vec<_>>();
        problems.push(format!(
            "{percent} % of the files may have {limit} lines of code, found {size}; larger: {}",
            larger.join(", ")
        ));
    }
    problems
}

/// A file says in its first line what it is.
pub(super) fn module_docs(files: &[File]) -> Vec<String> {
    let silent = files.iter().filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        file.is_rust() && first.strip_prefix("//! ").is_none_or(|words| words.trim().is_empty())
    });
    silent.map(|file| format!("{}: line 1 is not a `//!` sentence", file.path)).collect()
}

/// Every folder of `fixtures/` names the origin of its data.
pub(super) fn fixtures(files: &[File]) -> Vec<String> {
    let areas: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| Some(file.path.strip_prefix("fixtures/")?.split_once('/')?.0))
        .collect();
    let has_readme = |area: &str| {
        let readme = format!("fixtures/{area}/README.md");
        files.iter().any(|file| file.path == readme && !file.text.trim().is_empty())
    };
    let silent = areas.into_iter().filter(|area| !has_readme(area));
    silent.map(|area| format!("fixtures/{area} has no README.md with its origin")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(path: &str, lines: usize) -> File {
        File { path: path.to_owned(), text: "x;\n".repeat(lines) }
    }

    #[test]
    fn each_limit_is_kept_by_itself() {
        let small =
            |count: usize| (0..count).map(|_| rust("a/src/small.rs", 10)).collect::<Vec<_>>();
        assert_eq!(sizes(&small(9)), [""; 0]);
        let mut files = small(9);
        files.push(rust("a/src/big.rs", 700));
        files.push(rust("a/tests/main.rs", 5000));
        files.push(rust("a/src/b/tests.rs", 5000));
        assert_eq!(sizes(&files), [""; 0]);
        files.push(rust("a/src/bigger.rs", 701));
        let problems = sizes(&files).join("\n");
        assert!(problems.contains("90 %") && problems.contains("100 %"), "{problems}");
        assert!(problems.contains("a/src/bigger.rs (701)"), "{problems}");
        let mut many = small(4);
        many.extend((0..5).map(|_| rust("a/src/middle.rs", 151)));
        assert!(sizes(&many).join("\n").starts_with("50 %"));
    }

    #[test]
    fn a_silent_file_and_a_silent_folder_are_found() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let files =
            [file("a.rs", "//! A."), file("b.rs", "// B."), file("c.rs", "//! "), file("d.md", "")];
        assert_eq!(module_docs(&files).len(), 2);
        let files = [file("fixtures/a/b/c.json", "{}"), file("fixtures/d/README.md", "From e.")];
        assert_eq!(fixtures(&files), ["fixtures/a has no README.md with its origin"]);
    }
}
