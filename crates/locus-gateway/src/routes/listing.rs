//! `GET /v1/models` and `GET /v1/models/{id}`.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
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
    let dialect = Dialect::of(request.headers());
    let caller = match admit(&app, &live, &request.into_parts().0) {
        Ok(caller) => caller,
        Err(failure) => return failure.response(dialect),
    };
    let listed = live.upstreams.listed().await;
    let names = live.upstreams.names().chain(listed.iter().map(String::as_str));
    let names: Vec<&str> = names.filter(|name| caller.may_ask_for(name)).collect();
    let models: Vec<Value> = names.iter().map(|name| described(name, &live, dialect)).collect();
    let list = match dialect {
        Dialect::OpenAi => json!({"object": "list", "data": models}),
        // One page, however many were asked for.
        Dialect::Anthropic => json!({
            "data": models,
            "has_more": false,
            "first_id": names.first(),
            "last_id": names.last(),
        }),
    };
    json_response(StatusCode::OK, &list)
}

pub(crate) async fn model(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response<Body> {
    let live = app.live();
    let dialect = Dialect::of(request.headers());
    let caller = match admit(&app, &live, &request.into_parts().0) {
        Ok(caller) => caller,
        Err(failure) => return failure.response(dialect),
    };
    if let Ok(Path(name)) = name
        && caller.may_ask_for(&name)
        && live.upstreams.find(&name).is_some()
    {
        return json_response(StatusCode::OK, &described(&name, &live, dialect));
    }
    let message = "no model of this name is served here";
    Failure::new(StatusCode::NOT_FOUND, "model_not_found", message).response(dialect)
}

fn described(name: &str, live: &Live, dialect: Dialect) -> Value {
    match dialect {
        Dialect::OpenAi => {
            json!({"id": name, "object": "model", "created": live.since, "owned_by": "oci"})
        }
        Dialect::Anthropic => json!({
            "type": "model",
            "id": name,
            "display_name": name,
            // Anthropic's documentation: an epoch value if the release date is unknown.
            "created_at": "1970-01-01T00:00:00Z",
            "lifecycle": "active",
        }),
    }
}
