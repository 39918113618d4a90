//! Instances whose metadata comes late, changes or is wrong, and services that refuse, fail and dawdle.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use super::super::world::{Reply, Sent, World, chain, fixture, token};
use super::*;
use crate::cache::TokenCache;
use crate::exchange::ExchangeError;
use crate::network::Clock as _;
use crate::snapshot::Snapshot;

const BASE: &str = "http://169.254.169.254/opc/v2";
const FEDERATION: &str = "https://auth.us-phoenix-1.oraclecloud.com/v1/x509";

/// What the metadata service of an instance in Phoenix answers, and nothing else.
fn metadata(sent: &Sent) -> Option<Reply> {
    let file = |name: &str| Some(Reply::new(200, fixture(name)));
    match sent.uri.strip_prefix(BASE)? {
        "/instance/region" => Some(Reply::new(200, "phx\n")),
        "/identity/cert.pem" => file("federation/cert.pem"),
        "/identity/key.pem" => file("keys/rsa2048_a.pkcs8.pem"),
        "/identity/intermediate.pem" => file("federation/intermediate.pem"),
        _ => None,
    }
}

/// An instance whose federation answers so; the number is how often it was asked before.
fn federation(mut answers: impl FnMut(usize) -> Reply + Send + 'static) -> World {
    World::new(move |sent, before| metadata(sent).unwrap_or_else(|| answers(before)))
}

/// Tokens of 20 minutes, one after the other.
fn issue(number: usize, world_seconds: i64) -> Reply {
    Reply::token(&token(&format!("t{number}"), world_seconds + 1200, 'b'))
}

fn cache(world: &World) -> TokenCache<InstancePrincipal> {
    let clock = world.clone();
    let now = move || clock.now();
    TokenCache::new(InstancePrincipal::new(world.network()), now)
}

async fn fetch(world: &World) -> Result<Snapshot, ProviderError> {
    InstancePrincipal::new(world.network()).fetch().await
}

