//! [`ChatChunk`]: one piece of a streamed answer.

use serde::{Deserialize, Serialize, Serializer};

use crate::chat::delta::Delta;
use crate::chat::error::ChunkError;
use crate::finish::FinishReason;
use crate::lenient::{Accept, Reading, fill_document, list, read_elements};
use crate::object::{Slot, object, replace};
use crate::raw::RawJson;
use crate::reader::{GaveUp, Reader};
use crate::responses::HostedDelta;
use crate::text::Text;
use crate::usage::Usage;

object! { lenient
    /// One chunk of a streamed answer, borrowing from the text it was read from.
    ///
    /// Reading a chunk with one choice allocates nothing unless a string has escapes, a tool call grows, or the server
    /// sends members that are neither known nor `null`.
    /// A known member of an unexpected kind is kept in `extra` under its name, and its field stays empty; a list that
    /// fits in part is kept there as well.
    pub struct ChatChunk<'a> {
        /// The id of the answer, the same in all its chunks.
        pub id: Option<Text<'a>> = "id",
        /// `chat.completion.chunk`
        pub object: Option<Text<'a>> = "object",
        /// When the answer was made, in seconds since 1970.
        pub created: Option<u64> = "created",
        /// The model that answers.
        pub model: Option<Text<'a>> = "model",
        /// What is added; nothing in the chunk with the token counts.
        pub choices: Choices<'a> = always "choices",
        /// The token counts, usually in one last chunk and only on request.
        pub usage: Option<Usage> = "usage",
        /// The processing class that was used.
        pub service_tier: Option<Text<'a>> = "service_tier",
        /// The configuration of the serving system.
        pub system_fingerprint: Option<Text<'a>> = "system_fingerprint",
        /// Padding of random length that hides the length of the content.
        pub obfuscation: Option<Text<'a>> = "obfuscation",
        /// Moderation results.
        pub moderation: Option<RawJson> = "moderation",
        /// What a tool that the service runs does, in an answer of the Responses API (an extension of OpenAI's format).
        pub hosted_item: Option<Box<HostedDelta<'a>>> = "hosted_item",
    }
}

impl<'a> ChatChunk<'a> {
    /// Reads one chunk, the data of one event of the stream.
    ///
    /// [`StreamEvent`](crate::chat::StreamEvent) also tells errors and the end of the stream apart.
    ///
    /// # Errors
    /// When the text is not exactly one JSON object; the error tells where, never what the text said.
    pub fn from_json(data: &'a str) -> Result<Self, ChunkError> {
        // One place for all that can be returned, in which the chunk is made and stays.
        let mut read = Ok(Self::default());
        if let Ok(chunk) = &mut read
            && !fill_document(chunk, data)
        {
            read = Self::from_json_carefully(data);
        }
        read
    }

    #[cold]
    fn from_json_carefully(data: &'a str) -> Result<Self, ChunkError> {
        let mut reader = serde_json::Deserializer::from_str(data);
        let chunk =
            Self::deserialize(&mut reader).map_err(|error| ChunkError::new(EXPECTED, &error))?;
        reader.end().map_err(|error| ChunkError::trailing(EXPECTED, &error))?;
        Ok(chunk)
    }

    /// The same chunk without borrows.
    #[must_use]
    pub fn into_owned(self) -> ChatChunk<'static> {
        ChatChunk {
            id: self.id.map(Text::into_owned),
            object: self.object.map(Text::into_owned),
            created: self.created,
            model: self.model.map(Text::into_owned),
            choices: self.choices.into_owned(),
            usage: self.usage,
            service_tier: self.service_tier.map(Text::into_owned),
            system_fingerprint: self.system_fingerprint.map(Text::into_owned),
            obfuscation: self.obfuscation.map(Text::into_owned),
            moderation: self.moderation,
            hosted_item: self.hosted_item.map(|item| Box::new(item.into_owned())),
            extra: self.extra,
        }
    }

    /// The choices in the order they came.
    pub fn choices(&self) -> impl Iterator<Item = &ChunkChoice<'a>> {
        self.choices.iter()
    }

    /// What is added to the first choice.
    #[must_use]
    pub fn delta(&self) -> Option<&Delta<'a>> {
        self.choices.first().map(|choice| &choice.delta)
    }

    /// The text that is added to the first choice.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.delta()?.content.as_deref()
    }

    /// The reasoning that is added to the first choice.
    #[must_use]
    pub fn reasoning(&self) -> Option<&str> {
        self.delta()?.reasoning_content.as_deref()
    }

    /// The refusal that is added to the first choice.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.delta()?.refusal.as_deref()
    }

    /// Why the first choice ended, in the chunk that ends it.
    #[must_use]
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        self.choices.first()?.finish_reason.as_ref()
    }

    /// What a tool that the service runs does, in a chunk that tells nothing else.
    #[must_use]
    pub fn hosted_item(&self) -> Option<&HostedDelta<'a>> {
        self.hosted_item.as_deref()
    }

    /// The token counts, in the chunk that has them.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }
}

