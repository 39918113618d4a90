//! `POST /v1/moderations`: OpenAI's API in front of the service's guardrails.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::{Response, StatusCode};
use locus::router::Model;
use locus::wire::edge::{ModerationRequest, ModerationResponse};
use locus::wire::native::ApplyGuardrailsResult;

use super::answer::{Admitted, Reply, Way, serve};
use super::completion::{guessed, unreadable, unwritable};
use crate::app::App;
use crate::failure::{Cause, Dialect, Failure};
use crate::keys::Estimate;
use crate::price::Price;
use crate::record::Record;
use crate::reply::Body;
use crate::upstream::{Call, Deployment, Operation, Served};

pub(crate) async fn moderations(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    serve(app, request, "moderations", Dialect::OpenAi, moderate).await
}

/// Guardrails belong to a place and not to a model, so a model only says at which deployment they are asked: the one of that name,
/// else the first that the caller may use. OpenAI's clients name OpenAI's models, or none.
async fn moderate(app: &App, admitted: Admitted, record: &mut Record) -> Result<Reply, Failure> {
    let mut request: ModerationRequest = serde_json::from_slice(&admitted.body)
        .map_err(|error| unreadable("request for moderation", &error))?;
    let upstreams = &admitted.live.upstreams;
    let asked = request.model.clone();
    let named = asked.as_deref().and_then(|name| Some((name, upstreams.named(name)?)));
    let (name, group) = match named {
        Some(named) => {
            request.model = None;
            named
        }
        None => {
            let mut groups = upstreams.groups().iter();
            let first = groups.find(|group| admitted.caller.may_ask_for(&group.name));
            let group = first.ok_or_else(|| {
                let message = "the key allows no model, and so no place to ask for moderation";
                Failure::new(StatusCode::FORBIDDEN, "model_not_allowed", message)
            })?;
            (&*group.name, group)
        }
    };
    record.model(&group.name);
    let estimate = Estimate { prompt: guessed(&admitted.body), answer: 0 };
    // Guardrails have no price by the token in any list.
    let grant = admitted.caller.take(name, estimate, || Some(Price::NOTHING)).await?;
    record.price(Some(Price::NOTHING));
    record.granted(admitted.caller.id(), grant);
    let mut operation = Moderate { request, losses: Vec::new() };
    let served = Call::new(upstreams, &app.metrics).run(name, &mut operation).await?;
    let Served { output, lease, group, attempts, fallbacks, .. } = served;
    let Found { results, opc_request_id } = output;
    let way = Way { deployment: lease.name(), group: &group, attempts, fallbacks };
    let id = format!("modr-{}", opc_request_id.as_deref().unwrap_or_default());
    let model = asked.as_deref().unwrap_or(GUARDRAILS);
    let translated = ModerationResponse::from_native(&results, id, model);
    let body = serde_json::to_vec(&translated.value).map_err(|_| unwritable())?;
    let unwritten: Vec<String> = translated.losses.iter().map(ToString::to_string).collect();
    let reply = Reply::json(body)
        .opc_request_id(opc_request_id.as_deref())
        .served(way)
        .losses(&operation.losses, &unwritten);
    record.opc_request_id(opc_request_id.as_deref());
    record.model(&group);
    record.served_by(lease);
    Ok(reply)
}

struct Moderate {
    request: ModerationRequest,
    /// What of the request had no effect.
    losses: Vec<String>,
}

struct Found {
    results: Vec<ApplyGuardrailsResult>,
    opc_request_id: Option<String>,
}

impl Operation for Moderate {
    type Output = Found;

    async fn attempt(&mut self, deployment: &Deployment, _: Model) -> Result<Found, Failure> {
        let client = deployment.client().transport();
        let compartment = client.compartment_id().ok_or_else(no_compartment)?;
        let translated = self.request.to_native(compartment);
        self.losses = translated.losses.iter().map(ToString::to_string).collect();
        if translated.value.is_empty() {
            let message = "expected input of a text, a list of texts, or texts and images";
            return Err(Failure::bad_request(message).about("input"));
        }
        let mut found = Found { results: Vec::new(), opc_request_id: None };
        for call in &translated.value {
            let answer = client.apply_guardrails(call).await;
            let answer = answer.map_err(|error| Failure::transport(&error))?;
            if found.opc_request_id.is_none() {
                found.opc_request_id = answer.opc_request_id().map(str::to_owned);
            }
            found.results.push(answer.into_inner());
        }
        Ok(found)
    }
}

fn no_compartment() -> Failure {
    let message = "expected a compartment, which guardrails need, found none";
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let failure = Failure::new(status, "no_compartment", message);
    Failure { cause: Cause::Deployment, ..failure }.with_hint("set oci_compartment_id")
}

/// What an answer calls the model when the client named none.
const GUARDRAILS: &str = "oci.guardrails";
