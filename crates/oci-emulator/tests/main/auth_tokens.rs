//! Sessions, resource principals, token exchange and scoped tokens.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oci_emulator::{KeyPair, Rejection, TokenKind};
use serde_json::{Value, json};

use crate::auth::{AUTHORITY, SESSION, Tenancy, bare_key, bearer, claims, token};
use crate::http::Answer;
use crate::signer::{Message, Signer};

const REFRESH: &str = "/v1/authentication/refresh";
const EXCHANGE_PROOFS: &str = "/v1/resourcePrincipalSessionToken";
const TOKEN: &str = "/oauth2/v1/token";

impl Tenancy {
    fn issue(&self, kind: TokenKind<'_>) -> String {
        self.world.emulator.issue_token(kind).unwrap()
    }

    fn session(&self) -> String {
        self.issue(TokenKind::Session(SESSION.public_key()))
    }

    /// A refresh of `current` signed with `signing`.
    fn refresh(&self, signing: &str, current: &str) -> Message {
        let body = json!({ "currentToken": current }).to_string();
        self.signed(&bearer(signing), "POST", REFRESH, &body)
    }

    /// A GET for the proofs of a resource.
    fn proofs(&self, signer: &Signer, path: &str) -> Message {
        self.signed(signer, "GET", path, "")
    }

    /// The exchange of proofs for a token that is bound to [`SESSION`].
    fn exchange_proofs(&self, signer: &Signer, proofs: &Value) -> Message {
        let mut body = proofs.clone();
        body["sessionPublicKey"] = bare_key(SESSION.public_key()).into();
        self.signed(signer, "POST", EXCHANGE_PROOFS, &body.to_string())
    }

    async fn send(&self, message: &Message) -> Answer {
        self.world.send(message).await
    }
}

/// The resource with its own key.
fn resource(version: &str) -> Signer {
    let (tenancy, id) = (AUTHORITY.tenancy(), AUTHORITY.resource_id());
    let key_id = match version {
        "2.1" => format!("resource/v2.1/{id}"),
        _ => format!("resource/v{version}/{tenancy}/{id}"),
    };
    Signer::from_pem(AUTHORITY.resource_key().private_key_pem().as_str(), &key_id)
}

#[tokio::test]
async fn a_session_is_refreshed_with_its_key_until_its_end() {
    let tenancy = Tenancy::with(|builder| builder.token_life(Duration::from_secs(3600))).await;
    let first = tenancy.session();
    assert_eq!(tenancy.ask_as(&first).await, 200);
    assert_eq!(claims(&first)["sub"], AUTHORITY.user());
    tenancy.advance(1800);
    let second = token(&tenancy.send(&tenancy.refresh(&first, &first)).await);
    assert_eq!(claims(&second)["jwk"], claims(&first)["jwk"]);
    tenancy.advance(1801);
    assert_eq!(tenancy.refusal(&tenancy.chat(&first)).await, Rejection::TokenExpired);
    assert_eq!(tenancy.ask_as(&second).await, 200);

    // The last token ends with the session, and is not renewed after that.
    let (mut last, mut end) = (second, 0);
    while tenancy.ask_as(&last).await == 200 {
        last = token(&tenancy.send(&tenancy.refresh(&last, &last)).await);
        end = claims(&last)["exp"].as_u64().unwrap();
        tenancy.advance(3599);
    }
    assert_eq!(end, claims(&first)["sess_exp"].as_u64().unwrap());
    let rejection = tenancy.refusal(&tenancy.refresh(&last, &last)).await;
    assert_eq!(rejection, Rejection::TokenExpired);
}

#[tokio::test]
async fn only_the_bearer_renews_a_session() {
    let tenancy = Tenancy::new().await;
    let (mine, other) = (tenancy.session(), tenancy.session());
    let rejection = tenancy.refusal(&tenancy.refresh(&mine, &other)).await;
    assert_eq!(rejection, Rejection::Token("is not the one that has signed"));
    let instance = tenancy.issue(TokenKind::Instance(SESSION.public_key()));
    let rejection = tenancy.refusal(&tenancy.refresh(&instance, &instance)).await;
    assert_eq!(rejection, Rejection::TokenKind { expected: "login", found: "x509" });
    let body = json!({ "currentToken": mine }).to_string();
    let by_api_key = tenancy.signed(&tenancy.world.signer, "POST", REFRESH, &body);
    assert!(matches!(tenancy.refusal(&by_api_key).await, Rejection::Token(_)));
    let empty = tenancy.signed(&bearer(&mine), "POST", REFRESH, "{}");
    assert_eq!(tenancy.send(&empty).await.status, 400);
    tenancy.world.emulator.revoke_tokens();
    let rejection = tenancy.refusal(&tenancy.refresh(&mine, &mine)).await;
    assert_eq!(rejection, Rejection::TokenRevoked);
}

