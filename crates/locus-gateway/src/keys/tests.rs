//! Keys in headers, and what clients may do.

use super::*;

fn master() -> Keys {
    Keys { master: Some(KeyDigest::of("sk-1234")), ..Keys::default() }
}

#[track_caller]
fn check(header: (&'static str, &'static str), is_right: bool) {
    let mut headers = HeaderMap::new();
    headers.insert(header.0, header.1.parse().unwrap());
    assert_eq!(master().check(&headers).is_ok(), is_right, "{header:?}");
}

#[test]
fn every_common_header_is_read_and_every_wrong_key_refused() {
    check(("authorization", "Bearer sk-1234"), true);
    check(("authorization", "bearer sk-1234"), true);
    check(("x-api-key", "sk-1234"), true);
    check(("api-key", "sk-1234"), true);
    check(("x-goog-api-key", "sk-1234"), true);
    check(("authorization", "Basic sk-1234"), false);
    check(("authorization", "Bearer"), false);
    check(("authorization", "Bearer "), false);
    check(("authorization", "sk-1234"), false);
    check(("x-api-key", "sk-123"), false);
    check(("x-api-key", "sk-12345"), false);
    check(("x-api-key", "SK-1234"), false);
    check(("x-api-key", ""), false);
    check(("cookie", "sk-1234"), false);
}

#[test]
fn the_failure_does_not_repeat_the_key() {
    let mut headers = HeaderMap::new();
    headers.insert("x-api-key", "sk-guess".parse().unwrap());
    let Err(failure) = master().check(&headers) else { panic!("expected a failure") };
    assert!(!format!("{failure:?}").contains("guess"));
}

#[test]
fn an_empty_file_of_keys_is_no_open_door() {
    let keys = Keys { store: Some(KeyStore::file("keys.json")), ..Keys::default() };
    assert!(!keys.is_open());
    assert!(keys.check(&HeaderMap::new()).is_err());
}

#[test]
fn a_common_beginning_is_no_nearer() {
    let right = KeyDigest::of("sk-0123456789abcdef");
    for guess in ["sk-0123456789abcdeX", "sk-0123456789abcde", "sk-0123456789abcdef0", "s"] {
        let guess = KeyDigest::of(guess);
        assert!(!right.is(&guess));
        // All that a comparison sees has one length, and nothing of what is common.
        assert_eq!(right.0.len(), guess.0.len());
        let same = right.0.iter().zip(guess.0).filter(|(byte, other)| **byte == *other).count();
        assert!(same < 8, "{same} of 32 bytes are the same");
    }
    assert!(right.is(&KeyDigest::of("sk-0123456789abcdef")));
}
