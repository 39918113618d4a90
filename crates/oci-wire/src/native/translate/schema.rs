//! JSON schemas in the subset that a family takes.

use serde_json::{Map, Value, json};

use crate::family::Family;
use crate::loss::Losses;
use crate::raw::RawJson;

/// The schema with what the family refuses rewritten.
///
/// References are inlined and cycles cut; whatever only annotates goes silently, whatever changes what is allowed is
/// noted as a loss.
/// A schema without anything to repair keeps its text.
pub(crate) fn repair(schema: &RawJson, family: Family, path: &str, losses: &mut Losses) -> RawJson {
    let Some(rules) = Rules::of(family) else { return schema.clone() };
    let root = schema.to_value();
    if root.is_null() {
        return schema.clone();
    }
    let mut repair = Repair { rules, root: &root, open: Vec::new(), left: MAX_SCHEMAS, losses };
    let repaired = repair.schema(&root, path, 0);
    if repaired == root { schema.clone() } else { RawJson::from(repaired) }
}

/// What a family refuses.
#[derive(Clone, Copy, Debug)]
struct Rules {
    /// Takes only `minimum`, `maximum`, one type and no keyword beyond the basic ones.
    is_narrow: bool,
    /// Refuses `const` and vendors' own keywords.
    is_strict: bool,
}

impl Rules {
    fn of(family: Family) -> Option<Self> {
        match family {
            Family::Gemini | Family::Llama => Some(Self { is_narrow: true, is_strict: true }),
            Family::Grok => Some(Self { is_narrow: false, is_strict: true }),
            Family::Cohere => Some(Self { is_narrow: false, is_strict: false }),
            Family::GptOss | Family::OpenAi | Family::Other => None,
        }
    }
}

struct Repair<'r> {
    rules: Rules,
    root: &'r Value,
    /// The references that are being inlined.
    open: Vec<&'r str>,
    /// How many more schemas may be written: inlining can grow a schema exponentially.
    left: usize,
    losses: &'r mut Losses,
}

impl<'r> Repair<'r> {
    fn schema(&mut self, schema: &'r Value, path: &str, depth: usize) -> Value {
        let Value::Object(keywords) = schema else { return schema.clone() };
        if self.left == 0 || depth > MAX_DEPTH {
            self.losses.approximated(path);
            return json!({"type": "object"});
        }
        self.left -= 1;
        let mut repaired = match keywords.get("$ref") {
            Some(Value::String(reference)) => self.inlined(reference, path, depth),
            _ => Map::new(),
        };
        for (keyword, value) in keywords {
            if self.keeps(keyword, value, path) {
                let value = self.keyword(keyword, value, &format!("{path}.{keyword}"), depth + 1);
                repaired.insert(keyword.clone(), value);
            }
        }
        if self.rules.is_strict
            && let Some(constant) = repaired.remove("const")
        {
            repaired.entry("enum").or_insert_with(|| json!([constant]));
        }
        if self.rules.is_narrow {
            self.narrow(&mut repaired, path);
        }
        Value::Object(repaired)
    }

    /// The target of a reference, repaired; a cycle and a target elsewhere become any object.
    fn inlined(&mut self, reference: &'r str, path: &str, depth: usize) -> Map<String, Value> {
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        let inlined = match target {
            Some(target) if !self.open.contains(&reference) => {
                self.open.push(reference);
                let inlined = self.schema(target, path, depth + 1);
                self.open.pop();
                inlined
            }
            _ => {
                self.losses.approximated(format!("{path}.$ref"));
                json!({"type": "object"})
            }
        };
        match inlined {
            Value::Object(inlined) => inlined,
            _ => Map::new(),
        }
    }

    fn keeps(&mut self, keyword: &str, value: &Value, path: &str) -> bool {
        match keyword {
            "$ref" => !value.is_string(),
            "$defs" | "definitions" | "$schema" | "$id" | "$comment" | "$anchor" => false,
            // A property of that name is not a keyword and does not come here.
            "title" => !value.is_string(),
            "default" if self.rules.is_narrow => !value.is_null(),
            "additionalProperties"
            | "unevaluatedProperties"
            | "patternProperties"
            | "propertyNames"
            | "dependentSchemas"
            | "if"
            | "then"
            | "else"
            | "not"
                if self.rules.is_narrow =>
            {
                self.losses.dropped(format!("{path}.{keyword}"));
                false
            }
            _ if self.rules.is_strict && keyword.starts_with("x-") => {
                self.losses.dropped(format!("{path}.{keyword}"));
                false
            }
            _ => true,
        }
    }

