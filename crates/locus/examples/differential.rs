//! Makes the calls that it reads as lines of JSON and prints what was sent, for the comparison with other clients that
//! `cargo xtask interop --full` makes: `cargo run -p locus-oci --example differential`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::{self, BufRead as _};
use std::sync::{Arc, Mutex, PoisonError};

use locus::prelude::*;
use locus::{Attempt, Env, RequestHook};
use serde_json::{Value, json};

/// Keeps path and body of what is sent.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Value>>);

impl RequestHook for Recorder {
    fn attempted(&self, attempt: &Attempt<'_>) {
        let url = attempt.url().to_string();
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let body: Value = serde_json::from_slice(attempt.body()).unwrap_or_default();
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(json!({"path": format!("/{path}"), "body": body}));
    }

    fn wants_bodies(&self) -> bool {
        true
    }
}

/// Makes one call: `{"model": …, "transport": …, "stream": …, "request": {…}}`, or with `inputs` in the place of `request`.
async fn call(client: &Client, call: &Value) -> Result<(), Box<dyn Error>> {
    let mut model = client.model(call["model"].as_str().ok_or("no model")?);
    if let Some(transport) = call["transport"].as_str() {
        model = model.over(transport.parse()?);
    }
    if let Some(inputs) = call["inputs"].as_array() {
        model.embed(inputs.iter().filter_map(Value::as_str)).await?;
        return Ok(());
    }
    let request: ChatRequest = serde_json::from_value(call["request"].clone())?;
    let chat = model.chat(request);
    if call["stream"] == true {
        chat.stream().await?.collect().await?;
    } else {
        chat.await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let recorder = Arc::new(Recorder::default());
    let client = Client::builder(Env::process()).hook(recorder.clone());
    let url = std::env::args().nth(1).ok_or("the address of an emulator is needed")?;
    let client = client.endpoint(locus::Endpoint::parse(&url)?).build()?;
    for line in io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let outcome = call(&client, &asked).await;
        let sent = std::mem::take(&mut *recorder.0.lock().unwrap_or_else(PoisonError::into_inner));
        let error = outcome.err().map(|error| error.to_string());
        println!("{}", json!({"name": asked.get("name"), "sent": sent, "error": error}));
    }
    Ok(())
}
