//! Conditions on the attributes of files.

use serde_json::Value;

use crate::document::{list, text};
use crate::openai::invalid;
use crate::reply::Reply;

/// Whether attributes are as a filter wants them; the error is the answer to a filter that is none.
pub(super) fn passes(filter: &Value, attributes: &Value) -> Result<bool, Reply> {
    let kind = text(filter.get("type"));
    if matches!(kind.as_str(), "and" | "or") {
        let mut passed = list(filter.get("filters")).map(|filter| passes(filter, attributes));
        // Every filter is read, so that a wrong one does not hide behind a right one.
        let passed = passed.try_fold(Vec::new(), |mut all, one| {
            all.push(one?);
            Ok(all)
        })?;
        return Ok(if kind == "and" {
            passed.iter().all(|one| *one)
        } else {
            passed.contains(&true)
        });
    }
    let (Some(key), Some(wanted)) =
        (filter.get("key").and_then(Value::as_str), filter.get("value"))
    else {
        return Err(wrong("expected key and value, or filters"));
    };
    let found = attributes.get(key).unwrap_or(&Value::Null);
    let is_within = || list(Some(wanted)).any(|wanted| is_equal(found, wanted));
    let order = || found.as_f64()?.partial_cmp(&wanted.as_f64()?);
    Ok(match kind.as_str() {
        "eq" => is_equal(found, wanted),
        "ne" => !is_equal(found, wanted),
        "gt" => order().is_some_and(std::cmp::Ordering::is_gt),
        "gte" => order().is_some_and(std::cmp::Ordering::is_ge),
        "lt" => order().is_some_and(std::cmp::Ordering::is_lt),
        "lte" => order().is_some_and(std::cmp::Ordering::is_le),
        "in" => is_within(),
        "nin" => !is_within(),
        _ => return Err(wrong("expected a type of eq, ne, gt, gte, lt, lte, in, nin, and, or")),
    })
}

/// A number is the same however it is written.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn wrong(problem: &str) -> Reply {
    invalid(Some("filters"), "invalid_value", &format!("Invalid 'filters': {problem}."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(filter: &Value, expected: Option<bool>) {
        let attributes = json!({ "word": "a", "number": 2, "flag": true });
        assert_eq!(passes(filter, &attributes).ok(), expected, "{filter}");
    }

    #[test]
    fn every_comparison() {
        let one = |kind: &str, key: &str, value: Value| json!({ "type": kind, "key": key, "value": value });
        check(&one("eq", "word", json!("a")), Some(true));
        check(&one("eq", "number", json!(2.0)), Some(true));
        check(&one("eq", "flag", json!(false)), Some(false));
        check(&one("ne", "none", json!("a")), Some(true));
        check(&one("gt", "number", json!(1)), Some(true));
        check(&one("gte", "number", json!(2)), Some(true));
        check(&one("lt", "number", json!(2)), Some(false));
        check(&one("lte", "number", json!(2)), Some(true));
        check(&one("lt", "word", json!("b")), Some(false));
        check(&one("in", "word", json!(["a", "b"])), Some(true));
        check(&one("nin", "word", json!(["a", "b"])), Some(false));
        check(&one("like", "word", json!("a")), None);
        check(&json!({ "type": "eq" }), None);
        let both = |kind: &str, first: Value| json!({ "type": kind, "filters": [first, one("eq", "number", json!(3))] });
        check(&both("and", one("eq", "word", json!("a"))), Some(false));
        check(&both("or", one("eq", "word", json!("a"))), Some(true));
        check(&both("or", both("and", json!({}))), None);
    }
}
