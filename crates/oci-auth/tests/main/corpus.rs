//! What fuzzing found worth keeping, replayed.

use std::fs;
use std::path::Path;

use crate::relations;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");

#[track_caller]
fn replay(target: &str, relation: fn(&[u8])) {
    let mut count = 0;
    for entry in fs::read_dir(Path::new(CORPUS).join(target)).unwrap() {
        let path = entry.unwrap().path();
        // Printed only if the relation fails.
        println!("{}", path.display());
        relation(&fs::read(path).unwrap());
        count += 1;
    }
    assert!(count >= 20, "{target}: expected a corpus, found {count} files");
}

#[test]
fn keys() {
    replay("auth_key", relations::key);
}

#[test]
fn profiles() {
    replay("auth_profile", relations::profile);
}

#[test]
fn claims() {
    replay("auth_claims", relations::claims);
}

#[test]
fn authorization() {
    replay("auth_authorization", relations::authorization);
}
