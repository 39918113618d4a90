//! Tokens by OAuth: an identity domain's exchange of a foreign token, and tokens that may do less.
//!
//! Source: RFC 6749 sections 2.3.1 and 5.2, RFC 8693, and what the official Python and Go SDKs send.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::grant::{self, TokenKind};
use super::token::{Draft, Kind};
use super::{Asked, Granted, Refusal, public_key, required};
use crate::access::verify_signer;
use crate::reply::Reply;
use crate::verify::{Coverage, Rejection};

/// An identity domain's `/oauth2/v1/token`: a token from elsewhere for one of OCI.
pub(super) fn exchange(asked: &Asked<'_>) -> Result<Granted, Refusal> {
    authenticate_client(asked)?;
    let content_type = asked.head.value("content-type").unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(invalid("expected content-type application/x-www-form-urlencoded"));
    }
    let form = form(&asked.body.bytes).ok_or_else(|| invalid("the form cannot be read"))?;
    let field = |name: &str| form.get(name).map(String::as_str);
    if field("grant_type") != Some("urn:ietf:params:oauth:grant-type:token-exchange") {
        return Err(refused(400, "unsupported_grant_type", "expected token-exchange"));
    }
    if field("subject_token_type") != Some("jwt") {
        return Err(invalid("expected subject_token_type jwt"));
    }
    let subject = field("subject_token").ok_or_else(|| invalid("subject_token is missing"))?;
    let token = asked.identities.read(subject, asked.now);
    token.and_then(|token| token.of_kind(Kind::External)).map_err(|rejection| Refusal {
        rejection: Some(Box::new(rejection)),
        ..refused(401, "invalid_grant", "the subject token is not valid")
    })?;
    let key = field("public_key").ok_or_else(|| invalid("public_key is missing"))?;
    let key = public_key(key).map_err(|_| invalid("public_key is no RSA key"))?;

    let authority = &asked.identities.authority;
    match field("requested_token_type") {
        Some("urn:oci:token-type:oci-upst") => {
            Ok(Granted::token(TokenKind::User(&key).draft(authority, asked.now)))
        }
        Some("urn:oci:token-type:oci-rpst") => {
            let kind = field("res_type").ok_or_else(|| invalid("res_type is missing"))?;
            let draft = grant::resource(authority, authority.resource_id(), kind);
            Ok(Granted::token(draft.with_key(key)))
        }
        _ => Err(invalid("expected requested_token_type oci-upst or oci-rpst")),
    }
}

/// The authentication service's `/v1/oauth2/scoped`: a token for one that may do less.
///
/// Whoever may call at all may have one; what it may not do is not kept from it here.
pub(super) fn scope(asked: &Asked<'_>) -> Result<Granted, Refusal> {
    let document = asked.document()?;
    let verified =
        verify_signer(asked.head, &asked.body.measure, asked.now, Coverage::Full, asked.service)?;
    let key = public_key(required(&document, "public_key")?)?;
    let draft = Draft::new(Kind::Scoped, verified.signer.name())
        .with("scope", required(&document, "scope")?)
        .with("target_compartment", required(&document, "target_compartment")?);
    Ok(Granted::token(draft.with_key(key)))
}

/// The application shows its secret, or somebody signs, as the official Go SDK can.
fn authenticate_client(asked: &Asked<'_>) -> Result<(), Refusal> {
    let head = asked.head;
    let Some(encoded) = head.value("authorization").and_then(|value| value.strip_prefix("Basic "))
    else {
        verify_signer(head, &asked.body.measure, asked.now, Coverage::WithoutBody, asked.service)?;
        return Ok(());
    };
    let names = asked.identities.authority.names();
    let expected = format!("{}:{}", names.client_id, names.client_secret);
    if STANDARD.decode(encoded).is_ok_and(|found| found == expected.as_bytes()) {
        return Ok(());
    }
    Err(Refusal {
        rejection: Some(Rejection::ClientCredentials.into()),
        ..refused(401, "invalid_client", "client authentication failed")
    })
}

/// Names and values of `application/x-www-form-urlencoded`; `None` where it is not that, or a name is there twice.
fn form(body: &[u8]) -> Option<HashMap<String, String>> {
    let mut fields = HashMap::new();
    for pair in std::str::from_utf8(body).ok()?.split('&') {
        let (name, value) = pair.split_once('=')?;
        if fields.insert(decoded(name)?, decoded(value)?).is_some() {
            return None;
        }
    }
    Some(fields)
}

/// `+` for a blank and `%` with two digits for a byte; `None` if the bytes are no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8().ok().map(Cow::into_owned)
}

fn invalid(what: &str) -> Refusal {
    refused(400, "invalid_request", what)
}

/// An error as OAuth puts it.
fn refused(status: u16, error: &str, what: &str) -> Refusal {
    Reply::json(status, &json!({ "error": error, "error_description": what })).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let form = form(b"a=1+2&b=%2B%c3%a4&c=").unwrap();
        assert_eq!((form["a"].as_str(), form["b"].as_str(), form["c"].as_str()), ("1 2", "+ä", ""));
    }

    #[test]
    fn what_is_no_form_is_none() {
        for text in ["a", "a=1&a=2", "a=%ff", "\u{fffd}"] {
            assert!(form(text.as_bytes()).is_none(), "{text}");
        }
        assert!(form(b"a=\xff").is_none());
    }
}
