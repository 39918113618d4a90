//! Ids for calls that a model made without giving any.

use std::collections::BTreeSet;

/// An id that is the same whenever the same call of the same answer is read, whole or as a stream.
///
/// `answer` is the id of the answer, which sets its calls apart from those of others; `position` is the call's among the calls of
/// the choice. The hash is FNV-1a with a final mix; it separates calls and is no protection against anyone.
#[must_use]
pub fn call_id(answer: &str, choice: u32, position: usize, name: &str, arguments: &str) -> String {
    let mut hash = OFFSET;
    for text in [answer, &choice.to_string(), &position.to_string(), name, arguments] {
        // A byte that no UTF-8 text has ends each field, so that fields cannot run together.
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    }
    hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("call_{:016x}", hash ^ (hash >> 29))
}

/// A call's own id, or one that is the same each time this answer is read; none is given twice.
pub(crate) fn unique_id(
    ids: &mut BTreeSet<String>,
    own: &str,
    name: &str,
    answer: &str,
    at: usize,
) -> String {
    let mut id = own.to_owned();
    let mut salt = at;
    while id.is_empty() || !ids.insert(id.clone()) {
        id = call_id(answer, 0, salt, name, "");
        salt += 1;
    }
    id
}

/// The parameters of 64-bit FNV-1a.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::call_id;

    #[test]
    fn ids_are_stable_and_differ_by_every_input() {
        let id = call_id("answer", 0, 1, "f", "{}");
        assert_eq!(id, call_id("answer", 0, 1, "f", "{}"));
        for other in [
            call_id("answe", 0, 1, "f", "{}"),
            call_id("answer", 1, 1, "f", "{}"),
            call_id("answer", 0, 2, "f", "{}"),
            call_id("answer", 0, 1, "g", "{}"),
            call_id("answer", 0, 1, "f", "{ }"),
            call_id("answer", 0, 1, "f{", "}"),
        ] {
            assert_ne!(id, other);
        }
        assert_eq!(id.len(), 21);
    }
}
