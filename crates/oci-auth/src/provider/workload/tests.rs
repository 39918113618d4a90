//! What the token service of a cluster answers in its own way, and what a pod may lack.

use super::super::world::{Reply, World, chain, token};
use super::*;
use crate::snapshot::Snapshot;

/// The answer as the service gives it: base64 between quotes, a key id rather than a token.
fn answer(token: &str) -> Reply {
    let json = serde_json::json!({ "token": format!("ST${token}") }).to_string();
    Reply::new(200, format!("\"{}\"", STANDARD.encode(json)))
}

fn pod(world: &World, host: &str) -> WorkloadIdentity {
    let pod_token = PodToken::Text(Secret::new(token("pod", 3600, 'a')));
    WorkloadIdentity::new(network(world), host).token(pod_token)
}

/// The cluster's way out is a client of its own, so that each request says which one it took.
fn network(world: &World) -> Network {
    let network = world.network();
    let direct = Arc::clone(&network.direct);
    network.cluster(move |request| direct.send(request))
}

async fn fetch(world: &World) -> Result<Snapshot, ProviderError> {
    pod(world, "10.96.0.1").fetch().await
}

#[tokio::test(start_paused = true)]
async fn the_request_is_that_of_the_official_sdks() {
    let world = World::new(|_, _| answer(&token("t", 1200, 'b')));
    let found = fetch(&world).await.unwrap();
    assert_eq!(found.key().unwrap().id().as_str(), format!("ST${}", token("t", 1200, 'b')));
    let [sent] = &world.sent()[..] else { panic!("{:?}", world.sent()) };
    assert!(sent.is_direct && sent.method == "POST", "never through a proxy");
    assert_eq!(sent.uri, "https://10.96.0.1:12250/resourcePrincipalSessionTokens");
    assert_eq!(sent.header("authorization"), format!("Bearer {}", token("pod", 3600, 'a')));
    assert_eq!(sent.header("content-type"), "application/json");
    assert_eq!(sent.header("opc-request-id").split('/').map(str::len).collect::<Vec<_>>(), [32; 3]);
    let public = STANDARD.encode(super::super::world::key('b').public_key_der().unwrap());
    assert_eq!(sent.json(), serde_json::json!({ "podKey": public }));
}

#[tokio::test(start_paused = true)]
async fn hosts_of_both_families_and_other_ports_are_addressed() {
    for (host, port, expected) in [
        ("10.96.0.1", None, "https://10.96.0.1:12250/"),
        ("fd00::1", None, "https://[fd00::1]:12250/"),
        ("cluster.local", Some(8443), "https://cluster.local:8443/"),
    ] {
        let world = World::new(|_, _| answer(&token("t", 1200, 'b')));
        let provider = pod(&world, host);
        let provider = match port {
            Some(port) => provider.port(port),
            None => provider,
        };
        provider.fetch().await.unwrap();
        assert!(world.sent()[0].uri.starts_with(expected), "{:?}", world.sent());
    }
    for wrong in ["a b", "h/x", ""] {
        let world = World::new(|_, _| Reply::hung_up());
        let error = pod(&world, wrong).fetch().await.unwrap_err();
        assert!(
            matches!(error, ProviderError::Exchange { .. }) && world.sent().is_empty(),
            "{wrong}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn answers_are_read_with_and_without_their_wrappings() {
    let token = token("t", 1200, 'b');
    for (prefix, quote, end) in
        [("ST$", "\"", ""), ("", "\"", "\n"), ("ST$", "", ""), ("", "", "\r\n")]
    {
        let json = serde_json::json!({ "token": format!("{prefix}{token}") }).to_string();
        let body = format!("{quote}{}{quote}{end}", STANDARD.encode(json));
        let world = World::new(move |_, _| Reply::new(200, body.clone()));
        let found = fetch(&world).await.unwrap();
        assert_eq!(found.key().unwrap().id().as_str(), format!("ST${token}"), "{prefix} {quote}");
    }
    let json = STANDARD.encode(r#"{"token":"ST$hunter2"}"#);
    for body in ["", "\"", "hunter2!", "e30=", "eyJ0b2tlbiI6MX0=", r#"{"token":"hunter2"}"#, &json]
    {
        let body = body.to_owned();
        let world = World::new(move |_, _| Reply::new(200, body.clone()));
        let error = fetch(&world).await.unwrap_err();
        let text = format!("{} {error:?}", chain(&error));
        assert!(text.contains("of the token service of the cluster"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let world = World::new(|_, _| answer(&super::super::world::token("t", 1200, 'a')));
    assert!(chain(&fetch(&world).await.unwrap_err()).contains("for another key"));
}

#[tokio::test(start_paused = true)]
async fn refusals_say_what_to_do_and_failures_pass() {
    let basic = World::new(|_, _| Reply::new(403, ""));
    let error = fetch(&basic).await.unwrap_err();
    assert!(error.hint().contains("enhanced cluster") && basic.sent().len() == 1, "{error:?}");

    let passing = World::new(|_, before| match before {
        0 => Reply::new(500, ""),
        1 => Reply::new(429, ""),
        2 => Reply::unreachable(),
        _ => answer(&token("t", 1200, 'b')),
    });
    fetch(&passing).await.unwrap();
    assert_eq!(passing.sent().len(), 4);
    let gone = World::new(|_, _| Reply::unreachable());
    let error = fetch(&gone).await.unwrap_err();
    assert!(error.hint().contains("ca.crt"), "{}", error.hint());
    assert_eq!(gone.sent().len(), 8, "as the official Python SDK");
}

#[tokio::test(start_paused = true)]
async fn the_token_of_the_service_account_is_read_anew_and_must_not_have_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let world = World::new(|_, _| answer(&token("t", 1200, 'b')));
    let provider = pod(&world, "10.96.0.1").token(PodToken::File(path.clone()));
    let error = provider.fetch().await.unwrap_err();
    assert!(matches!(error, ProviderError::File { .. }), "{error:?}");
    for name in ["one", "two"] {
        fs::write(&path, format!("{}\n", token(name, 600, 'a'))).unwrap();
        provider.fetch().await.unwrap();
        let sent = world.sent().pop().unwrap();
        assert_eq!(sent.header("authorization"), format!("Bearer {}", token(name, 600, 'a')));
    }
    for (text, reason) in [
        (token("old", -1, 'a'), "has ended"),
        ("e30.e30.x".to_owned(), "does not say when it ends"),
        ("hunter2".to_owned(), "is not a token"),
    ] {
        fs::write(&path, &text).unwrap();
        let error = provider.fetch().await.unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains(path.to_str().unwrap()), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    assert_eq!(world.sent().len(), 2, "nothing else was sent");
}

#[tokio::test(start_paused = true)]
async fn debug_shows_places_and_no_token() {
    let world = World::new(|_, _| Reply::hung_up());
    let shown = format!("{:?}", pod(&world, "10.96.0.1"));
    assert!(shown.contains("10.96.0.1") && shown.contains("ca.crt"), "{shown}");
    assert!(!shown.contains(&token("pod", 3600, 'a')), "{shown}");
}
