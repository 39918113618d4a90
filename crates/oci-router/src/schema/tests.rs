//! What is made of types.
#![allow(dead_code)]

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
enum Unit {
    /// As in Europe.
    Celsius,
    Fahrenheit,
}

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct FindWeather {
    /// The city.
    city: String,
    area: Option<String>,
    /// How to show it.
    unit: Unit,
    #[serde(default)]
    days: u8,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
struct Tree {
    name: String,
    children: Vec<Self>,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(tag = "kind")]
enum Term {
    Number {
        value: f64,
    },
    Negated {
        /// What is negated.
        of: Box<Self>,
    },
}

#[track_caller]
fn check(schema: &Schema, expected: &str) {
    let expected = expected.lines().map(str::trim).collect::<String>();
    assert_eq!(schema.json().get(), expected);
}

#[test]
fn the_strict_form_is_closed_and_in_the_order_of_the_declaration() {
    let schema = Schema::strict_of::<FindWeather>();
    check(
        &schema,
        r#"{"description":"What to look for.","type":"object","properties":{
        "city":{"description":"The city.","type":"string"},
        "area":{"type":["string","null"]},
        "unit":{"description":"How to show it.","anyOf":[
        {"type":"string","enum":["Fahrenheit"]},
        {"description":"As in Europe.","type":"string","const":"Celsius"}]},
        "days":{"type":"integer","maximum":255,"minimum":0}},
        "required":["city","area","unit","days"],"additionalProperties":false}"#,
    );
    assert!(schema.is_strict());
    assert_eq!(schema.losses(), []);
    assert_eq!(schema.description(), Some("What to look for."));
    let format = serde_json::to_value(schema.to_response_format()).unwrap();
    assert_eq!(format["json_schema"]["name"], "FindWeather");
    assert_eq!(format["json_schema"]["strict"], true);
}

#[test]
fn the_whole_form_says_what_may_be_left_out() {
    let schema = Schema::of::<FindWeather>();
    let value = schema.json().to_value();
    assert_eq!(value["required"], json!(["city", "unit"]));
    assert_eq!(value["properties"]["days"]["default"], 0);
    assert_eq!(value.get("additionalProperties"), None);
    let function = schema.to_function();
    assert_eq!((function.name.as_str(), function.strict), ("find_weather", None));
    assert_eq!(function.description.as_deref(), Some("What to look for."));
    let read: FindWeather = schema.read(r#"{"city":"Rome","unit":"Celsius"}"#).unwrap();
    assert_eq!((read.unit, read.days), (Unit::Celsius, 0));
}

#[test]
fn types_that_hold_themselves_refer_to_themselves() {
    check(
        &Schema::strict_of::<Tree>(),
        r##"{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}}},
        "required":["name","children"],"additionalProperties":false}"##,
    );
    // An enumeration cannot stand at the top, so the references name it.
    check(
        &Schema::strict_of::<Term>(),
        r##"{"type":"object","properties":{"value":{"$ref":"#/$defs/Term"}},"required":["value"],"additionalProperties":false,
        "$defs":{"Term":{"anyOf":[
        {"type":"object","properties":{"kind":{"type":"string","const":"Number"},"value":{"type":"number"}},
        "required":["kind","value"],"additionalProperties":false},
        {"type":"object","properties":{"kind":{"type":"string","const":"Negated"},
        "of":{"description":"What is negated.","anyOf":[{"$ref":"#/$defs/Term"}]}},
        "required":["kind","of"],"additionalProperties":false}]}}}"##,
    );
    let term: Term = Schema::of::<Term>().read(r#"{"value":{"kind":"Number","value":2}}"#).unwrap();
    assert_eq!(term, Term::Number { value: 2.0 });
}

