//! What of a request's target is passed on. It is checked, since it becomes a part of what is signed.

use crate::failure::Failure;

/// Ids, numbers, and values of `include` such as `message.output_text.logprobs`.
pub(super) fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().all(is_plain) && !text.split('.').any(str::is_empty)
}

/// The parameters of a query, which are among those that are known and have words as values.
///
/// Azure's `api-version` is left out: it says which version of Azure's API is meant, and there is one API here.
pub(super) fn read_query<'q>(
    query: &'q str,
    known: &[&str],
) -> Result<Vec<(String, &'q str)>, Failure> {
    let mut read = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.replace("%5B", "[").replace("%5D", "]");
        if name == "api-version" {
            continue;
        }
        if !known.contains(&name.as_str()) {
            let message = "expected no parameters but those of OpenAI's API";
            return Err(
                Failure::bad_request(message).with_hint(format!("they are {}", known.join(", ")))
            );
        }
        if !is_word(value) {
            let message = format!("the value of {name} has other signs than a word");
            return Err(Failure::bad_request(message).about(&name));
        }
        read.push((name, value));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_azure_is_left_out_and_nothing_else() {
        let read = |query| read_query(query, &["limit", "include[]"]).ok();
        let limit = ("limit".to_owned(), "2");
        assert_eq!(read("api-version=2025-03-01-preview&limit=2&"), Some(vec![limit]));
        assert_eq!(read("include%5B%5D=a.b"), Some(vec![("include[]".to_owned(), "a.b")]));
        assert_eq!(read(""), Some(Vec::new()));
        for query in ["api-versions=1", "api_base=x", "limit=a..b", "limit=1%26x"] {
            assert_eq!(read(query), None, "{query}");
        }
    }
}
