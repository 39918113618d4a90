//! The token endpoint of a Kubernetes cluster: a service account's token for one of the workload.
//!
//! Source: what the official SDKs send and expect; the answer is base64 in double quotes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::grant::TokenKind;
use super::token::Kind;
use super::{Asked, Granted, Refusal, public_key, required};
use crate::access::bearer;
use crate::reply::Reply;
use crate::verify::Rejection;

/// Nothing is signed; the token of the service account is all there is.
pub(super) fn session(asked: &Asked<'_>) -> Result<Granted, Refusal> {
    let authorization = asked.head.value("authorization").ok_or(Rejection::NoAuthorization)?;
    let token =
        bearer(authorization).ok_or(Rejection::Token("of the service account is missing"))?;
    asked.identities.read(token, asked.now)?.of_kind(Kind::ServiceAccount)?;
    let document = asked.document()?;
    let key = public_key(required(&document, "podKey")?)?;
    let draft = TokenKind::Workload(&key).draft(&asked.identities.authority, asked.now);
    Ok(Granted::tokens(vec![draft], |tokens| {
        let token = tokens.first().map_or("", String::as_str);
        let document = serde_json::json!({ "token": format!("ST${token}") });
        let text = format!("\"{}\"", STANDARD.encode(document.to_string()));
        Reply::whole(200, "application/json", text)
    }))
}
