//! The reader takes nothing that serde_json refuses, and reads what it takes as serde_json does.

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{GaveUp, Reader, plain};
use crate::lenient::JsonNumber;
use crate::raw::RawJson;

fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    let mut reader = Reader::new(text);
    T::deserialize(&mut reader).ok().filter(|_| reader.is_at_end())
}

/// The same without serde, as the types that know the reader take what they are made of.
fn take(text: &str) -> Option<Value> {
    let mut reader = Reader::new(text);
    tree(&mut reader).ok().filter(|_| reader.is_at_end())
}

fn tree(reader: &mut Reader<'_>) -> Result<Value, GaveUp> {
    Ok(match reader.peek() {
        Some(b'"') => Value::from(reader.string()?.as_str()),
        Some(b't' | b'f') => Value::from(reader.bool()?),
        Some(b'-' | b'0'..=b'9') => match reader.number()? {
            JsonNumber::Unsigned(value) => Value::from(value),
            JsonNumber::Signed(value) => Value::from(value),
            JsonNumber::Float(value) => Value::from(value),
        },
        Some(b'[') => {
            let mut list = Vec::new();
            reader.elements(|reader| tree(reader).map(|value| list.push(value)))?;
            Value::from(list)
        }
        Some(b'{') => {
            let mut object = serde_json::Map::new();
            reader.members(|reader, name| {
                let mut twin = Reader { ..*reader };
                twin.skip()?;
                object.insert(name.to_owned(), tree(reader)?);
                assert_eq!(twin.offset(), reader.offset(), "skipped to another place");
                Ok(())
            })?;
            Value::from(object)
        }
        _ if reader.is_null()? => Value::Null,
        _ => return Err(GaveUp),
    })
}

/// What the reader makes of a text; that serde_json agrees is checked.
#[track_caller]
fn checked(text: &str) -> Option<Value> {
    let value = read::<Value>(text);
    if let Some(value) = &value {
        assert_eq!(Some(value), serde_json::from_str(text).ok().as_ref(), "{text}");
    }
    assert_eq!(take(text), value, "{text}");
    let raw = read::<RawJson>(text);
    assert_eq!(raw.is_some(), RawJson::parse(text).is_ok(), "{text}");
    assert_eq!(read::<IgnoredAny>(text).is_some(), raw.is_some(), "{text}");
    value
}

#[test]
fn every_kind_of_value_is_read() {
    for text in [
        "null",
        " true",
        "false\n",
        "0",
        "-0",
        "-12",
        "1.50",
        "1e3",
        "9999999999999999999",
        "18446744073709551615",
        "18446744073709551616",
        r#""""#,
        r#""abcdefgh""#,
        r#""abcdefg\n""#,
        r#""\\""#,
        r#""\"\u00e9\ud83d\ude00é😀""#,
        "[]",
        "[ 1 , [ ] , { } ]",
        "{}",
        r#"{ "a" : 1 , "a\t" : [ null ] }"#,
    ] {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(checked(text), Some(value), "{text}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        " ",
        "nul",
        "nulll",
        "truefalse",
        "01",
        "00",
        "-",
        "1.",
        "1e",
        "+1",
        ".5",
        "1 2",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\t\"",
        "\"a\u{1}bcdefghijk\"",
        "'a'",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "]",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1]",
        "[1}",
        "{}}",
        "\u{feff}{}",
        "\u{a0}1",
    ] {
        assert_eq!(checked(text), None, "{text}");
    }
}

#[test]
fn depth_is_bounded_as_it_is_by_serde_json() {
    for depth in [1, 126, 127, 128, 129, 100_000] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        let is_taken = serde_json::from_str::<Value>(&text).is_ok();
        assert_eq!(read::<Value>(&text).is_some(), is_taken, "{depth}");
        assert_eq!(take(&text).is_some(), is_taken, "{depth}");
    }
}

#[test]
fn the_end_of_a_string_is_found_at_every_place() {
    for end in ['"', '\\', '\0', '\u{1f}'] {
        for at in 0..40 {
            for after in 0..20 {
                let text = "é \u{7f}~!#[]".chars().cycle().take(at).collect::<String>();
                let whole = format!("{text}{end}{}", "\u{1}\"".repeat(after));
                assert_eq!(plain(whole.as_bytes()), text.len(), "{whole:?}");
                assert_eq!(plain(text.as_bytes()), text.len(), "{text:?}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_as_serde_json_reads_it(
        text in "[\\[\\]{}:,\" \\\\a0-3.eE+\\-\n\tn\u{e9}]{0,12}|(null|true|\\[|\\]|,|\\{|\\}|\"a\"|:|1| ){0,14}",
    ) {
        checked(&text);
    }

    #[test]
    fn a_damaged_document_is_read_as_serde_json_reads_it(
        at in 0..DOCUMENT.len(),
        removed in 0..3_usize,
        added in "[\\[\\]{}:,\" \\\\a0\u{1}n]{0,2}",
    ) {
        let end = (at + removed).min(DOCUMENT.len());
        checked(&format!("{}{added}{}", &DOCUMENT[..at], &DOCUMENT[end..]));
    }
}

const DOCUMENT: &str = r#"{"id":"c-1","created":1788688081,"choices":[{"index":0,"delta":{"content":"a\nb \"c\""},"p":-0.5e-3}],"usage":null,"ok":[true,false]}"#;
