//! Vector stores: their files, batches and searches, and where each of them is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use oci_emulator::ApiKey;
use serde_json::{Value, json};

use crate::world::{World, now};

const STORES: &str = "/20231130/openai/v1/vector_stores";
const DATA: &str = "/openai/v1/vector_stores";

/// A store with texts in it; its id.
async fn store(world: &World, texts: &[(&str, &str)]) -> String {
    let mut files = Vec::new();
    for (name, text) in texts {
        files.push(world.upload(name, text.as_bytes()).await);
    }
    let made = world.ask(STORES, &json!({ "name": "FAQ", "file_ids": files })).await;
    assert_eq!(made.status, 200, "{}", made.body());
    made.json()["id"].as_str().unwrap().to_owned()
}

/// The names of the files that a search finds.
async fn found(world: &World, id: &str, search: Value) -> Vec<String> {
    let answer = world.ask(&format!("{DATA}/{id}/search"), &search).await;
    assert_eq!(answer.status, 200, "{}", answer.body());
    let data = answer.json()["data"].as_array().unwrap().clone();
    data.iter().map(|hit| hit["filename"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_store_from_creation_to_deletion() {
    let world = World::new().await;
    let file = world.upload("a.txt", b"some text").await;
    let document = json!({
        "name": "FAQ",
        "description": "d",
        "file_ids": [file],
        "metadata": { "topic": "oci" },
        "expires_after": { "anchor": "last_active_at", "days": 30 },
        "chunking_strategy": { "type": "static", "static": {
            "max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400,
        } },
    });
    let made = world.ask(STORES, &document).await.json();
    assert_eq!((&made["object"], &made["status"]), (&"vector_store".into(), &"in_progress".into()));
    assert_eq!(made["file_counts"]["in_progress"], 1);
    let target = format!("{STORES}/{}", made["id"].as_str().unwrap());
    let ready = world.call("GET", &target).await.json();
    assert_eq!((&ready["status"], &ready["usage_bytes"]), (&"completed".into(), &9.into()));
    assert_eq!(ready["file_counts"]["completed"], 1);
    let seconds = ready["expires_at"].as_u64().unwrap() - ready["last_active_at"].as_u64().unwrap();
    assert_eq!(seconds, 30 * 86_400);
    let updated =
        world.ask(&target, &json!({ "name": "new", "metadata": { "a": "b" } })).await.json();
    assert_eq!((&updated["name"], &updated["metadata"]), (&"new".into(), &json!({ "a": "b" })));
    assert_eq!(updated["expires_after"], document["expires_after"]);
    assert_eq!(world.call("GET", STORES).await.json()["data"][0]["id"], made["id"]);
    assert_eq!(world.call("DELETE", &target).await.json()["object"], "vector_store.deleted");
    assert_eq!(world.call("GET", &target).await.status, 404);
}

#[tokio::test]
async fn each_operation_has_its_host_and_its_credentials() {
    let world = World::with(|builder| builder.api_key(ApiKey::new("sk-one"))).await;
    let id = store(&world, &[]).await;
    // The inference host has no stores, the control plane no files of theirs.
    for (method, target) in [
        ("GET", DATA.to_owned()),
        ("GET", format!("{DATA}/{id}")),
        ("GET", format!("{STORES}/{id}/files")),
    ] {
        assert_eq!(world.call(method, &target).await.status, 404, "{method} {target}");
    }
    let bearer = async |target: &str| {
        let request =
            format!("GET {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-one\r\n\r\n");
        world.connect().await.request(request.as_bytes(), false).await.status
    };
    assert_eq!(bearer(&format!("{DATA}/{id}/files")).await, 200);
    assert_eq!(bearer(STORES).await, 401);
    // A project does not tell the compartment, which the control plane wants.
    let headers = [("opc-compartment-id", ""), ("openai-project", "p")];
    let answer = world.call_with("GET", STORES, None, &headers).await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &"MissingParameter".into()));
    let headers = [("opc-compartment-id", "another")];
    let list = world.call_with("GET", STORES, None, &headers).await.json();
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn a_search_ranks_texts_by_their_words() {
    let world = World::new().await;
    let texts = [
        ("cats.txt", "The cat sat on the mat. A cat is a small animal."),
        ("dogs.txt", "Dogs chase a cat now and then, but mostly they sleep in the garden all day."),
        ("cars.txt", "Engines burn fuel."),
    ];
    let id = store(&world, &texts).await;
    assert_eq!(found(&world, &id, json!({ "query": "CAT?" })).await, ["cats.txt", "dogs.txt"]);
    assert_eq!(found(&world, &id, json!({ "query": ["fuel", "garden"] })).await.len(), 2);
    assert_eq!(
        found(&world, &id, json!({ "query": "engines", "max_num_results": 1 })).await,
        ["cars.txt"]
    );
    assert_eq!(found(&world, &id, json!({ "query": "submarine" })).await, [""; 0]);

    let search = json!({ "query": "cat", "max_num_results": 1 });
    let page = world.ask(&format!("{DATA}/{id}/search"), &search).await.json();
    assert_eq!((&page["has_more"], &page["search_query"]), (&true.into(), &json!(["cat"])));
    assert_eq!(page["data"][0]["content"][0], json!({ "type": "text", "text": texts[0].1 }));
    let score = page["data"][0]["score"].as_f64().unwrap();
    assert!(score > 0.0 && score < 1.0, "{score}");
    let above = json!({ "query": "cat", "ranking_options": { "score_threshold": score } });
    assert_eq!(found(&world, &id, above).await, ["cats.txt"]);
    for search in [json!({}), json!({ "query": "a", "max_num_results": 51 }), json!({ "query": 1 })]
    {
        assert_eq!(
            world.ask(&format!("{DATA}/{id}/search"), &search).await.status,
            400,
            "{search}"
        );
    }
}

/// A PDF file of one page.
fn pdf(text: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 720 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    let (mut file, mut table) = ("%PDF-1.4\n".to_owned(), String::new());
    for (number, object) in (1..).zip(&objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 6\n0000000000 65535 f \n{table}"));
    file.push_str(&format!("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    file.into_bytes()
}

#[tokio::test]
async fn a_pdf_is_found_by_its_words() {
    let world = World::new().await;
    let id = store(&world, &[("other.txt", "nothing here")]).await;
    let target = format!("{DATA}/{id}/files");
    let file = world.upload("letter.pdf", &pdf("Dear shareholders")).await;
    world.ask(&target, &json!({ "file_id": file })).await;
    assert_eq!(found(&world, &id, json!({ "query": "shareholders" })).await, ["letter.pdf"]);

    let whole = pdf("Dear shareholders");
    for broken in [b"%PDF-1.7".as_slice(), &whole[..80]] {
        let file = world.upload("broken.pdf", broken).await;
        let failed = world.ask(&target, &json!({ "file_id": file })).await.json();
        assert_eq!(failed["last_error"]["message"], "The PDF file could not be read.");
    }
}

#[tokio::test]
async fn files_have_attributes_states_and_content() {
    let world = World::new().await;
    let id = store(&world, &[]).await;
    let target = format!("{DATA}/{id}/files");
    let mut files = Vec::new();
    for (name, text, year) in [("old.txt", "the same", 1999), ("new.txt", "the same", 2026)] {
        let file = world.upload(name, text.as_bytes()).await;
        let document =
            json!({ "file_id": file, "attributes": { "year": year, "kind": "x", "ok": true } });
        let added = world.ask(&target, &document).await.json();
        assert_eq!(
            (&added["id"], &added["status"]),
            (&file.as_str().into(), &"in_progress".into())
        );
        files.push(file);
    }
    let recent =
        json!({ "query": "same", "filters": { "type": "gt", "key": "year", "value": 2000 } });
    assert_eq!(found(&world, &id, recent).await, ["new.txt"]);
    let wrong = json!({ "query": "same", "filters": { "type": "like" } });
    assert_eq!(world.ask(&format!("{DATA}/{id}/search"), &wrong).await.status, 400);

    let one = format!("{target}/{}", files[0]);
    let file = world.call("GET", &one).await.json();
    assert_eq!((&file["status"], &file["usage_bytes"]), (&"completed".into(), &8.into()));
    assert_eq!(file["chunking_strategy"]["static"]["max_chunk_size_tokens"], 800);
    let changed = world.ask(&one, &json!({ "attributes": { "year": 2030 } })).await.json();
    assert_eq!(changed["attributes"], json!({ "year": 2030 }));
    let content = world.call("GET", &format!("{one}/content")).await.json();
    assert_eq!(content["data"], json!([{ "type": "text", "text": "the same" }]));

    let binary = world.upload("a.bin", b"\xff\xfe").await;
    let failed = world.ask(&target, &json!({ "file_id": binary })).await.json();
    assert_eq!(failed["last_error"]["code"], "unsupported_file");
    let check = async |query: &str, expected: &[&str]| {
        let list = world.call("GET", &format!("{target}?order=asc{query}")).await.json();
        let list = list["data"].as_array().unwrap().clone();
        let list: Vec<&str> = list.iter().map(|file| file["id"].as_str().unwrap()).collect();
        assert_eq!(list, expected, "{query}");
    };
    check("&filter=completed", &[&files[0], &files[1]]).await;
    check("&filter=failed", &[&binary]).await;
    check("&limit=1&filter=completed", &[&files[0]]).await;
    check(&format!("&after={}", files[0]), &[&files[1], &binary]).await;
    assert_eq!(world.call("GET", &format!("{target}?filter=lost")).await.status, 400);

    assert_eq!(world.call("DELETE", &one).await.json()["object"], "vector_store.file.deleted");
    assert_eq!(world.call("GET", &one).await.status, 404);
    let unknown = world.ask(&target, &json!({ "file_id": "file-none" })).await;
    assert_eq!(unknown.status, 404);
    let list = json!({ "file_id": files[0], "attributes": { "list": [] } });
    assert_eq!(world.ask(&target, &list).await.status, 400);
}

#[tokio::test]
async fn batches_are_done_or_cancelled() {
    let world = World::new().await;
    let id = store(&world, &[]).await;
    let target = format!("{DATA}/{id}/file_batches");
    let [one, two] = [world.upload("1.txt", b"one").await, world.upload("2.txt", b"two").await];
    let document = json!({ "file_ids": [one, two], "attributes": { "category": "history" } });
    let batch = world.ask(&target, &document).await.json();
    assert_eq!(
        (&batch["status"], &batch["file_counts"]["total"]),
        (&"in_progress".into(), &2.into())
    );
    let done = format!("{target}/{}", batch["id"].as_str().unwrap());
    let done = (
        world.call("GET", &done).await.json(),
        world.call("GET", &format!("{done}/files")).await.json(),
    );
    assert_eq!(
        (&done.0["status"], &done.0["file_counts"]["completed"]),
        (&"completed".into(), &2.into())
    );
    assert_eq!(done.1["data"][0]["attributes"]["category"], "history");

    let three = world.upload("3.txt", b"three").await;
    let files = json!({ "files": [{ "file_id": three, "attributes": { "a": "b" }, "chunking_strategy": { "type": "auto" } }] });
    let batch = world.ask(&target, &files).await.json();
    let cancel = format!("{target}/{}/cancel", batch["id"].as_str().unwrap());
    let cancelled = world.call("POST", &cancel).await.json();
    assert_eq!(
        (&cancelled["status"], &cancelled["file_counts"]["cancelled"]),
        (&"cancelled".into(), &1.into())
    );
    assert_eq!(found(&world, &id, json!({ "query": "one two three" })).await.len(), 2);

    for document in [
        json!({}),
        json!({ "file_ids": [] }),
        json!({ "file_ids": [one], "files": [{ "file_id": two }] }),
    ] {
        assert_eq!(world.ask(&target, &document).await.status, 400, "{document}");
    }
    let half = world.ask(&target, &json!({ "file_ids": [one, "file-none"] })).await;
    assert_eq!(half.status, 404);
    assert_eq!(world.call("GET", &format!("{target}/vsfb_none")).await.status, 404);
}

#[tokio::test]
async fn a_store_expires_when_it_is_not_used() {
    let passed = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&passed);
    let time = move || now() + Duration::from_secs(clock.load(Ordering::SeqCst));
    let world = World::with(|builder| builder.api_key(ApiKey::new("sk-one")).clock(time)).await;
    let expiry = json!({ "expires_after": { "anchor": "last_active_at", "days": 1 } });
    let id = world.ask(STORES, &expiry).await.json()["id"].as_str().unwrap().to_owned();
    let status = async |seconds: u64| {
        passed.store(seconds, Ordering::SeqCst);
        let request = format!(
            "GET {DATA}/{id}/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-one\r\n\r\n"
        );
        world.connect().await.request(request.as_bytes(), false).await.status
    };
    assert_eq!((status(86_399).await, status(2 * 86_399).await), (200, 200));
    assert_eq!(status(2 * 86_399 + 86_400).await, 400);
    passed.store(2, Ordering::SeqCst);
    assert_eq!(world.call("GET", &format!("{STORES}/{id}")).await.json()["status"], "completed");
}

#[tokio::test]
async fn a_response_searches_the_stores_that_there_are() {
    let world = World::new().await;
    let id = store(&world, &[("facts.txt", "The answer is hidden in file_search.")]).await;
    let request = json!({
        "model": "openai.gpt-oss-120b",
        "input": "file_search: where is the answer?",
        "tools": [{ "type": "file_search", "vector_store_ids": [id] }],
        "include": ["file_search_call.results"],
    });
    let response = world.ask("/openai/v1/responses", &request).await.json();
    let result = &response["output"][0]["results"][0];
    assert_eq!(result["filename"], "facts.txt");
    assert_eq!(result["text"], "The answer is hidden in file_search.");
    let annotation =
        &response["output"].as_array().unwrap().last().unwrap()["content"][0]["annotations"][0];
    assert_eq!(annotation["file_id"], result["file_id"]);
}
