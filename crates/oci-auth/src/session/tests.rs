//! Files of sessions that change, end, and do not belong together.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;

/// A folder with a token and a key; the clock is the number of seconds since 1970.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("key", &key('a'));
        folder.write("token", &token("one", 1000, Some('a')));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes another file and puts it into the place of the old one, as the command line does.
    fn write(&self, name: &str, text: &str) {
        let new = self.path("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.path(name)).unwrap();
    }

    fn session(&self) -> Session {
        Session::new(SessionFiles::new(self.path("token"), self.path("key")))
    }
}

fn key(name: char) -> String {
    fixture(&format!("keys/rsa2048_{name}.pkcs8.pem"))
}

fn fixture(name: &str) -> String {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"));
    fs::read_to_string(folder.join(name)).unwrap()
}

/// A token of this name that ends at `end`, for the key `jwk`.
fn token(name: &str, end: u64, jwk: Option<char>) -> String {
    let mut claims =
        serde_json::json!({ "exp": end, "sub": name, "tenant": "ocid1.tenancy.oc1..t" });
    if let Some(jwk) = jwk {
        claims["jwk"] = fixture(&format!("session/jwk_{jwk}.json")).trim().into();
    }
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The token that signs now.
#[track_caller]
fn check(session: &Session, now: u64, expected: &str) {
    let snapshot = session.current(at(now)).unwrap();
    assert_eq!(snapshot.key().unwrap().id().as_str(), format!("ST${expected}"));
}

#[test]
fn a_token_is_the_key_id_and_is_trimmed() {
    let folder = Folder::new();
    let one = token("one", 1000, Some('a'));
    check(&folder.session(), 999, &one);
    folder.write("token", &format!("\n{one}\r\n"));
    check(&folder.session(), 999, &one);
    assert_eq!(folder.session().current(at(0)).unwrap().expires_at(), Some(at(1000)));
}

#[test]
fn files_are_read_once_until_one_changes() {
    let folder = Folder::new();
    let session = folder.session();
    let first = session.current(at(0)).unwrap();
    let again = session.current(at(1)).unwrap();
    assert!(std::ptr::eq(first.key().unwrap(), again.key().unwrap()), "the key is parsed once");

    let two = token("two", 2000, Some('a'));
    folder.write("token", &two);
    check(&session, 2, &two);
    let three = token("thr", 2000, Some('b'));
    assert_eq!(three.len(), two.len());
    folder.write("token", &three);
    folder.write("key", &key('b'));
    check(&session, 3, &three);
}

#[test]
fn a_half_written_session_does_no_harm_while_the_old_token_is_valid() {
    let folder = Folder::new();
    let session = folder.session();
    let one = token("one", 1000, Some('a'));
    check(&session, 0, &one);
    for half in ["", "e30.eyJleH", &token("two", 2000, Some('b'))] {
        folder.write("token", half);
        check(&session, 999, &one);
    }
    // The new token's key is not there yet, and the old token has ended.
    let error = session.current(at(1000)).unwrap_err();
    assert!(matches!(error, SessionError::Pair { .. }), "{error}");
    folder.write("key", &key('b'));
    check(&session, 1000, &token("two", 2000, Some('b')));
    fs::remove_file(folder.path("token")).unwrap();
    check(&session, 1999, &token("two", 2000, Some('b')));
    let error = session.current(at(2000)).unwrap_err();
    assert!(error.to_string().ends_with("token: entity not found"), "{error}");
}

#[test]
fn a_token_that_has_ended_is_not_sent_and_a_new_one_is_taken_up() {
    let folder = Folder::new();
    let session = folder.session();
    let error = session.current(at(1000)).unwrap_err();
    let text = error.to_string();
    assert!(text.ends_with("token ended on Thu, 01 Jan 1970 00:16:40 GMT"), "{text}");
    assert_eq!(error.hint(), "run `oci session authenticate`");
    let two = token("two", 2000, Some('a'));
    folder.write("token", &two);
    check(&session, 1000, &two);
}

#[test]
fn a_refused_token_is_replaced_by_what_the_files_hold() {
    let folder = Folder::new();
    let session = folder.session();
    let first = session.current(at(0)).unwrap();
    assert!(session.refresh_after(&first, at(0)).unwrap().is_none(), "the files hold the same");
    // The first caller's reading made another snapshot of the same token: that is no reason to send again.
    assert!(session.refresh_after(&first, at(0)).unwrap().is_none());

    folder.write("token", &token("two", 2000, Some('a')));
    let second = session.refresh_after(&first, at(0)).unwrap().unwrap();
    assert_ne!(second.key().unwrap().id(), first.key().unwrap().id());
    let late = session.refresh_after(&first, at(0)).unwrap().unwrap();
    assert!(std::ptr::eq(late.key().unwrap(), second.key().unwrap()), "read once for both");
    assert!(session.refresh_after(&second, at(0)).unwrap().is_none());
}

#[test]
fn a_token_without_a_key_or_an_end_is_taken_as_it_is() {
    let folder = Folder::new();
    folder.write("token", "e30.e30.c2ln");
    check(&folder.session(), u64::from(u32::MAX), "e30.e30.c2ln");
}

#[track_caller]
fn check_refused(folder: &Folder, message: &str) {
    let session = folder.session();
    let error = session.current(at(0)).unwrap_err();
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    let text = format!("{error}: {source} {error:?}");
    assert!(text.contains(message), "{text}");
    assert!(!text.contains("e30.") && !error.hint().is_empty(), "{text}");
}

#[test]
fn what_is_no_session_is_told() {
    let folder = Folder::new();
    folder.write("token", "e30.hunter2");
    check_refused(&folder, "three parts");
    folder.write("token", &token("one", 1000, Some('b')));
    check_refused(&folder, "does not belong to the token");
    folder.write("token", &token("one", 1000, None));
    folder.write("key", "hunter2");
    check_refused(&folder, "found none");
    fs::remove_file(folder.path("key")).unwrap();
    check_refused(&folder, "key: entity not found");
}

#[test]
fn a_token_is_written_whole_and_for_nobody_else() {
    let folder = Folder::new();
    let session = folder.session();
    check(&session, 0, &token("one", 1000, Some('a')));
    let two = token("two", 2000, Some('a'));
    session.files().write_token(&Secret::from(two.as_str())).unwrap();
    check(&session, 0, &two);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.path("token")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 2, "nothing is left behind");

    // A folder in the place of the file cannot be replaced: the error is told, and nothing is left behind.
    fs::remove_file(folder.path("token")).unwrap();
    fs::create_dir(folder.path("token")).unwrap();
    session.files().write_token(&Secret::from("x")).unwrap_err();
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 2);
}

#[test]
fn debug_shows_no_token_and_no_pass_phrase() {
    let folder = Folder::new();
    let files = SessionFiles::new(folder.path("token"), folder.path("key"));
    let session = Session::new(files.pass_phrase(Secret::from("hunter2")));
    let snapshot = session.current(at(0)).unwrap();
    let shown = format!("{session:?} {snapshot:?}");
    assert!(!shown.contains("e30.") && !shown.contains("hunter2"), "{shown}");
}
