//! From the schema that `schemars` derives to one that models take.

use oci_wire::{Loss, LossKind, RawJson};
use serde_json::{Map, Value};

use super::json::Json;

/// Which schema is made of a type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// What a service can enforce.
    Strict,
    /// All that the type says.
    Whole,
}

/// A schema in its form.
pub(super) struct Shaped {
    pub(super) json: RawJson,
    pub(super) is_wrapped: bool,
    pub(super) is_strict: bool,
    pub(super) losses: Vec<Loss>,
}

/// Shapes a derived schema; `order` is that of the same type when it is written, which tells the order of all members.
pub(super) fn shape(root: &Value, order: &Value, form: Form, name: &str) -> Shaped {
    let is_wrapped = root.get("type").is_none_or(|kind| kind != "object");
    let definitions = root.get("$defs").and_then(Value::as_object);
    let mut root_reference = "#".to_owned();
    if is_wrapped {
        let mut name = name.to_owned();
        while definitions.is_some_and(|definitions| definitions.contains_key(&name)) {
            name.push('_');
        }
        root_reference = format!("{DEFINITIONS}{name}");
    }
    let mut shaper = Shaper {
        form,
        root,
        order,
        root_reference,
        used: Vec::new(),
        open: vec!["#"],
        left: MAX_SCHEMAS,
        is_strict: form == Form::Strict,
        losses: Vec::new(),
    };
    let mut whole = shaper.schema(root, order, "");
    let mut definitions = Vec::new();
    if is_wrapped {
        if shaper.used.contains(&"#") {
            let reference = shaper.root_reference.clone();
            let name = reference.trim_start_matches(DEFINITIONS).to_owned();
            definitions.push((name, whole));
            whole = Json::object([("$ref", Value::from(reference).into())]);
        }
        whole = Json::object([
            ("type", Value::from("object").into()),
            ("properties", Json::object([(VALUE, whole)])),
            ("required", Value::from(vec![VALUE]).into()),
            ("additionalProperties", Value::from(false).into()),
        ]);
    }
    // Shaping a definition can find further ones.
    let mut next = 0;
    while let Some(&reference) = shaper.used.get(next) {
        next += 1;
        if let Some(name) = reference.strip_prefix(DEFINITIONS) {
            let (target, order) = (pointed(root, reference), pointed(order, reference));
            shaper.open = vec![reference];
            let path = reference.trim_start_matches("#/").replace('/', ".");
            definitions.push((name.to_owned(), shaper.schema(target, order, &path)));
        }
    }
    if let (Json::Object(members), false) = (&mut whole, definitions.is_empty()) {
        members.push(("$defs".to_owned(), Json::Object(definitions)));
    }
    let Shaper { is_strict, losses, .. } = shaper;
    Shaped { json: whole.text(), is_wrapped, is_strict, losses }
}

struct Shaper<'r> {
    form: Form,
    root: &'r Value,
    order: &'r Value,
    /// By what the root is referred to.
    root_reference: String,
    /// What is referred to, each once.
    used: Vec<&'r str>,
    /// The references that are being written in place.
    open: Vec<&'r str>,
    /// How many more schemas may be written in place of a reference: each can hold several others.
    left: usize,
    is_strict: bool,
    losses: Vec<Loss>,
}

impl<'r> Shaper<'r> {
    fn schema(&mut self, schema: &'r Value, order: &'r Value, path: &str) -> Json {
        let Value::Object(keywords) = schema else {
            // `true` takes anything, which no service can enforce.
            self.is_strict = false;
            return Json::Object(Vec::new());
        };
        if let Some(Value::String(reference)) = keywords.get("$ref") {
            return self.reference(reference, keywords, path);
        }
        let mut members: Vec<(String, Json)> = Vec::new();
        for (keyword, value) in in_reading_order(keywords) {
            let at = joined(path, keyword);
            let order = order.get(keyword).unwrap_or(&Value::Null);
            if let Some((keyword, value)) = self.keyword(keyword, value, order, &at) {
                members.push((keyword, value));
            }
        }
        self.close(keywords, order, &mut members);
        Json::Object(members)
    }

