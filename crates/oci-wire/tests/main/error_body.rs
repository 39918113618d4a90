//! Bodies of failures in all their shapes.

use oci_wire::error::{ErrorBody, ErrorShape};

use crate::fixtures;

/// Code, message, type and parameter, empty for absent.
#[track_caller]
fn check(body: &[u8], shape: ErrorShape, expected: [&str; 4]) {
    let error = ErrorBody::parse(body);
    let found = [&error.code, &error.message, &error.kind, &error.param]
        .map(|field| field.clone().unwrap_or_default());
    assert_eq!(found, expected, "{}", String::from_utf8_lossy(body));
    assert_eq!(error.shape, shape, "{}", String::from_utf8_lossy(body));
}

#[test]
fn every_canned_error_is_read() {
    let mut seen = 0;
    for folder in ["responses/openai", "responses/native"] {
        for name in fixtures::names(folder, "error_", ".json") {
            let value = fixtures::json(&format!("{folder}/{name}"));
            let (inner, shape) = match value.get("error") {
                Some(inner) => (inner, ErrorShape::OpenAi),
                None => (&value, ErrorShape::Oci),
            };
            let field =
                |field: &str| inner.get(field).and_then(|value| value.as_str()).unwrap_or_default();
            let expected = [field("code"), field("message"), field("type"), field("param")];
            check(fixtures::text(&format!("{folder}/{name}")).as_bytes(), shape, expected);
            seen += 1;
        }
    }
    assert_eq!(seen, 16);
}

