//! What fuzzing found worth keeping goes through the same relations again.

use crate::relations;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");

/// Feeds every file of a target's corpus to its relation.
#[track_caller]
fn replay(target: &str, relation: fn(&[u8])) {
    let mut count = 0;
    for entry in std::fs::read_dir(format!("{CORPUS}/{target}")).unwrap() {
        relation(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 20, "{target}: expected a corpus, found {count} files");
}

#[test]
fn chat_response() {
    replay("wire_chat_response", relations::chat_response);
}

#[test]
fn chat_chunk() {
    replay("wire_chat_chunk", relations::chat_chunk);
}

#[test]
fn response() {
    replay("wire_response", relations::response);
}

#[test]
fn response_event() {
    replay("wire_response_event", relations::response_event);
}

#[test]
fn native_answer() {
    replay("wire_native_answer", relations::native_answer);
}

#[test]
fn native_event() {
    replay("wire_native_event", relations::native_event);
}

#[test]
fn error_body() {
    replay("wire_error_body", relations::error_body);
}
