//! A value that a JSON Schema describes, always the same for the same schema.

use serde_json::{Map, Value};

/// An instance of `schema`.
///
/// Of alternatives it is the first, of numbers the least allowed or 1, of arrays one with one element.
/// A text is `text` where that is given, otherwise the name of the property.
pub(crate) fn of(schema: &Value, text: Option<&str>) -> Value {
    let reading = Reading { root: schema, text };
    reading.value(schema, "value", 0)
}

struct Reading<'a> {
    root: &'a Value,
    text: Option<&'a str>,
}

impl Reading<'_> {
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        if let Some(pointer) = schema.get("$ref").and_then(Value::as_str) {
            let target = pointer.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return target.map_or(Value::Null, |target| self.value(target, name, depth + 1));
        }
        if let Some(value) = schema.get("const").or_else(|| schema.pointer("/enum/0")) {
            return value.clone();
        }
        for alternatives in ["anyOf", "oneOf", "allOf"] {
            let list = schema.get(alternatives).and_then(Value::as_array).into_iter().flatten();
            if let Some(first) = list.into_iter().find(|schema| kind(schema) != "null") {
                return self.value(first, name, depth + 1);
            }
        }
        match kind(schema) {
            "array" => schema.get("items").map_or_else(
                || Value::Array(Vec::new()),
                |items| Value::Array(vec![self.value(items, name, depth + 1)]),
            ),
            "boolean" => true.into(),
            "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
            "null" => Value::Null,
            "string" => self.text.unwrap_or(name).into(),
            _ => self.object(schema, depth),
        }
    }

    /// With the required properties, or all of them if it is not said which are required.
    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array);
        let mut object = Map::new();
        for (name, property) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            if required.is_none_or(|required| required.iter().any(|other| other == name)) {
                object.insert(name.clone(), self.value(property, name, depth + 1));
            }
        }
        Value::Object(object)
    }
}

/// The type of a schema, the first that is not `null` if there are several.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ => "object",
    }
}

/// Schemas that contain themselves have to end somewhere.
const MAX_DEPTH: usize = 16;