#[test]
fn oci() {
    let oci = ErrorShape::Oci;
    check(
        br#"{"code":"NotAuthenticated","message":"no","originalMessage":"x"}"#,
        oci,
        ["NotAuthenticated", "no", "", ""],
    );
    check(br#"{"code":404,"message":"gone"}"#, oci, ["404", "gone", "", ""]);
    check(br#"{"code":null,"message":"gone"}"#, oci, ["", "gone", "", ""]);
    check(br#"{"code":"500"}"#, oci, ["500", "", "", ""]);
    check(br#"{"message":"only"}"#, oci, ["", "only", "", ""]);
    check(br#"{"code":"400","message":"{not json"}"#, oci, ["400", "{not json", "", ""]);
    check(br#"{"code":"400","message":"{\"a\":1}"}"#, oci, ["400", "{\"a\":1}", "", ""]);
    check(
        br#"{"code":"502","message":"<html><title>Bad Gateway</title></html>"}"#,
        oci,
        ["502", "Bad Gateway", "", ""],
    );
}

#[test]
fn openai() {
    let openai = ErrorShape::OpenAi;
    check(
        br#"{"error":{"message":"m","type":"t","param":"p","code":"c"}}"#,
        openai,
        ["c", "m", "t", "p"],
    );
    check(
        br#"{"error":{"message":"m","type":null,"param":null,"code":null}}"#,
        openai,
        ["", "m", "", ""],
    );
    check(br#"{"error":{"message":"m","code":429}}"#, openai, ["429", "m", "", ""]);
    check(
        br#"{"error":{"message":"m","code":400,"status":"INVALID_ARGUMENT"}}"#,
        openai,
        ["400", "m", "INVALID_ARGUMENT", ""],
    );
    check(br#"[{"error":{"message":"m","code":400}}]"#, openai, ["400", "m", "", ""]);
    check(br#"{"error":"model overloaded"}"#, openai, ["", "model overloaded", "", ""]);
    check(br#"{"code":"Some code","error":"reason"}"#, openai, ["Some code", "reason", "", ""]);
    check(
        br#"{"status":404,"error":"Not Found","message":"no such route"}"#,
        openai,
        ["", "no such route", "", ""],
    );
    check(br#"{"error":{}}"#, openai, ["", "", "", ""]);
}

#[test]
fn openai_inside_oci() {
    let inside = ErrorShape::OpenAiInOci;
    let twice = br#"{"code":"400","message":"{\n  \"error\": {\n    \"message\": \"Unsupported parameter: 'max_tokens'\",\n    \"type\": \"invalid_request_error\",\n    \"param\": \"max_tokens\",\n    \"code\": \"unsupported_parameter\"\n  }\n}"}"#;
    check(
        twice,
        inside,
        [
            "unsupported_parameter",
            "Unsupported parameter: 'max_tokens'",
            "invalid_request_error",
            "max_tokens",
        ],
    );
    assert_eq!(ErrorBody::parse(twice).outer_code.as_deref(), Some("400"));
    check(
        br#"{"code":"400","message":"{\"error\":{\"message\":\"m\",\"code\":null}}"}"#,
        inside,
        ["400", "m", "", ""],
    );
    check(
        br#"{"code":"400","message":"{\"error\":{\"message\":\"m\",\"code\":7}}"}"#,
        inside,
        ["7", "m", "", ""],
    );
    check(br#"{"code":"400","message":"Error code: 400 - {\"error\":{\"message\":\"m\"}} (upstream)"}"#, inside, ["400", "m", "", ""]);
    check(br#"{"code":"400","message":{"error":{"message":"m"}}}"#, inside, ["400", "m", "", ""]);
    check(br#"{"code":"400","message":"{\"error\":\"m\"}"}"#, inside, ["400", "m", "", ""]);
}

#[test]
fn other_json() {
    let other = ErrorShape::OtherJson;
    check(br#"{"detail":"Not Found"}"#, other, ["", "Not Found", "", ""]);
    check(br#"{"title":"Teapot","status":418}"#, other, ["", "Teapot", "", ""]);
    check(br#"{"status":418}"#, other, ["", "", "", ""]);
    check(b"{}", other, ["", "", "", ""]);
}

#[test]
fn not_json() {
    let text = ErrorShape::Text;
    check(b"", text, ["", "", "", ""]);
    check(b" \r\n", text, ["", "", "", ""]);
    check(b"null", text, ["", "", "", ""]);
    check(b"[]", text, ["", "", "", ""]);
    check(b"\"quoted\"", text, ["", "quoted", "", ""]);
    check(
        b"Failed to deserialize\n  the JSON\tbody",
        text,
        ["", "Failed to deserialize the JSON body", "", ""],
    );
    check(b"bad \xff byte \x1b[31m", text, ["", "bad \u{fffd} byte [31m", "", ""]);
    check(
        b"<!DOCTYPE html><html><HEAD><TITLE class=x>502 Bad\nGateway</TITLE></HEAD><body><h1>no</h1></body></html>",
        text,
        ["", "502 Bad Gateway", "", ""],
    );
    check(
        b"<html><title> </title><h1>Sorry &amp; <b>bye</b></h1></html>",
        text,
        ["", "Sorry & bye", "", ""],
    );
    check(
        b"<html><style>b{}</style><script>let a = '<b>';</script><!-- <p>x</p> --><p>down &lt;now&gt;</p>",
        text,
        ["", "down <now>", "", ""],
    );
    check(
        b"<?xml version=\"1.0\"?><Error><Code>Denied</Code></Error>",
        text,
        ["", "Denied", "", ""],
    );
    check(b"<html", text, ["", "", "", ""]);
}

#[test]
fn a_long_text_is_cut_at_a_character() {
    for unit in ["word ", "ä", "😀", "x"] {
        let message = ErrorBody::parse(unit.repeat(100_000).as_bytes()).message.unwrap();
        assert!(message.chars().count() <= 241 && message.ends_with('…'), "{message}");
    }
}

#[test]
fn display_has_what_there_is() {
    for (body, expected) in [
        (r#"{"code":"c","message":"m"}"#, "c: m"),
        (r#"{"code":"c"}"#, "c"),
        (r#"{"message":"m"}"#, "m"),
        (r#"{"error":{"type":"t"}}"#, "t"),
        ("", "no reason given"),
        (r#"{"error":""}"#, "no reason given"),
        (r#"{"code":"c","message":"{\"error\":\"\"}"}"#, "c: {\"error\":\"\"}"),
        (r#"{"code":"c","message":{"detail":1}}"#, "c"),
    ] {
        assert_eq!(ErrorBody::parse(body.as_bytes()).to_string(), expected);
    }
    assert!(ErrorBody::parse(b"").is_empty());
}