#[test]
fn what_is_no_object_goes_into_one() {
    let schema = Schema::strict_of::<Vec<Unit>>();
    assert_eq!(schema.name(), "Array_of_Unit");
    let value = schema.json().to_value();
    assert_eq!(value["properties"]["value"]["items"]["$ref"], "#/$defs/Unit");
    assert_eq!(value["$defs"]["Unit"]["anyOf"].as_array().map(Vec::len), Some(2));
    for text in [r#"{"value":["Celsius"]}"#, r#"["Celsius"]"#, "```json\n[\"Celsius\"]\n```\n"] {
        assert_eq!(schema.read::<Vec<Unit>>(text).unwrap(), [Unit::Celsius], "{text}");
    }
}

#[test]
fn what_cannot_be_enforced_is_told_and_what_cannot_be_closed_is_not_strict() {
    #[derive(Deserialize, JsonSchema)]
    struct Limited {
        #[schemars(length(min = 1), regex(pattern = "^a"))]
        text: String,
        pair: (u8, String),
        #[schemars(email)]
        address: String,
        #[schemars(url)]
        page: String,
    }
    let schema = Schema::strict_of::<Limited>();
    let told: Vec<String> = schema.losses().iter().map(Loss::to_string).collect();
    assert_eq!(
        told,
        [
            "properties.page.format has no counterpart and was left out",
            "properties.pair.prefixItems was replaced by something near",
            "properties.text.minLength has no counterpart and was left out",
        ]
    );
    assert!(schema.is_strict());
    let value = schema.json().to_value();
    assert_eq!(value["properties"]["text"], json!({"type": "string", "pattern": "^a"}));
    let pair = &value["properties"]["pair"];
    assert_eq!(pair["items"]["anyOf"][1], json!({"type": "string"}));
    assert_eq!((&pair["minItems"], &pair["maxItems"]), (&json!(2), &json!(2)));
    assert_eq!(Schema::of::<Limited>().losses(), []);
    assert_eq!(Schema::of::<Limited>().json().to_value()["properties"]["text"]["minLength"], 1);

    #[derive(Deserialize, JsonSchema)]
    struct Free {
        labels: BTreeMap<String, u32>,
    }
    #[derive(Deserialize, JsonSchema)]
    struct Anything {
        value: Value,
    }
    for schema in [Schema::strict_of::<Free>(), Schema::strict_of::<Anything>()] {
        assert!(!schema.is_strict(), "{:?}", schema.json());
        assert_eq!(schema.to_function().strict, None);
    }
    let free = Schema::strict_of::<Free>().json().to_value();
    assert_eq!(free["properties"]["labels"]["additionalProperties"]["type"], "integer");
}

#[test]
fn an_empty_structure_is_an_object_without_members() {
    #[derive(Deserialize, JsonSchema)]
    struct Nothing {}
    let schema = Schema::strict_of::<Nothing>();
    check(
        &schema,
        r#"{"type":"object","properties":{},"required":[],"additionalProperties":false}"#,
    );
    assert!(schema.is_strict());
    schema.read::<Nothing>("{}").unwrap();
}

#[test]
fn a_misfit_says_where_and_quotes_nothing() {
    let schema = Schema::of::<FindWeather>();
    let read = |text| schema.read::<FindWeather>(text).unwrap_err();
    let error = read(r#"{"city":"Rome","unit":"Kelvin"}"#);
    assert!(
        error
            .to_string()
            .starts_with("expected a value of the schema, found something else at line 1")
    );
    assert!(!error.to_string().contains("Kelvin"));
    assert!(error.detail().contains("Kelvin"), "{}", error.detail());
    assert!(read("It is warm.").to_string().starts_with("expected JSON, found something else"));
}

#[test]
fn names_are_made_of_what_services_take() {
    for (name, snake) in
        [("GetWeather", "get_weather"), ("HTTPGet", "http_get"), ("a", "a"), ("V2Ray", "v2_ray")]
    {
        assert_eq!(snake_case(name), snake);
    }
    assert_eq!(named("Vec<é>"), "Vec___");
    assert_eq!(named(&"x".repeat(100)).len(), 64);
    let schema = Schema::of::<Tree>().with_name("Exactly").with_description("so");
    assert_eq!((schema.function_name().as_str(), schema.description()), ("Exactly", Some("so")));
}
