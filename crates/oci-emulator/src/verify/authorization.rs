//! The `Authorization: Signature …` header, taken apart.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::rejection::Rejection;

/// The parameters of a signature.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Authorization {
    /// Who claims to have signed.
    pub(super) key_id: String,
    /// The list in `headers="…"`, in order, in lower case.
    pub(super) signed_headers: Vec<String>,
    /// The signature's bytes.
    pub(super) signature: Vec<u8>,
}

impl Authorization {
    /// Reads the header's value: the scheme, then `name="value"` pairs between commas, in any order.
    pub(super) fn parse(value: &str) -> Result<Self, Rejection> {
        let pairs = value
            .strip_prefix("Signature ")
            .ok_or_else(|| malformed("expected the scheme Signature"))?;
        let mut parameters = Parameters::default();
        for pair in split_pairs(pairs)? {
            parameters.add(pair)?;
        }

        let algorithm = required("algorithm", parameters.algorithm)?;
        if algorithm != "rsa-sha256" {
            return Err(Rejection::Algorithm(algorithm.to_owned()));
        }
        // Oracle: without a version the current one is assumed.
        if let Some(version) = parameters.version.filter(|version| *version != "1") {
            return Err(Rejection::Version(version.to_owned()));
        }
        Ok(Self {
            key_id: required("keyId", parameters.key_id)?.to_owned(),
            signed_headers: parse_names(required("headers", parameters.headers)?)?,
            signature: STANDARD
                .decode(required("signature", parameters.signature)?)
                .map_err(|_| malformed("the signature is not base64 with padding"))?,
        })
    }
}

#[derive(Default)]
struct Parameters<'a> {
    algorithm: Option<&'a str>,
    headers: Option<&'a str>,
    key_id: Option<&'a str>,
    signature: Option<&'a str>,
    version: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn add(&mut self, (name, value): (&'a str, &'a str)) -> Result<(), Rejection> {
        let slot = match name {
            "algorithm" => &mut self.algorithm,
            "headers" => &mut self.headers,
            "keyId" => &mut self.key_id,
            "signature" => &mut self.signature,
            "version" => &mut self.version,
            _ => return Err(parameter(name, "is unknown")),
        };
        if slot.replace(value).is_some() {
            return Err(parameter(name, "is given twice"));
        }
        Ok(())
    }
}

/// Splits `a="x",b="y"`; a value ends at the next quote, since no way to escape one is defined.
fn split_pairs(mut rest: &str) -> Result<Vec<(&str, &str)>, Rejection> {
    let mut pairs = Vec::new();
    loop {
        let (name, after) =
            rest.split_once("=\"").ok_or_else(|| malformed("expected name=\"value\""))?;
        let (value, after) =
            after.split_once('"').ok_or_else(|| malformed("expected a closing quote"))?;
        pairs.push((name, value));
        if after.is_empty() {
            return Ok(pairs);
        }
        // RFC 9110 section 5.6.1 allows blanks around the comma of a list; one after it is seen.
        rest = after
            .strip_prefix(',')
            .map(|rest| rest.strip_prefix(' ').unwrap_or(rest))
            .ok_or_else(|| malformed("expected a comma between parameters"))?;
    }
}

/// The names in `headers="…"`: single blanks between them, none twice, case of no account.
fn parse_names(list: &str) -> Result<Vec<String>, Rejection> {
    let mut names: Vec<String> = Vec::new();
    for name in list.split(' ').map(str::to_ascii_lowercase) {
        if name.is_empty() {
            return Err(malformed("expected header names with single blanks between them"));
        }
        if names.contains(&name) {
            return Err(malformed(&format!("{name} is twice in the list of signed headers")));
        }
        names.push(name);
    }
    Ok(names)
}

fn required<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, Rejection> {
    value.ok_or_else(|| parameter(name, "is missing"))
}

fn parameter(name: &str, problem: &'static str) -> Rejection {
    Rejection::Parameter { name: name.to_owned(), problem }
}

fn malformed(what: &str) -> Rejection {
    Rejection::Authorization(what.to_owned())
}
