//! Metadata and federation: what an instance principal asks, and all that can be wrong with it.

use oci_emulator::{
    AuthService, Authority, Emulator, Fault, KeyPair, Region, Rejection, TokenKind,
};
use serde_json::{Value, json};

use crate::auth::{
    AUTHORITY, FEDERATION_HEADERS, Form, SESSION, Tenancy, bare, bare_key, bearer, claims, token,
};
use crate::signer::Message;
use crate::world::{World, now};

#[tokio::test]
async fn the_document_and_every_part_of_it() {
    let tenancy = Tenancy::new().await;
    let document: Value = serde_json::from_str(&tenancy.read_metadata("instance/").await).unwrap();
    assert_eq!(document["id"], AUTHORITY.instance_id());
    assert_eq!(document["tenantId"], AUTHORITY.tenancy());
    assert_eq!(document["compartmentId"], AUTHORITY.compartment_id());
    assert_eq!(tenancy.read_metadata("instance/id").await, AUTHORITY.instance_id());
    assert_eq!(tenancy.read_metadata("instance/region").await, "ord");
    assert_eq!(tenancy.read_metadata("instance/canonicalRegionName").await, "us-chicago-1");
    let region: Value =
        serde_json::from_str(&tenancy.read_metadata("instance/regionInfo").await).unwrap();
    let expected = json!({
        "realmKey": "oc1",
        "realmDomainComponent": "oraclecloud.com",
        "regionKey": "ORD",
        "regionIdentifier": "us-chicago-1",
    });
    assert_eq!(region, expected);
    assert_eq!(tenancy.read_metadata("instance/regionInfo/realmKey").await, "oc1");
    assert_eq!(tenancy.read_metadata("identity/tenancyId").await, AUTHORITY.tenancy());
    assert_eq!(
        tenancy.world.emulator.metadata_url(),
        format!("{}/opc/v2", tenancy.world.emulator.url())
    );
}

#[tokio::test]
async fn another_region_of_another_realm() {
    let region = Region {
        identifier: "xx-nowhere-1".into(),
        key: "xnw".into(),
        realm: "oc99".into(),
        domain: "example.com".into(),
    };
    let tenancy = Tenancy::with(|builder| builder.region(region)).await;
    assert_eq!(tenancy.read_metadata("instance/region").await, "xnw");
    let realm = tenancy.read_metadata("instance/regionInfo/realmDomainComponent").await;
    assert_eq!(realm, "example.com");
}

