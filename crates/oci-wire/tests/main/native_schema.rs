//! No model and no field of the native inference API of the official Python SDK 2.189.0 is missing from the types.
//!
//! For every body of the API the test makes JSON with every field of every model in it and reads it; whatever has no
//! field of its own would end in an `extra`, and whatever has no kind of its own in an `Other`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use oci_wire::native::{
    ApplyGuardrailsDetails, ApplyGuardrailsResult, ChatDetails, ChatResult, EmbedTextDetails,
    EmbedTextResult, GenerateTextDetails, GenerateTextResult, GuardrailVersionCollection,
    GuardrailVersionSummary, RerankTextDetails, RerankTextResult, SummarizeTextDetails,
    SummarizeTextResult, generic,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::fixtures;

/// Reads a body and tells what was not understood.
pub(crate) type Reader = fn(&Value) -> Result<(), String>;

/// The bodies of the API's operations, and models that the schema lists without using them.
const ROOTS: [(&str, Reader); 16] = [
    ("ApplyGuardrailsDetails", read::<ApplyGuardrailsDetails>),
    ("ApplyGuardrailsResult", read::<ApplyGuardrailsResult>),
    ("ChatDetails", read::<ChatDetails>),
    ("ChatResult", read::<ChatResult>),
    ("EmbedTextDetails", read::<EmbedTextDetails>),
    ("EmbedTextResult", read::<EmbedTextResult>),
    ("GenerateTextDetails", read::<GenerateTextDetails>),
    ("GenerateTextResult", read::<GenerateTextResult>),
    ("GuardrailVersion", read::<GuardrailVersionSummary>),
    ("GuardrailVersionCollection", read::<GuardrailVersionCollection>),
    ("RerankTextDetails", read::<RerankTextDetails>),
    ("RerankTextResult", read::<RerankTextResult>),
    ("SummarizeTextDetails", read::<SummarizeTextDetails>),
    ("SummarizeTextResult", read::<SummarizeTextResult>),
    ("Message", read::<generic::Message>),
    ("ToolChoice", read::<generic::ToolChoice>),
];

/// Fields that the SDK leaves open in one model and closes in another: model, field, the other model.
const TYPED_ELSEWHERE: [(&str, &str, &str); 6] = [
    ("CreateDedicatedAiClusterDetails", "type", "DedicatedAiCluster"),
    ("ModelDiscovery", "capabilities", "Model"),
    ("PiiDetectionConfig", "mode", "ContentModerationConfig"),
    ("PreviousRoutingProfileState", "lifecycleState", "RoutingProfile"),
    ("PromptInjectionConfig", "mode", "ContentModerationConfig"),
    ("SetApiKeyStateDetails", "state", "ApiKeyItem"),
];

#[test]
fn every_model_and_field_has_a_counterpart() {
    let schema = Schema::load("native_inference_schema.json");
    let mut seen = BTreeSet::new();
    for (model, reader) in ROOTS {
        for body in schema.bodies(model, &mut seen) {
            if let Err(reason) = reader(&body) {
                panic!("{model}: {reason}\nin {body}");
            }
        }
    }
    let all: BTreeSet<String> = schema.models.keys().cloned().collect();
    let unreached: Vec<&String> = all.difference(&seen).collect();
    assert!(unreached.is_empty(), "no body has {unreached:?}");
    assert_eq!(all.len(), 138);
}

/// The test above can fail: an unknown field and an unknown kind are found at any depth.
#[test]
fn what_is_unknown_is_found() {
    let choice = |message: Value| json!({"chatResponse": {"apiFormat": "GENERIC", "choices": [{"message": message}]}});
    assert!(read::<ChatResult>(&choice(json!({"content": []}))).is_ok());
    assert!(read::<ChatResult>(&choice(json!({"content": [], "newField": 1}))).is_err());
    assert!(read::<ChatResult>(&choice(json!({"content": [{"type": "NEW"}]}))).is_err());
    assert!(
        read::<ChatResult>(&choice(json!({"content": [{"type": "TEXT", "newField": 1}]}))).is_err()
    );
    assert!(read::<ChatResult>(&choice(json!({"content": 1}))).is_err());
}

pub(crate) fn read<T: DeserializeOwned + Serialize + Debug>(body: &Value) -> Result<(), String> {
    let value: T = serde_json::from_value(body.clone()).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(&value).map_err(|error| error.to_string())?;
    if &written != body {
        return Err(format!("written back as {written}"));
    }
    let text = format!("{value:?}").replace("Extra([])", "");
    match ["Extra([", "Other("].iter().find_map(|mark| text.find(mark)) {
        Some(at) => Err(text[at..].chars().take(160).collect()),
        None => Ok(()),
    }
}

/// The models of an API, as the fixtures list them.
pub(crate) struct Schema {
    pub(crate) models: BTreeMap<String, Value>,
}

