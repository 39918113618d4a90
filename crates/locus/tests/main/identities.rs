//! One program, every kind of identity: what the platform sets decides, and tokens are fetched once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use locus::auth::{
    GeneratedKeys, HyperClient, InstancePrincipal, Network, ScopedToken, Secret, SessionFiles,
    SignError, Signer, SystemClock, TokenCache, TokenExchange,
};
use locus::{Client, ClientBuilder, Endpoint, Env};
use oci_emulator::{
    AuthService, Authority, Builder, Credentials, Emulator, Fault, RecordedRequest, Sandbox,
    TokenKind,
};

/// A tenancy, and the files and variables with which each kind of client finds its credentials.
struct Cloud {
    _folder: tempfile::TempDir,
    home: String,
    emulator: Emulator,
    authority: Authority,
    kinds: Vec<Credentials>,
}

impl Cloud {
    async fn new() -> Self {
        Self::with(|builder| builder).await
    }

    async fn with(change: impl FnOnce(Builder) -> Builder) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::create(folder.path()).unwrap();
        let authority = Authority::for_sandbox(&sandbox).unwrap();
        let builder = Emulator::builder().identity(sandbox.identity()).authority(authority.clone());
        let emulator = change(builder).start().await.unwrap();
        let kinds = sandbox.write_credentials(&emulator, Duration::from_secs(3600)).unwrap();
        let home = folder.path().to_str().unwrap().to_owned();
        Self { _folder: folder, home, emulator, authority, kinds }
    }

    /// The environment that a platform makes, with variables that the test sets on top.
    fn env(&self, kind: &str, more: &[(&str, &str)]) -> Env {
        let kind = self.kinds.iter().find(|found| found.name == kind).unwrap();
        let set = kind.variables.iter().map(|(name, value)| (*name, value.as_str()));
        let home = [("HOME", self.home.as_str())];
        Env::from_pairs(home.into_iter().chain(set).chain(more.iter().copied()))
    }

    fn builder(&self, kind: &str, more: &[(&str, &str)]) -> ClientBuilder {
        Client::builder(self.env(kind, more)).endpoint(self.endpoint())
    }

    fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&self.emulator.url()).unwrap()
    }

    /// Requests whose path begins so.
    fn sent(&self, path: &str) -> Vec<RecordedRequest> {
        let mut requests = self.emulator.requests();
        requests.retain(|request| request.path_and_query.starts_with(path));
        requests
    }

    /// What reaches the emulator through the network of this machine.
    fn network(&self) -> Network {
        let service = HyperClient::builder().bundled_roots().build().unwrap();
        Network::new(HyperClient::metadata(), service, SystemClock, GeneratedKeys::default())
    }

    fn instance(&self) -> InstancePrincipal {
        InstancePrincipal::new(self.network())
            .metadata_url(&self.emulator.metadata_url())
            .endpoint(self.emulator.url())
    }
}

const CHAT: &str = "/openai/v1/chat/completions";

async fn ask(client: &Client) -> Result<String, locus::Error> {
    Ok(client.model("oci:openai.gpt-5.5").chat("What is 2x2?").await?.text().to_owned())
}

#[tokio::test]
async fn the_same_program_runs_as_each_kind_by_variables_only() {
    let cloud = Cloud::new().await;
    assert!(cloud.kinds.len() >= 11, "{:?}", cloud.kinds);
    for Credentials { name, .. } in &cloud.kinds {
        let client = cloud.builder(name, &[]).connect().await.unwrap();
        let answer = ask(&client).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(answer.contains('4'), "{name}: {answer}");

        let sent = cloud.sent(CHAT).pop().unwrap();
        let authorization = sent.header("authorization").unwrap();
        assert_eq!(authorization.contains("keyId=\"ST$"), *name != "api_key", "{name}");
        let is_delegated = *name == "instance_obo_user";
        assert_eq!(sent.on_behalf_of.is_some(), is_delegated, "{name}: {:?}", sent.on_behalf_of);
        let compartment = client.compartment_id().unwrap();
        assert!(compartment.value.starts_with("ocid1."), "{name}: {compartment:?}");
        assert_eq!(sent.header("opc-compartment-id"), Some(compartment.value.as_str()), "{name}");
    }
    assert!(cloud.emulator.rejections().is_empty(), "nothing was refused on the way");
}

