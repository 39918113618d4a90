//! Small tools for JSON documents whose shape was checked, or which were made here.

use serde_json::Value;

/// Sets a field of an object, or of one further in if there are slashes in `path`.
///
/// Nothing happens where there is no object, which no document that is made here lets happen.
pub(crate) fn set(document: &mut Value, path: &str, value: impl Into<Value>) {
    let mut place = document;
    let (parents, name) = path.rsplit_once('/').map_or((None, path), |(a, b)| (Some(a), b));
    for parent in parents.into_iter().flat_map(|parents| parents.split('/')) {
        let Some(next) = place.get_mut(parent) else { return };
        place = next;
    }
    if let Some(fields) = place.as_object_mut() {
        fields.insert(name.to_owned(), value.into());
    }
}

/// Takes a field out of an object.
pub(crate) fn remove(document: &mut Value, name: &str) {
    if let Some(fields) = document.as_object_mut() {
        fields.remove(name);
    }
}

/// The elements, or none of anything but an array.
pub(crate) fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// The strings of an array, or a string alone.
pub(crate) fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        other => list(other).map(|value| text(Some(value))).collect(),
    }
}

/// The string, or an empty one in place of anything else.
pub(crate) fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// True only for `true`.
pub(crate) fn flag(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool).unwrap_or(false)
}
