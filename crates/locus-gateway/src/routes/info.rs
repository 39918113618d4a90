//! What LiteLLM's proxy tells of its models: `GET /model/info`, `GET /model_group/info` and `GET /health`, without its secrets.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::answer::{admit, admit_operator};
use super::health::json_response;
use crate::app::App;
use crate::failure::Dialect;
use crate::price::Price;
use crate::reply::Body;
use crate::upstream::{Deployment, Group};

/// Each deployment that the caller may use, with what the file says in its `model_info`. `?litellm_model_id=` asks for one of them.
pub(crate) async fn model_info(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let parts = request.into_parts().0;
    let live = app.live();
    let caller = match admit(&app, &live, &parts) {
        Ok(caller) => caller,
        Err(failure) => return failure.response(Dialect::OpenAi),
    };
    let query = parts.uri.query().unwrap_or_default();
    let wanted = query.split('&').find_map(|pair| pair.strip_prefix("litellm_model_id="));
    let groups = live.upstreams.groups().iter().filter(|group| caller.may_ask_for(&group.name));
    let data: Vec<Value> = groups
        .flat_map(|group| group.deployments().iter().map(move |it| (group, it)))
        .filter(|(_, deployment)| wanted.is_none_or(|id| **deployment.id() == *id))
        .map(|(group, deployment)| described(group, deployment))
        .collect();
    json_response(StatusCode::OK, &json!({"data": data}))
}

/// Each name that the caller may use.
pub(crate) async fn model_group_info(
    State(app): State<Arc<App>>,
    request: Request,
) -> Response<Body> {
    let live = app.live();
    let caller = match admit(&app, &live, &request.into_parts().0) {
        Ok(caller) => caller,
        Err(failure) => return failure.response(Dialect::OpenAi),
    };
    let groups = live.upstreams.groups().iter().filter(|group| caller.may_ask_for(&group.name));
    let data: Vec<Value> = groups
        .map(|group| {
            // The deployments of a name are the same to its callers, so the first one speaks for them.
            let first = group.deployments().first();
            let mut members = first.map(|it| it.config().info.clone()).unwrap_or_default();
            members.remove("id");
            members.insert("model_group".to_owned(), json!(&*group.name));
            members.insert("providers".to_owned(), json!(["oci"]));
            add_price(&mut members, live.upstreams.dearest(&group.name));
            Value::Object(members)
        })
        .collect();
    json_response(StatusCode::OK, &json!({"data": data}))
}

/// Which deployments rest after failures. No model is called to find out; who has no key learns how many they are.
pub(crate) async fn health(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let live = app.live();
    let all = || live.upstreams.groups().iter().flat_map(Group::deployments);
    let (ill, well): (Vec<_>, Vec<_>) = all().partition(|deployment| deployment.is_resting());
    let mut answer = json!({"healthy_count": well.len(), "unhealthy_count": ill.len()});
    let is_operator = admit_operator(&app, &live, &request.into_parts().0).is_ok();
    if let (true, Some(members)) = (is_operator, answer.as_object_mut()) {
        let endpoint = |it: &&Arc<Deployment>| json!({"model": model_of(it), "model_id": &**it.id(), "api_base": it.host()});
        let list = |those: &[&Arc<Deployment>]| Value::Array(those.iter().map(endpoint).collect());
        members.insert("healthy_endpoints".to_owned(), list(&well));
        members.insert("unhealthy_endpoints".to_owned(), list(&ill));
    }
    json_response(StatusCode::OK, &answer)
}

fn described(group: &Group, deployment: &Deployment) -> Value {
    let mut info = deployment.config().info.clone();
    info.insert("id".to_owned(), json!(&**deployment.id()));
    // LiteLLM's mark of models that are in its database rather than in the file.
    info.insert("db_model".to_owned(), json!(false));
    info.insert("litellm_provider".to_owned(), json!("oci"));
    add_price(&mut info, deployment.price("*"));
    json!({
        "model_name": &*group.name,
        "litellm_params": {"model": model_of(deployment)},
        "model_info": info,
    })
}

fn add_price(members: &mut Map<String, Value>, price: Option<Price>) {
    let Some(price) = price else { return };
    for (name, cost) in [
        ("input_cost_per_token", price.prompt),
        ("output_cost_per_token", price.answer),
        ("cache_read_input_token_cost", price.cached),
    ] {
        members.insert(name.to_owned(), json!(cost));
    }
}

/// The model by the name that LiteLLM's file has.
fn model_of(deployment: &Deployment) -> String {
    let id = deployment.pattern().unwrap_or_else(|| deployment.target().to_owned());
    if id.starts_with("oci/") { id } else { format!("oci/{}", id.trim_start_matches("oci:")) }
}