#[tokio::test]
async fn a_resource_behind_an_instance() {
    let tenancy = Tenancy::new().await;
    let instance = bearer(&tenancy.federate().await);
    for id in [AUTHORITY.instance_id(), AUTHORITY.resource_id()] {
        for base in ["/20180711", "/elsewhere/v1"] {
            let path = format!("{base}/resourcePrincipalToken/{id}");
            let proofs = tenancy.send(&tenancy.proofs(&instance, &path)).await;
            assert_eq!(proofs.header("opc-parent-rpt-url"), None);
            let message = tenancy.exchange_proofs(&instance, &proofs.json());
            let token = token(&tenancy.send(&message).await);
            let claims = claims(&token);
            assert_eq!(claims["res_id"], AUTHORITY.resource_id());
            assert_eq!(claims["res_tenant"], AUTHORITY.tenancy());
            assert_eq!(claims["res_compartment"], AUTHORITY.compartment_id());
            assert_eq!(tenancy.ask_as(&token).await, 200);
        }
    }
    let path = "/20180711/resourcePrincipalToken/ocid1.instance.oc1..aaaa";
    assert_eq!(tenancy.send(&tenancy.proofs(&instance, path)).await.status, 404);
    let path = format!("/20180711/resourcePrincipalToken/{}", AUTHORITY.resource_id());
    let session = bearer(&tenancy.session());
    let rejection = tenancy.refusal(&tenancy.proofs(&session, &path)).await;
    assert_eq!(rejection, Rejection::TokenKind { expected: "x509", found: "login" });
    let user = &tenancy.world.signer;
    assert!(matches!(tenancy.refusal(&tenancy.proofs(user, &path)).await, Rejection::Token(_)));
}

#[tokio::test]
async fn a_resource_with_a_key_of_its_own() {
    let tenancy = Tenancy::new().await;
    let id = AUTHORITY.resource_id();
    for (version, name) in [("2.1", "TokenV2"), ("2.1.1", "TokenV2"), ("2.1.2", "TokenV212")] {
        let signer = resource(version);
        let path = format!("/20180711/resourcePrincipal{name}/{id}");
        let mut message = tenancy.proofs(&signer, &path);
        message.set("security-context", "a context");
        let proofs = tenancy.send(&message).await.json();
        let message = tenancy.exchange_proofs(&signer, &proofs);
        let token = token(&tenancy.send(&message).await);
        assert_eq!(tenancy.ask_as(&token).await, 200, "{version}");

        let mut other = tenancy.proofs(&signer, &format!("{path}x"));
        other.set("security-context", "a context");
        assert_eq!(tenancy.send(&other).await.status, 404, "{version}");
    }
    let path = format!("/20180711/resourcePrincipalTokenV212/{id}");
    assert_eq!(tenancy.send(&tenancy.proofs(&resource("2.1.2"), &path)).await.status, 400);
    for (version, name) in [("2.1.2", "TokenV2"), ("2.1", "TokenV212"), ("2.2", "TokenV2")] {
        let path = format!("/20180711/resourcePrincipal{name}/{id}");
        let rejection = tenancy.refusal(&tenancy.proofs(&resource(version), &path)).await;
        assert!(matches!(rejection, Rejection::UnknownKeyId(_)), "{version} {name}");
    }
    // Such a key opens nothing else.
    let mut chat = tenancy.chat("");
    resource("2.1").sign_usual(&mut chat);
    assert!(matches!(tenancy.refusal(&chat).await, Rejection::UnknownKeyId(_)));
}

