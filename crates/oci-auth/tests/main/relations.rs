//! Relations that hold for any bytes: the fuzz targets call them, and `corpus` replays through them what fuzzing kept.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};
use oci_auth::{
    Backend, BodyDigest, ConfigFile, KeyId, PrivateKey, RequestParts, RsaSigner, Secret,
    SigningFailed, SigningKey, TokenClaims, TokenError, sign,
};

/// A key is read from the same bytes with other line ends, and from a variable, if it is read from a file at all.
pub(crate) fn key(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else { return };
    let spelt_out = (choice & 0x80 != 0).then(|| spell_out(bytes));
    let bytes = spelt_out.as_deref().unwrap_or(bytes);
    let pass_phrase = match choice & 0x03 {
        0 => None,
        1 => Some(Secret::from("correct horse battery staple")),
        _ => Some(Secret::from("x")),
    };
    let pass_phrase = pass_phrase.as_ref();
    let read = |bytes: &[u8]| {
        PrivateKey::from_pem(bytes, pass_phrase).map(|key| key.fingerprint().unwrap())
    };
    let found = read(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return };
    let variable = PrivateKey::from_variable(&Secret::from(text), pass_phrase, Backend::default());
    let variable = variable.map(|key| key.fingerprint().unwrap());
    if let Ok(fingerprint) = found
        && bytes.first() != Some(&0x30)
    {
        assert_eq!(variable, Ok(fingerprint), "a variable may hold what a file may");
        assert_eq!(read(text.replace('\n', "\r\n").as_bytes()), Ok(fingerprint));
    }
    if let Err(error) = found {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("correct horse"), "{shown}");
    }
}

/// Replaces bytes that no text has by the words that key files are made of. Fuzzing finds the words sooner that way, and the
/// corpus looks to nobody like a leaked key.
fn spell_out(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        match usize::from(*byte).checked_sub(1).and_then(|at| WORDS.get(at)) {
            Some(word) => text.extend_from_slice(word.as_bytes()),
            None => text.push(*byte),
        }
    }
    text
}

const WORDS: [&str; 8] = [
    "-----BEGIN ",
    "-----END ",
    "PRIVATE KEY-----",
    "RSA ",
    "ENCRYPTED ",
    "PUBLIC KEY-----",
    "Proc-Type: 4,ENCRYPTED",
    "DEK-Info: ",
];

/// What is read of a file, written down again, is read as the same.
pub(crate) fn profile(input: &[u8]) {
    let Ok(file) = ConfigFile::parse(input) else { return };
    let mut written = String::new();
    let mut profiles = BTreeMap::new();
    for name in file.profile_names() {
        let profile = file.profile(name).unwrap();
        assert_eq!(profile.name(), name);
        written.push_str(&format!("[{name}]\n"));
        for (key, value) in profile.entries() {
            assert!(profile.line(key).is_some());
            assert_eq!(profile.get(key), Some(value).filter(|value| !value.is_empty()));
            if profile.has_own(key) {
                // A value that began in the line of its key goes on in deeper ones.
                written.push_str(&format!("{key} = {}\n", value.replace('\n', "\n  ")));
            }
        }
        profiles.insert(name.to_owned(), entries(&profile));
    }
    let again = ConfigFile::parse(written.as_bytes())
        .unwrap_or_else(|error| panic!("{error} in {written:?}"));
    for (name, entries_before) in profiles {
        assert_eq!(entries(&again.profile(&name).unwrap()), entries_before, "{written:?}");
    }
}

