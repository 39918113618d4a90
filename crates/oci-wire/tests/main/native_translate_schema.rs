//! JSON schemas in the subset that a family takes.

use oci_wire::chat::{ChatRequest, FunctionDefinition};
use oci_wire::native::translate::generic_request;
use oci_wire::{Family, RawJson};
use serde_json::{Value, json};

/// The schema as it reaches the family, and where it lost something.
fn repaired(schema: &RawJson, family: Family) -> (RawJson, Vec<String>) {
    let function = FunctionDefinition::new("f").with_parameters(schema.clone());
    let translated = generic_request(&ChatRequest::new("m", []).with_tools([function]), family);
    let value = serde_json::to_string(&translated.value.tools.unwrap()[0]).unwrap();
    let tool: oci_wire::native::generic::FunctionDefinition = serde_json::from_str(&value).unwrap();
    let prefix = "tools[0].function.parameters";
    let paths = translated.losses.iter().map(|loss| loss.path.strip_prefix(prefix).unwrap());
    (tool.parameters.unwrap(), paths.map(|path| path.trim_start_matches('.').to_owned()).collect())
}

#[track_caller]
fn check(family: Family, schema: Value, expected: Value, losses: &[&str]) {
    let (found, lost) = repaired(&RawJson::from(schema), family);
    assert_eq!([found.to_value()], [expected]);
    assert_eq!(lost, losses);
}

#[test]
fn titles_go_and_properties_called_title_stay() {
    for family in [Family::Gemini, Family::Llama, Family::Grok, Family::Cohere] {
        check(
            family,
            json!({"title": "Book", "type": "object", "required": ["title", "$ref"], "properties": {
                "title": {"title": "Title", "type": "string"}, "definitions": {"type": "string", "enum": ["title"]},
                "$ref": {"type": "object", "properties": {"title": {"type": "string"}}}}}),
            json!({"type": "object", "required": ["title", "$ref"], "properties": {
                "title": {"type": "string"}, "definitions": {"type": "string", "enum": ["title"]},
                "$ref": {"type": "object", "properties": {"title": {"type": "string"}}}}}),
            &[],
        );
    }
}

#[test]
fn references_are_inlined_and_cycles_cut() {
    check(
        Family::Gemini,
        json!({"type": "object", "$defs": {"A": {"title": "A", "type": "string"}}, "properties": {
            "a": {"$ref": "#/$defs/A", "description": "mine"}, "b": {"type": "array", "items": {"$ref": "#/$defs/A"}}}}),
        json!({"type": "object", "properties": {
            "a": {"type": "string", "description": "mine"}, "b": {"type": "array", "items": {"type": "string"}}}}),
        &[],
    );
    check(
        Family::Grok,
        json!({"$ref": "#/definitions/Node", "definitions": {"Node": {"type": "object", "properties": {
            "next": {"$ref": "#/definitions/Node"}, "value": {"type": "integer"}}}}}),
        json!({"type": "object", "properties": {"next": {"type": "object"}, "value": {"type": "integer"}}}),
        &["properties.next.$ref"],
    );
    check(
        Family::Llama,
        json!({"type": "object", "properties": {"a": {"$ref": "https://e.example/a.json"}, "b": {"$ref": "#"}}}),
        json!({"type": "object", "properties": {"a": {"type": "object"}, "b": {"type": "object", "properties": {
            "a": {"type": "object"}, "b": {"type": "object"}}}}}),
        &["properties.a.$ref", "properties.b.properties.a.$ref", "properties.b.properties.b.$ref"],
    );
}

/// Thirty definitions that each name the next twice would be a thousand million schemas.
#[test]
fn growth_and_depth_are_bounded() {
    let mut definitions = serde_json::Map::new();
    for at in 0..30 {
        let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
        definitions.insert(
            format!("d{at}"),
            json!({"type": "object", "properties": {"a": next, "b": next}}),
        );
    }
    definitions.insert("d30".to_owned(), json!({"type": "string"}));
    let schema = json!({"$ref": "#/$defs/d0", "$defs": definitions});
    let (found, lost) = repaired(&RawJson::from(schema), Family::Gemini);
    assert!(found.get().len() < 4_000_000, "{}", found.get().len());
    assert!(!lost.is_empty());

    let deep = format!("{}{{}}{}", r#"{"items":"#.repeat(120), "}".repeat(120));
    let (found, lost) = repaired(&RawJson::parse(deep).unwrap(), Family::Gemini);
    assert!(!found.to_value().is_null());
    assert_eq!(lost.len(), 1);
}

#[test]
fn bounds_and_types_are_narrowed() {
    check(
        Family::Gemini,
        json!({"type": "object", "properties": {
            "i": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10},
            "old": {"type": "integer", "minimum": 3, "exclusiveMinimum": true},
            "f": {"type": "number", "exclusiveMinimum": 0.5},
            "s": {"type": ["string", "null"], "default": null},
            "many": {"type": ["null", "integer", "string"]},
            "one": {"type": ["string"]},
            "optional": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "o"},
            "union": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            "const": {"const": "x"}}, "required": ["i", "gone"], "additionalProperties": false}),
        json!({"type": "object", "properties": {
            "i": {"type": "integer", "minimum": 1, "maximum": 9},
            "old": {"type": "integer", "minimum": 4},
            "f": {"type": "number", "minimum": 0.5},
            "s": {"type": "string"},
            "many": {"type": "integer"},
            "one": {"type": "string"},
            "optional": {"type": "string", "description": "o"},
            "union": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "const": {"enum": ["x"]}}, "required": ["i"]}),
        &[
            "additionalProperties",
            "properties.f.exclusiveMinimum",
            "properties.many.type",
            "properties.optional.anyOf",
            "properties.s.type",
            "properties.union.anyOf",
        ],
    );
    // xAI refuses less.
    check(
        Family::Grok,
        json!({"type": ["object"], "additionalProperties": false, "x-order": 1, "properties": {"c": {"const": 1}}}),
        json!({"type": ["object"], "additionalProperties": false, "properties": {"c": {"enum": [1]}}}),
        &["x-order"],
    );
}

#[test]
fn what_needs_no_repair_keeps_its_text() {
    let odd = r##"{ "title": "T", "type":["string","null"], "$ref":"#/$defs/x", "maximum": 1e2 }"##;
    for family in [Family::OpenAi, Family::GptOss, Family::Other] {
        let (found, lost) = repaired(&RawJson::parse(odd).unwrap(), family);
        assert_eq!((found.get(), lost.len()), (odd, 0));
    }
    let plain =
        r#"{ "type": "object", "properties": {"z": {"type":"string"}, "a": {"maximum": 1e2}} }"#;
    let (found, lost) = repaired(&RawJson::parse(plain).unwrap(), Family::Gemini);
    assert_eq!((found.get(), lost.len()), (plain, 0));
}