#[tokio::test(start_paused = true)]
async fn metadata_is_asked_directly_and_federation_over_the_service() {
    let world = federation(|number| issue(number, 0));
    let found = fetch(&world).await.unwrap();
    assert_eq!(found.key().unwrap().id().as_str(), format!("ST${}", token("t0", 1200, 'b')));
    assert_eq!(found.expires_at(), Some(world.now() + Duration::from_secs(1200)));
    let sent = world.sent();
    let (last, metadata) = sent.split_last().unwrap();
    assert_eq!(metadata.len(), 4);
    for request in metadata {
        assert!(request.is_direct && request.method == "GET", "{request:?}");
        assert_eq!(request.header("authorization"), "Bearer Oracle");
        assert!(!request.headers.keys().any(|name| name.as_str().contains("forwarded")));
    }
    assert!(!last.is_direct && last.method == "POST" && last.uri == FEDERATION, "{last:?}");
    assert!(last.key_id().starts_with("ocid1.tenancy.oc1..aaaa/fed-x509-sha256/14:d4:"));
    assert_eq!(last.json()["fingerprintAlgorithm"], "SHA256");
    assert_eq!(world.keys(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_other_form_of_the_certificates_name_is_there_too() {
    let world = federation(|number| issue(number, 0));
    let provider = InstancePrincipal::new(world.network()).sha1_fingerprint();
    provider.fetch().await.unwrap();
    let last = world.sent().pop().unwrap();
    assert!(last.key_id().starts_with("ocid1.tenancy.oc1..aaaa/fed-x509/7C:E2:"), "{last:?}");
    assert_eq!(last.json().get("fingerprintAlgorithm"), None);
}

#[tokio::test(start_paused = true)]
async fn the_region_is_asked_for_once() {
    let world = federation(|number| issue(number, 0));
    let provider = InstancePrincipal::new(world.network());
    assert_eq!(provider.region().await.unwrap().id(), "us-phoenix-1");
    for _ in 0..2 {
        provider.fetch().await.unwrap();
    }
    assert_eq!((world.count("/instance/region"), world.count("/identity/cert.pem")), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_region_newer_than_the_tables_is_described_by_the_metadata_service() {
    let info = |json: &'static str| {
        let world = World::new(move |sent, _| match sent.uri.strip_prefix(BASE) {
            Some("/instance/region") => Reply::new(200, "mars-olympus-1"),
            Some("/instance/regionInfo") => Reply::new(200, json),
            _ => metadata(sent).unwrap_or_else(|| issue(0, 0)),
        });
        async move { (fetch(&world).await.map(|_| ()), world.sent().pop().unwrap().uri) }
    };
    let (found, last) = info(
        r#"{"realmKey":"OC99","realmDomainComponent":"oraclecloud99.com","regionKey":"OLY","regionIdentifier":"mars-olympus-1"}"#,
    )
    .await;
    found.unwrap();
    assert_eq!(last, "https://auth.mars-olympus-1.oraclecloud99.com/v1/x509");
    for wrong in [
        "",
        "{}",
        "[]",
        r#"{"realmKey":"OC99","realmDomainComponent":"x/@evil.example","regionKey":"OLY","regionIdentifier":"mars-olympus-1"}"#,
    ] {
        let (found, _) = info(wrong).await;
        assert!(matches!(found, Err(ProviderError::NoRegion)), "{wrong}: {found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_way_over_one_address_the_other_is_tried() {
    let world =
        World::new(|sent, _| match sent.uri.strip_prefix("http://[fd00:c1::a9fe:a9fe]/opc/v2") {
            Some(path) => {
                let uri = format!("{BASE}{path}");
                metadata(&Sent { uri, ..sent.clone() }).unwrap()
            }
            None if sent.is_direct => Reply::unreachable(),
            None => issue(0, 0),
        });
    fetch(&world).await.unwrap();
    let over_v4 = world.sent().iter().filter(|sent| sent.uri.starts_with(BASE)).count();
    assert_eq!(over_v4, 1, "what answered is remembered");

    let nowhere = World::new(|_, _| Reply::unreachable());
    let error = fetch(&nowhere).await.unwrap_err();
    assert!(
        chain(&error).starts_with("no answer of the metadata service: no connection"),
        "{error}"
    );
    assert!(error.hint().contains("compute instance"), "{}", error.hint());
    assert_eq!((nowhere.sent().len(), nowhere.elapsed()), (2, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn an_identity_that_comes_late_is_waited_for_and_not_for_ever() {
    let late = World::new(|sent, before| match metadata(sent) {
        Some(_) if sent.uri.ends_with("cert.pem") && before < 2 => Reply::new(404, ""),
        Some(reply) => reply,
        None => issue(0, 10),
    });
    fetch(&late).await.unwrap();
    let waited = late.elapsed().as_secs();
    assert!((3..6).contains(&waited), "1 to 2 and 2 to 3 seconds, found {waited}");

    let never = World::new(|_, _| Reply::new(404, ""));
    let error = fetch(&never).await.unwrap_err();
    let text = chain(&error);
    assert_eq!(
        text,
        "the request for a token failed after 8 attempts: the metadata service answered 404 Not Found"
    );
    assert!(never.elapsed() < Duration::from_secs(180) && never.sent().len() == 8);
    assert!(error.hint().contains("on a compute instance"), "{}", error.hint());
}

#[tokio::test(start_paused = true)]
async fn failures_of_the_service_pass_or_are_told() {
    let passing = federation(|number| match number {
        0 => Reply::new(503, "{}"),
        1 => Reply::hung_up(),
        _ => issue(number, 10),
    });
    fetch(&passing).await.unwrap();
    assert_eq!(passing.count("/v1/x509"), 3);
    let mut dates: Vec<String> =
        passing.sent().iter().rev().take(3).map(|sent| sent.header("date").to_owned()).collect();
    dates.dedup();
    assert_eq!(dates.len(), 3, "each attempt is signed anew");

    for (status, attempts) in [(503, 3), (500, 3), (501, 1), (400, 1), (404, 1), (429, 1)] {
        let world =
            federation(move |_| Reply::new(status, r#"{"code":"Code","message":"hunter2"}"#));
        let error = fetch(&world).await.unwrap_err();
        assert_eq!(world.count("/v1/x509"), attempts, "{status}");
        let text = chain(&error);
        assert!(text.contains(&format!("answered {status}")) && text.contains("(Code)"), "{text}");
        assert!(!format!("{text} {error:?}").contains("hunter2"), "{text}");
    }
    let gone = federation(|_| Reply::unreachable());
    let error = fetch(&gone).await.unwrap_err();
    assert!(error.to_string().contains("no answer of the authentication service after 3 attempts"));
}

/// Certificate and key are read one after the other, and the answer of one may be older than that of the other.
#[tokio::test(start_paused = true)]
async fn a_certificate_that_rotates_while_it_is_read_is_read_again() {
    let world = World::new(|sent, before| match metadata(sent) {
        Some(_) if sent.uri.ends_with("cert.pem") && before > 0 => {
            Reply::new(200, fixture("federation/rotated.pem"))
        }
        Some(_) if sent.uri.ends_with("key.pem") => {
            Reply::new(200, fixture("keys/rsa2048_b.pkcs8.pem"))
        }
        Some(reply) => reply,
        None => issue(0, 0),
    });
    fetch(&world).await.unwrap();
    assert_eq!((world.count("cert.pem"), world.count("/v1/x509")), (2, 1));

    let torn = World::new(|sent, _| match metadata(sent) {
        Some(_) if sent.uri.ends_with("key.pem") => {
            Reply::new(200, fixture("keys/rsa2048_b.pkcs8.pem"))
        }
        other => other.unwrap_or_else(|| issue(0, 0)),
    });
    let error = fetch(&torn).await.unwrap_err();
    assert!(matches!(error, ProviderError::Federation(FederationError::Pair)), "{error:?}");
    assert_eq!((torn.count("cert.pem"), torn.count("/v1/x509")), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_was_refused_is_read_again_once() {
    let stale = federation(|number| if number == 0 { Reply::new(401, "{}") } else { issue(1, 0) });
    fetch(&stale).await.unwrap();
    assert_eq!((stale.count("cert.pem"), stale.count("/v1/x509")), (2, 2));

    let refused = federation(|_| Reply::new(401, r#"{"code":"NotAuthenticated"}"#));
    let error = fetch(&refused).await.unwrap_err();
    assert_eq!((refused.count("cert.pem"), refused.count("/v1/x509")), (2, 2));
    assert!(chain(&error).contains("401 Unauthorized (NotAuthenticated)"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_is_told_and_corrected_only_if_asked() {
    const DATE: &str = "Thu, 01 Jan 2026 00:06:00 GMT";
    let strict = || {
        World::new(|sent, _| {
            metadata(sent).unwrap_or_else(|| match sent.header("date") {
                DATE => issue(0, 0),
                _ => Reply::new(401, "{}").header("date", DATE),
            })
        })
    };
    let world = strict();
    let error = fetch(&world).await.unwrap_err();
    let text = chain(&error);
    assert!(text.contains("says Thu, 01 Jan 2026 00:00:00 GMT") && text.contains(DATE), "{text}");
    assert_eq!((world.count("cert.pem"), world.count("/v1/x509")), (1, 1), "in vain otherwise");
    let skew = error.clocks().unwrap().skew();
    assert_eq!(skew, Duration::from_secs(360));

    let world = strict();
    InstancePrincipal::new(world.network().correct_clock()).fetch().await.unwrap();
    assert_eq!(world.count("/v1/x509"), 2);
}

#[tokio::test(start_paused = true)]
async fn another_tenancy_than_at_first_is_not_acted_for() {
    let world = World::new(|sent, before| match metadata(sent) {
        Some(_) if sent.uri.ends_with("cert.pem") && before > 0 => {
            Reply::new(200, fixture("federation/other_tenancy.pem"))
        }
        other => other.unwrap_or_else(|| issue(0, 0)),
    });
    let provider = InstancePrincipal::new(world.network());
    provider.fetch().await.unwrap();
    let error = provider.fetch().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the tenancy of the instance was ocid1.tenancy.oc1..aaaa and is ocid1.tenancy.oc1..zzzz"
    );
    assert_eq!(world.count("/v1/x509"), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_certificate_no_key_or_no_token_is_told() {
    let broken = |path: &'static str, body: &'static str| {
        let world = World::new(move |sent, _| match metadata(sent) {
            Some(_) if sent.uri.ends_with(path) => Reply::new(200, body),
            Some(reply) => reply,
            None if path == "x509" => Reply::new(200, body),
            None => issue(0, 0),
        });
        async move { chain(&fetch(&world).await.unwrap_err()) }
    };
    assert!(broken("cert.pem", "<html>").await.contains("cannot use the certificate"));
    assert!(broken("intermediate.pem", "").await.contains("cannot use the certificate"));
    assert!(broken("/key.pem", "hunter2").await.contains("that the metadata service gave"));
    assert!(broken("/region", " \n").await.contains("found none"));
    for body in ["", "{}", r#"{"token":7}"#] {
        assert!(broken("x509", body).await.contains("found none"), "{body}");
    }
    let text = broken("x509", r#"{"token":"hunter2"}"#).await;
    assert!(text.contains("three parts") && !text.contains("hunter2"), "{text}");
    let foreign = federation(|_| Reply::token(&token("t", 1200, 'a')));
    let error = fetch(&foreign).await.unwrap_err();
    let issuer = Issuer::Authentication;
    assert!(
        matches!(&error, ProviderError::Exchange { source, .. } if *source == ExchangeError::OtherKey { issuer }),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn it_acts_on_behalf_of_a_user_as_long_as_that_users_token_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("delegation_token");
    let user = token("user", 600, 'a');
    std::fs::write(&path, format!("{user}\n")).unwrap();
    let world = federation(|number| issue(number, 0));
    let provider =
        InstancePrincipal::new(world.network()).on_behalf_of(DelegationToken::file(&path));
    let found = provider.fetch().await.unwrap();
    assert_eq!(found.expires_at(), Some(world.now() + Duration::from_secs(600)));
    let mut request = Request::post("https://h.example/x").body("{}").unwrap();
    found.sign(&mut request, &crate::BodyDigest::of(b"{}"), world.now()).unwrap();
    assert_eq!(request.headers()["opc-obo-token"], user.as_str());
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("date (request-target) host opc-obo-token content-length"));
    assert!(!format!("{provider:?} {found:?}").contains(&user));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_make_one_token_and_one_more_when_it_is_refused() {
    let world = federation(|number| issue(number, 0).after(3));
    let cache = Arc::new(cache(&world));
    let ready = |cache: &Arc<TokenCache<InstancePrincipal>>| {
        let cache = Arc::clone(cache);
        async move { cache.snapshot().await.unwrap() }
    };
    let mut callers = tokio::task::JoinSet::new();
    (0..1000).for_each(|_| drop(callers.spawn(ready(&cache))));
    let found = callers.join_all().await;
    assert_eq!((found.len(), world.count("/v1/x509"), world.keys()), (1000, 1, 1));

    let refused = found[0].clone();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let (cache, refused) = (Arc::clone(&cache), refused.clone());
        callers.spawn(async move { cache.refresh_after(&refused).await.unwrap() });
    }
    let found = callers.join_all().await;
    assert_eq!((found.len(), world.count("/v1/x509")), (1000, 2));
    assert!(found.iter().all(|found| !found.is_same_as(&refused)));
}

/// Whoever began the fetch may leave at any of its waits: another drives it on, and it is not begun anew.
#[tokio::test(start_paused = true)]
async fn a_leader_may_be_dropped_at_every_poll() {
    let mut polls = 0;
    loop {
        polls += 1;
        let world = federation(|number| issue(number, 0));
        let cache = cache(&world);
        let mut context = Context::from_waker(Waker::noop());
        let mut waiter = pin!(cache.snapshot());
        let mut leader = Box::pin(cache.snapshot());
        assert!(leader.as_mut().poll(&mut context).is_pending());
        assert!(waiter.as_mut().poll(&mut context).is_pending());
        let mut is_done = false;
        for _ in 1..polls {
            is_done = is_done || leader.as_mut().poll(&mut context).is_ready();
            // What the leader waits for happens between its polls.
            tokio::task::yield_now().await;
        }
        drop(leader);
        waiter.await.unwrap();
        let counts = [world.count("cert.pem"), world.count("/v1/x509"), world.keys()];
        assert_eq!(counts, [1, 1, 1], "dropped after {polls} polls");
        if is_done {
            break;
        }
    }
    assert!(polls >= 6, "the fetch waits at each of its requests: {polls}");
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_for_a_fetch_that_fails_are_told_and_nobody_hammers() {
    let world = federation(|_| Reply::new(400, r#"{"code":"InvalidParameter"}"#).after(5));
    let cache = Arc::new(cache(&world));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let cache = Arc::clone(&cache);
        callers.spawn(async move { chain(&cache.snapshot().await.unwrap_err()) });
    }
    let errors = callers.join_all().await;
    assert!(errors.iter().all(|error| error.contains("InvalidParameter")), "{errors:?}");
    assert_eq!(world.count("/v1/x509"), 1);
    for _ in 0..100 {
        cache.snapshot().await.unwrap_err();
    }
    assert_eq!(world.count("/v1/x509"), 1, "within a second of the failure nothing is sent");
    tokio::time::advance(Duration::from_secs(1)).await;
    cache.snapshot().await.unwrap_err();
    assert_eq!(world.count("/v1/x509"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_replaced_before_it_ends_and_serves_to_its_end_if_that_fails() {
    let world = federation(|number| match number {
        0 => issue(0, 0),
        1..4 => Reply::new(503, "{}"),
        _ => issue(number, 1200),
    });
    let cache = cache(&world);
    let first = cache.snapshot().await.unwrap();
    tokio::time::advance(Duration::from_secs(1000)).await;
    let found = cache.snapshot().await.unwrap();
    assert!(
        found.is_same_as(&first),
        "three attempts failed, and the token has three minutes left"
    );
    assert_eq!(world.count("/v1/x509"), 4);
    assert!(cache.snapshot().await.unwrap().is_same_as(&first));
    assert_eq!(world.count("/v1/x509"), 4, "the failure is too recent");
    tokio::time::advance(Duration::from_secs(30)).await;
    let found = cache.snapshot().await.unwrap();
    assert!(!found.is_same_as(&first));
}

/// The answer takes so long that the token in it has ended when it is there.
#[tokio::test(start_paused = true)]
async fn a_token_that_ends_in_flight_is_served_and_soon_replaced() {
    let world = federation(|number| match number {
        0 => Reply::token(&token("short", 10, 'b')).after(50),
        _ => issue(number, 1200),
    });
    let cache = cache(&world);
    let first = cache.snapshot().await.unwrap();
    assert!(first.expires_at().unwrap() < world.now());
    assert!(cache.snapshot().await.unwrap().is_same_as(&first), "asking at once brings the same");
    assert_eq!(world.count("/v1/x509"), 1);
    tokio::time::advance(Duration::from_secs(30)).await;
    assert!(!cache.snapshot().await.unwrap().is_same_as(&first));
}

#[tokio::test(start_paused = true)]
async fn debug_shows_where_it_looks() {
    let world = federation(|number| issue(number, 0));
    let shown = format!("{:?}", InstancePrincipal::new(world.network()));
    assert!(shown.contains("169.254.169.254"), "{shown}");
}
