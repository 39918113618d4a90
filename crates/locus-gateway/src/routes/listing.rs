//! `GET /v1/models` and `GET /v1/models/{id}`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer::admit;
use super::health::json_response;
use crate::app::{App, Live};
use crate::failure::{Dialect, Failure};
use crate::reply::Body;

pub(crate) async fn models(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let live = app.live();
    let caller = match admit(&app, &live, &request.into_parts().0) {
        Ok(caller) => caller,
        Err(failure) => return failure.response(Dialect::OpenAi),
    };
    let listed = live.upstreams.listed().await;
    let names = live.upstreams.names().chain(listed.iter().map(String::as_str));
    let names = names.filter(|name| caller.may_ask_for(name));
    let models: Vec<Value> = names.map(|name| described(name, &live)).collect();
    json_response(StatusCode::OK, &json!({"object": "list", "data": models}))
}

pub(crate) async fn model(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    request: Request,
) -> Response<Body> {
    let live = app.live();
    let caller = match admit(&app, &live, &request.into_parts().0) {
        Ok(caller) => caller,
        Err(failure) => return failure.response(Dialect::OpenAi),
    };
    if caller.may_ask_for(&name) && live.upstreams.find(&name).is_some() {
        return json_response(StatusCode::OK, &described(&name, &live));
    }
    let message = "no model of this name is served here";
    Failure::new(StatusCode::NOT_FOUND, "model_not_found", message).response(Dialect::OpenAi)
}

fn described(name: &str, live: &Live) -> Value {
    json!({"id": name, "object": "model", "created": live.since, "owned_by": "oci"})
}
