//! What must not stand in a committed file.
//!
//! The words are put together with `concat!`, so that this file does not contain them.

use super::source::{File, mask};

/// Where a word is looked for.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Every file.
    Everywhere,
    /// Every file but the fixtures, which hold other people's data.
    OutsideFixtures,
    /// Rust code without its comments and strings.
    Code,
}

struct Word {
    word: &'static str,
    place: Place,
    why: &'static str,
}

const fn word(word: &'static str, place: Place, why: &'static str) -> Word {
    Word { word, place, why }
}

const PATH: &str = "a path of one machine";
const REGISTRY: &str = "the host of a package registry; name the package instead";
const UNFINISHED: &str = "unfinished work: finish it, or file an issue";

const WORDS: &[Word] = &[
    word(concat!("/wo", "rk/"), Place::Everywhere, PATH),
    word(concat!("/ro", "ot/"), Place::Everywhere, PATH),
    word(concat!("../sha", "red"), Place::Everywhere, "a folder outside of the project"),
    word(concat!("crates", ".io"), Place::Everywhere, REGISTRY),
    word(concat!("pypi", ".org"), Place::Everywhere, REGISTRY),
    word(concat!("python", "hosted.org"), Place::Everywhere, REGISTRY),
    word(concat!("npm", "js.org"), Place::Everywhere, REGISTRY),
    word(concat!("TO", "DO"), Place::OutsideFixtures, UNFINISHED),
    word(concat!("FIX", "ME"), Place::OutsideFixtures, UNFINISHED),
    word(concat!("to", "do!"), Place::Code, UNFINISHED),
    word(concat!("unimple", "mented!"), Place::Code, UNFINISHED),
    word(concat!("#[ig", "nore"), Place::Code, "a test that does not run proves nothing"),
    word(concat!("#[should_", "panic"), Place::Code, "any panic would satisfy it"),
];

/// Words, private keys and identifiers that belong in no committed file.
pub(super) fn check(files: &[File]) -> Vec<String> {
    // A lock file names where each package was found.
    let files = files.iter().filter(|file| !file.path.ends_with("Cargo.lock"));
    files.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<String> {
    let mut problems = Vec::new();
    let code = if file.is_rust() { mask(&file.text) } else { String::new() };
    for Word { word, place, why } in WORDS {
        let text = match place {
            Place::Code => &code,
            Place::OutsideFixtures if file.is_fixture() => continue,
            Place::OutsideFixtures | Place::Everywhere => &file.text,
        };
        let lines = text.lines().enumerate().filter(|(_, line)| stands_in(line, word));
        problems.extend(lines.map(|(at, _)| format!("{}:{}: `{word}`: {why}", file.path, at + 1)));
    }
    if !file.is_fixture() {
        if has_private_key(&file.text) {
            problems.push(format!("{}: a private key", file.path));
        }
        let real = ocids(&file.text).filter(|ocid| looks_real(ocid));
        problems.extend(real.map(|ocid| {
            format!("{}: `{ocid}` looks real; a placeholder repeats itself", file.path)
        }));
    }
    problems
}

/// Whether a line has the word, and not as the end or start of a longer one.
fn stands_in(line: &str, word: &str) -> bool {
    let grows = |a: Option<char>, b: Option<char>| {
        a.zip(b).is_some_and(|(a, b)| a.is_alphanumeric() && b.is_alphanumeric())
    };
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or_default();
        // `/a/` within `host/a/` or `~/a/` is no path of a machine's top folder.
        let inside_path = word.starts_with('/')
            && before.ends_with(|found: char| found.is_alphanumeric() || "~.}_-".contains(found));
        !inside_path
            && !grows(before.chars().next_back(), word.chars().next())
            && !grows(word.chars().next_back(), after.chars().next())
    })
}

/// A private key's first line with key material after it; a bare first line is what parsers and
/// their error messages name.
fn has_private_key(text: &str) -> bool {
    let blocks = text.split(concat!("PRIVATE", " KEY-----")).skip(1);
    let mut blocks = blocks.map(|after| after.chars().take(400).collect::<String>());
    blocks.any(|after| {
        after
            .replace("\\n", " ")
            .split(|found: char| !found.is_ascii_alphanumeric() && !"+/=".contains(found))
            .any(|run| run.len() >= 40)
    })
}

/// Every Oracle Cloud identifier: `ocid1.<type>.<realm>.[region].<unique part>`.
fn ocids(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("ocid1.").map(|(at, _)| {
        let rest = text.split_at(at).1;
        let end = rest.find(|found: char| !found.is_ascii_alphanumeric() && !"._-".contains(found));
        rest.split_at(end.unwrap_or(rest.len())).0
    })
}

/// A real unique part is sixty letters and digits in no order; a placeholder is short or uses few.
fn looks_real(ocid: &str) -> bool {
    let unique = ocid.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let mut distinct: Vec<char> = unique.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    unique.len() >= 40 && distinct.len() > 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(path: &str, text: &str, expected: usize) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(check_file(&file).len(), expected, "{:?}", check_file(&file));
    }

    #[test]
    fn paths_and_hosts() {
        finds("a.md", concat!("in `/wo", "rk/x`"), 1);
        finds("fixtures/a/README.md", concat!("from ../sha", "red/b"), 1);
        finds("a.md", concat!("see https://host/wo", "rk/x and ~/wo", "rk/y"), 0);
        finds("a.md", concat!("published on crates", ".io"), 1);
    }

    #[test]
    fn unfinished_code() {
        finds("a.rs", concat!("fn f() { to", "do!() }"), 1);
        finds("a.rs", concat!("// no `to", "do!` here"), 0);
        finds("a.rs", concat!("#[ig", "nore = \"slow\"]\n#[should_", "panic]"), 2);
        finds("a.rs", concat!("// TO", "DO: later"), 1);
        finds("a.md", concat!("FIX", "ME"), 1);
        finds("a.md", concat!("FIX", "MEs"), 0);
    }

    #[test]
    fn keys_and_identifiers() {
        let key =
            format!("-----BEGIN {}\n{}", concat!("PRIVATE", " KEY-----"), "MIIEvg0a".repeat(8));
        finds("a.pem", &key, 1);
        finds("fixtures/a.pem", &key, 0);
        finds("a.rs", concat!("expected `-----BEGIN PRIVATE", " KEY-----`"), 0);
        finds("a.md", "ocid1.tenancy.oc1..aaaaaaaaexampletenancyexampletenancyexampletenancy", 0);
        finds("a.md", &format!("ocid1.user.oc1..{}", "k3j5h2g9f8d7s6a4q1w0e".repeat(3)), 1);
    }
}
