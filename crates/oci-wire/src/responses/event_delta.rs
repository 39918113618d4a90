//! The events that a stream consists of mostly: pieces of text, borrowed from the event's data.

use crate::chat::TokenLogprob;
use crate::object::object;
use crate::raw::RawJson;
use crate::text::Text;

object! { lenient
    /// The next piece of a text part: of the answer, a refusal or the reasoning.
    ///
    /// Reading it allocates nothing unless the piece has escapes or log probabilities were asked for.
    pub struct TextDelta<'a> (named by "type") {
        /// The item that grows.
        pub item_id: Option<Text<'a>> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The part that grows.
        pub content_index: Option<u32> = "content_index",
        /// The piece.
        pub delta: Option<Text<'a>> = "delta",
        /// Log probabilities of its tokens, as they came; see [`TextDelta::logprobs`].
        pub logprobs: Option<Vec<RawJson>> = "logprobs",
        /// Padding of random length that hides the length of the piece.
        pub obfuscation: Option<Text<'a>> = "obfuscation",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

impl TextDelta<'_> {
    /// The piece; empty when there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.delta.as_deref().unwrap_or_default()
    }

    /// Log probabilities of its tokens; none where they cannot be read.
    pub fn logprobs(&self) -> impl Iterator<Item = TokenLogprob> {
        let logprobs = self.logprobs.as_deref().unwrap_or_default();
        logprobs.iter().filter_map(|raw| serde_json::from_str(raw.get()).ok())
    }

    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> TextDelta<'static> {
        TextDelta {
            item_id: self.item_id.map(Text::into_owned),
            output_index: self.output_index,
            content_index: self.content_index,
            delta: self.delta.map(Text::into_owned),
            logprobs: self.logprobs,
            obfuscation: self.obfuscation.map(Text::into_owned),
            sequence_number: self.sequence_number,
            extra: self.extra,
        }
    }
}

object! { lenient
    /// The next piece of a reasoning summary.
    pub struct SummaryDelta<'a> (named by "type") {
        /// The item that grows.
        pub item_id: Option<Text<'a>> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The summary that grows.
        pub summary_index: Option<u32> = "summary_index",
        /// The piece.
        pub delta: Option<Text<'a>> = "delta",
        /// Padding of random length that hides the length of the piece.
        pub obfuscation: Option<Text<'a>> = "obfuscation",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

impl SummaryDelta<'_> {
    /// The piece; empty when there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.delta.as_deref().unwrap_or_default()
    }

    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> SummaryDelta<'static> {
        SummaryDelta {
            item_id: self.item_id.map(Text::into_owned),
            output_index: self.output_index,
            summary_index: self.summary_index,
            delta: self.delta.map(Text::into_owned),
            obfuscation: self.obfuscation.map(Text::into_owned),
            sequence_number: self.sequence_number,
            extra: self.extra,
        }
    }
}

object! { lenient
    /// The next piece of what a tool is called with: arguments, input or code.
    pub struct ArgumentsDelta<'a> (named by "type") {
        /// The item that grows.
        pub item_id: Option<Text<'a>> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The piece.
        pub delta: Option<Text<'a>> = "delta",
        /// Padding of random length that hides the length of the piece.
        pub obfuscation: Option<Text<'a>> = "obfuscation",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

impl ArgumentsDelta<'_> {
    /// The piece; empty when there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.delta.as_deref().unwrap_or_default()
    }

    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> ArgumentsDelta<'static> {
        ArgumentsDelta {
            item_id: self.item_id.map(Text::into_owned),
            output_index: self.output_index,
            delta: self.delta.map(Text::into_owned),
            obfuscation: self.obfuscation.map(Text::into_owned),
            sequence_number: self.sequence_number,
            extra: self.extra,
        }
    }
}

object! { lenient
    /// The next piece of a spoken answer, or of its words.
    pub struct AudioDelta<'a> (named by "type") {
        /// Base64 data, or words.
        pub delta: Option<Text<'a>> = "delta",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

impl AudioDelta<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> AudioDelta<'static> {
        AudioDelta {
            delta: self.delta.map(Text::into_owned),
            sequence_number: self.sequence_number,
            extra: self.extra,
        }
    }
}

object! { lenient
    /// How far an item is; the event's name says it.
    pub struct ItemProgress<'a> (named by "type") {
        /// The item.
        pub item_id: Option<Text<'a>> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

impl ItemProgress<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> ItemProgress<'static> {
        ItemProgress {
            item_id: self.item_id.map(Text::into_owned),
            output_index: self.output_index,
            sequence_number: self.sequence_number,
            extra: self.extra,
        }
    }
}
