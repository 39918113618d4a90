//! What a person can do about each failure.

use http::StatusCode;

use super::{ALLOWED_SKEW, Error, ErrorKind, Place, Timeout};
use crate::operation::Api;

pub(super) fn hint(error: &Error) -> Option<String> {
    let host = error.place().map_or("the endpoint", |place| place.home.host.as_str());
    Some(match error.kind() {
        ErrorKind::Service => return by_status(error),
        ErrorKind::Connect => {
            format!(
                "check that {host} can be reached from here: region, DNS, proxy, firewall and certificates"
            )
        }
        ErrorKind::Timeout(Timeout::Connect) => {
            format!("check that {host} can be reached from here, or allow more time to connect")
        }
        ErrorKind::Timeout(Timeout::FirstByte | Timeout::Idle) => {
            "try again, or allow more time: reasoning models can be silent for minutes".to_owned()
        }
        ErrorKind::Timeout(Timeout::Total) => "allow more time for the whole call".to_owned(),
        ErrorKind::Redirect => {
            "check the endpoint, the service itself does not redirect".to_owned()
        }
        ErrorKind::Identity => {
            "use an OCI identity, such as a profile of ~/.oci/config: the API keys of Generative AI are for inference".to_owned()
        }
        ErrorKind::Malformed => {
            format!(
                "check that {host} is an OCI Generative AI endpoint and that no proxy changes its answers"
            )
        }
        ErrorKind::Truncated => "what was shown is not the full answer, try again".to_owned(),
        ErrorKind::Network | ErrorKind::Stream => "try again".to_owned(),
        ErrorKind::Breaker => format!("see what {host} answered to the requests before"),
        ErrorKind::Changed => "try again when nothing writes to the file".to_owned(),
        ErrorKind::Request => return unsigned(error),
        ErrorKind::DryRun | ErrorKind::Failed | ErrorKind::TooLarge => return None,
    })
}

/// What is to be done about the identity, where it is why a request could not be signed.
fn unsigned(error: &Error) -> Option<String> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<oci_auth::SignError>() {
            return error.hint().map(str::to_owned);
        }
        cause = error.source();
    }
    None
}

fn by_status(error: &Error) -> Option<String> {
    let status = error.status()?;
    let place = error.place();
    let host = place.map_or("the endpoint", |place| place.home.host.as_str());
    if let Some(hint) = place.and_then(|place| by_message(error, place)) {
        return Some(hint);
    }
    Some(match status {
        StatusCode::UNAUTHORIZED if place.is_some_and(|place| place.home.has_api_key) => {
            format!("check that the API key of Generative AI is one of the region of {host}, active and not expired")
        }
        StatusCode::UNAUTHORIZED if skewed(error).is_some() => return skewed(error),
        StatusCode::UNAUTHORIZED => "check that the fingerprint in the profile is that of key_file \
            (`openssl rsa -pubout -outform DER -in KEY | openssl md5 -c`), that the key is uploaded for this user, \
            and that the clock is right within five minutes; \
            an API key of Generative AI must be valid and of this region"
            .to_owned(),
        StatusCode::NOT_FOUND => not_found(place),
        StatusCode::FORBIDDEN => {
            format!("the tenancy or the region is not allowed to do this; the host was {host}")
        }
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = error.retry_after().map_or_else(
                || "a little".to_owned(),
                |wait| format!("{} s, as the service asks,", wait.as_secs_f64().ceil()),
            );
            format!("wait {wait} and try again, the limits are per tenancy and model")
        }
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            "the request does not suit this model; the message says which part".to_owned()
        }
        StatusCode::CONFLICT => "what is asked for is being changed or in use, try again when that is over".to_owned(),
        StatusCode::PAYLOAD_TOO_LARGE => "send less at a time, the request is too large".to_owned(),
        status if status.is_server_error() => {
            "the service failed, try again; if it persists, report the opc-request-id to Oracle"
                .to_owned()
        }
        _ => return None,
    })
}

/// What is meant by some sentences of the service that do not say it.
fn by_message(error: &Error, place: &Place) -> Option<String> {
    let said = error.service_message()?.to_ascii_lowercase();
    let model = &*place.model;
    let host = &place.home.host;
    if said.contains("compartment")
        && ["required", "missing", "must not be null"].iter().any(|w| said.contains(w))
    {
        return Some("set the compartment: endpoints of dedicated AI clusters need it even where models on demand do not".to_owned());
    }
    if error.has_status(StatusCode::BAD_REQUEST)
        && said.contains("file")
        && ["at most", "maximum", "too many", "too large", "not support", "unsupported", "gemini"]
            .iter()
            .any(|word| said.contains(word))
    {
        // Oracle's quick start, "File Input as File ID".
        return Some("a request takes at most ten file ids and 50 MB of PDFs, and Oracle names models of Google Gemini only for them".to_owned());
    }
    if said.contains("stream")
        && (error.has_status(StatusCode::BAD_REQUEST)
            || error.has_status(StatusCode::UNPROCESSABLE_ENTITY))
    {
        return Some(format!(
            "{model} does not stream, as some endpoints of dedicated AI clusters; ask for the whole answer"
        ));
    }
    if place.operation.api == Api::OpenAi && model.to_ascii_lowercase().starts_with("cohere.") {
        return Some(format!(
            "{model} is not served by the OpenAI-compatible API, use the native one (`LOCUS_OCI_TRANSPORT=sdk`)"
        ));
    }
    if error.is_model_not_found() {
        let region = region_of(host).unwrap_or("REGION");
        return Some(format!(
            "{model} is not offered at {host}; `oci generative-ai model list --compartment-id ID --region {region}` lists what is"
        ));
    }
    if said.contains("project")
        && (error.is_not_authorized_or_not_found() || error.has_status(StatusCode::FORBIDDEN))
    {
        return Some("set the OCID of a Generative AI project of this region, which the OpenAI-compatible API asks for".to_owned());
    }
    None
}

/// The service takes a signature for five minutes; a clock that is further off makes every one too old or too new.
fn skewed(error: &Error) -> Option<String> {
    let clocks = error.0.clocks.filter(|clocks| clocks.skew() > ALLOWED_SKEW)?;
    Some(format!(
        "set the clock of this machine: it says {}, and the service says {}; a signature is valid within five minutes",
        httpdate::fmt_http_date(clocks.here),
        httpdate::fmt_http_date(clocks.service)
    ))
}

/// The service answers 404 for a missing policy and for a missing resource alike.
fn not_found(place: Option<&Place>) -> String {
    let Some(place) = place else {
        return "either a policy is missing or the resource does not exist".to_owned();
    };
    let compartment = place.home.compartment_id.as_deref().unwrap_or("none");
    let model = if place.model.is_empty() { "the resource" } else { &*place.model };
    let permission = if model.contains("generativeaiendpoint") {
        "inspect generative-ai-endpoints"
    } else {
        place.operation.permission
    };
    let statement = if place.home.has_api_key {
        format!(
            "allow any-user to {permission} in tenancy where ALL {{ request.principal.type='generativeaiapikey', \
             request.principal.id='OCID OF THE API KEY' }}"
        )
    } else {
        format!("allow group GROUP to {permission} in compartment NAME")
    };
    let late = if place.home.has_api_key {
        "; a policy newer than the key takes effect after some minutes"
    } else {
        ""
    };
    format!(
        "either a policy is missing (`{statement}`{late}) or {model} is not offered at {}; the compartment was {compartment}",
        place.home.host
    )
}

/// The region in the name of an inference host.
fn region_of(host: &str) -> Option<&str> {
    host.strip_prefix("inference.generativeai.")?.split('.').next()
}