#[tokio::test]
async fn version_1_is_off_and_what_is_not_there_is_not_found() {
    let tenancy = Tenancy::new().await;
    for path in ["v1/instance/", "v1/instance/region", "v1/identity/cert.pem", "v3/instance/"] {
        let mut message = tenancy.metadata("");
        message.target = format!("/opc/{path}");
        assert_eq!(tenancy.world.send(&message).await.status, 404, "{path}");
    }
    for path in ["instance/nothing", "identity/nothing", "nothing", "instance/id/more"] {
        assert_eq!(tenancy.world.send(&tenancy.metadata(path)).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn metadata_is_for_those_on_the_instance_only() {
    let tenancy = Tenancy::new().await;
    let mut without = tenancy.metadata("instance/id");
    without.remove("authorization");
    let mut wrong = tenancy.metadata("instance/id");
    wrong.set("authorization", "Bearer oracle");
    let forwarded = ["Forwarded", "X-Forwarded-For", "x-forwarded-host"].map(|name| {
        let mut message = tenancy.metadata("instance/id");
        message.set(name, "192.0.2.1");
        message
    });
    for message in [without, wrong].iter().chain(&forwarded) {
        assert_eq!(tenancy.world.send(message).await.status, 403);
        assert!(matches!(tenancy.last_rejection(), Rejection::Metadata(_)));
    }
    let mut post = tenancy.metadata("instance/id");
    post.method = "POST".into();
    let answer = tenancy.world.send(&post).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET")));
}

#[tokio::test]
async fn both_forms_of_the_fingerprint_get_a_token_that_opens_the_service() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    assert!(material.key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    for form in [Form::Sha1, Form::Sha256] {
        let token = token(&tenancy.world.send(&tenancy.federation(&material, form)).await);
        let claims = claims(&token);
        assert_eq!(claims["sub"], AUTHORITY.instance_id());
        assert_eq!(claims["opc-tenant"], AUTHORITY.tenancy());
        assert_eq!(
            claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
            20 * 60,
            "the default life"
        );
        let jwk: Value = serde_json::from_str(claims["jwk"].as_str().unwrap()).unwrap();
        assert_eq!((&jwk["kty"], &jwk["e"]), (&json!("RSA"), &json!("AQAB")));
        assert_eq!(tenancy.ask_as(&token).await, 200);
        let request = tenancy.world.emulator.requests().pop().unwrap();
        assert_eq!(request.caller.as_deref(), Some(AUTHORITY.instance_id()));
        assert!(!format!("{request:?}").contains(&token), "a token is shown");
    }
}

#[tokio::test]
async fn host_may_be_signed_as_well_and_lower_case_sha1_will_do() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    let mut message = tenancy.federation(&material, Form::Sha1);
    let mut signer = material.signer(Form::Sha1);
    signer.key_id = signer.key_id.to_ascii_lowercase();
    signer.sign_usual(&mut message);
    token(&tenancy.world.send(&message).await);
}

#[tokio::test]
async fn one_of_two_dates_is_signed_and_counts() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    let signer = material.signer(Form::Sha1);
    // As the official TypeScript SDK does it.
    let all = "date (request-target) host content-type content-length x-content-sha256";
    let mut message = tenancy.federation(&material, Form::Sha1);
    message.set("x-date", "not looked at");
    signer.sign(&mut message, all);
    token(&tenancy.world.send(&message).await);
    signer.sign(&mut message, &all.replace("date", "x-date"));
    assert!(matches!(tenancy.refusal(&message).await, Rejection::DateForm(_)));
    message.set("x-date", &httpdate::fmt_http_date(now()));
    message.set("date", "not looked at");
    signer.sign(&mut message, &all.replace("date", "x-date"));
    token(&tenancy.world.send(&message).await);
    signer.sign(&mut message, &all.replace("date ", ""));
    assert_eq!(tenancy.refusal(&message).await, Rejection::NotSigned("date".into()));
}

#[tokio::test]
async fn the_signature_is_checked_over_the_body() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    let right = tenancy.federation(&material, Form::Sha1);

    let mut unsigned = right.clone();
    unsigned.remove("authorization");
    assert_eq!(tenancy.refusal(&unsigned).await, Rejection::NoAuthorization);

    let mut altered = right.clone();
    let at = altered.body.len() - 3;
    altered.body[at] ^= 1;
    assert!(matches!(tenancy.refusal(&altered).await, Rejection::Digest { .. }));

    let mut without_body = right.clone();
    material.signer(Form::Sha1).sign(&mut without_body, "date (request-target)");
    let expected = Rejection::NotSigned("content-length".into());
    assert_eq!(tenancy.refusal(&without_body).await, expected);

    let mut late = right.clone();
    late.set("date", &httpdate::fmt_http_date(now() - std::time::Duration::from_secs(301)));
    material.signer(Form::Sha1).sign(&mut late, FEDERATION_HEADERS);
    assert!(matches!(tenancy.refusal(&late).await, Rejection::Skew { .. }));

    let mut by_another_key = right.clone();
    let mut other = bearer("");
    other.key_id = material.signer(Form::Sha1).key_id;
    other.sign(&mut by_another_key, FEDERATION_HEADERS);
    assert!(matches!(tenancy.refusal(&by_another_key).await, Rejection::Signature { .. }));
    token(&tenancy.world.send(&right).await);
}

#[tokio::test]
async fn the_key_id_names_the_certificate_and_the_tenancy() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    let (sha1, sha256) = (material.signer(Form::Sha1).key_id, material.signer(Form::Sha256).key_id);
    let foreign = sha1.replace(AUTHORITY.tenancy(), "ocid1.tenancy.oc1..aaaa");
    for (form, key_id) in [
        (Form::Sha1, &sha256),
        (Form::Sha256, &sha1),
        (Form::Sha1, &foreign),
        (Form::Sha1, &sha1.replace(':', "")),
        (Form::Sha1, &format!("ST${sha1}")),
    ] {
        let mut message = tenancy.federation(&material, form);
        let mut signer = material.signer(form);
        signer.key_id.clone_from(key_id);
        signer.sign(&mut message, FEDERATION_HEADERS);
        let rejection = tenancy.refusal(&message).await;
        assert!(matches!(rejection, Rejection::Certificate(_)), "{key_id}: {rejection}");
        assert!(!rejection.to_string().contains("ST$ocid1"), "a token is shown: {rejection}");
    }
    // Such a key id is good for nothing else.
    let mut chat = tenancy.chat("");
    material.signer(Form::Sha1).sign_usual(&mut chat);
    assert!(matches!(tenancy.refusal(&chat).await, Rejection::UnknownKeyId(_)));
}

