//! A small deterministic stand-in for a language model: it does sums, calls the tools that it is told to,
//! and otherwise repeats what was said.

mod arithmetic;
mod instance;
#[cfg(test)]
mod tests;
mod tools;

use serde_json::Value;

pub(crate) use tools::{Choice, Tool, ToolCall};

/// What the stand-in gets to see of a request, the same in every dialect.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    /// The text of the last message of the user.
    pub(crate) question: String,
    /// What tools have returned since then.
    pub(crate) results: Vec<String>,
    /// The tools that may be called.
    pub(crate) tools: Vec<Tool>,
    /// Whether one must be called, or which.
    pub(crate) choice: Choice,
    /// Whether one call at a time is all that is wanted.
    pub(crate) one_call: bool,
    /// What the text must look like.
    pub(crate) format: Format,
    /// Whether it thinks before it speaks.
    pub(crate) thinks: bool,
    /// The most tokens to say, those of the thoughts included.
    pub(crate) max_tokens: Option<u64>,
    /// Texts that end the answer.
    pub(crate) stop: Vec<String>,
    /// How often the answer is given; together at most [`MAX_TOKENS`].
    pub(crate) copies: u64,
}

/// What an answer must look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Format {
    /// Any JSON object.
    Json,
    /// An instance of a JSON Schema.
    Schema(Value),
    /// Anything.
    #[default]
    Text,
}

/// An answer as far as the request lets it go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Completion {
    /// The tokens of what it thought before.
    pub(crate) thoughts: Vec<String>,
    /// The tokens; put together they are the text. There are none beside calls.
    pub(crate) tokens: Vec<String>,
    /// The calls that are to be made in place of an answer.
    pub(crate) calls: Vec<ToolCall>,
    /// Whether it ended on its own or was cut.
    pub(crate) finish: Finish,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Finish {
    /// The token limit was reached.
    Length,
    /// The text was complete.
    Stop,
    /// A stop sequence came up.
    StopSequence,
    /// Tools are to be called.
    ToolCalls,
}

impl Finish {
    /// The word for it in the dialects of OpenAI and in GENERIC.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Stop | Self::StopSequence => "stop",
            Self::ToolCalls => "tool_calls",
        }
    }
}

impl Ask {
    /// The whole answer, however long, before limits and stop sequences.
    fn text(&self) -> String {
        let text = match self.results.as_slice() {
            [] => answer(&self.question),
            results => format!("The tools returned: {}", results.join("; ")),
        };
        match &self.format {
            Format::Text => text,
            Format::Json => serde_json::json!({ "answer": text }).to_string(),
            Format::Schema(schema) => instance::of(schema, Some(&text)).to_string(),
        }
    }
}

impl Completion {
    /// What the stand-in answers.
    pub(crate) fn new(ask: &Ask) -> Self {
        let mut left =
            usize::try_from(ask.max_tokens.unwrap_or(u64::MAX).min(MAX_TOKENS / ask.copies.max(1)))
                .unwrap_or(usize::MAX);
        let mut take = |text: &str| {
            let mut all = tokens(text).map(str::to_owned);
            let taken: Vec<String> = all.by_ref().take(left).collect();
            left -= taken.len();
            (taken, all.next().is_some())
        };
        let thoughts =
            if ask.thinks { format!("The user says: {}", ask.question) } else { "".into() };
        let (thoughts, mut cut) = take(&thoughts);
        let calls = if cut { Vec::new() } else { tools::calls(ask) };
        if !calls.is_empty() {
            return Self { thoughts, tokens: Vec::new(), calls, finish: Finish::ToolCalls };
        }
        let text = ask.text();
        let stop = ask
            .stop
            .iter()
            .filter(|stop| !stop.is_empty())
            .filter_map(|stop| text.find(stop.as_str()))
            .min();
        let end = stop.unwrap_or(text.len());
        let (tokens, cut_too) = take(text.get(..end).unwrap_or_default());
        cut |= cut_too;
        let finish = match (cut, stop) {
            (true, _) => Finish::Length,
            (false, Some(_)) => Finish::StopSequence,
            (false, None) => Finish::Stop,
        };
        Self { thoughts, tokens, calls, finish }
    }

    /// The whole text.
    pub(crate) fn text(&self) -> String {
        self.tokens.concat()
    }

    /// All that it thought.
    pub(crate) fn thought(&self) -> String {
        self.thoughts.concat()
    }

    /// How many tokens it is, thoughts and calls included.
    pub(crate) fn size(&self) -> u64 {
        let calls = self
            .calls
            .iter()
            .map(|call| tokens(&call.name).count() as u64 + tokens(&call.arguments).count() as u64);
        (self.thoughts.len() + self.tokens.len()) as u64 + calls.sum::<u64>()
    }
}

/// What the stand-in says to a message.
pub(crate) fn answer(message: &str) -> String {
    let message = message.trim();
    if message.is_empty() {
        return "You said nothing.".to_owned();
    }
    arithmetic::answer(message).unwrap_or_else(|| format!("You said: {message}"))
}

/// Splits a text into tokens, which put together are the text again.
///
/// A token is one run of letters and digits or one other character, with the white space before it;
/// white space at the end is a token too.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let blank = rest.len() - rest.trim_start().len();
        let word = rest.get(blank..)?;
        let end = word.find(|character: char| !character.is_alphanumeric()).unwrap_or(word.len());
        let end = if end == 0 { word.chars().next().map_or(0, char::len_utf8) } else { end };
        let (token, after) = rest.split_at_checked(blank + end)?;
        rest = after;
        (!token.is_empty()).then_some(token)
    })
}

/// How many tokens a text has.
pub(crate) fn count(text: &str) -> u64 {
    tokens(text).count() as u64
}

/// A request that repeats megabytes a hundredfold must not fill the memory.
const MAX_TOKENS: u64 = 65_536;
