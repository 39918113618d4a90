//! [`OnePass`]: whole answers read in one pass, as long as every member is of its kind.
//!
//! The mode `kept` of [`object!`](crate::object) takes each member as text first, level by level, so that what does not
//! fit can be kept. An answer whose members all fit comes to the same without that.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, Error};

use crate::chat::{
    Annotation, Content, FunctionCall, Logprobs, ResponseAudio, Role, ServiceTier, ToolCall,
};
use crate::finish::FinishReason;
use crate::lenient::{Accept, StrReader};
use crate::object::{FromMap, read_object};
use crate::raw::RawJson;
use crate::reader::{GaveUp, Reader};
use crate::usage::Usage;

/// What is read in one pass, or not at all; a value that is read is the one that its `Deserialize` reads.
pub(crate) trait OnePass<'de>: Sized {
    /// `None` for `null`, an error for anything of a wrong kind.
    fn read(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp>;
}

/// Reads a text that is exactly one document in one pass, if that is how it can be read.
pub(crate) fn read_document<'de, T: OnePass<'de>>(text: &'de str) -> Option<T> {
    let mut reader = Reader::new(text);
    T::read(&mut reader).ok().flatten().filter(|_| reader.is_at_end())
}

/// Reads an object in one pass, else member by member.
pub(crate) fn read_whole<'de, D: Deserializer<'de>, T>(deserializer: D) -> Result<T, D::Error>
where
    T: for<'t> OnePass<'t> + for<'t> FromMap<'t>,
{
    let raw = RawJson::deserialize(deserializer)?;
    match T::read(&mut Reader::new(raw.get())) {
        Ok(Some(value)) => Ok(value),
        _ => read_object(&mut StrReader::from_str(raw.get())).map_err(D::Error::custom),
    }
}

impl<'de, T: OnePass<'de>> OnePass<'de> for Vec<T> {
    fn read(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        if reader.is_null()? {
            return Ok(None);
        }
        let mut elements = Self::new();
        reader.elements(|reader| {
            elements.push(T::read(reader)?.ok_or(GaveUp)?);
            Ok(())
        })?;
        Ok(Some(elements))
    }
}

impl<'de> OnePass<'de> for Usage {
    fn read(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        <Self as Accept>::read(reader)
    }
}

/// Types that read themselves.
macro_rules! by_themselves {
    ($($ty:ty),* $(,)?) => { $(
        impl<'de> OnePass<'de> for $ty {
            fn read(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
                Option::deserialize(reader)
            }
        }
    )* };
}

by_themselves!(
    Annotation,
    BTreeMap<String, String>,
    Content,
    FinishReason,
    FunctionCall,
    Logprobs,
    RawJson,
    ResponseAudio,
    Role,
    ServiceTier,
    String,
    ToolCall,
    u32,
    u64,
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::ChatResponse;

    /// What is read in one pass, after checking that it is what is read member by member.
    #[track_caller]
    fn check(text: &str) -> Option<ChatResponse> {
        let careful: Result<ChatResponse, _> = read_object(&mut StrReader::from_str(text));
        let quick = <ChatResponse as OnePass<'_>>::read(&mut Reader::new(text)).ok().flatten();
        if let Some(quick) = &quick {
            assert_eq!(Some(quick), careful.as_ref().ok(), "{text}");
        }
        assert_eq!(serde_json::from_str(text).ok(), careful.ok(), "{text}");
        quick
    }

    #[test]
    fn any_kind_of_any_member_is_read_as_it_is_member_by_member() {
        const VALUES: [&str; 16] = [
            "null",
            "true",
            "1",
            "1.0",
            "-1",
            "1e2",
            "\"\"",
            "\"a\\n\\u00e9\"",
            "[]",
            "[null]",
            "[{}]",
            "[1,2]",
            "{}",
            r#"{"a":"b","a":null}"#,
            r#"{"cached_tokens":1.0,"x":null}"#,
            r#"[{"type":"text","text":"t"}]"#,
        ];
        const MEMBERS: [&str; 12] = [
            "id",
            "created",
            "choices",
            "usage",
            "service_tier",
            "metadata",
            "moderation",
            "message",
            "content",
            "tool_calls",
            "logprobs",
            "unknown",
        ];
        for member in MEMBERS {
            for value in VALUES {
                let member = format!(r#""{member}":{value}"#);
                check(&format!("{{{member}}}"));
                check(&format!("{{{member},{member}}}"));
                check(&format!(r#"{{"choices":[{{"index":0,{member}}}]}}"#));
                check(&format!(r#"{{"choices":[{{"message":{{"role":"assistant",{member}}}}}]}}"#));
                check(&format!(r#"{{"usage":{{{member}}}}}"#));
            }
        }
    }

    #[test]
    fn an_answer_as_it_should_be_is_read_in_one_pass() {
        let answer = check(
            r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":
            "assistant","content":"a\nb","refusal":null,"tool_calls":[{"id":"1","type":"function","function":{"name":
            "f","arguments":"{}"}}]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,
            "prompt_tokens_details":{"cached_tokens":0}},"service_tier":"default","new":null}"#,
        );
        assert_eq!(answer.unwrap().text(), "a\nb");
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for text in ["", "null", "[]", "1", "{", "{}{}", "{\"id\":}"] {
            assert!(serde_json::from_str::<ChatResponse>(text).is_err(), "{text}");
        }
    }
}
