//! What the service keeps beside responses, passed on: `/v1/files`, `/v1/vector_stores`, `/v1/conversations` and `/v1/containers`.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::header::CONTENT_TYPE;
use http::{Method, Response, StatusCode};
use locus::transport::RawRequest;

use super::answer::{Admitted, Reply, Way, serve};
use super::target::{is_word, read_query};
use crate::app::App;
use crate::failure::{Dialect, Failure};
use crate::record::Record;
use crate::reply::Body;
use crate::upstream::Lease;

pub(crate) async fn resources(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    serve(app, request, "resources", Dialect::OpenAi, pass).await
}

/// Passes a request on to the one place that all deployments call.
async fn pass(_: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    // The account's files and conversations are everybody's who uses the gateway: nothing tells here whose they are.
    if !admitted.caller.is_operator() {
        let message = "what the account keeps is for the master key";
        return Err(Failure::new(StatusCode::FORBIDDEN, "not_allowed", message));
    }
    let Admitted { live, method, uri, body, content_type, .. } = admitted;
    let asked = Asked::read(uri.path(), uri.query().unwrap_or_default())?;
    let deployment = live.upstreams.only_place().ok_or_else(several)?;
    let lease = Lease::new(deployment);
    let client = deployment.client().transport();
    let client = if asked.is_control() { client.control_plane() } else { client.clone() };
    let has_body = method == Method::POST;
    let mut request = RawRequest::new(method, asked.path());
    for (name, value) in &asked.query {
        request = request.query(name, *value);
    }
    if asked.kind() == VECTOR_STORES {
        request = request.header("openai-beta", "assistants=v2");
    }
    if has_body {
        // The boundary of a form is in its type.
        if let Some(kind) = content_type.as_ref().and_then(|kind| kind.to_str().ok()) {
            request = request.header("content-type", kind);
        }
        request = request.body(body);
    }
    let answer = client.raw(&request).await.map_err(|error| Failure::transport(&error))?;
    let id = answer.opc_request_id().map(str::to_owned);
    let kind = answer.headers().get(CONTENT_TYPE).cloned();
    let body = answer.bytes().await.map_err(|error| Failure::transport(&error))?;
    record.opc_request_id(id.as_deref());
    let reply =
        Reply::bytes(body, kind).opc_request_id(id.as_deref()).served(Way::straight(lease.name()));
    record.served_by(lease);
    Ok(reply)
}

/// What of a request's target is passed on. It is checked, since it becomes a part of what is signed.
struct Asked<'u> {
    segments: Vec<&'u str>,
    query: Vec<(String, &'u str)>,
}

impl<'u> Asked<'u> {
    fn read(path: &'u str, query: &'u str) -> Result<Self, Failure> {
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let segments: Vec<_> = path.trim_start_matches('/').split('/').collect();
        let is_plain =
            |segment: &&str| !segment.is_empty() && !segment.contains('.') && is_word(segment);
        if !segments.iter().all(is_plain) {
            let message = "expected ids of letters, digits, - and _";
            return Err(Failure::bad_request(message));
        }
        let query = read_query(query, QUERY)?;
        Ok(Self { segments, query })
    }

    fn kind(&self) -> &'u str {
        self.segments.first().copied().unwrap_or_default()
    }

    /// Whether the control plane has it: vector stores themselves are there, what is in them is not.
    fn is_control(&self) -> bool {
        self.kind() == VECTOR_STORES && self.segments.len() <= 2
    }

    fn path(&self) -> String {
        let base = if self.is_control() { "/20231130/openai/v1" } else { "/openai/v1" };
        format!("{base}/{}", self.segments.join("/"))
    }
}

fn several() -> Failure {
    let message =
        "the deployments have several accounts or regions, and which of them is meant is not known";
    Failure::new(StatusCode::BAD_REQUEST, "ambiguous_deployment", message).with_hint(
        "serve files and what is kept with them from a gateway of one account and region",
    )
}

const VECTOR_STORES: &str = "vector_stores";
const QUERY: &[&str] =
    &["after", "before", "filter", "include", "include[]", "limit", "order", "purpose"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, query: &str, expected: Option<&str>) {
        let asked = Asked::read(path, query).ok();
        assert_eq!(asked.map(|asked| asked.path()).as_deref(), expected, "{path}?{query}");
    }

    #[test]
    fn stores_go_to_the_control_plane_and_what_is_in_them_does_not() {
        check("/v1/files", "limit=2&purpose=user_data", Some("/openai/v1/files"));
        check("/files/file-1/content", "", Some("/openai/v1/files/file-1/content"));
        let control = "/20231130/openai/v1/vector_stores";
        check("/v1/vector_stores", "", Some(control));
        check("/v1/vector_stores/vs_1", "", Some("/20231130/openai/v1/vector_stores/vs_1"));
        check("/v1/vector_stores/vs_1/search", "", Some("/openai/v1/vector_stores/vs_1/search"));
        check(
            "/v1/vector_stores/vs_1/files",
            "filter=failed",
            Some("/openai/v1/vector_stores/vs_1/files"),
        );
    }

    #[test]
    fn only_words_are_passed_on() {
        for path in
            ["/v1/files/", "/v1/files/..", "/v1/files/a%2Fb", "/v1/files//x", "/v1/files/a@b"]
        {
            check(path, "", None);
        }
        for query in ["api_base=x", "limit=1%26x", "after=..", "order=a/b"] {
            check("/v1/files", query, None);
        }
    }
}
