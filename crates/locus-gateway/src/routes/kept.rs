//! Responses that the service keeps: `GET` and `DELETE /v1/responses/{id}`, `…/cancel` and `…/input_items`.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::{Method, Response, StatusCode};
use locus::transport::{Client, RawRequest};

use super::answer::{Admitted, Reply, Way, serve};
use super::passing::streamed;
use super::target::{is_word, read_query};
use crate::app::App;
use crate::failure::{Dialect, Failure};
use crate::record::Record;
use crate::reply::Body;
use crate::upstream::Lease;

pub(crate) async fn kept(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    serve(app, request, "responses", Dialect::OpenAi, pass).await
}

/// Passes the request on to the place where the response was made.
async fn pass(app: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    let Admitted { caller, live, method, uri, .. } = admitted;
    let asked = Asked::read(uri.path(), uri.query().unwrap_or_default())?;
    let deployment = match app.stored.find(asked.id, &caller)? {
        Some(id) => live.upstreams.deployment(&id),
        None => live.upstreams.only_place(),
    };
    let deployment = deployment.ok_or_else(unknown)?;
    let lease = Lease::new(deployment);
    let client = deployment.client().transport();
    let reply = if method == Method::GET && asked.action.is_none() && asked.is_streamed() {
        let stream = client.resume_response(asked.id, asked.starting_after()?).await;
        let stream = stream.map_err(|error| Failure::transport(&error))?;
        let outcome = streamed(stream, None).await?;
        record.opc_request_id(outcome.opc_request_id.as_deref());
        outcome.reply.opc_request_id(outcome.opc_request_id.as_deref())
    } else {
        whole(client, method, &asked, record).await?
    };
    let reply = reply.served(Way::straight(lease.name()));
    record.served_by(lease);
    Ok(reply)
}

async fn whole(
    client: &Client,
    method: Method,
    asked: &Asked<'_>,
    record: &mut Record,
) -> Result<Reply, Failure> {
    let path = format!("/openai/v1/responses/{}", asked.id);
    let path = asked.action.map_or_else(|| path.clone(), |action| format!("{path}/{action}"));
    let request = RawRequest::new(method, path);
    let request =
        asked.query.iter().fold(request, |request, (name, value)| request.query(name, *value));
    let answer = client.raw(&request).await.map_err(|error| Failure::transport(&error))?;
    let id = answer.opc_request_id().map(str::to_owned);
    let body = answer.bytes().await.map_err(|error| Failure::transport(&error))?;
    record.opc_request_id(id.as_deref());
    Ok(Reply::json(body).opc_request_id(id.as_deref()))
}

/// What of a request's target is passed on. It is checked, since it becomes a part of what is signed.
struct Asked<'u> {
    id: &'u str,
    action: Option<&'u str>,
    query: Vec<(String, &'u str)>,
}

impl<'u> Asked<'u> {
    fn read(path: &'u str, query: &'u str) -> Result<Self, Failure> {
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let rest = path.strip_prefix("/responses/").unwrap_or_default();
        let (id, action) = match rest.split_once('/') {
            Some((id, action)) => (id, Some(action)),
            None => (rest, None),
        };
        let is_id = !id.contains('.') && is_word(id);
        if !is_id {
            let message = "expected the id of a response, letters, digits, - and _";
            return Err(Failure::bad_request(message).about("response_id"));
        }
        let query = read_query(query, QUERY)?;
        Ok(Self { id, action, query })
    }

    fn parameter(&self, asked: &str) -> Option<&str> {
        self.query.iter().find_map(|(name, value)| (name == asked).then_some(*value))
    }

    fn is_streamed(&self) -> bool {
        self.parameter("stream") == Some("true")
    }

    fn starting_after(&self) -> Result<Option<u64>, Failure> {
        let number = self.parameter("starting_after").map(str::parse).transpose();
        number.map_err(|_| {
            let message = "expected starting_after to be the number of an event";
            Failure::bad_request(message).about("starting_after")
        })
    }
}

fn unknown() -> Failure {
    let message = "it is not known here which deployment made a response of this id";
    Failure::new(StatusCode::NOT_FOUND, "response_not_found", message)
        .with_hint("ids are remembered until the gateway ends, and looked for without one only where all deployments share an account and a region")
}

const QUERY: &[&str] =
    &["after", "include", "include[]", "limit", "order", "starting_after", "stream"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, query: &str, expected: bool) {
        assert_eq!(Asked::read(path, query).is_ok(), expected, "{path}?{query}");
    }

    #[test]
    fn only_words_are_passed_on() {
        check("/v1/responses/resp_1", "", true);
        check("/responses/resp-1/input_items", "limit=5&include%5B%5D=message.input_image", true);
        check("/v1/responses/resp_1", "stream=true&starting_after=3", true);
        for id in ["", "..", "a.b", "a%2Fb", "a@b", "a:1", "%2e%2e"] {
            check(&format!("/v1/responses/{id}"), "", false);
        }
        for query in ["api_base=x", "limit=1%26x", "after=..", "include=a..b", "order=a/b"] {
            check("/v1/responses/resp_1", query, false);
        }
    }
}