fn entries(profile: &oci_auth::Profile) -> Vec<(String, String)> {
    profile.entries().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A token says what its payload says, whatever stands around it; as a payload, any bytes may come.
pub(crate) fn claims(input: &[u8]) {
    if let Ok(text) = str::from_utf8(input) {
        let found = TokenClaims::read(&Secret::from(text));
        if let (Ok(found), Some(payload)) = (&found, text.split('.').nth(1)) {
            let other = TokenClaims::read(&Secret::new(format!("head.{payload}.tail")));
            assert_eq!(other.as_ref(), Ok(found));
        }
    }
    let payload = URL_SAFE_NO_PAD.encode(input);
    let found = TokenClaims::read(&Secret::new(format!("e30.{payload}.c2ln")));
    let is_object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(input);
    match found {
        Ok(claims) => {
            let object = is_object.unwrap();
            assert!(claims.expires_at().is_none() || object.contains_key("exp"));
            let _ = claims.key_fingerprint();
        }
        Err(TokenError::Payload) => assert!(is_object.is_err()),
        Err(TokenError::Claim { name }) => assert!(is_object.unwrap().contains_key(name)),
        Err(TokenError::TooLong) => assert!(input.len() > 40_000),
        Err(other) => panic!("three parts were given: {other}"),
    }
}

/// From the `Authorization` header and the signed request alone, as a service sees them, the signed text can be made again.
///
/// The input is a method, a URL, a key id, and headers that are set before, in lines.
pub(crate) fn authorization(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let mut lines = text.split('\n');
    let (Some(method), Some(url), Some(id)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    let (Ok(method), Ok(uri), Ok(id)) =
        (method.parse::<Method>(), url.parse::<Uri>(), KeyId::verbatim(id.to_owned()))
    else {
        return;
    };
    let mut headers = HeaderMap::new();
    let mut body = "";
    for line in lines {
        match line.split_once(": ") {
            Some((name, value)) => {
                let (Ok(name), Ok(value)) =
                    (name.parse::<HeaderName>(), value.parse::<HeaderValue>())
                else {
                    return;
                };
                headers.append(name, value);
            }
            None => body = line,
        }
    }
    let (mut parts, ()) = http::Request::new(()).into_parts();
    (parts.method, parts.uri, parts.headers) = (method, uri, headers);
    let mut request = http::Request::from_parts(parts, ());
    let key = SigningKey::new(id.clone(), PrivateKey::from_signer(Constant));
    let Ok(parts) = RequestParts::of(&request) else { return };
    let now = std::time::SystemTime::UNIX_EPOCH;
    let Ok(signed) = sign(&parts, &BodyDigest::of(body.as_bytes()), &key, now) else { return };
    let signing_string = signed.signing_string().to_owned();
    signed.apply(request.headers_mut());

    let header = request.headers()["authorization"].to_str().unwrap().to_owned();
    let parameters = read_authorization(&header);
    assert_eq!(
        parameters.keys().copied().collect::<Vec<_>>(),
        ["algorithm", "headers", "keyId", "signature", "version"]
    );
    assert_eq!((parameters["algorithm"], parameters["version"]), ("rsa-sha256", "1"));
    assert_eq!(parameters["keyId"], id.as_str());
    assert_eq!(STANDARD.decode(parameters["signature"]).unwrap(), [0x5a; 256]);
    let lines: Vec<String> = parameters["headers"]
        .split(' ')
        .map(|name| match name {
            "(request-target)" => {
                let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
                let slash = if target.starts_with('/') { "" } else { "/" };
                let method = request.method().as_str().to_ascii_lowercase();
                format!("{name}: {method} {slash}{target}")
            }
            name => {
                let values: Vec<_> = request.headers().get_all(name).iter().collect();
                let [value] = values.as_slice() else { panic!("{name} is there as {values:?}") };
                format!("{name}: {}", value.to_str().unwrap())
            }
        })
        .collect();
    assert_eq!(lines.join("\n"), signing_string);
}

/// The parameters of the header, read as simply as they are defined: names, and values between quotes without any escape.
fn read_authorization(header: &str) -> BTreeMap<&str, &str> {
    let mut rest = header.strip_prefix("Signature ").unwrap();
    let mut parameters = BTreeMap::new();
    loop {
        let (name, after) = rest.split_once("=\"").unwrap();
        let (value, after) = after.split_once('"').unwrap();
        assert_eq!(parameters.insert(name, value), None, "{name} is there twice");
        if after.is_empty() {
            return parameters;
        }
        rest = after.strip_prefix(',').unwrap();
    }
}

struct Constant;

impl RsaSigner for Constant {
    fn signature_len(&self) -> usize {
        256
    }

    fn sign(&self, _: &[u8], signature: &mut [u8]) -> Result<(), SigningFailed> {
        signature.fill(0x5a);
        Ok(())
    }
}