object! { lenient
    /// What a chunk adds to one of the answers.
    pub struct ChunkChoice<'a> {
        /// Which answer.
        pub index: u32 = always "index",
        /// What is added.
        pub delta: Delta<'a> = always "delta",
        /// Why the answer ended.
        pub finish_reason: Option<FinishReason> = "finish_reason",
        /// Log probabilities of the added tokens, as they came; `Logprobs` reads them.
        pub logprobs: Option<RawJson> = "logprobs",
    }
}

impl ChunkChoice<'_> {
    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> ChunkChoice<'static> {
        ChunkChoice {
            index: self.index,
            delta: self.delta.into_owned(),
            finish_reason: self.finish_reason,
            logprobs: self.logprobs,
            extra: self.extra,
        }
    }
}

/// The choices of a chunk: the first inline, which is nearly always the only one, further ones in a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices<'a> {
    first: Option<ChunkChoice<'a>>,
    rest: Vec<ChunkChoice<'a>>,
}

impl<'a> Choices<'a> {
    /// The first choice.
    #[must_use]
    pub fn first(&self) -> Option<&ChunkChoice<'a>> {
        self.first.as_ref()
    }

    /// All choices in order.
    pub fn iter(&self) -> impl Iterator<Item = &ChunkChoice<'a>> {
        self.first.iter().chain(&self.rest)
    }

    /// All choices in order, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut ChunkChoice<'a>> {
        self.first.iter_mut().chain(&mut self.rest)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Adds a choice at the end.
    pub fn push(&mut self, choice: ChunkChoice<'a>) {
        if self.first.is_none() {
            self.first = Some(choice);
        } else {
            self.rest.push(choice);
        }
    }

    /// The same without borrows.
    #[must_use]
    pub fn into_owned(self) -> Choices<'static> {
        Choices {
            first: self.first.map(ChunkChoice::into_owned),
            rest: self.rest.into_iter().map(ChunkChoice::into_owned).collect(),
        }
    }
}

impl<'a> Choices<'a> {
    /// The quick way, which fills the first choice where it stays.
    fn fill_elements<'de: 'a>(&mut self, reader: &mut Reader<'de>) -> Result<(), GaveUp> {
        let Self { first, rest } = self;
        reader.elements(|reader| {
            if first.is_none() {
                ChunkChoice::fill_option(first, reader)?;
            } else {
                rest.extend(ChunkChoice::read(reader)?);
            }
            Ok(())
        })
    }
}

impl<'a> FromIterator<ChunkChoice<'a>> for Choices<'a> {
    fn from_iter<I: IntoIterator<Item = ChunkChoice<'a>>>(choices: I) -> Self {
        let mut choices = choices.into_iter();
        Self { first: choices.next(), rest: choices.collect() }
    }
}

impl Serialize for Choices<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de: 'a, 'a> Accept<'de> for Choices<'a> {
    fn from_list(reader: &mut Reader<'de>) -> Result<Option<Self>, GaveUp> {
        let mut choices = Self::default();
        choices.fill_elements(reader)?;
        Ok(Some(choices))
    }

    fn fill(&mut self, reader: &mut Reader<'de>) -> Result<bool, GaveUp> {
        Ok(!reader.is_null()? && self.fill_elements(reader).map(|()| true)?)
    }

    fn from_raw(text: &'de str) -> Reading<Self> {
        let mut choices = Self::default();
        let read = read_elements(text, |choice| choices.push(choice));
        list(text, choices, read)
    }
}

impl Slot for Choices<'_> {
    type Inner = Self;

    fn fill<'de>(&mut self, reader: &mut Reader<'de>) -> Result<bool, GaveUp>
    where
        Self: Accept<'de>,
    {
        Accept::fill(self, reader)
    }

    fn put(&mut self, value: Option<Self>) -> bool {
        replace(self, value)
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// What error messages call a chunk.
pub(crate) const EXPECTED: &str = "a chat completion chunk";