/// A program that sets neither finds both, and one that blocks may do so.
#[tokio::test(flavor = "multi_thread")]
async fn region_and_compartment_of_an_instance_are_asked_for_once() {
    let cloud = Cloud::new().await;
    let client = Client::builder(cloud.env("instance_principal", &[])).build().unwrap();
    assert_eq!(client.endpoint().host(), "inference.generativeai.us-chicago-1.oci.oraclecloud.com");
    let compartment = client.compartment_id().unwrap();
    assert_eq!(compartment.value, cloud.authority.compartment_id());
    assert_eq!(cloud.sent("/v1/x509").len(), 1);

    let told =
        [("OCI_REGION", "uk-london-1"), ("OCI_COMPARTMENT_ID", "ocid1.compartment.oc1..set")];
    let before = cloud.emulator.requests().len();
    let client = Client::builder(cloud.env("instance_principal", &told)).build().unwrap();
    assert!(client.endpoint().host().contains("uk-london-1"));
    assert_eq!(client.compartment_id().unwrap().value, "ocid1.compartment.oc1..set");
    assert_eq!(cloud.emulator.requests().len(), before, "what is set is not asked for");
}

#[tokio::test]
async fn a_thousand_callers_fetch_one_token_and_one_more_after_it_was_revoked() {
    let cloud = Cloud::new().await;
    let signer = Signer::tokens(TokenCache::new(cloud.instance(), SystemTime::now));
    let all = async |refused: Option<locus::auth::Snapshot>| {
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..1000 {
            let (signer, refused) = (signer.clone(), refused.clone());
            callers.spawn(async move {
                match refused {
                    None => signer.ready().await.unwrap(),
                    Some(refused) => signer.refresh_after(&refused).await.unwrap().unwrap(),
                }
            });
        }
        callers.join_all().await
    };
    let first = all(None).await;
    assert_eq!((first.len(), cloud.sent("/v1/x509").len()), (1000, 1));
    let second = all(Some(first[0].clone())).await;
    assert_eq!((second.len(), cloud.sent("/v1/x509").len()), (1000, 2));
}

#[tokio::test]
async fn a_storm_of_refusals_costs_one_token() {
    let cloud = Cloud::new().await;
    let client = cloud.builder("instance_principal", &[]).connect().await.unwrap();
    ask(&client).await.unwrap();
    cloud.emulator.revoke_tokens();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let client = client.clone();
        callers.spawn(async move { ask(&client).await.unwrap() });
    }
    callers.join_all().await;
    assert_eq!(cloud.sent("/v1/x509").len(), 2, "one at first, and one for all who were refused");
}

#[tokio::test]
async fn certificates_may_rotate_before_and_while_they_are_read() {
    let cloud = Cloud::new().await;
    let client = cloud.builder("instance_principal", &[]).connect().await.unwrap();
    ask(&client).await.unwrap();

    cloud.emulator.rotate_certificate().unwrap();
    cloud.emulator.revoke_tokens();
    ask(&client).await.unwrap();

    // The answer with the certificate is the last before another takes its place: the key is that of the other.
    cloud.emulator.push_auth_fault(AuthService::Metadata, Fault::Rotate);
    cloud.emulator.revoke_tokens();
    ask(&client).await.unwrap();
    let certificates = cloud.sent("/opc/v2/identity/cert.pem").len();
    assert_eq!(certificates, 4, "one for each token, and one more for what did not fit");
    assert_eq!(cloud.sent("/opc/v2/instance/region").len(), 0, "the endpoint was told");
}

#[tokio::test]
async fn answers_that_are_no_tokens_are_told_and_passing_failures_pass() {
    let cloud = Cloud::new().await;
    let federation = AuthService::Federation;
    let error = async |fault: Fault| {
        cloud.emulator.set_auth_fault(federation, Some(fault));
        let outcome = cloud.builder("instance_principal", &[]).connect().await;
        cloud.emulator.set_auth_fault(federation, None);
        let error = outcome.map(|_| ()).unwrap_err();
        (chain(&error), error.hint().unwrap())
    };
    let (text, _) = error(Fault::GarbageToken).await;
    assert!(
        text.contains("cannot use the token in the answer of the authentication service"),
        "{text}"
    );
    let (text, _) = error(Fault::ForeignToken).await;
    assert!(text.contains("is for another key"), "{text}");
    let (text, hint) = error(Fault::status(429)).await;
    assert!(text.contains("answered 429 Too Many Requests (TooManyRequests)"), "{text}");
    assert!(!hint.is_empty());

    cloud.emulator.push_auth_fault(federation, Fault::status(503));
    cloud.emulator.push_auth_fault(AuthService::Metadata, Fault::status(404));
    let client = cloud.builder("instance_principal", &[]).connect().await.unwrap();
    ask(&client).await.unwrap();
}

