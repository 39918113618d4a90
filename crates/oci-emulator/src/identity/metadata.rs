//! The metadata service of an instance, version 2.
//!
//! Source: Oracle's page "Getting Instance Metadata": with version 1 off its paths are not found, a request needs
//! `Authorization: Bearer Oracle`, and one that was forwarded is rejected.
//! The page does not tell the status of the last two; it is 403 here.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::{Asked, Granted, Identities, Refusal};
use crate::clock::rfc3339;
use crate::error::Error;
use crate::keys::pem;
use crate::reply::Reply;
use crate::verify::Rejection;

/// Finds what follows `/opc/`.
pub(super) fn look_up(asked: &Asked<'_>, path: &str) -> Result<Granted, Refusal> {
    let head = asked.head;
    let Some(path) = path.strip_prefix("v2/") else { return Err(not_found().into()) };
    if head.value("authorization") != Some("Bearer Oracle") {
        return Err(forbidden("expected Authorization: Bearer Oracle"));
    }
    let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host"];
    if forwarded.iter().any(|name| head.value(name).is_some()) {
        return Err(forbidden("the request was forwarded"));
    }
    let found = match path.trim_end_matches('/').strip_prefix("identity/") {
        Some(name) => identity(asked.identities, name, asked.now),
        None => Ok(document(asked.identities, path)),
    };
    match found {
        Ok(Some(reply)) => Ok(Granted::page(reply)),
        Ok(None) => Err(not_found().into()),
        Err(_) => Err(Reply::oracle_error(500, "InternalServerError", "no certificate").into()),
    }
}

/// The certificate, its key and the certificate above, in PEM.
fn identity(identities: &Identities, name: &str, now: SystemTime) -> Result<Option<Reply>, Error> {
    let text = match name {
        "cert.pem" => pem("CERTIFICATE", &identities.certificate(now)?.leaf),
        "intermediate.pem" => {
            pem("CERTIFICATE", identities.authority.certificates().intermediate())
        }
        "key.pem" => identities.certificate(now)?.key.pkcs1_private_key_pem().as_str().to_owned(),
        "fingerprint" => {
            let leaf = identities.certificate(now)?.leaf;
            super::federation::fingerprint(super::federation::Algorithm::Sha1, &leaf)
        }
        "tenancyId" => identities.authority.tenancy().to_owned(),
        _ => return Ok(None),
    };
    Ok(Some(Reply::whole(200, "text/plain", text)))
}

/// A part of the document: JSON for an object, its text for anything else.
fn document(identities: &Identities, path: &str) -> Option<Reply> {
    let mut value = &instance(identities);
    for name in path.split('/').filter(|name| !name.is_empty()) {
        value = value.get(name)?;
    }
    Some(match value {
        Value::String(text) => Reply::whole(200, "text/plain", text.clone()),
        other => Reply::json(200, other),
    })
}

fn instance(identities: &Identities) -> Value {
    let (authority, region) = (&identities.authority, &identities.region);
    json!({
        "instance": {
            "availabilityDomain": format!("EMUL:{}-AD-1", region.identifier.to_uppercase()),
            "canonicalRegionName": region.identifier,
            "compartmentId": authority.compartment_id(),
            "displayName": "emulator",
            "faultDomain": "FAULT-DOMAIN-1",
            "id": authority.instance_id(),
            "metadata": {},
            "ociAdName": format!("{}-ad-1", region.key),
            "region": region.key,
            "regionInfo": {
                "realmDomainComponent": region.domain,
                "realmKey": region.realm,
                "regionIdentifier": region.identifier,
                "regionKey": region.key.to_uppercase(),
            },
            "shape": "VM.Standard.E5.Flex",
            "state": "Running",
            "tenantId": authority.tenancy(),
            "timeCreated": rfc3339(SystemTime::UNIX_EPOCH),
        },
    })
}

fn not_found() -> Reply {
    Reply::whole(404, "text/html", "<html><body><h1>404 Not Found</h1></body></html>\n")
}

fn forbidden(why: &'static str) -> Refusal {
    let reply =
        Reply::whole(403, "text/html", "<html><body><h1>403 Forbidden</h1></body></html>\n");
    Refusal { reply, rejection: Some(Rejection::Metadata(why).into()) }
}
