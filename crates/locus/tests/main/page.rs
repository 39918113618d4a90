//! Pages of documentation whose tables are made from the code.

/// Fails where a page does not hold these lines between the marks of `name`, and writes the page as it has to be.
#[track_caller]
pub(crate) fn check(page: &str, name: &str, lines: &[String]) {
    let path = format!("{}/../../docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let (begin, end) = (format!("<!-- made: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    let table: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let expected = format!("{before}{begin}\n{table}\n{end}{after}");
    if text != expected {
        let at = format!("{}/{page}", env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(&at, expected).unwrap();
        panic!(
            "docs/{page} tells something else than the code does; {at} is the page as it has to be"
        );
    }
}
