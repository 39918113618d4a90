//! Arguments of calls as models write them.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The text of a JSON object that a model wrote as a JSON string, which several do; any other text as it is.
pub(crate) fn decoded_once(arguments: &str) -> Cow<'_, str> {
    if !arguments.trim_start().starts_with('"') {
        return Cow::Borrowed(arguments);
    }
    let inner = serde_json::from_str::<String>(arguments).ok();
    let inner = inner.filter(|text| serde_json::from_str::<Map<String, Value>>(text).is_ok());
    inner.map_or(Cow::Borrowed(arguments), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::decoded_once;

    #[test]
    fn only_an_object_inside_of_a_string_is_taken_out() {
        for (arguments, decoded) in [
            (r#"{"a":1}"#, r#"{"a":1}"#),
            (r#" "{\"a\":1}""#, r#"{"a":1}"#),
            (r#""[1]""#, r#""[1]""#),
            (r#""text""#, r#""text""#),
            (r#""{\"a\":""#, r#""{\"a\":""#),
            ("", ""),
        ] {
            assert_eq!(decoded_once(arguments), decoded);
        }
    }
}
