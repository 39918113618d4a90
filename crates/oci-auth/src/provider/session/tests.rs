//! Sessions that end, are begun anew beside us, and cannot be refreshed.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::super::world::{Reply, World, chain, fixture, token};
use super::*;
use crate::network::Clock as _;
use crate::session::SessionFiles;
use crate::signer::Signer;

const ENDPOINT: &str = "https://auth.us-chicago-1.oraclecloud.com";

struct Files(tempfile::TempDir);

impl Files {
    /// A session of an hour.
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("key", &fixture("keys/rsa2048_a.pkcs8.pem"));
        files.write("token", &token("one", 3600, 'a'));
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let new = self.path("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.path(name)).unwrap();
    }

    fn token(&self) -> String {
        fs::read_to_string(self.path("token")).unwrap()
    }

    fn session(&self) -> SessionFiles {
        SessionFiles::new(self.path("token"), self.path("key"))
    }

    fn signer(&self, world: &World) -> Signer {
        Signer::refreshed_session(self.session(), &world.network(), ENDPOINT)
    }
}

/// Refreshes for an hour each, the way the service does: for the same key.
fn refreshing() -> World {
    World::new(|_, before| {
        let number = i64::try_from(before).unwrap();
        Reply::token(&token(&format!("refreshed {number}"), 7000 + 3500 * number, 'a'))
    })
}

async fn id(signer: &Signer) -> String {
    let id = signer.ready().await.unwrap().key().unwrap().id().as_str().to_owned();
    id.strip_prefix("ST$").unwrap().to_owned()
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_on_beyond_its_first_token() {
    let (files, world) = (Files::new(), refreshing());
    let signer = files.signer(&world);
    assert_eq!(id(&signer).await, token("one", 3600, 'a'));
    pass(3000).await;
    assert_eq!(id(&signer).await, token("one", 3600, 'a'));
    assert!(world.sent().is_empty(), "there is time enough");
    pass(400).await;
    assert_eq!(id(&signer).await, token("refreshed 0", 7000, 'a'));
    let sent = world.sent().pop().unwrap();
    assert_eq!(sent.uri, format!("{ENDPOINT}/v1/authentication/refresh"));
    assert_eq!(sent.json()["currentToken"], token("one", 3600, 'a'));
    assert_eq!(sent.key_id(), format!("ST${}", token("one", 3600, 'a')));
    pass(3500).await;
    assert_eq!(id(&signer).await, token("refreshed 1", 10500, 'a'));
    let sent = world.sent().pop().unwrap();
    assert_eq!(sent.json()["currentToken"], token("refreshed 0", 7000, 'a'), "one after the other");
    assert_eq!(files.token(), token("one", 3600, 'a'), "nothing is written unless asked");
    assert_eq!(
        signer.snapshot().unwrap().key().unwrap().id().as_str().len(),
        3 + id(&signer).await.len()
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_to_be_written_is_written_for_nobody_else() {
    let (files, world) = (Files::new(), refreshing());
    let session = files.session().write_back();
    let signer = Signer::refreshed_session(session, &world.network(), ENDPOINT);
    id(&signer).await;
    pass(3400).await;
    assert_eq!(id(&signer).await, files.token());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(files.path("token")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    pass(3500).await;
    let second = id(&signer).await;
    assert_eq!((&second, &files.token()), (&token("refreshed 1", 10500, 'a'), &second));
    assert_eq!(world.sent().len(), 2);
}

/// The folder is gone, as when it was read-only: the token is good all the same.
#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_written_is_used() {
    let (files, world) = (Files::new(), refreshing());
    let session = files.session().write_back();
    let signer = Signer::refreshed_session(session, &world.network(), ENDPOINT);
    id(&signer).await;
    fs::remove_dir_all(files.0.path()).unwrap();
    pass(3400).await;
    assert_eq!(id(&signer).await, token("refreshed 0", 7000, 'a'));
    pass(300).await;
    assert_eq!(
        id(&signer).await,
        token("refreshed 0", 7000, 'a'),
        "files that are gone do no harm"
    );
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_begun_anew_in_the_files_wins() {
    let (files, world) = (Files::new(), refreshing());
    let signer = files.signer(&world);
    id(&signer).await;
    pass(3400).await;
    assert_eq!(id(&signer).await, token("refreshed 0", 7000, 'a'));
    files.write("token", &token("another user", 6000, 'a'));
    assert_eq!(id(&signer).await, token("another user", 6000, 'a'));
    assert_eq!(world.sent().len(), 1);
}

/// Somebody logs in as another user while the old session is being refreshed.
#[tokio::test(start_paused = true)]
async fn what_is_refreshed_meanwhile_does_not_displace_it() {
    let files = Files::new();
    let path = files.path("token");
    let world = World::new(move |_, _| {
        let new = path.with_extension("x");
        fs::write(&new, token("another user", 6000, 'a')).unwrap();
        fs::rename(&new, &path).unwrap();
        Reply::token(&token("refreshed", 7000, 'a')).after(5)
    });
    let signer = files.signer(&world);
    id(&signer).await;
    pass(3400).await;
    let refreshing = tokio::spawn({
        let signer = signer.clone();
        async move { id(&signer).await }
    });
    while world.sent().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(id(&signer).await, token("another user", 6000, 'a'));
    assert_eq!(refreshing.await.unwrap(), token("another user", 6000, 'a'));
    assert_eq!(id(&signer).await, token("another user", 6000, 'a'));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_does_no_harm_before_the_end_and_is_told_after() {
    let files = Files::new();
    let world = World::new(|_, _| Reply::new(503, "{}"));
    let signer = files.signer(&world);
    id(&signer).await;
    pass(3400).await;
    assert_eq!(id(&signer).await, token("one", 3600, 'a'));
    assert_eq!(world.sent().len(), 3);
    pass(300).await;
    let error = signer.ready().await.unwrap_err();
    assert!(chain(&error).contains("answered 503"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_over_says_so() {
    let files = Files::new();
    let world = World::new(|_, _| Reply::new(401, "{}"));
    let signer = files.signer(&world);
    let first = signer.ready().await.unwrap();
    let error = signer.refresh_after(&first).await.unwrap_err();
    assert!(chain(&error).contains("the session is over and cannot be refreshed"), "{error:?}");
    assert!(error.hint().unwrap().contains("oci session authenticate"));
    assert_eq!(world.sent().len(), 1, "asking again is in vain");

    files.write("token", &token("ended", -5, 'a'));
    let late = files.signer(&world);
    let error = late.ready().await.unwrap_err();
    assert!(matches!(error, SignError::Session(SessionError::Ended { .. })), "{error:?}");
    assert_eq!(late.snapshot().unwrap_err(), error);
    assert_eq!(world.sent().len(), 1, "one that has ended is not even tried");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_by_the_files_or_by_the_service() {
    let (files, world) = (Files::new(), refreshing());
    let signer = files.signer(&world);
    let first = signer.ready().await.unwrap();
    files.write("token", &token("two", 5000, 'a'));
    let second = signer.refresh_after(&first).await.unwrap().unwrap();
    assert_eq!(second.key().unwrap().id().as_str(), format!("ST${}", token("two", 5000, 'a')));
    assert!(world.sent().is_empty(), "the files had another");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (signer, second) = (signer.clone(), second.clone());
        callers.spawn(async move { signer.refresh_after(&second).await.unwrap().unwrap() });
    }
    let found = callers.join_all().await;
    assert_eq!(world.sent().len(), 1, "one refresh for all who were refused");
    assert!(found.iter().all(|found| !found.is_same_as(&second)));
    assert!(world.now() < found[0].expires_at().unwrap());
}
