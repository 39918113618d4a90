//! Resource principals: the proof that a resource is one, and that proof for a token.
//!
//! Source: the official Python SDK for versions 1.1 to 2.1.2, the official Go SDK for 3.0.

use super::grant;
use super::operation::Version;
use super::token::{Draft, Kind};
use super::{Asked, Granted, Refusal, public_key, required};
use crate::access::{Signer, verify_signer};
use crate::keys::PublicKey;
use crate::random::hex;
use crate::reply::Reply;
use crate::verify::{Coverage, Rejection, verify};

/// What a service says of a resource that asks it.
pub(super) fn token(asked: &Asked<'_>, version: Version, id: &str) -> Result<Granted, Refusal> {
    let authority = &asked.identities.authority;
    let presenter = match version {
        Version::Instance => {
            let token = bearer_of(asked, Kind::Instance)?;
            if id != authority.instance_id() && id != authority.resource_id() {
                return Err(not_found());
            }
            token
        }
        Version::Key | Version::KeyAndContext => {
            let presenter = by_own_key(asked)?;
            let context = presenter.starts_with("resource/v2.1.2/");
            if context != (version == Version::KeyAndContext) {
                return Err(Rejection::UnknownKeyId(presenter).into());
            }
            if context && asked.head.value("security-context").is_none_or(str::is_empty) {
                let message = "expected the header security-context";
                return Err(Reply::oracle_error(400, "InvalidParameter", message).into());
            }
            if id != authority.resource_id() {
                return Err(not_found());
            }
            presenter
        }
    };
    Ok(proofs(authority.resource_id(), &presenter, None))
}

/// What a service says of the resource that is `level` steps above a resource.
///
/// Each answer names the address of the next level, down to the first.
pub(super) fn parent_token(asked: &Asked<'_>, level: u32) -> Result<Granted, Refusal> {
    let presenter = bearer_of(asked, Kind::Resource)?;
    if level == 0 || level > MOST_LEVELS {
        return Err(not_found());
    }
    let identities = asked.identities;
    let next = (level > 1).then(|| parent_url(&identities.url, level - 1));
    let id = format!("{}.parent{level}", identities.authority.resource_id());
    Ok(proofs(&id, &presenter, next))
}

/// The address of [`parent_token`].
pub(crate) fn parent_url(url: &str, level: u32) -> String {
    format!("{url}/20180711/resourcePrincipalToken/parent/{level}")
}

/// The two proofs for a token, to the one who was given them.
pub(super) fn session(asked: &Asked<'_>) -> Result<Granted, Refusal> {
    let identities = asked.identities;
    let document = asked.document()?;
    let presenter = match by_own_key(asked) {
        Ok(key_id) => key_id,
        // Not the key of the resource, so a token it has to be.
        Err(Rejection::UnknownKeyId(_)) => bearer(asked)?.0,
        Err(rejection) => return Err(rejection.into()),
    };
    let read = |name, kind| -> Result<_, Refusal> {
        Ok(identities.read(required(&document, name)?, asked.now)?.of_kind(kind)?)
    };
    let resource = read("resourcePrincipalToken", Kind::ResourceProof)?;
    let service = read("servicePrincipalSessionToken", Kind::ServiceProof)?;
    if resource.text("pair") != service.text("pair") {
        return Err(Rejection::Token("of the resource and that of the service are no pair").into());
    }
    if resource.text("presenter") != Some(presenter.as_str()) {
        return Err(Rejection::Token("was given to somebody else").into());
    }
    let key = public_key(required(&document, "sessionPublicKey")?)?;
    let draft = grant::resource(&identities.authority, resource.subject(), "fnfunc");
    Ok(Granted::token(draft.with_key(key)))
}

/// Two proofs that belong together.
fn proofs(id: &str, presenter: &str, next: Option<String>) -> Granted {
    let pair = hex(32);
    let proof =
        |kind| Draft::new(kind, id).with("pair", pair.as_str()).with("presenter", presenter);
    let drafts = vec![proof(Kind::ResourceProof), proof(Kind::ServiceProof)];
    Granted::tokens(drafts, |tokens| {
        let [resource, service] = tokens else {
            return Reply::oracle_error(500, "InternalServerError", "no tokens");
        };
        let reply = Reply::json(
            200,
            &serde_json::json!({
                "resourcePrincipalToken": resource,
                "servicePrincipalSessionToken": service,
            }),
        );
        match next {
            Some(url) => reply.with_header("opc-parent-rpt-url", url),
            None => reply,
        }
    })
}

/// Who has signed, which must be the bearer of a token of this kind.
fn bearer_of(asked: &Asked<'_>, expected: Kind) -> Result<String, Refusal> {
    let (name, kind) = bearer(asked)?;
    if kind != expected {
        let (expected, found) = (expected.name(), kind.name());
        return Err(Rejection::TokenKind { expected, found }.into());
    }
    Ok(name)
}

/// Who has signed, by the token.
fn bearer(asked: &Asked<'_>) -> Result<(String, Kind), Refusal> {
    let verified =
        verify_signer(asked.head, &asked.body.measure, asked.now, Coverage::Full, asked.service)?;
    match verified.signer {
        Signer::Bearer(token) => Ok((token.subject().to_owned(), token.kind)),
        Signer::Known(_) => Err(Rejection::Token("is none, but a key that needs none").into()),
    }
}

/// The key id of a resource that signs with a key of its own.
fn by_own_key(asked: &Asked<'_>) -> Result<String, Rejection> {
    let authority = &asked.identities.authority;
    let (tenancy, id) = (authority.tenancy(), authority.resource_id());
    let known = [
        format!("resource/v2.1/{id}"),
        format!("resource/v2.1.1/{tenancy}/{id}"),
        format!("resource/v2.1.2/{tenancy}/{id}"),
    ];
    let lookup = |key_id: &str| -> Result<(PublicKey, String), Rejection> {
        if known.iter().any(|known| known == key_id) {
            return Ok((authority.resource_key().public_key().clone(), key_id.to_owned()));
        }
        Err(Rejection::UnknownKeyId(crate::verify::shown_key_id(key_id)))
    };
    Ok(verify(asked.head, &asked.body.measure, asked.now, Coverage::Full, lookup)?.signer)
}

fn not_found() -> Refusal {
    let message = "Authorization failed or requested resource not found.";
    Reply::oracle_error(404, "NotAuthorizedOrNotFound", message).into()
}

/// More than any client follows.
const MOST_LEVELS: u32 = 100;