    /// A reference stays one if it stands alone; beside it services take nothing, so one with a description is written in place.
    fn reference(
        &mut self,
        reference: &'r str,
        keywords: &'r Map<String, Value>,
        path: &str,
    ) -> Json {
        let beside: Vec<(String, Json)> = keywords
            .iter()
            .filter(|(keyword, _)| {
                !matches!(keyword.as_str(), "$ref" | "$defs") && !is_remark(keyword)
            })
            .filter(|(keyword, _)| self.form == Form::Whole || *keyword != "default")
            .map(|(keyword, value)| (keyword.clone(), value.clone().into()))
            .collect();
        let is_root = path.is_empty();
        if (is_root || !beside.is_empty()) && !self.open.contains(&reference) && self.left > 0 {
            self.left -= 1;
            self.open.push(reference);
            let (target, order) = (pointed(self.root, reference), pointed(self.order, reference));
            let placed = self.schema(target, order, path);
            self.open.pop();
            let Json::Object(members) = placed else { return placed };
            let is_new =
                |(keyword, _): &(String, Json)| !beside.iter().any(|(own, _)| own == keyword);
            let rest: Vec<_> = members.into_iter().filter(is_new).collect();
            return Json::Object(beside.into_iter().chain(rest).collect());
        }
        if !self.used.contains(&reference) {
            self.used.push(reference);
        }
        let target =
            if reference == "#" { self.root_reference.clone() } else { reference.to_owned() };
        let alone = Json::object([("$ref", Value::from(target).into())]);
        if beside.is_empty() {
            return alone;
        }
        let mut members = beside;
        members.push(("anyOf".to_owned(), Json::Array(vec![alone])));
        Json::Object(members)
    }

    /// One keyword; `None` if it is left out.
    fn keyword(
        &mut self,
        keyword: &str,
        value: &'r Value,
        order: &'r Value,
        path: &str,
    ) -> Option<(String, Json)> {
        let is_strict = self.form == Form::Strict;
        let kept = |value: Json| Some((keyword.to_owned(), value));
        match (keyword, value) {
            ("$defs" | "required", _) => None,
            (remark, _) if is_remark(remark) => None,
            ("default" | "examples", _) if is_strict => None,
            // The widths of numbers, which the bounds say too.
            ("format", Value::String(format)) if WIDTHS.contains(&format.as_str()) => None,
            ("properties", Value::Object(properties)) => {
                let declared = order;
                let mut members = Vec::new();
                for (name, schema) in properties {
                    let order = declared.get(name).unwrap_or(&Value::Null);
                    members.push((name.clone(), self.schema(schema, order, &joined(path, name))));
                }
                kept(Json::Object(members))
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(branches)) => {
                self.is_strict &= keyword != "allOf";
                let branches = self.branches(branches, order, path);
                let keyword = if is_strict && keyword == "oneOf" { "anyOf" } else { keyword };
                Some((keyword.to_owned(), Json::Array(branches)))
            }
            ("prefixItems", Value::Array(items)) => {
                let mut items = self.branches(items, order, path);
                if !is_strict {
                    return kept(Json::Array(items));
                }
                // Which item is of which type cannot be said.
                items.dedup();
                if items.len() > 1 {
                    self.lose(LossKind::Approximated, path);
                    items = vec![Json::object([("anyOf", Json::Array(items))])];
                }
                Some(("items".to_owned(), items.pop()?))
            }
            ("items", Value::Bool(false)) if is_strict => None,
            ("items", _) => {
                let items = self.schema(value, order, path);
                kept(items)
            }
            ("additionalProperties", Value::Bool(_)) if is_strict => {
                self.is_strict &= value == &Value::Bool(false);
                (value == &Value::Bool(true)).then(|| (keyword.to_owned(), value.clone().into()))
            }
            ("additionalProperties", Value::Object(_)) => {
                self.is_strict = false;
                let values = self.schema(value, order, path);
                kept(values)
            }
            // That no others are allowed is said otherwise.
            ("unevaluatedProperties", Value::Bool(false)) if is_strict => None,
            ("format", Value::String(format))
                if is_strict && !FORMATS.contains(&format.as_str()) =>
            {
                self.lose(LossKind::Dropped, path);
                None
            }
            _ if !is_strict || ENFORCED.contains(&keyword) => kept(value.clone().into()),
            _ => {
                self.lose(LossKind::Dropped, path);
                None
            }
        }
    }