impl Schema {
    pub(crate) fn load(file: &str) -> Self {
        let Value::Object(models) = fixtures::json(file) else {
            panic!("the schema is not an object")
        };
        Self { models: models.into_iter().collect() }
    }

    /// Bodies that together have every field of the model with every kind of value.
    pub(crate) fn bodies(&self, model: &str, seen: &mut BTreeSet<String>) -> Vec<Value> {
        seen.insert(model.to_owned());
        let definition = &self.models[model];
        if let Some(subtypes) = definition.get("subtypes").and_then(Value::as_object) {
            return subtypes
                .values()
                .flat_map(|subtype| self.bodies(subtype.as_str().unwrap(), seen))
                .collect();
        }
        let fields = definition["fields"].as_object().unwrap();
        let values: Vec<(&String, Vec<Value>)> = fields
            .iter()
            .map(|(name, field)| (name, self.values(model, name, field, seen)))
            .collect();
        let first: Map<String, Value> =
            values.iter().map(|(name, values)| ((*name).clone(), values[0].clone())).collect();
        let mut bodies = vec![Value::Object(first.clone())];
        for (name, values) in &values {
            for value in &values[1..] {
                let mut body = first.clone();
                body.insert((*name).clone(), value.clone());
                bodies.push(Value::Object(body));
            }
        }
        bodies
    }

    fn values(
        &self,
        model: &str,
        name: &str,
        field: &Value,
        seen: &mut BTreeSet<String>,
    ) -> Vec<Value> {
        if let Some(constant) = field.get("const") {
            return vec![constant.clone()];
        }
        if let Some((_, _, typed)) = TYPED_ELSEWHERE.iter().find(|it| (it.0, it.1) == (model, name))
        {
            return self.values(typed, name, &self.models[*typed]["fields"][name], seen);
        }
        // The entry of a list has the values of the resource.
        let whole = model.strip_suffix("Summary").and_then(|whole| self.models.get(whole));
        if let Some(whole) = whole.and_then(|whole| whole["fields"].get(name))
            && field.get("enum").is_none()
            && whole.get("enum").is_some()
        {
            return self.values(model, name, whole, seen);
        }
        let list = |kind: &str| kind.strip_prefix("list[")?.strip_suffix(']').map(str::to_owned);
        let kind = field["type"].as_str().unwrap_or("str");
        if let Some(values) = field.get("enum").and_then(Value::as_array) {
            return match list(kind) {
                Some(_) => vec![Value::Array(values.clone())],
                None => values.clone(),
            };
        }
        // A choice's message is always the assistant's, whatever else the schema's union would allow.
        if (model, name) == ("ChatChoice", "message") {
            return self.bodies("AssistantMessage", seen);
        }
        // Members that the schema leaves open, typed by what the service sends.
        match (model, name) {
            ("ChatChoice", "finishReason") => return vec![json!("stop")],
            ("GuardrailVersionSummary", "state") => return vec![json!("ACTIVE")],
            ("CohereToolCallV2", "function") => {
                return vec![json!({"name": "f", "arguments": "{}"})];
            }
            ("GenericChatRequest", "logitBias") => return vec![json!({"1": 2})],
            ("Availability", "servingModes") => return vec![json!(["ON_DEMAND", "DEDICATED"])],
            ("GenericChatRequest", "metadata") => return vec![json!({"a": "b"})],
            _ => {}
        }
        match list(kind) {
            Some(item) if self.models.contains_key(&item) => {
                vec![Value::Array(self.bodies(&item, seen))]
            }
            // What a resource was before ends here; a list that is always there is always written.
            _ if kind == model => match self.models[model]["fields"].get("capabilities") {
                Some(_) => vec![json!({"capabilities": []})],
                None => vec![json!({})],
            },
            _ if self.models.contains_key(kind) => self.bodies(kind, seen),
            _ => vec![self.plain(kind, seen)],
        }
    }

    fn plain(&self, kind: &str, seen: &mut BTreeSet<String>) -> Value {
        match kind {
            "str" | "datetime" => json!("text"),
            "int" => json!(1),
            "float" => json!(0.5),
            "bool" => json!(true),
            "object" => json!({"any": ["thing"]}),
            "dict(str, str)" => json!({"a": "b"}),
            "dict(str, int)" => json!({"a": 1}),
            "dict(str, dict(str, object))" => json!({"namespace": {"name": [1]}}),
            "list[str]" => json!(["text"]),
            "list[int]" => json!([1]),
            "list[float]" => json!([0.5]),
            "list[list[float]]" => json!([[0.5]]),
            "list[object]" => json!([{"any": "thing"}]),
            "list[dict(str, str)]" => json!([{"a": "b"}]),
            _ => {
                let model = kind.strip_prefix("dict(str, ").and_then(|rest| rest.strip_suffix(')'));
                let model = model.unwrap_or_else(|| panic!("{kind} is unknown to this test"));
                json!({"name": self.bodies(model, seen)[0]})
            }
        }
    }
}