    fn keyword(&mut self, keyword: &str, value: &'r Value, path: &str, depth: usize) -> Value {
        match (keyword, value) {
            ("properties" | "patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
                let one = |(name, schema): (&String, &'r Value)| {
                    (name.clone(), self.schema(schema, &format!("{path}.{name}"), depth))
                };
                Value::Object(schemas.iter().map(one).collect())
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems" | "items", Value::Array(schemas)) => {
                let one = |(at, schema): (usize, &'r Value)| {
                    self.schema(schema, &format!("{path}[{at}]"), depth)
                };
                Value::Array(schemas.iter().enumerate().map(one).collect())
            }
            (
                "items"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "propertyNames"
                | "contains"
                | "not"
                | "if"
                | "then"
                | "else",
                Value::Object(_),
            ) => self.schema(value, path, depth),
            _ => value.clone(),
        }
    }

    fn narrow(&mut self, schema: &mut Map<String, Value>, path: &str) {
        for union in ["anyOf", "oneOf"] {
            self.without_null_branch(schema, union, path);
        }
        if let Some(Value::Array(types)) = schema.get("type") {
            let first =
                types.iter().find(|kind| *kind != "null").or_else(|| types.first()).cloned();
            if types.len() > 1 {
                self.losses.approximated(format!("{path}.type"));
            }
            match first {
                Some(first) => schema.insert("type".to_owned(), first),
                None => schema.remove("type"),
            };
        }
        if schema.get("type").is_some_and(|kind| kind == "array") && !schema.contains_key("items") {
            // These families refuse a list of which nothing is said.
            self.losses.approximated(format!("{path}.items"));
            schema.insert("items".to_owned(), json!({"type": "object"}));
        }
        self.inclusive(schema, ("exclusiveMinimum", "minimum", 1), path);
        self.inclusive(schema, ("exclusiveMaximum", "maximum", -1), path);
        if let Some(Value::Object(properties)) = schema.get("properties") {
            let known: Vec<String> = properties.keys().cloned().collect();
            if let Some(Value::Array(required)) = schema.get_mut("required") {
                required.retain(|name| known.iter().any(|known| name == known));
            }
        }
    }

    /// Takes `{"type":"null"}` out of a union; a union of one is that one.
    fn without_null_branch(&mut self, schema: &mut Map<String, Value>, union: &str, path: &str) {
        let Some(Value::Array(branches)) = schema.get_mut(union) else { return };
        let before = branches.len();
        branches.retain(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        if branches.len() < before {
            self.losses.approximated(format!("{path}.{union}"));
        }
        if branches.len() < 2
            && let Some(Value::Array(branches)) = schema.remove(union)
            && let Some(Value::Object(branch)) = branches.into_iter().next()
        {
            for (keyword, value) in branch {
                schema.entry(keyword).or_insert(value);
            }
        }
    }

    /// An exclusive bound as an inclusive one: exactly for integers, nearly for other numbers.
    fn inclusive(
        &mut self,
        schema: &mut Map<String, Value>,
        (exclusive, inclusive, step): (&str, &str, i64),
        path: &str,
    ) {
        let Some(bound) = schema.remove(exclusive) else { return };
        // In older drafts the keyword is a switch and the bound is in the other one.
        let bound = match bound {
            Value::Bool(true) => schema.get(inclusive).cloned(),
            Value::Number(_) => Some(bound),
            _ => None,
        };
        let Some(bound) = bound else { return };
        let is_integer = schema.get("type").is_some_and(|kind| kind == "integer");
        let exact = bound.as_i64().filter(|_| is_integer).and_then(|bound| bound.checked_add(step));
        match exact {
            Some(exact) => schema.insert(inclusive.to_owned(), Value::from(exact)),
            None => {
                self.losses.approximated(format!("{path}.{exclusive}"));
                schema.insert(inclusive.to_owned(), bound)
            }
        };
    }
}

/// More than any tool written by hand has, and little enough to send.
const MAX_SCHEMAS: usize = 20_000;
/// Below the depth at which JSON readers, this crate's among them, give up.
const MAX_DEPTH: usize = 60;