#[tokio::test]
async fn the_chain_has_to_lead_to_the_root() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    let foreign = Authority::generate().unwrap();
    let other = Emulator::builder().authority(foreign).clock(now).start().await.unwrap();
    let mut connection = crate::http::Connection::open(other.address()).await;
    let ask = tenancy.metadata("identity/intermediate.pem").to_bytes();
    let stranger = connection.request(&ask, false).await.body();

    let body = |certificate: &str, intermediates: Value| {
        json!({
            "certificate": certificate,
            "intermediateCertificates": intermediates,
            "publicKey": bare_key(SESSION.public_key()),
        })
    };
    let certificate = bare(&material.certificate);
    let intermediate = bare(&material.intermediate);
    for (what, body) in [
        ("none between", body(&certificate, json!([]))),
        ("another between", body(&certificate, json!([bare(&stranger)]))),
        ("not a certificate", body("AAAA", json!([intermediate]))),
        ("with the lines of PEM", body(&material.certificate, json!([intermediate]))),
        ("the intermediate alone", body(&intermediate, json!([]))),
    ] {
        let message = tenancy.federation_with(&material, Form::Sha1, &body);
        let rejection = tenancy.refusal(&message).await;
        assert!(matches!(rejection, Rejection::Certificate(_)), "{what}: {rejection}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_one_is_a_400() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    let right = json!({
        "certificate": bare(&material.certificate),
        "intermediateCertificates": [bare(&material.intermediate)],
        "publicKey": "no key",
    });
    for body in [json!([]), json!({}), right] {
        let message = tenancy.federation_with(&material, Form::Sha1, &body);
        assert_eq!(tenancy.world.send(&message).await.status, 400, "{body}");
    }
    let mut text = tenancy.federation(&material, Form::Sha1);
    text.set("content-type", "text/plain");
    assert_eq!(tenancy.world.send(&text).await.status, 415);
    let get = Message::new("GET", "/v1/x509", b"", now());
    assert_eq!(tenancy.world.send(&get).await.status, 405);
}

#[tokio::test]
async fn a_certificate_ends_and_is_renewed_before() {
    let tenancy = Tenancy::new().await;
    let old = tenancy.material().await;
    tenancy.advance(13 * 3600);
    let renewed = tenancy.material().await;
    assert_ne!(old.certificate, renewed.certificate);
    assert_eq!(old.key, renewed.key);
    for material in [&old, &renewed] {
        token(&tenancy.world.send(&tenancy.federation(material, Form::Sha1)).await);
    }
    tenancy.advance(12 * 3600);
    let rejection = tenancy.refusal(&tenancy.federation(&old, Form::Sha1)).await;
    assert!(rejection.to_string().contains("expired"), "{rejection}");
}

#[tokio::test]
async fn after_a_rotation_the_old_certificate_is_refused_and_tokens_stay_good() {
    let tenancy = Tenancy::new().await;
    let old = tenancy.material().await;
    let before = token(&tenancy.world.send(&tenancy.federation(&old, Form::Sha1)).await);
    tenancy.world.emulator.rotate_certificate().unwrap();
    let rejection = tenancy.refusal(&tenancy.federation(&old, Form::Sha1)).await;
    assert!(rejection.to_string().contains("rotated"), "{rejection}");
    assert_eq!(tenancy.ask_as(&before).await, 200);
    let new = tenancy.material().await;
    assert_ne!(old.key, new.key);
    token(&tenancy.world.send(&tenancy.federation(&new, Form::Sha256)).await);
}

#[tokio::test]
async fn a_rotation_between_certificate_and_key() {
    let tenancy = Tenancy::new().await;
    tenancy.world.emulator.push_auth_fault(AuthService::Metadata, Fault::Rotate);
    // The certificate is asked for first, and is the old one by the time the key is.
    let torn = tenancy.material().await;
    let rejection = tenancy.refusal(&tenancy.federation(&torn, Form::Sha1)).await;
    assert!(matches!(rejection, Rejection::Certificate(_)), "{rejection}");
    let whole = tenancy.material().await;
    token(&tenancy.world.send(&tenancy.federation(&whole, Form::Sha1)).await);
}

#[tokio::test]
async fn tokens_expire_and_can_be_revoked() {
    let life = std::time::Duration::from_secs(90);
    let tenancy = Tenancy::with(|builder| builder.token_life(life)).await;
    let token = tenancy.federate().await;
    tenancy.advance(89);
    assert_eq!(tenancy.ask_as(&token).await, 200);
    tenancy.advance(1);
    assert_eq!(tenancy.refusal(&tenancy.chat(&token)).await, Rejection::TokenExpired);

    let revoked = tenancy.federate().await;
    tenancy.world.emulator.revoke_tokens();
    assert_eq!(tenancy.refusal(&tenancy.chat(&revoked)).await, Rejection::TokenRevoked);
    assert_eq!(tenancy.ask_as(&tenancy.federate().await).await, 200);
}

