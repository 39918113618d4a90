//! The tests that pages of the documentation name do exist.

/// Looks for each name in the last column of a page's table among the functions of some source text.
#[track_caller]
pub(crate) fn check_names(page: &str, sources: &[&str], least: usize) {
    let path = format!("{}/../../docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let cells = text.lines().filter(|line| line.starts_with("| ")).filter_map(|line| {
        let cell = line.trim_end_matches(" |").rsplit(" | ").next()?;
        cell.strip_prefix('`')?.strip_suffix('`')
    });
    let names: Vec<&str> = cells.collect();
    assert!(names.len() >= least, "only {} rows of {page} name a test", names.len());
    for name in &names {
        let signature = format!("fn {name}()");
        assert!(sources.iter().any(|source| source.contains(&signature)), "{page}: no test {name}");
    }
    // Each test has its row too, so that the page is complete.
    for line in sources.first().into_iter().flat_map(|source| source.lines()) {
        let head = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
        if let Some((name, _)) = head.and_then(|head| head.split_once("() {")) {
            assert!(names.contains(&name), "{page} has no row of {name}");
        }
    }
}

#[test]
fn every_gotcha_is_tested() {
    check_names("gotchas.md", &[include_str!("gotchas.rs")], 11);
}

#[test]
fn every_defect_that_can_exist_here_is_tested() {
    let sources = [
        include_str!("defects.rs"),
        include_str!("calls.rs"),
        include_str!("gotchas.rs"),
        include_str!("responses.rs"),
        include_str!("routes.rs"),
        include_str!("../../../locus/tests/main/client.rs"),
        include_str!("../../../locus/tests/main/features.rs"),
        include_str!("../../../locus-agent/tests/main/matrix.rs"),
        include_str!("../../../oci-transport/tests/main/calls.rs"),
    ];
    check_names("defects.md", &sources, 35);
}
