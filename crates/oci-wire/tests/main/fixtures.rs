//! Reading fixtures, and the comparison that takes `null` for absent.

use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/wire/");

pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(format!("{ROOT}{path}"))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap()
}

/// The names in a folder that begin and end so, sorted.
pub(crate) fn names(folder: &str, prefix: &str, suffix: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(format!("{ROOT}{folder}"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            name.starts_with(prefix) && name.ends_with(suffix) && !name.ends_with(".meta.json")
        })
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no {prefix}*{suffix} in {folder}");
    names
}

/// The data of each event of a recorded stream; a splitter for these well-formed files only.
pub(crate) fn events(path: &str) -> Vec<String> {
    let text = text(path);
    let blocks = text.split("\n\n").filter(|block| !block.trim().is_empty());
    let data = |block: &str| -> Vec<String> {
        block.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
    };
    blocks.map(|block| data(block).join("\n")).collect()
}

pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(members.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        value => value,
    }
}