#[tokio::test]
async fn proofs_are_for_those_who_were_given_them() {
    let tenancy = Tenancy::new().await;
    let signer = resource("2.1");
    let path = format!("/20180711/resourcePrincipalTokenV2/{}", AUTHORITY.resource_id());
    let one = tenancy.send(&tenancy.proofs(&signer, &path)).await.json();
    let two = tenancy.send(&tenancy.proofs(&signer, &path)).await.json();

    let stranger = bearer(&tenancy.session());
    let rejection = tenancy.refusal(&tenancy.exchange_proofs(&stranger, &one)).await;
    assert_eq!(rejection, Rejection::Token("was given to somebody else"));
    let mut mixed = one.clone();
    mixed["servicePrincipalSessionToken"] = two["servicePrincipalSessionToken"].clone();
    let rejection = tenancy.refusal(&tenancy.exchange_proofs(&signer, &mixed)).await;
    assert!(rejection.to_string().contains("no pair"), "{rejection}");
    let mut swapped = one.clone();
    swapped["resourcePrincipalToken"] = one["servicePrincipalSessionToken"].clone();
    let rejection = tenancy.refusal(&tenancy.exchange_proofs(&signer, &swapped)).await;
    assert_eq!(rejection, Rejection::TokenKind { expected: "rpt", found: "spst" });
    let mut partial = one.clone();
    partial.as_object_mut().unwrap().remove("servicePrincipalSessionToken");
    let partial = tenancy.exchange_proofs(&signer, &partial);
    assert_eq!(tenancy.send(&partial).await.status, 400);
    tenancy.world.emulator.revoke_tokens();
    let rejection = tenancy.refusal(&tenancy.exchange_proofs(&signer, &one)).await;
    assert_eq!(rejection, Rejection::TokenRevoked);
}

#[tokio::test]
async fn a_resource_within_resources_climbs_level_by_level() {
    let tenancy = Tenancy::new().await;
    let emulator = &tenancy.world.emulator;
    let mut current = tenancy.issue(TokenKind::Resource(SESSION.public_key()));
    let mut url = Some(emulator.parent_token_url(3));
    let mut levels = Vec::new();
    while let Some(next) = url {
        let path = next.strip_prefix(&emulator.url()).unwrap();
        let answer = tenancy.send(&tenancy.proofs(&bearer(&current), path)).await;
        assert_eq!(answer.status, 200, "{}", answer.body());
        let message = tenancy.exchange_proofs(&bearer(&current), &answer.json());
        current = token(&tenancy.send(&message).await);
        levels.push(claims(&current)["res_id"].as_str().unwrap().to_owned());
        url = answer.header("opc-parent-rpt-url").map(str::to_owned);
    }
    let id = AUTHORITY.resource_id();
    assert_eq!(levels, [3, 2, 1].map(|level| format!("{id}.parent{level}")));
    assert_eq!(tenancy.ask_as(&current).await, 200);

    let instance = bearer(&tenancy.federate().await);
    let path = "/20180711/resourcePrincipalToken/parent/1";
    let rejection = tenancy.refusal(&tenancy.proofs(&instance, path)).await;
    assert_eq!(rejection, Rejection::TokenKind { expected: "res", found: "x509" });
    for level in ["0", "101"] {
        let path = format!("/20180711/resourcePrincipalToken/parent/{level}");
        let answer = tenancy.send(&tenancy.proofs(&bearer(&current), &path)).await;
        assert_eq!(answer.status, 404, "{level}");
    }
}

/// The form of an exchange as the official Python SDK sends it, with a change.
pub(crate) fn exchange(
    tenancy: &Tenancy,
    change: impl FnOnce(&mut Vec<(&str, String)>),
) -> Message {
    let mut fields = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange".to_owned()),
        ("requested_token_type", "urn:oci:token-type:oci-upst".to_owned()),
        ("subject_token", tenancy.issue(TokenKind::External)),
        ("subject_token_type", "jwt".to_owned()),
        ("public_key", bare_key(SESSION.public_key())),
    ];
    change(&mut fields);
    let escaped = |text: &str| text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let mut message = Message::new("POST", TOKEN, pairs.join("&").as_bytes(), tenancy.now());
    message.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
    message.set("authorization", &basic(AUTHORITY.client_id(), AUTHORITY.client_secret()));
    message
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn set(name: &'static str, value: &str) -> impl FnOnce(&mut Vec<(&str, String)>) {
    let value = value.to_owned();
    move |fields| {
        fields.retain(|(other, _)| *other != name);
        fields.push((name, value));
    }
}

