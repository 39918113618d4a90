//! Endpoints of dedicated AI clusters in other regions than the client's.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_auth::{KeyId, PrivateKey, Region, Signer, SigningKey};
use oci_router::Router;
use oci_transport::{Body, Client, Endpoint, HttpService, RetryPolicy, SendError};

/// Keeps the hosts that requests went to.
#[derive(Clone, Default)]
struct Hosts(Arc<Mutex<Vec<String>>>);

impl HttpService for Hosts {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let host = request.uri().host().unwrap().to_owned();
        assert_eq!(request.headers()["host"], host.as_str(), "what is signed is what is sent to");
        self.0.lock().unwrap().push(host);
        let answer = Response::new(Body::new(Full::new(Bytes::from_static(b"{}"))));
        Box::pin(async { Ok(answer) })
    }
}

fn router(endpoint: Endpoint, hosts: &Hosts) -> Router {
    let pem = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/keys/rsa2048_a.pkcs8.pem"
    ));
    let key = PrivateKey::from_pem(&pem.unwrap(), None).unwrap();
    let signer = Signer::new(SigningKey::new(KeyId::verbatim("k".to_owned()).unwrap(), key));
    let client = Client::builder(endpoint, signer).compartment_id("ocid1.compartment.oc1..a");
    Router::new(client.retry(RetryPolicy::NEVER).service(hosts.clone()).build().unwrap())
}

#[tokio::test]
async fn the_region_in_an_endpoints_ocid_is_called_if_it_is_one() {
    let hosts = Hosts::default();
    let router = router(Endpoint::inference(&Region::parse("us-chicago-1").unwrap()), &hosts);
    let at = |region: &str| format!("inference.generativeai.{region}.oci.oraclecloud.com");
    for (region, expected) in [
        ("us-chicago-1", "us-chicago-1"),
        ("eu-frankfurt-1", "eu-frankfurt-1"),
        ("EU-FRANKFURT-1", "eu-frankfurt-1"),
        ("evil", "us-chicago-1"),
        ("evil@host", "us-chicago-1"),
        ("us-langley-1", "us-chicago-1"),
        ("", "us-chicago-1"),
    ] {
        let id = format!("ocid1.generativeaiendpoint.oc1.{region}.aaaa");
        drop(router.model(&*id).chat("hi").await);
        drop(router.model("cohere.command-r-plus").at_endpoint(&*id).chat("hi").await);
        let called = std::mem::take(&mut *hosts.0.lock().unwrap());
        assert_eq!(called, [at(expected), at(expected)], "{region}");
    }
    drop(router.model("ocid1.generativeaimodel.oc1.eu-frankfurt-1.aaaa").chat("hi").await);
    assert_eq!(hosts.0.lock().unwrap()[0], at("us-chicago-1"), "a model is not bound to a place");
}

#[tokio::test]
async fn an_endpoint_that_was_given_by_its_url_gets_everything() {
    let hosts = Hosts::default();
    let router = router(Endpoint::parse("https://h.example").unwrap(), &hosts);
    drop(router.model("ocid1.generativeaiendpoint.oc1.eu-frankfurt-1.aaaa").chat("hi").await);
    assert_eq!(*hosts.0.lock().unwrap(), ["h.example"]);
}

#[test]
fn an_explanation_names_the_host_that_is_called() {
    let hosts = Hosts::default();
    let router = router(Endpoint::inference(&Region::parse("us-chicago-1").unwrap()), &hosts);
    for (id, region) in [
        ("ocid1.generativeaiendpoint.oc1.eu-frankfurt-1.aaaa", "eu-frankfurt-1"),
        ("ocid1.generativeaiendpoint.oc1.evil.aaaa", "us-chicago-1"),
        ("cohere.embed-v4.0", "us-chicago-1"),
    ] {
        let explained = router.model(id).explain().unwrap();
        assert_eq!(explained.host, format!("inference.generativeai.{region}.oci.oraclecloud.com"));
        assert!(
            explained.to_string().ends_with(&format!("; at {}", explained.host)),
            "{explained}"
        );
    }
}
