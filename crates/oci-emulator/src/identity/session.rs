//! The authentication service's `/v1/authentication/refresh`: the token of a session for a newer one.

use std::time::Duration;

use super::grant;
use super::token::{Kind, unix_seconds};
use super::{Asked, Granted, Refusal, required};
use crate::access::{Signer, verify_signer};
use crate::verify::{Coverage, Rejection};

/// The key stays as it is; only the token is new. A session that is over cannot be refreshed.
pub(super) fn refresh(asked: &Asked<'_>) -> Result<Granted, Refusal> {
    let document = asked.document()?;
    let current = required(&document, "currentToken")?;
    let verified =
        verify_signer(asked.head, &asked.body.measure, asked.now, Coverage::Full, asked.service)?;
    let Signer::Bearer(token) = verified.signer else {
        return Err(Rejection::Token("is none, a session has to sign with its own").into());
    };
    let token = token.of_kind(Kind::Session)?;
    let identities = asked.identities;
    // Whoever signs may renew the own token only.
    let other = identities.read(current, asked.now)?;
    if other.text("jti") != token.text("jti") {
        return Err(Rejection::Token("is not the one that has signed").into());
    }
    let (now, end) = (unix_seconds(asked.now), token.number("sess_exp").unwrap_or_default());
    let left = Duration::from_secs(end.saturating_sub(now));
    if left.is_zero() {
        return Err(Rejection::TokenExpired.into());
    }
    let draft = grant::session(&identities.authority, end, &token.key()?);
    Ok(Granted::token(draft.with_life(identities.token_life.min(left))))
}
