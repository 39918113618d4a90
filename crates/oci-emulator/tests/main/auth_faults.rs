//! Every fault at the services for credentials.

use oci_emulator::{AuthService, Fault, Rejection, TokenKind};
use serde_json::json;

use crate::auth::{AUTHORITY, Form, SESSION, Tenancy, bearer, claims, token};
use crate::signer::Message;
use crate::world::CHAT;

/// A request that is right to each service but the cluster's, which is asked over TLS.
async fn right_requests(tenancy: &Tenancy) -> Vec<(AuthService, Message)> {
    let emulator = &tenancy.world.emulator;
    let issue = |kind| emulator.issue_token(kind).unwrap();
    let session = issue(TokenKind::Session(SESSION.public_key()));
    let instance = bearer(&issue(TokenKind::Instance(SESSION.public_key())));
    let key = crate::auth::bare_key(SESSION.public_key());
    let rpt = format!("/20180711/resourcePrincipalToken/{}", AUTHORITY.resource_id());
    let ask = tenancy.signed(&instance, "GET", &rpt, "");
    let mut proofs = tenancy.world.send(&ask).await.json();
    proofs["sessionPublicKey"] = key.clone().into();
    let scoped = json!({ "scope": "s", "public_key": key, "target_compartment": "c" });
    let refresh = json!({ "currentToken": session });
    vec![
        (AuthService::Federation, tenancy.federation(&tenancy.material().await, Form::Sha1)),
        (AuthService::Metadata, tenancy.metadata("instance/id")),
        (AuthService::TokenExchange, crate::auth_tokens::exchange(tenancy, |_| {})),
        (AuthService::ResourceToken, ask),
        (
            AuthService::ResourceSession,
            tenancy.signed(
                &instance,
                "POST",
                "/v1/resourcePrincipalSessionToken",
                &proofs.to_string(),
            ),
        ),
        (
            AuthService::ScopedToken,
            tenancy.signed(&instance, "POST", "/v1/oauth2/scoped", &scoped.to_string()),
        ),
        (
            AuthService::SessionRefresh,
            tenancy.signed(
                &bearer(&session),
                "POST",
                "/v1/authentication/refresh",
                &refresh.to_string(),
            ),
        ),
    ]
}

#[tokio::test]
async fn a_fault_befalls_the_service_that_it_is_aimed_at_and_once() {
    let tenancy = Tenancy::new().await;
    let requests = right_requests(&tenancy).await;
    for (aimed, _) in &requests {
        for status in [404, 500] {
            tenancy.world.emulator.push_auth_fault(*aimed, Fault::status(status));
            for (service, message) in &requests {
                let answer = tenancy.world.send(message).await;
                let expected = if service == aimed { status } else { 200 };
                assert_eq!(answer.status, expected, "{aimed} {service}: {}", answer.body());
            }
            assert_eq!(tenancy.ask_as(&tenancy.federate().await).await, 200);
        }
    }
}

#[tokio::test]
async fn a_fault_that_stays_and_one_from_the_start() {
    let tenancy =
        Tenancy::with(|builder| builder.auth_fault(AuthService::Metadata, Fault::status(404)))
            .await;
    let message = tenancy.metadata("instance/id");
    for _ in 0..2 {
        assert_eq!(tenancy.world.send(&message).await.status, 404);
    }
    // A request that is refused anyway uses up none.
    tenancy.world.emulator.push_auth_fault(AuthService::Metadata, Fault::status(500));
    let mut stranger = message.clone();
    stranger.remove("authorization");
    assert_eq!(tenancy.world.send(&stranger).await.status, 403);
    assert_eq!(tenancy.world.send(&message).await.status, 500);
    tenancy.world.emulator.set_auth_fault(AuthService::Metadata, None);
    assert_eq!(tenancy.world.send(&message).await.status, 200);
}

#[tokio::test]
async fn tokens_that_are_no_good() {
    let tenancy = Tenancy::new().await;
    let emulator = &tenancy.world.emulator;
    emulator.push_auth_fault(AuthService::Federation, Fault::ExpiredToken);
    let expired = tenancy.federate().await;
    assert!(claims(&expired)["exp"].as_u64() > claims(&expired)["iat"].as_u64());
    assert_eq!(tenancy.refusal(&tenancy.chat(&expired)).await, Rejection::TokenExpired);

    emulator.push_auth_fault(AuthService::Federation, Fault::GarbageToken);
    let garbage = tenancy.federate().await;
    assert!(matches!(tenancy.refusal(&tenancy.chat(&garbage)).await, Rejection::Token(_)));

    emulator.push_auth_fault(AuthService::Federation, Fault::ForeignToken);
    let foreign = tenancy.federate().await;
    let rejection = tenancy.refusal(&tenancy.chat(&foreign)).await;
    assert!(matches!(rejection, Rejection::Signature { .. }), "{rejection}");
    assert_eq!(tenancy.ask_as(&tenancy.federate().await).await, 200);
}

