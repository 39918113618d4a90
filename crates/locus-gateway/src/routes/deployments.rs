//! `POST /openai/deployments/{name}/…` and `/engines/{name}/…`: Azure's paths, which name the model instead of the body.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use bytes::Bytes;
use http::Response;
use serde_json::value::RawValue;

use super::completion::unreadable;
use super::{chat, completions, embeddings, not_found};
use crate::app::App;
use crate::failure::Failure;
use crate::reply::Body;

/// The model that the path of a request names, which counts more than that of its body, as with Azure.
#[derive(Clone, Debug)]
pub(super) struct Named(String);

pub(crate) async fn deployments(
    State(app): State<Arc<App>>,
    rest: Result<Path<String>, PathRejection>,
    mut request: Request,
) -> Response<Body> {
    // What is no text names nothing.
    let Ok(Path(rest)) = rest else { return not_found(request).await };
    // Names may have slashes.
    let is_name = |name: &&str| !name.is_empty() && !name.starts_with('/');
    let of = |operation: &str| rest.strip_suffix(operation).filter(is_name);
    let mut named = |name: &str| {
        request.extensions_mut().insert(Named(name.to_owned()));
    };
    if let Some(name) = of("/chat/completions") {
        named(name);
        chat(State(app), request).await
    } else if let Some(name) = of("/completions") {
        named(name);
        completions(State(app), request).await
    } else if let Some(name) = of("/embeddings") {
        named(name);
        embeddings(State(app), request).await
    } else {
        not_found(request).await
    }
}

impl Named {
    /// The body with this model.
    pub(super) fn put_into(&self, body: &[u8]) -> Result<Bytes, Failure> {
        let unreadable = |error| unreadable("JSON object", &error);
        let mut members: BTreeMap<String, &RawValue> =
            serde_json::from_slice(body).map_err(unreadable)?;
        let model = serde_json::value::to_raw_value(&self.0).map_err(unreadable)?;
        members.insert("model".to_owned(), &model);
        serde_json::to_vec(&members).map(Bytes::from).map_err(unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_names_the_model_and_nothing_else_changes() {
        let named = Named("oci/a \"b\"".to_owned());
        let put = |body: &str| named.put_into(body.as_bytes()).ok();
        assert_eq!(put("{}").unwrap(), r#"{"model":"oci/a \"b\""}"#);
        let body = r#"{"big":12345678901234567890123,"model":null,"z":[1.0, "\u0041"]}"#;
        let expected =
            r#"{"big":12345678901234567890123,"model":"oci/a \"b\"","z":[1.0, "\u0041"]}"#;
        assert_eq!(put(body).unwrap(), expected);
        for body in ["", "[]", "{", "1"] {
            assert_eq!(put(body), None, "{body}");
        }
    }
}
