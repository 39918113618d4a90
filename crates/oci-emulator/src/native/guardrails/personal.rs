//! Personal information that a small reader of texts can tell.

use serde_json::{Value, json};

/// What of the wanted types is in a text, in its order; places and lengths are in characters.
pub(super) fn found(said: &str, types: &[String]) -> Value {
    let mut found = Vec::new();
    for (offset, word) in words(said) {
        let label = if is_email(word) {
            "EMAIL"
        } else if is_telephone(word) {
            "TELEPHONE_NUMBER"
        } else {
            continue;
        };
        if types.iter().any(|wanted| wanted == label) {
            found.push(json!({
                "length": word.chars().count(),
                "offset": offset,
                "text": word,
                "label": label,
                "score": 1.0,
            }));
        }
    }
    found.into()
}

/// Runs without white space, less the punctuation around them.
fn words(said: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut offset = 0;
    for run in said.split_inclusive(char::is_whitespace) {
        let is_kept = |character: char| character.is_alphanumeric() || character == '+';
        let word = run.trim_start_matches(|character| !is_kept(character));
        let blank = run.chars().count() - word.chars().count();
        words.push((offset + blank, word.trim_end_matches(|character| !is_kept(character))));
        offset += run.chars().count();
    }
    words
}

fn is_email(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

/// Seven digits or more, with nothing but dashes and a plus sign besides.
fn is_telephone(word: &str) -> bool {
    word.chars().all(|character| character.is_ascii_digit() || "+-".contains(character))
        && word.chars().filter(char::is_ascii_digit).count() >= 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters() {
        let types = ["EMAIL".to_owned(), "TELEPHONE_NUMBER".to_owned()];
        let all = found("Ünder <ä@b.example>, or +41-44-1234567.", &types);
        assert_eq!(
            all,
            json!([
                { "length": 11, "offset": 7, "text": "ä@b.example", "label": "EMAIL", "score": 1.0 },
                {
                    "length": 14,
                    "offset": 24,
                    "text": "+41-44-1234567",
                    "label": "TELEPHONE_NUMBER",
                    "score": 1.0,
                },
            ])
        );
        assert_eq!(found("a@b.example 12345", &types[1..]), json!([]));
    }
}