    fn branches(&mut self, branches: &'r [Value], order: &'r Value, path: &str) -> Vec<Json> {
        let mut shaped = Vec::with_capacity(branches.len());
        for (at, branch) in branches.iter().enumerate() {
            let order = order.get(at).unwrap_or(&Value::Null);
            shaped.push(self.schema(branch, order, &format!("{path}[{at}]")));
        }
        shaped
    }

    /// Puts the members of an object in order, says which are required and, in the strict form, that there are no others.
    fn close(
        &mut self,
        keywords: &'r Map<String, Value>,
        order: &'r Value,
        members: &mut Vec<(String, Json)>,
    ) {
        let is_strict = self.form == Form::Strict;
        let names = |schema: &'r Value| schema.get("required").and_then(Value::as_array);
        let declared: Vec<&str> =
            names(order).into_iter().flatten().filter_map(Value::as_str).collect();
        let place = |name: &str| declared.iter().position(|other| *other == name);
        let properties = members.iter_mut().find(|(keyword, _)| keyword == "properties");
        let mut required: Vec<Value> = Vec::new();
        if let Some((_, Json::Object(properties))) = properties {
            properties.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
            let given = keywords.get("required").and_then(Value::as_array);
            for (name, _) in properties.iter() {
                if is_strict || given.is_some_and(|given| given.iter().any(|one| one == name)) {
                    required.push(Value::from(name.as_str()));
                }
            }
        }
        let is_object = keywords.get("type").is_some_and(|kind| kind == "object");
        if is_strict && is_object && !members.iter().any(|(name, _)| name == "additionalProperties")
        {
            if !members.iter().any(|(name, _)| name == "properties") {
                members.push(("properties".to_owned(), Json::Object(Vec::new())));
            }
            members.push(("required".to_owned(), Value::from(required).into()));
            members.push(("additionalProperties".to_owned(), Value::from(false).into()));
        } else if !required.is_empty() {
            members.push(("required".to_owned(), Value::from(required).into()));
        }
        // Alternatives beside members, of an enumeration that was flattened into a structure, and lists of anything.
        let has = |name: &str| keywords.contains_key(name);
        let is_list = keywords.get("type").is_some_and(|kind| kind == "array");
        if (has("properties") && (has("anyOf") || has("oneOf")))
            || (is_list && !has("items") && !has("prefixItems"))
            || !["type", "anyOf", "oneOf", "enum", "const"].iter().any(|name| has(name))
        {
            self.is_strict = false;
        }
    }

    fn lose(&mut self, kind: LossKind, path: &str) {
        self.losses.push(Loss::new(kind, path));
    }
}

/// The keywords, those first that say what it is.
fn in_reading_order(keywords: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let place = |keyword: &str| FIRST.iter().position(|first| *first == keyword);
    let mut ordered: Vec<_> =
        keywords.iter().map(|(keyword, value)| (keyword.as_str(), value)).collect();
    ordered.sort_by_key(|(keyword, _)| place(keyword).unwrap_or(FIRST.len()));
    ordered.into_iter()
}

/// Whether a keyword says nothing about what is allowed, and nothing that a model should read.
fn is_remark(keyword: &str) -> bool {
    matches!(
        keyword,
        "$schema" | "$id" | "$comment" | "title" | "deprecated" | "readOnly" | "writeOnly"
    )
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn pointed<'v>(root: &'v Value, reference: &str) -> &'v Value {
    let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
    target.unwrap_or(&Value::Null)
}

/// The member that holds a value that is no object.
const VALUE: &str = "value";

const DEFINITIONS: &str = "#/$defs/";

const FIRST: [&str; 3] = ["description", "type", "properties"];

/// What a service enforces beside what is treated above; OpenAI's documentation of structured outputs.
const ENFORCED: [&str; 13] = [
    "const",
    "description",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maximum",
    "minItems",
    "minimum",
    "multipleOf",
    "pattern",
    "type",
];

/// The formats of texts that it enforces.
const FORMATS: [&str; 9] =
    ["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uuid"];

/// What `schemars` says of numbers.
const WIDTHS: [&str; 14] = [
    "double", "float", "int", "int8", "int16", "int32", "int64", "int128", "uint", "uint8",
    "uint16", "uint32", "uint64", "uint128",
];

/// More than any type written by hand has.
const MAX_SCHEMAS: usize = 2_000;
