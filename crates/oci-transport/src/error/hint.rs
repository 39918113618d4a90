//! What a person can do about each failure.

use http::StatusCode;

use super::{Error, ErrorKind, Timeout};

pub(super) fn hint(error: &Error) -> Option<String> {
    let host = error.place().map_or("the endpoint", |place| place.host.as_str());
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
        ErrorKind::Redirect => {
            "check the endpoint, the service itself does not redirect".to_owned()
        }
        ErrorKind::Malformed => {
            format!(
                "check that {host} is an OCI Generative AI endpoint and that no proxy changes its answers"
            )
        }
        ErrorKind::Truncated => "what was shown is not the full answer, try again".to_owned(),
        ErrorKind::Network | ErrorKind::Stream => "try again".to_owned(),
        ErrorKind::Request | ErrorKind::TooLarge => return None,
    })
}

fn by_status(error: &Error) -> Option<String> {
    let status = error.status()?;
    let place = error.place();
    let host = place.map_or("the endpoint", |place| place.host.as_str());
    Some(match status {
        StatusCode::UNAUTHORIZED => "check that the fingerprint in the profile is that of key_file \
            (`openssl rsa -pubout -outform DER -in KEY | openssl md5 -c`), that the key is uploaded for this user, \
            and that the clock is right within five minutes; \
            an API key of Generative AI must be valid and of this region"
            .to_owned(),
        StatusCode::NOT_FOUND => {
            let compartment = place.and_then(|place| place.compartment_id.as_deref()).unwrap_or("none");
            let model = place.and_then(|place| place.model.as_deref()).unwrap_or("the model");
            format!(
                "either a policy is missing (`allow group GROUP to use generative-ai-family in compartment NAME`) \
                 or {model} is not offered at {host}; the compartment was {compartment}"
            )
        }
        StatusCode::FORBIDDEN => format!("the tenancy or the region is not allowed to do this; the host was {host}"),
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
        status if status.is_server_error() => "the service failed, try again; if it persists, report the opc-request-id to Oracle".to_owned(),
        _ => return None,
    })
}
