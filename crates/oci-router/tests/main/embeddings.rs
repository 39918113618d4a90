//! Embeddings through the router against the emulator.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use oci_auth::{Secret, Signer};
use oci_router::{Router, Transport, Warning};
use oci_transport::{Body, Client, Endpoint, HttpService, SendError};
use oci_wire::native::{EmbedInputType, Truncate};

use crate::service::{ENDPOINT, body, last, service};

const IMAGE: &str = "data:image/png;base64,iVBORw0KGgo=";

#[tokio::test]
async fn embeddings_come_in_batches_and_in_order() {
    let service = service().await;
    let model = service.router.model("oci:cohere.embed-english-light-v3.0");
    let texts: Vec<String> = (0..200).map(|index| format!("text {index}")).collect();
    let embeddings = model.embed(texts.clone()).await.unwrap();
    assert_eq!(embeddings.vectors.len(), 200);
    assert_eq!(embeddings.opc_request_ids.len(), 3, "96 + 96 + 8");
    assert!(embeddings.vectors.iter().all(|vector| vector.len() == 384));
    for index in [0, 95, 96, 150, 199] {
        let one = model.embed([texts[index].as_str()]).await.unwrap();
        assert_eq!(one.vectors[0], embeddings.vectors[index], "text {index}");
    }
    let error = service.router.model("oci:openai.gpt-5.5").embed(["x"]).await.unwrap_err();
    assert_eq!(error.to_string(), "openai.gpt-5.5 is a model for chat, not for embeddings");
}

#[tokio::test]
async fn what_is_said_of_embeddings_is_sent() {
    let service = service().await;
    let model = service.router.model("oci:cohere.embed-v4.0");
    let embeddings = model
        .embed(["a cat"])
        .input_type(EmbedInputType::SearchQuery)
        .truncate(Truncate::End)
        .dimensions(512)
        .await
        .unwrap();
    assert_eq!(embeddings.vectors[0].len(), 512);
    assert!(embeddings.warnings.is_empty());
    let (_, sent) = last(&service);
    assert_eq!(sent["inputType"], "SEARCH_QUERY");
    assert_eq!(sent["truncate"], "END");
    assert_eq!(sent["outputDimensions"], 512);
    assert_eq!(sent["servingMode"]["modelId"], "cohere.embed-v4.0");

    let usual = model.embed(["a cat"]).await.unwrap();
    assert_eq!(usual.vectors[0].len(), 1536);
    let (_, sent) = last(&service);
    for name in ["inputType", "truncate", "outputDimensions"] {
        assert!(sent.get(name).is_none(), "{name}: {sent}");
    }
}

#[tokio::test]
async fn an_image_is_a_request_of_its_own() {
    let service = service().await;
    let model = service.router.model("oci:cohere.embed-english-image-v3.0");
    let images = model.embed([IMAGE, IMAGE, IMAGE]).input_type(EmbedInputType::Image);
    let embeddings = images.await.unwrap();
    assert_eq!(embeddings.vectors.len(), 3);
    assert!(embeddings.vectors.iter().all(|vector| vector.len() == 1024));
    let sent = service.emulator.requests();
    assert_eq!(sent.len(), 3);
    for request in &sent {
        assert_eq!(body(request)["inputs"], serde_json::json!([IMAGE]));
        assert_eq!(body(request)["inputType"], "IMAGE");
    }
}

#[tokio::test]
async fn embeddings_and_ranks_come_from_an_endpoint_too() {
    let service = service().await;
    let model = service.router.model("oci:cohere.embed-english-v3.0");
    model.at_endpoint(ENDPOINT).embed(["a"]).await.unwrap();
    assert_eq!(last(&service).1["servingMode"]["endpointId"], ENDPOINT);
    // Without a model's name the endpoint is all there is.
    service.router.model(format!("oci:{ENDPOINT}")).embed(["a"]).await.unwrap();
    assert_eq!(last(&service).1["servingMode"]["endpointId"], ENDPOINT);

    let model = service.router.model("oci:cohere.rerank-v3.5").at_endpoint(ENDPOINT);
    model.rerank("a", ["a", "b"]).await.unwrap();
    assert_eq!(last(&service).1["servingMode"]["endpointId"], ENDPOINT);
    service.router.model(ENDPOINT).rerank("a", ["a", "b"]).await.unwrap();
    assert_eq!(last(&service).1["servingMode"]["endpointId"], ENDPOINT);
}

#[tokio::test]
async fn what_the_other_api_has_no_word_for_is_told() {
    let service = service().await;
    let model = service.router.model("oci:openai.text-embedding-3-large").over(Transport::V1);
    let call = model.embed(["a cat"]).input_type(EmbedInputType::SearchQuery);
    let error = call.clone().await.unwrap_err().to_string();
    assert!(error.contains("is a model for chat"), "{error}");

    let model = service.router.model("oci:cohere.embed-v4.0").over(Transport::V1);
    let call = model.embed(["a cat"]).input_type(EmbedInputType::SearchQuery);
    let embeddings = call.truncate(Truncate::End).dimensions(512).await.unwrap();
    assert_eq!(embeddings.vectors[0].len(), 512);
    let told: Vec<String> = embeddings.warnings.iter().map(Warning::to_string).collect();
    let left_out = |name| format!("{name} has no counterpart and was left out");
    assert_eq!(told, [left_out("input_type"), left_out("truncate")]);
    let (path, sent) = last(&service);
    assert_eq!((path.as_str(), &sent["dimensions"]), ("/openai/v1/embeddings", &512.into()));
}

/// Counts how many requests are under way at a time, and answers those that came first last.
#[derive(Clone, Default)]
struct Busy {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    count: Arc<AtomicUsize>,
}

impl HttpService for Busy {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let asked: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        Box::pin(async move {
            self.most.fetch_max(self.now.fetch_add(1, SeqCst) + 1, SeqCst);
            for _ in self.count.fetch_add(1, SeqCst)..20 {
                tokio::task::yield_now().await;
            }
            self.now.fetch_sub(1, SeqCst);
            let number =
                |text: &serde_json::Value| [text.as_str().unwrap().parse::<f32>().unwrap()];
            let inputs = asked["inputs"].as_array().unwrap();
            let vectors: Vec<[f32; 1]> = inputs.iter().map(number).collect();
            let body = serde_json::json!({ "embeddings": vectors }).to_string();
            let answer = Response::builder().header("content-type", "application/json");
            Ok(answer.body(Body::new(Full::new(Bytes::from(body)))).unwrap())
        })
    }
}

#[tokio::test]
async fn batches_are_under_way_together_and_in_order_all_the_same() {
    let busy = Busy::default();
    let signer = Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let client = Client::builder(Endpoint::parse("https://h.example").unwrap(), signer)
        .compartment_id("ocid1.compartment.oc1..a")
        .service(busy.clone());
    let model = Router::new(client.build().unwrap()).model("cohere.embed-v4.0");
    let texts: Vec<String> = (0..960).map(|number| number.to_string()).collect();
    let embeddings = model.embed(texts).await.unwrap();
    let expected: Vec<Vec<f32>> = (0..960_u16).map(|number| vec![f32::from(number)]).collect();
    assert_eq!(embeddings.vectors, expected);
    assert_eq!((busy.count.load(SeqCst), busy.most.load(SeqCst)), (10, 4));
}