#[tokio::test]
async fn a_foreign_token_is_exchanged_for_that_of_a_user_or_a_resource() {
    let tenancy = Tenancy::new().await;
    let foreign = tenancy.issue(TokenKind::External);
    assert_eq!(claims(&foreign)["iss"], "https://identity.example.com");
    let user = token(&tenancy.send(&exchange(&tenancy, |_| {})).await);
    assert_eq!(claims(&user)["sub"], AUTHORITY.user());
    assert_eq!(claims(&user)["iss"], "authService.oracle.com");
    assert_eq!(tenancy.ask_as(&user).await, 200);

    let message = exchange(&tenancy, |fields| {
        set("requested_token_type", "urn:oci:token-type:oci-rpst")(fields);
        fields.push(("res_type", "githubaction".into()));
    });
    let resource = token(&tenancy.send(&message).await);
    assert_eq!(claims(&resource)["res_type"], "githubaction");
    assert_eq!(tenancy.ask_as(&resource).await, 200);

    // An instance may sign in place of the application, without a digest of the form.
    let mut message = exchange(&tenancy, |_| {});
    message.remove("x-content-sha256");
    bearer(&tenancy.federate().await).sign(&mut message, "date (request-target) host");
    token(&tenancy.send(&message).await);
}

#[tokio::test]
async fn exchange_refuses_in_the_words_of_oauth() {
    let tenancy = Tenancy::new().await;
    let refused = async |message: &Message, status: u16, error: &str| {
        let answer = tenancy.send(message).await;
        assert_eq!(answer.status, status, "{}", answer.body());
        assert_eq!(answer.json()["error"], error);
        let request = tenancy.world.emulator.requests().pop().unwrap();
        assert_eq!(request.rejection.is_some(), status == 401);
    };
    for authorization in
        [basic("x", AUTHORITY.client_secret()), basic(AUTHORITY.client_id(), "x"), "Basic ?".into()]
    {
        let mut message = exchange(&tenancy, |_| {});
        message.set("authorization", &authorization);
        refused(&message, 401, "invalid_client").await;
    }
    let mut unsigned = exchange(&tenancy, |_| {});
    unsigned.remove("authorization");
    assert_eq!(tenancy.refusal(&unsigned).await, Rejection::NoAuthorization);

    let instance = tenancy.issue(TokenKind::Instance(SESSION.public_key()));
    let expired =
        tenancy.world.emulator.issue_token_for(TokenKind::External, Duration::ZERO).unwrap();
    for subject in ["nonsense", &instance, &expired] {
        let message = exchange(&tenancy, set("subject_token", subject));
        refused(&message, 401, "invalid_grant").await;
    }
    let message = exchange(&tenancy, set("grant_type", "client_credentials"));
    refused(&message, 400, "unsupported_grant_type").await;
    for (name, value) in [
        ("subject_token_type", "saml"),
        ("public_key", "no key"),
        ("requested_token_type", "urn:oci:token-type:oci-rpst"),
        ("requested_token_type", "other"),
    ] {
        refused(&exchange(&tenancy, set(name, value)), 400, "invalid_request").await;
    }
    let mut json = exchange(&tenancy, |_| {});
    json.set("content-type", "application/json");
    refused(&json, 400, "invalid_request").await;
}

#[tokio::test]
async fn whoever_may_call_gets_a_scoped_token() {
    let tenancy = Tenancy::new().await;
    let body = json!({
        "scope": "generative-ai-chat",
        "public_key": bare_key(SESSION.public_key()),
        "target_compartment": AUTHORITY.compartment_id(),
    });
    let path = "/v1/oauth2/scoped";
    let instance = bearer(&tenancy.federate().await);
    for signer in [&instance, &tenancy.world.signer] {
        let message = tenancy.signed(signer, "POST", path, &body.to_string());
        let token = token(&tenancy.send(&message).await);
        assert_eq!(claims(&token)["scope"], "generative-ai-chat");
        assert_eq!(tenancy.ask_as(&token).await, 200);
    }
    for name in ["scope", "public_key", "target_compartment"] {
        let mut partial = body.clone();
        partial.as_object_mut().unwrap().remove(name);
        let message = tenancy.signed(&instance, "POST", path, &partial.to_string());
        assert_eq!(tenancy.send(&message).await.status, 400, "{name}");
    }
    let stranger = Signer::from_pem(KeyPair::generate().unwrap().private_key_pem().as_str(), "x");
    let message = tenancy.signed(&stranger, "POST", path, &body.to_string());
    assert!(matches!(tenancy.refusal(&message).await, Rejection::UnknownKeyId(_)));
}
