//! One real call, and what its outcome says of each step on the way.

use std::time::Duration;

use locus::transport::{ConnectStep, Error};
use locus::{Client, ErrorKind, Timeout};

use crate::failure::chain;

use super::report::{Report, Topic};

/// The lines from the proxy to the answer of a model.
pub(super) async fn check(report: &mut Report, client: &Client, model: &str) {
    let host = client.endpoint().host().to_owned();
    let outcome = client.model(model).chat(PROMPT).await;
    let error = match &outcome {
        Ok(answer) => {
            reached(report, &host, client);
            report.pass(Topic::Clock, "the service accepted the date of the request");
            report.pass(Topic::Signature, "accepted");
            report.pass(Topic::Policy, format!("{model} may be asked"));
            let id = answer.opc_request_id().unwrap_or("none");
            report.pass(Topic::Model, format!("{model} answered (opc-request-id {id})"));
            return;
        }
        Err(error) => error,
    };
    let hint = error.hint().unwrap_or_else(|| "see the message".to_owned());
    let shown = chain("", error);
    let locus::router::Error::Transport(failed) = error else {
        // No route, no compartment: nothing was sent, and nothing is known of the way.
        for topic in [Topic::Proxy, Topic::Name, Topic::Connection, Topic::Tls] {
            report.skip(topic, "nothing was sent");
        }
        for topic in [Topic::Clock, Topic::Signature, Topic::Policy] {
            report.skip(topic, "nothing was sent");
        }
        report.fail_with(3, Topic::Model, shown, hint);
        return;
    };
    if failed.kind() == ErrorKind::DryRun {
        report.untried("--dry-run");
        return;
    }
    if let Some(step) = step_of(failed) {
        broken(report, step, &host, client, shown, hint);
        return;
    }
    if failed.status().is_none() && matches!(failed.kind(), ErrorKind::Request) {
        report.fail(Topic::Token, shown, hint);
        report.untried(Topic::Token.name());
        return;
    }
    reached(report, &host, client);
    answered(report, failed, model, shown, hint);
}

/// The step that was not made; `None` if the request arrived.
fn step_of(error: &Error) -> Option<Topic> {
    Some(match (error.connect_step(), error.kind()) {
        (Some(ConnectStep::Name), _) => Topic::Name,
        (Some(ConnectStep::Proxy), _) => Topic::Proxy,
        (Some(ConnectStep::Tls), _) => Topic::Tls,
        (_, ErrorKind::Connect | ErrorKind::Timeout(Timeout::Connect)) => Topic::Connection,
        _ => return None,
    })
}

/// The lines up to the step that failed.
fn broken(
    report: &mut Report,
    step: Topic,
    host: &str,
    client: &Client,
    shown: String,
    hint: String,
) {
    for topic in [Topic::Proxy, Topic::Name, Topic::Connection, Topic::Tls] {
        if topic == step {
            break;
        }
        passed(report, topic, host, client);
    }
    let advice = match step {
        Topic::Proxy => format!(
            "check HTTPS_PROXY and what its administrator allows, or put {host} into NO_PROXY if it is reached without"
        ),
        Topic::Name => {
            format!("check the region and the resolver of this machine: `getent hosts {host}`")
        }
        Topic::Connection => format!("check that a firewall lets this machine connect to {host}"),
        Topic::Tls => "add the certificate authority of a proxy that opens TLS to those of this machine (SSL_CERT_FILE), and check the URL".to_owned(),
        _ => hint,
    };
    report.fail(step, shown, advice);
    report.untried(step.name());
}

/// The lines of a way that led to the service.
fn reached(report: &mut Report, host: &str, client: &Client) {
    for topic in [Topic::Proxy, Topic::Name, Topic::Connection, Topic::Tls] {
        passed(report, topic, host, client);
    }
}

fn passed(report: &mut Report, topic: Topic, host: &str, client: &Client) {
    let proxy = client.transport().proxy();
    match (topic, proxy) {
        (Topic::Proxy, Some(proxy)) => report.pass(topic, format!("{proxy:?} opened a tunnel")),
        (Topic::Proxy, None) => report.skip(topic, "none is used"),
        (Topic::Name | Topic::Connection, Some(_)) => report.skip(topic, "the proxy does this"),
        (Topic::Name, None) => report.pass(topic, format!("{host} has an address")),
        (Topic::Connection, None) => report.pass(topic, format!("{host} took it")),
        _ if client.endpoint().is_this_machine() => {
            report.skip(topic, "it is a service of this machine");
        }
        _ => report.pass(topic, format!("the certificate of {host} is trusted")),
    }
}

/// The lines of an answer that was no success.
fn answered(report: &mut Report, error: &Error, model: &str, shown: String, hint: String) {
    let off = error.clock_skew().filter(|skew| error.is_auth() && *skew > ALLOWED_SKEW);
    if let Some(skew) = off {
        let found = format!("{} s away from that of the service", skew.as_secs());
        report.fail(Topic::Clock, found, hint);
        report.untried(Topic::Clock.name());
        return;
    }
    if error.is_auth() {
        match error.clock_skew() {
            Some(skew) => report
                .pass(Topic::Clock, format!("{} s away from that of the service", skew.as_secs())),
            None => report.skip(Topic::Clock, "the service did not say its time"),
        }
        report.fail(Topic::Signature, shown, hint);
        report.untried(Topic::Signature.name());
        return;
    }
    report.pass(Topic::Clock, "the service accepted the date of the request");
    report.pass(Topic::Signature, "accepted");
    let is_forbidden = error.status().is_some_and(|status| status.as_u16() == 403);
    if (error.is_not_authorized_or_not_found() && !error.is_model_not_found()) || is_forbidden {
        report.fail(Topic::Policy, shown, hint);
        report.untried(Topic::Policy.name());
        return;
    }
    report.pass(Topic::Policy, format!("{model} may be asked"));
    report.fail(Topic::Model, shown, hint);
}

/// Oracle's page "Request Signatures": a client's clock may be five minutes off.
const ALLOWED_SKEW: Duration = Duration::from_secs(5 * 60);

/// It costs a few tokens.
const PROMPT: &str = "Answer with the word ok.";
