//! What the service keeps, passed on.

use locus_gateway::{ClientKey, KeyFile};
use serde_json::json;

use crate::Desk;
use crate::http::{Answer, get, post, raw};

const FORM: &str = "--B\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nuser_data\r\n\
    --B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\n\
    Snow falls in Chicago.\r\n--B--\r\n";

/// A gateway with a master key, and the key of a client.
async fn guarded() -> (Desk, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let mut file = KeyFile::default();
    let key = file.create(ClientKey::named("a")).unwrap();
    file.write(&path).unwrap();
    let yaml = format!(
        "general_settings: {{master_key: sk-master, keys_file: {}}}\nmodel_list:\n  \
         - {{model_name: grok, litellm_params: {{model: oci/xai.grok-4}}}}\n",
        path.display()
    );
    (Desk::with_file(&yaml).await, key.to_string(), folder)
}

async fn send(desk: &Desk, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}",
        desk.address
    );
    raw(desk.address, request.as_bytes()).await
}

const JSON: &str = "authorization: Bearer sk-master\r\ncontent-type: application/json\r\n";

#[tokio::test]
async fn files_and_stores_are_passed_on() {
    let (desk, key, _folder) = guarded().await;
    let form = "content-type: multipart/form-data; boundary=B\r\n";
    let master = format!("authorization: Bearer sk-master\r\n{form}");
    let kept = send(&desk, "POST", "/v1/files", &master, FORM).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    assert!(kept.header("opc-request-id").is_some() && kept.header("x-locus-deployment").is_some());
    let file = kept.json()["id"].as_str().unwrap().to_owned();
    let listed = send(&desk, "GET", "/v1/files?limit=5&purpose=user_data", JSON, "").await;
    assert_eq!(listed.json()["data"][0]["id"], file.as_str());
    let content = send(&desk, "GET", &format!("/files/{file}/content"), JSON, "").await;
    assert_eq!((content.status, content.body.as_str()), (200, "Snow falls in Chicago."));

    let store = json!({ "name": "faq", "file_ids": [file] }).to_string();
    let store = send(&desk, "POST", "/v1/vector_stores", JSON, &store).await;
    assert_eq!(store.status, 200, "{store:?}");
    let path = format!("/v1/vector_stores/{}", store.json()["id"].as_str().unwrap());
    while send(&desk, "GET", &path, JSON, "").await.json()["status"] != "completed" {}
    let search = format!("{path}/search");
    let found = send(&desk, "POST", &search, JSON, r#"{"query":"snow"}"#).await;
    assert_eq!(found.json()["data"][0]["file_id"], file.as_str(), "{found:?}");
    let targets: Vec<_> =
        desk.emulator.requests().iter().map(|sent| sent.path_and_query.clone()).collect();
    assert!(targets.contains(&"/20231130/openai/v1/vector_stores".to_owned()), "{targets:?}");
    assert!(desk.emulator.requests().iter().all(|sent| sent.rejection.is_none()), "signed");

    let sent = desk.emulator.requests().len();
    let client = format!("authorization: Bearer {key}\r\n");
    let refused = send(&desk, "GET", "/v1/files", &client, "").await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "not_allowed"));
    assert_eq!(desk.emulator.requests().len(), sent, "nothing was sent");

    let gone = send(&desk, "DELETE", &format!("/v1/files/{file}"), JSON, "").await;
    assert_eq!(gone.json()["deleted"], true);
    let missing = send(&desk, "GET", &format!("/v1/files/{file}"), JSON, "").await;
    assert_eq!(missing.status, 404);
    assert!(missing.json()["error"].is_object());
}

#[tokio::test]
async fn conversations_and_containers_are_passed_on() {
    let desk = Desk::open().await;
    let body = json!({ "items": [{ "type": "message", "role": "user", "content": "Hi" }] });
    let made = post(desk.address, "/v1/conversations", &body.to_string()).await;
    let path = format!("/v1/conversations/{}/items", made.json()["id"].as_str().unwrap());
    let items = get(desk.address, &path).await;
    assert_eq!(items.json()["data"].as_array().map(Vec::len), Some(1), "{items:?}");
    let made = post(desk.address, "/v1/containers", r#"{"name":"box"}"#).await;
    assert_eq!(made.json()["name"], "box", "{made:?}");
}

#[tokio::test]
async fn odd_paths_and_forms_of_the_web_are_not_passed_on() {
    let desk = Desk::open().await;
    for path in ["/v1/files/..%2f..", "/v1/files/a.b", "/v1/files?api_base=x"] {
        assert_eq!(get(desk.address, path).await.status, 400, "{path}");
    }
    assert_eq!(send(&desk, "PUT", "/v1/files", "", "").await.status, 405);
    // Without a key a page of the web could send a form.
    let form = "content-type: multipart/form-data; boundary=B\r\n";
    assert_eq!(send(&desk, "POST", "/v1/files", form, FORM).await.status, 415);
    assert!(desk.emulator.requests().is_empty(), "nothing was sent");
    assert_eq!(get(desk.address, "/v1/files").await.status, 200);
}
