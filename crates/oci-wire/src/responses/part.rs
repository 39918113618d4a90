//! Content parts of messages, reasoning and tool results.

use crate::chat::{PromptCacheBreakpoint, TokenLogprob};
use crate::object::object;
use crate::open_enum::open_enum;
use crate::responses::annotation::Annotation;
use crate::tagged::tagged;

tagged! {
    /// One part of a message, of a tool's result or of a reasoning item.
    pub enum Part by "type" {
        /// Text of the user or of a tool.
        "input_text" => InputText(InputText),
        /// An image, by URL, inline or uploaded before.
        "input_image" => InputImage(InputImage),
        /// A file, by URL, inline or uploaded before.
        "input_file" => InputFile(InputFile),
        /// Text of the model.
        "output_text" => OutputText(OutputText),
        /// What the model said when it refused.
        "refusal" => Refusal(Refusal),
        /// Reasoning as the model thought it.
        "reasoning_text" => ReasoningText(ReasoningText),
        /// Reasoning in summary.
        "summary_text" => SummaryText(SummaryText),
        /// Text without a direction, in stored conversations.
        "text" => Text(PlainText),
        /// What a computer's screen showed.
        "computer_screenshot" => ComputerScreenshot(ComputerScreenshot),
    }
}

impl Part {
    /// Text of the user.
    #[must_use]
    pub fn input_text(text: impl Into<String>) -> Self {
        Self::InputText(InputText { text: text.into(), ..InputText::default() })
    }

    /// An image; `url` is an `https:` address or a `data:` URL with base64 content.
    #[must_use]
    pub fn input_image(url: impl Into<String>, detail: ImageDetail) -> Self {
        Self::InputImage(InputImage {
            image_url: Some(url.into()),
            detail: Some(detail),
            ..InputImage::default()
        })
    }

    /// An image that was uploaded before.
    #[must_use]
    pub fn input_image_file(file_id: impl Into<String>, detail: ImageDetail) -> Self {
        Self::InputImage(InputImage {
            file_id: Some(file_id.into()),
            detail: Some(detail),
            ..InputImage::default()
        })
    }

    /// A file that was uploaded before; Oracle's documentation allows this with Gemini models only.
    #[must_use]
    pub fn input_file(file_id: impl Into<String>) -> Self {
        Self::InputFile(InputFile { file_id: Some(file_id.into()), ..InputFile::default() })
    }

    /// A file at an address.
    #[must_use]
    pub fn input_file_url(url: impl Into<String>) -> Self {
        Self::InputFile(InputFile { file_url: Some(url.into()), ..InputFile::default() })
    }

    /// A file inline: its name and a `data:` URL with base64 content.
    #[must_use]
    pub fn input_file_data(filename: impl Into<String>, data: impl Into<String>) -> Self {
        Self::InputFile(InputFile {
            filename: Some(filename.into()),
            file_data: Some(data.into()),
            ..InputFile::default()
        })
    }

    /// Text of the model, with an empty list of annotations, which the API requires where an answer is replayed.
    #[must_use]
    pub fn output_text(text: impl Into<String>) -> Self {
        Self::OutputText(OutputText {
            text: text.into(),
            annotations: Some(Vec::new()),
            ..OutputText::default()
        })
    }

    /// A refusal of the model.
    #[must_use]
    pub fn refusal(text: impl Into<String>) -> Self {
        Self::Refusal(Refusal { refusal: text.into(), ..Refusal::default() })
    }

    /// Reasoning as the model thought it.
    #[must_use]
    pub fn reasoning_text(text: impl Into<String>) -> Self {
        Self::ReasoningText(ReasoningText { text: text.into(), ..ReasoningText::default() })
    }

    /// Reasoning in summary.
    #[must_use]
    pub fn summary_text(text: impl Into<String>) -> Self {
        Self::SummaryText(SummaryText { text: text.into(), ..SummaryText::default() })
    }

    /// The text of any part that is text, reasoning included; a refusal is not.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::InputText(part) => Some(&part.text),
            Self::OutputText(part) => Some(&part.text),
            Self::ReasoningText(part) => Some(&part.text),
            Self::SummaryText(part) => Some(&part.text),
            Self::Text(part) => Some(&part.text),
            _ => None,
        }
    }
}

object! { kept
    /// A part of kind `input_text`.
    pub struct InputText (tag "type" = "input_text") {
        /// The text.
        pub text: String = always "text",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}

object! { kept
    /// A part of kind `input_image`: an address or a file.
    pub struct InputImage (tag "type" = "input_image") {
        /// How closely the model looks.
        pub detail: Option<ImageDetail> = "detail",
        /// A file that was uploaded before.
        pub file_id: Option<String> = "file_id",
        /// An `https:` address or a `data:` URL.
        pub image_url: Option<String> = "image_url",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}

object! { kept
    /// A part of kind `input_file`: an upload, an address or inline data.
    pub struct InputFile (tag "type" = "input_file") {
        /// How closely the model looks at its pages.
        pub detail: Option<ImageDetail> = "detail",
        /// A `data:` URL with base64 content.
        pub file_data: Option<String> = "file_data",
        /// A file that was uploaded before.
        pub file_id: Option<String> = "file_id",
        /// An address from which the service fetches the file.
        pub file_url: Option<String> = "file_url",
        /// The name, for inline data.
        pub filename: Option<String> = "filename",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}

open_enum! {
    /// How closely a model looks at an image or a page; more detail costs more tokens.
    pub enum ImageDetail {
        /// The model's choice.
        Auto = "auto",
        /// Coarsely.
        Low = "low",
        /// Finely.
        High = "high",
        /// Without scaling.
        Original = "original",
    }
}

object! { kept
    /// A part of kind `output_text`.
    pub struct OutputText (tag "type" = "output_text") {
        /// The text.
        pub text: String = always "text",
        /// Sources of the text, by position.
        pub annotations: Option<Vec<Annotation>> = "annotations",
        /// Log probabilities, if the request asked for them.
        pub logprobs: Option<Vec<TokenLogprob>> = "logprobs",
    }
}

object! { kept
    /// A part of kind `refusal`.
    pub struct Refusal (tag "type" = "refusal") {
        /// What the model said.
        pub refusal: String = always "refusal",
    }
}

object! { kept
    /// A part of kind `reasoning_text`.
    pub struct ReasoningText (tag "type" = "reasoning_text") {
        /// The reasoning.
        pub text: String = always "text",
    }
}

object! { kept
    /// A part of kind `summary_text`.
    pub struct SummaryText (tag "type" = "summary_text") {
        /// The summary.
        pub text: String = always "text",
    }
}

object! { kept
    /// A part of kind `text`.
    pub struct PlainText (tag "type" = "text") {
        /// The text.
        pub text: String = always "text",
    }
}

object! { kept
    /// A picture of a screen, as a part of a stored conversation and as the result of a computer call.
    pub struct ComputerScreenshot (tag "type" = "computer_screenshot") {
        /// How closely the model looks.
        pub detail: Option<ImageDetail> = "detail",
        /// A file that was uploaded before.
        pub file_id: Option<String> = "file_id",
        /// An `https:` address or a `data:` URL.
        pub image_url: Option<String> = "image_url",
        /// Ends a stretch of the prompt that is to be cached.
        pub prompt_cache_breakpoint: Option<PromptCacheBreakpoint> = "prompt_cache_breakpoint",
    }
}