#[tokio::test]
async fn a_token_needs_the_key_that_it_is_bound_to() {
    let tenancy = Tenancy::new().await;
    let other = KeyPair::generate().unwrap();
    let emulator = &tenancy.world.emulator;
    let token = emulator.issue_token(TokenKind::Instance(other.public_key())).unwrap();
    let rejection = tenancy.refusal(&tenancy.chat(&token)).await;
    assert!(matches!(rejection, Rejection::Signature { .. }), "{rejection}");
    for token in ["", "a.b.c", &format!("{token}x")] {
        let rejection = tenancy.refusal(&tenancy.chat(token)).await;
        assert!(matches!(rejection, Rejection::Token(_)), "{rejection}");
    }
    // A token that is only shown is bound to none.
    let shown = emulator.issue_token(TokenKind::Delegation).unwrap();
    let expected = Rejection::Token("is bound to no key");
    assert_eq!(tenancy.refusal(&tenancy.chat(&shown)).await, expected);
}

#[tokio::test]
async fn a_delegation_token_is_signed_checked_and_recorded() {
    let tenancy = Tenancy::new().await;
    let emulator = &tenancy.world.emulator;
    let token = tenancy.federate().await;
    let with = |delegation: &str, list: &str| {
        let mut message = tenancy.chat(&token);
        message.set("opc-obo-token", delegation);
        bearer(&token).sign(&mut message, list);
        message
    };
    let signed =
        "date (request-target) host opc-obo-token content-length content-type x-content-sha256";
    let unsigned = "date (request-target) host content-length content-type x-content-sha256";
    let delegation = emulator.issue_token(TokenKind::Delegation).unwrap();
    assert_eq!(tenancy.world.send(&with(&delegation, signed)).await.status, 200);
    let request = emulator.requests().pop().unwrap();
    assert_eq!(request.caller.as_deref(), Some(AUTHORITY.instance_id()));
    assert_eq!(request.on_behalf_of.as_deref(), Some(AUTHORITY.user()));
    assert!(!format!("{request:?}").contains(&delegation), "a token is shown");

    let expected = Rejection::NotSigned("opc-obo-token".into());
    assert_eq!(tenancy.refusal(&with(&delegation, unsigned)).await, expected);
    let expired = emulator.issue_token_for(TokenKind::Delegation, std::time::Duration::ZERO);
    let rejection = tenancy.refusal(&with(&expired.unwrap(), signed)).await;
    assert_eq!(rejection, Rejection::TokenExpired);
    let rejection = tenancy.refusal(&with(&token, signed)).await;
    assert_eq!(rejection, Rejection::TokenKind { expected: "obo", found: "x509" });
    assert_eq!(tenancy.refusal(&with("nonsense", signed)).await, Rejection::Token("is no JWT"));
}

#[tokio::test]
async fn without_an_authority_there_is_nothing_of_all_this() {
    let world = World::new().await;
    let mut message = Message::new("GET", "/opc/v2/instance/id", b"", now());
    message.set("authorization", "Bearer Oracle");
    assert_eq!(world.send(&message).await.status, 401);
    assert!(world.emulator.authority().is_none() && world.emulator.cluster_address().is_none());
    assert!(world.emulator.issue_token(TokenKind::External).is_err());
    assert!(world.emulator.rotate_certificate().is_err());
    // These have nothing to act on.
    world.emulator.revoke_tokens();
    world.emulator.push_auth_fault(AuthService::Federation, Fault::HangUp);
    world.emulator.set_auth_fault(AuthService::Federation, None);
    assert_eq!(world.ask_two_by_two(false).await.status, 200);
}

#[tokio::test]
async fn answers_are_dated_by_the_clock_of_the_service() {
    let tenancy = Tenancy::new().await;
    tenancy.advance(3600);
    let mut early = tenancy.metadata("instance/id");
    early.set("date", &httpdate::fmt_http_date(now()));
    let answer = tenancy.world.send(&early).await;
    assert_eq!(answer.header("date"), Some(httpdate::fmt_http_date(tenancy.now()).as_str()));
    // A client that is an hour late can tell by the date of the 401.
    let answer = tenancy.world.send(&tenancy.world.post(crate::world::CHAT, b"{}")).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("date"), Some(httpdate::fmt_http_date(tenancy.now()).as_str()));
    assert!(matches!(tenancy.last_rejection(), Rejection::Skew { .. }));
}