/// It tells of a clock that is wrong somewhere; the call that meets it gets another token.
#[tokio::test]
async fn a_token_that_has_ended_when_it_comes_is_replaced_after_its_refusal() {
    let cloud = Cloud::new().await;
    cloud.emulator.push_auth_fault(AuthService::Federation, Fault::ExpiredToken);
    let told = [("OCI_COMPARTMENT_ID", cloud.authority.compartment_id())];
    let client = cloud.builder("instance_principal", &told).connect().await.unwrap();
    ask(&client).await.unwrap();
    assert_eq!((cloud.sent("/v1/x509").len(), cloud.sent(CHAT).len()), (2, 2));
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_with_both_times_and_corrected_only_if_asked() {
    let hour = Duration::from_secs(3600);
    let cloud = Cloud::with(|builder| builder.clock(move || SystemTime::now() + hour)).await;
    let fetch = async |network: Network| {
        let instance = InstancePrincipal::new(network)
            .metadata_url(&cloud.emulator.metadata_url())
            .endpoint(cloud.emulator.url());
        Signer::tokens(TokenCache::new(instance, SystemTime::now)).ready().await
    };
    let error = fetch(cloud.network()).await.unwrap_err();
    let text = chain(&error);
    assert!(
        text.contains("the clock here says ") && text.contains("that of the service "),
        "{text}"
    );
    assert!(error.hint().unwrap().contains("set the clock"), "{:?}", error.hint());
    assert_eq!(cloud.sent("/v1/x509").len(), 1, "asking again would be in vain");
    fetch(cloud.network().correct_clock()).await.unwrap();

    for kind in ["api_key", "resource_principal-2.1.1"] {
        let told = [("OCI_COMPARTMENT_ID", cloud.authority.compartment_id())];
        let client = cloud.builder(kind, &told).build().unwrap();
        let error = ask(&client).await.unwrap_err();
        let hint = error.hint().unwrap();
        assert!(hint.contains("set the clock of this machine"), "{kind}: {hint}");
        let client = cloud.builder(kind, &told).correct_clock().build().unwrap();
        ask(&client).await.unwrap();
        let before = cloud.sent(CHAT).len();
        ask(&client).await.unwrap();
        assert_eq!(cloud.sent(CHAT).len(), before + 1, "what was learnt is kept");
    }
}

/// An hour passes for everybody at once.
#[tokio::test]
async fn a_session_is_refreshed_before_it_ends_and_written_only_if_asked() {
    let later = Arc::new(AtomicU64::new(0));
    let clock = {
        let later = Arc::clone(&later);
        move || SystemTime::now() + Duration::from_secs(later.load(Ordering::SeqCst))
    };
    let cloud = Cloud::with(|builder| builder.clock(clock.clone())).await;
    let folder = std::path::Path::new(&cloud.home);
    let (token, key) = (folder.join("session_token"), folder.join("session_key.pem"));
    let read = || std::fs::read_to_string(&token).unwrap();
    let first = read();
    let files = SessionFiles::new(&token, &key);
    let network = Network::new(
        HyperClient::metadata(),
        HyperClient::builder().bundled_roots().build().unwrap(),
        Shifted(clock),
        GeneratedKeys::default(),
    );
    for (files, writes) in [(files.clone(), false), (files.write_back(), true)] {
        later.store(0, Ordering::SeqCst);
        let signer = Signer::refreshed_session(files, &network, cloud.emulator.url());
        let id = async || signer.ready().await.unwrap().key().unwrap().id().as_str().to_owned();
        assert_eq!(id().await, format!("ST${first}"));
        later.store(3500, Ordering::SeqCst);
        let second = id().await;
        assert_ne!(second, format!("ST${first}"), "within the last five minutes it is another");
        assert_eq!(id().await, second);
        assert_eq!(read() != first, writes);
        assert_eq!(format!("ST${}", read()) == second, writes);
    }
    assert_eq!(cloud.sent("/v1/authentication/refresh").len(), 2);
}

struct Shifted<F>(F);

impl<F: Fn() -> SystemTime + Send + Sync> locus::auth::Clock for Shifted<F> {
    fn now(&self) -> SystemTime {
        self.0()
    }

    fn sleep(&self, wait: Duration) -> locus::auth::Sleep {
        Box::pin(tokio::time::sleep(wait))
    }
}

#[tokio::test]
async fn a_session_that_was_ended_says_what_to_do() {
    let cloud = Cloud::new().await;
    let auth = [("OCI_SDK_AUTH_CLIENT_REGION_URL", &*cloud.emulator.url())];
    let client = cloud.builder("security_token", &auth).connect().await.unwrap();
    cloud.emulator.revoke_tokens();
    let error = ask(&client).await.unwrap_err();
    let text = chain(&error);
    assert!(text.contains("the session is over and cannot be refreshed"), "{text}");
    assert!(error.hint().unwrap().contains("oci session authenticate"), "{:?}", error.hint());
}

#[tokio::test]
async fn tokens_of_other_issuers_and_of_one_scope_are_exchanged() {
    let cloud = Cloud::new().await;
    let external = cloud.emulator.issue_token(TokenKind::External).unwrap();
    let secret = Secret::from(cloud.authority.client_secret());
    let exchange = TokenExchange::new(
        cloud.network(),
        cloud.emulator.url(),
        cloud.authority.client_id(),
        secret,
    )
    .subject(move || Some(Secret::from(external.as_str())));
    let user = Signer::tokens(TokenCache::new(exchange.clone(), SystemTime::now));
    let resource = exchange.for_resource("fnfunc", Some(15));
    let resource = Signer::tokens(TokenCache::new(resource, SystemTime::now));
    let compartment = cloud.authority.compartment_id();
    let scoped = ScopedToken::new(
        cloud.network(),
        user.clone(),
        cloud.emulator.url(),
        format!("generative_ai_use_urn-{compartment}:instance"),
        compartment,
    );
    let scoped = Signer::tokens(TokenCache::new(scoped, SystemTime::now));
    for signer in [user, resource, scoped] {
        let client = Client::builder(Env::default()).endpoint(cloud.endpoint()).signer(signer);
        let client = client.compartment_id(compartment).build().unwrap();
        ask(&client).await.unwrap();
    }

    let wrong = Secret::from("hunter2");
    let exchange = TokenExchange::new(
        cloud.network(),
        cloud.emulator.url(),
        cloud.authority.client_id(),
        wrong,
    )
    .subject(|| Some(Secret::from("x.e30.y")));
    let signer = Signer::tokens(TokenCache::new(exchange, SystemTime::now));
    let error = signer.ready().await.unwrap_err();
    let text = chain(&error);
    assert!(
        text.contains("the identity domain answered 401") && !text.contains("hunter2"),
        "{text}"
    );
    assert!(error.hint().unwrap().contains("client id and secret"), "{:?}", error.hint());
}

#[tokio::test]
async fn the_instance_is_known_by_both_forms_of_its_certificate() {
    let cloud = Cloud::new().await;
    for instance in [cloud.instance(), cloud.instance().sha1_fingerprint()] {
        Signer::tokens(TokenCache::new(instance, SystemTime::now)).ready().await.unwrap();
    }
    let asked = cloud.sent("/v1/x509");
    for (request, form) in asked.iter().zip(["/fed-x509-sha256/", "/fed-x509/"]) {
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.contains(form), "{form}");
    }
}