#[tokio::test]
async fn each_service_with_a_token_can_give_a_bad_one() {
    let tenancy = Tenancy::new().await;
    for (service, message) in right_requests(&tenancy).await {
        // Proofs open nothing by themselves, and metadata has no token.
        if matches!(service, AuthService::Metadata | AuthService::ResourceToken) {
            continue;
        }
        tenancy.world.emulator.push_auth_fault(service, Fault::ExpiredToken);
        let expired = token(&tenancy.world.send(&message).await);
        let rejection = tenancy.refusal(&tenancy.chat(&expired)).await;
        assert_eq!(rejection, Rejection::TokenExpired, "{service}");
        tenancy.world.emulator.push_auth_fault(service, Fault::GarbageToken);
        let garbage = token(&tenancy.world.send(&message).await);
        let rejection = tenancy.refusal(&tenancy.chat(&garbage)).await;
        assert!(matches!(rejection, Rejection::Token(_)), "{service}: {rejection}");
        tenancy.world.emulator.push_auth_fault(service, Fault::ForeignToken);
        let foreign = token(&tenancy.world.send(&message).await);
        let rejection = tenancy.refusal(&tenancy.chat(&foreign)).await;
        assert!(matches!(rejection, Rejection::Signature { .. }), "{service}: {rejection}");
        assert_eq!(tenancy.ask_as(&token(&tenancy.world.send(&message).await)).await, 200);
    }
}

#[tokio::test]
async fn proofs_that_are_no_good() {
    let tenancy = Tenancy::new().await;
    for (fault, expected) in
        [("expired-token", "the token has expired"), ("garbage-token", "the token is no JWT")]
    {
        let emulator = &tenancy.world.emulator;
        emulator.push_auth_fault(AuthService::ResourceToken, fault.parse().unwrap());
        let instance = tenancy.federate().await;
        let path = format!("/20180711/resourcePrincipalToken/{}", AUTHORITY.resource_id());
        let ask = tenancy.signed(&bearer(&instance), "GET", &path, "");
        let mut proofs = tenancy.world.send(&ask).await.json();
        proofs["sessionPublicKey"] = crate::auth::bare_key(SESSION.public_key()).into();
        let path = "/v1/resourcePrincipalSessionToken";
        let message = tenancy.signed(&bearer(&instance), "POST", path, &proofs.to_string());
        assert_eq!(tenancy.refusal(&message).await.to_string(), expected);
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    let tenancy = Tenancy::new().await;
    for (service, message) in right_requests(&tenancy).await {
        let fault = |text: &str| {
            tenancy.world.emulator.push_auth_fault(service, text.parse().unwrap());
        };
        fault("garbage=0");
        let answer = tenancy.world.send(&message).await;
        assert_eq!(answer.status, 200, "{service}");
        assert!(serde_json::from_str::<serde_json::Value>(&answer.body()).is_err());
        assert!(!answer.body().contains("ey"), "{service}: {}", answer.body());

        fault("html=502");
        let answer = tenancy.world.send(&message).await;
        assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html")));

        fault("redirect=http://127.0.0.1:1/");
        let answer = tenancy.world.send(&message).await;
        let expected = (307, Some("http://127.0.0.1:1/"));
        assert_eq!((answer.status, answer.header("location")), expected, "{service}");

        fault("content-type");
        let answer = tenancy.world.send(&message).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain")));

        fault("cut-body");
        assert!(!tenancy.world.send(&message).await.is_whole, "{service}");
        fault("cut-bytes=1");
        assert!(!tenancy.world.send(&message).await.is_whole, "{service}");
        fault("reset=1");
        assert!(!tenancy.world.send(&message).await.is_whole, "{service}");
        for text in ["hang-up", "reset", "half-head"] {
            fault(text);
            let mut connection = tenancy.world.connect().await;
            connection.send(&message.to_bytes()).await;
            assert!(connection.read_head().await.is_none(), "{service} {text}");
        }
        fault("slow-body=10,1ms");
        assert!(tenancy.world.send(&message).await.is_whole, "{service}");
        fault("delay=1ms");
        assert_eq!(tenancy.world.send(&message).await.status, 200, "{service}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come() {
    let tenancy = Tenancy::new().await;
    let emulator = &tenancy.world.emulator;
    for text in ["stall", "stall=1"] {
        emulator.push_auth_fault(AuthService::Federation, text.parse().unwrap());
        let material = tenancy.material().await;
        let before = emulator.requests().len();
        let mut connection = tenancy.world.connect().await;
        connection.send(&tenancy.federation(&material, Form::Sha1).to_bytes()).await;
        emulator.wait_until(|requests| requests.len() > before).await;
        // Others are served meanwhile.
        token(&tenancy.world.send(&tenancy.federation(&material, Form::Sha1)).await);
        emulator.release();
        let mut answer = connection.read_head().await.unwrap();
        connection.read_body(&mut answer, false).await;
        token(&answer);
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_by_the_date_of_the_401() {
    let tenancy = Tenancy::new().await;
    let material = tenancy.material().await;
    let message = tenancy.federation(&material, Form::Sha1);
    let chat = tenancy.chat(&tenancy.federate().await);
    tenancy.advance(301);
    for message in [&message, &chat] {
        let answer = tenancy.world.send(message).await;
        assert_eq!(answer.status, 401);
        let expected = httpdate::fmt_http_date(tenancy.now());
        assert_eq!(answer.header("date"), Some(expected.as_str()));
        assert!(matches!(tenancy.last_rejection(), Rejection::Skew { .. }));
    }
}

#[tokio::test]
async fn faults_of_tokens_mean_nothing_to_inference() {
    let tenancy = Tenancy::new().await;
    for fault in [Fault::ExpiredToken, Fault::ForeignToken, Fault::GarbageToken, Fault::Rotate] {
        tenancy.world.emulator.push_fault(fault);
        assert_eq!(tenancy.world.ask_two_by_two(false).await.status, 200);
    }
    let requests = tenancy.world.emulator.requests();
    assert!(requests.iter().all(|request| request.path_and_query == CHAT));
}
