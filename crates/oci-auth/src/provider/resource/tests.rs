//! Each version of resource principals as the official SDKs ask, and parents without end.

use super::super::world::{Reply, Sent, World, chain, fixture, key, token};
use super::*;
use crate::network::Clock as _;
use crate::signer::Signer;

const TOKENS: &str = "https://db.example";
const SESSIONS: &str = "https://auth.example";
const ID: &str = "ocid1.database.oc1..dddd";

fn tokens() -> Reply {
    Reply::new(200, r#"{"resourcePrincipalToken":"rpt","servicePrincipalSessionToken":"spst"}"#)
}

/// A world in which a resource has its tokens, and its key signs with what they are exchanged for.
fn world(key: char) -> World {
    World::new(move |sent, _| match &*sent.method {
        "GET" => tokens(),
        _ => Reply::token(&token("rpst", 1200, key)),
    })
}

fn with_key(world: &World, version: &str) -> FetchedResourcePrincipal {
    let read = || Ok(key('a'));
    let identity = ResourceIdentity::key(version, Some("ocid1.tenancy.oc1..t"), ID, read).unwrap();
    FetchedResourcePrincipal::new(world.network(), identity, TOKENS).session_endpoint(SESSIONS)
}

#[track_caller]
fn check(sent: &[Sent], path: &str, key_id: &str) {
    let [get, post] = sent else { panic!("{sent:?}") };
    assert_eq!((&*get.method, &*get.uri), ("GET", &*format!("{TOKENS}{path}")));
    let uri = format!("{SESSIONS}/v1/resourcePrincipalSessionToken");
    assert_eq!((&*post.method, &*post.uri), ("POST", &*uri));
    assert_eq!((get.key_id(), post.key_id()), (key_id, key_id));
    assert!(!get.is_direct && !post.is_direct);
}

#[tokio::test(start_paused = true)]
async fn a_resource_with_a_key_signs_with_it_before_and_after() {
    for (version, path, id) in [
        ("2.1", format!("/20180711/resourcePrincipalTokenV2/{ID}"), format!("resource/v2.1/{ID}")),
        (
            "2.1.1",
            format!("/20180711/resourcePrincipalTokenV2/{ID}"),
            format!("resource/v2.1.1/ocid1.tenancy.oc1..t/{ID}"),
        ),
        (
            "2.1.2",
            format!("/20180711/resourcePrincipalTokenV212/{ID}"),
            format!("resource/v2.1.2/ocid1.tenancy.oc1..t/{ID}"),
        ),
    ] {
        let world = world('a');
        let found = with_key(&world, version).fetch().await.unwrap();
        check(&world.sent(), &path, &id);
        assert_eq!(world.keys(), 0, "its own key is that of the token");
        assert_eq!(found.key().unwrap().fingerprint(), key('a').fingerprint());
        let public = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(key('a').public_key_der().unwrap())
        };
        let expected = serde_json::json!({
            "resourcePrincipalToken": "rpt",
            "servicePrincipalSessionToken": "spst",
            "sessionPublicKey": public,
        });
        assert_eq!(world.sent()[1].json(), expected);
    }
    for (version, tenancy) in
        [("2.1.1", None), ("2.1.2", None), ("2.2", Some("t")), ("", Some("t"))]
    {
        let error = ResourceIdentity::key(version, tenancy, ID, || Ok(key('a'))).unwrap_err();
        assert!(matches!(error, ProviderError::NotToken), "{version}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_of_these_versions_takes_a_path_and_a_context() {
    for (path, expected) in [("/x/{}", "/x/"), ("/x/", "/x/"), ("/x", "/x/")] {
        let world = world('a');
        let provider = with_key(&world, "2.1.2").tokens_path(path);
        provider.security_context(Secret::from("hunter2")).fetch().await.unwrap();
        let sent = world.sent();
        assert_eq!(sent[0].uri, format!("{TOKENS}{expected}{ID}"), "{path}");
        assert_eq!(sent[0].header("security-context"), "hunter2");
        assert!(sent[0].headers["security-context"].is_sensitive());
    }
}

/// The resource of an instance: two tokens deep, each of them kept.
#[tokio::test(start_paused = true)]
async fn a_resource_on_an_instance_asks_in_the_name_of_that() {
    let world = World::new(|sent, before| {
        let file = |name: &str| Reply::new(200, fixture(name));
        match sent.uri.split_once("/opc/v2").map_or(&*sent.uri, |(_, path)| path) {
            "/instance/region" => Reply::new(200, "ord"),
            "/instance/id" => Reply::new(200, "ocid1.instance.oc1..i\n"),
            "/identity/cert.pem" => file("federation/cert.pem"),
            "/identity/key.pem" => file("keys/rsa2048_a.pkcs8.pem"),
            "/identity/intermediate.pem" => file("federation/intermediate.pem"),
            uri if uri.ends_with("/v1/x509") => {
                Reply::token(&token(&format!("ip{before}"), 1200, 'b'))
            }
            // The instance's first token is refused.
            uri if uri.ends_with("/ocid1.instance.oc1..i") && before == 0 => Reply::new(401, "{}"),
            uri if uri.starts_with(TOKENS) => tokens(),
            _ => Reply::token(&token("rpst", 1200, 'b')),
        }
    });
    let instance = InstancePrincipal::new(world.network());
    let identity = ResourceIdentity::instance(instance);
    let provider = FetchedResourcePrincipal::new(world.network(), identity, TOKENS);
    provider.fetch().await.unwrap();
    let sent = world.sent();
    let last = &sent[sent.len() - 2..];
    assert_eq!(
        last[0].uri,
        format!("{TOKENS}/20180711/resourcePrincipalToken/ocid1.instance.oc1..i")
    );
    assert_eq!(
        last[1].uri,
        "https://auth.us-chicago-1.oraclecloud.com/v1/resourcePrincipalSessionToken"
    );
    let second = format!("ST${}", token("ip1", 1200, 'b'));
    assert_eq!((last[0].key_id(), last[1].key_id()), (&*second, &*second));
    assert_eq!(world.count("/v1/x509"), 2, "one more after the refusal");

    provider.tokens_path("/t/{id}").tokens_id("other").fetch().await.unwrap();
    assert_eq!(world.count("/t/other"), 1);
    assert_eq!(world.count("/v1/x509"), 2, "the instance's token is kept");
}

#[tokio::test(start_paused = true)]
async fn what_the_service_of_a_resource_says_is_told() {
    let refused = World::new(|_, _| Reply::new(404, r#"{"code":"NotAuthorizedOrNotFound"}"#));
    let error = with_key(&refused, "2.1").fetch().await.unwrap_err();
    let text = chain(&error);
    assert!(text.contains("the service of the resource answered 404 Not Found (NotAuth"), "{text}");
    for body in ["", "{}", r#"{"resourcePrincipalToken":"hunter2"}"#] {
        let world = World::new(move |_, _| Reply::new(200, body));
        let error = with_key(&world, "2.1").fetch().await.unwrap_err();
        let text = format!("{} {error:?}", chain(&error));
        assert!(text.contains("found none") && !text.contains("hunter2"), "{text}");
    }
    let world = world('a');
    let nowhere = FetchedResourcePrincipal::new(
        world.network(),
        ResourceIdentity::key("2.1", None, ID, || Ok(key('a'))).unwrap(),
        TOKENS,
    );
    let error = nowhere.fetch().await.unwrap_err();
    assert!(chain(&error).contains("expected an endpoint"), "{error:?}");
}

/// Parents up to `last`, which names no other; each token is for the session key.
fn family(last: usize) -> World {
    World::new(move |sent, _| match sent.uri.split_once("/rpt/") {
        Some((_, level)) => {
            let level: usize = level.parse().unwrap();
            match level < last {
                true => {
                    let parent = format!("https://svc.example/rpt/{}", level + 1);
                    tokens().header("opc-parent-rpt-url", &parent)
                }
                false => tokens().header("opc-parent-rpt-url", &sent.uri.to_uppercase()),
            }
        }
        None => Reply::token(&token(sent.key_id().get(3..9).unwrap_or_default(), 1200, 'b')),
    })
}

fn nested(world: &World) -> NestedResourcePrincipal {
    let leaf = SigningKey::new(KeyId::security_token("leaf.e30.x").unwrap(), key('a'));
    let url = "https://svc.example/rpt/1";
    NestedResourcePrincipal::new(world.network(), Signer::new(leaf), url, SESSIONS)
}

#[tokio::test(start_paused = true)]
async fn a_leaf_climbs_to_the_parent_that_has_no_parent() {
    for last in [1, 2, 10] {
        let world = family(last);
        let found = nested(&world).fetch().await.unwrap();
        assert_eq!(world.sent().len(), 2 * last);
        assert_eq!(world.sent()[0].key_id(), "ST$leaf.e30.x");
        assert_eq!(world.sent()[1].key_id(), "ST$leaf.e30.x");
        if last > 1 {
            assert_ne!(world.sent()[2].key_id(), "ST$leaf.e30.x", "the parent asks for its own");
        }
        assert_eq!(world.keys(), 1, "one key for all of them");
        assert_eq!(found.key().unwrap().fingerprint(), key('b').fingerprint());
        assert!(found.expires_at().unwrap() > world.now());
    }
    let error = nested(&family(11)).fetch().await.unwrap_err();
    assert!(matches!(error, ProviderError::Nested { depth: 10 }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_parent_elsewhere_must_be_an_address() {
    let world = World::new(|_, _| tokens().header("opc-parent-rpt-url", "/rpt/2"));
    let leaf = SigningKey::new(KeyId::security_token("leaf.e30.x").unwrap(), key('a'));
    for url in ["", "/rpt/1", "https://", "svc.example", "https://svc.example"] {
        let provider =
            NestedResourcePrincipal::new(world.network(), Signer::new(clone(&leaf)), url, SESSIONS);
        let error = provider.fetch().await.unwrap_err();
        assert!(chain(&error).contains("expected an endpoint"), "{url}: {error:?}");
    }
    assert!(world.sent().is_empty());
}

fn clone(leaf: &SigningKey) -> SigningKey {
    SigningKey::new(leaf.id.clone(), leaf.key.share())
}

#[tokio::test(start_paused = true)]
async fn debug_shows_addresses() {
    let world = world('a');
    let shown = format!("{:?} {:?}", with_key(&world, "2.1"), nested(&world));
    assert!(
        shown.contains(TOKENS) && shown.contains("svc.example") && shown.contains(ID),
        "{shown}"
    );
    assert!(!shown.contains("leaf.e30"), "{shown}");
}