#[tokio::test]
async fn a_pod_without_its_platform_is_told_what_it_lacks() {
    let cloud = Cloud::new().await;
    let error = |more: &[(&str, &str)]| {
        let told = [("OCI_COMPARTMENT_ID", "ocid1.compartment.oc1..set")];
        let builder = cloud.builder("oke_workload_identity", &[&told[..], more].concat());
        async move {
            let client = builder.connect().await.unwrap();
            let error = ask(&client).await.unwrap_err();
            (chain(&error), error.hint())
        }
    };
    let (text, hint) =
        error(&[("OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH", "/nowhere/token")]).await;
    assert!(text.contains("cannot read /nowhere/token"), "{text}");
    assert!(hint.unwrap().contains("variable that names it"));
    cloud.emulator.set_auth_fault(AuthService::Workload, Some(Fault::status(403)));
    let (text, hint) = error(&[]).await;
    assert!(text.contains("the token service of the cluster answered 403"), "{text}");
    assert!(hint.unwrap().contains("enhanced cluster"));
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[test]
fn what_was_not_fetched_is_not_signed_with() {
    let network = Network::system(HyperClient::builder().bundled_roots().build().unwrap());
    let cache = TokenCache::new(InstancePrincipal::new(network), SystemTime::now);
    let signer = Signer::tokens(cache);
    assert_eq!(signer.snapshot().unwrap_err(), SignError::NotReady);
}
