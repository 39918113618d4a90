//! The twins that docs/examples.md names exist, and none is missing there.

use std::collections::BTreeSet;

#[test]
fn every_example_has_its_row() {
    let root = env!("CARGO_MANIFEST_DIR");
    let page = std::fs::read_to_string(format!("{root}/../../docs/examples.md")).unwrap();
    let rows = page.lines().filter_map(|line| {
        let (_, twin) = line.trim_end_matches(" |").rsplit_once(" | `")?;
        let (function, file) = twin.split_once("` in ")?;
        let file = file.trim_start_matches('[').split(']').next()?;
        Some((file.to_owned(), function.to_owned()))
    });
    let told: BTreeSet<(String, String)> = rows.collect();
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(format!("{root}/examples")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("pub(crate) async fn ") {
                let function = rest.split(['(', '<']).next().unwrap().to_owned();
                found.insert((file.clone(), function));
            }
        }
    }
    assert_eq!(told, found);
}
