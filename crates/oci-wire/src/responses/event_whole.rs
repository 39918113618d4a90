//! Events that come once per answer, item or part.

use crate::object::object;
use crate::raw::RawJson;
use crate::responses::annotation::Annotation;
use crate::responses::item::Item;
use crate::responses::item_shell::ShellOutput;
use crate::responses::part::Part;
use crate::responses::response::Response;

object! { kept
    /// The answer as it is now, or as it ended.
    pub struct ResponseEvent (named by "type") {
        /// The answer.
        pub response: Response = always "response",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// An item that begins or is done.
    pub struct OutputItemEvent (named by "type") {
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The item.
        pub item: Option<Item> = "item",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// A part of an item that begins or is done.
    pub struct ContentPartEvent (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The part's place in the item.
        pub content_index: Option<u32> = "content_index",
        /// The part.
        pub part: Option<Part> = "part",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// A reasoning summary that begins or is done.
    pub struct SummaryPartEvent (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The summary's place in the item.
        pub summary_index: Option<u32> = "summary_index",
        /// The summary.
        pub part: Option<Part> = "part",
        /// `incomplete`, where it was broken off.
        pub status: Option<String> = "status",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The whole text of a part: of the answer or the reasoning.
    pub struct TextDone (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The part.
        pub content_index: Option<u32> = "content_index",
        /// The text.
        pub text: Option<String> = "text",
        /// Log probabilities, as they came.
        pub logprobs: Option<Vec<RawJson>> = "logprobs",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// A whole refusal.
    pub struct RefusalDone (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The part.
        pub content_index: Option<u32> = "content_index",
        /// What the model said.
        pub refusal: Option<String> = "refusal",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// A whole reasoning summary.
    pub struct SummaryTextDone (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The summary's place in the item.
        pub summary_index: Option<u32> = "summary_index",
        /// The summary.
        pub text: Option<String> = "text",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The whole arguments of a call.
    pub struct ArgumentsDone (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The function, where it is sent.
        pub name: Option<String> = "name",
        /// The text of a JSON object, usually.
        pub arguments: Option<String> = "arguments",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The whole input of a custom tool's call.
    pub struct InputDone (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The input.
        pub input: Option<String> = "input",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The whole code of a call of the code interpreter.
    pub struct CodeDone (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The code.
        pub code: Option<String> = "code",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The end of a spoken answer or of its words.
    pub struct AudioDone (named by "type") {
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// A source of the text.
    pub struct AnnotationAdded (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The part.
        pub content_index: Option<u32> = "content_index",
        /// The annotation's place in the part.
        pub annotation_index: Option<u32> = "annotation_index",
        /// The annotation.
        pub annotation: Option<Annotation> = "annotation",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// An unfinished image.
    pub struct PartialImage (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The image in base64.
        pub partial_image_b64: Option<String> = "partial_image_b64",
        /// Its place among the unfinished images.
        pub partial_image_index: Option<u32> = "partial_image_index",
        /// `transparent` or `opaque`.
        pub background: Option<String> = "background",
        /// `png`, `webp` or `jpeg`.
        pub output_format: Option<String> = "output_format",
        /// The quality that is used.
        pub quality: Option<String> = "quality",
        /// Width and height.
        pub size: Option<String> = "size",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// A command of a shell call that begins or is whole.
    pub struct ShellCommand (named by "type") {
        /// The call's place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The command's place in the call.
        pub command_index: Option<u32> = "command_index",
        /// The command.
        pub command: Option<String> = "command",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The next piece of a command of a shell call.
    pub struct ShellCommandDelta (named by "type") {
        /// The call's place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The command's place in the call.
        pub command_index: Option<u32> = "command_index",
        /// The piece.
        pub delta: Option<String> = "delta",
        /// Padding of random length that hides the length of the piece.
        pub obfuscation: Option<String> = "obfuscation",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The next piece of what a command printed.
    pub struct ShellOutputDelta (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The command's place in the call.
        pub command_index: Option<u32> = "command_index",
        /// The piece.
        pub delta: Option<ShellOutputPiece> = "delta",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// A piece of what a command printed.
    pub struct ShellOutputPiece {
        /// To standard error.
        pub stderr: Option<String> = "stderr",
        /// To standard output.
        pub stdout: Option<String> = "stdout",
    }
}

object! { kept
    /// What a command printed.
    pub struct ShellOutputDone (named by "type") {
        /// The item.
        pub item_id: Option<String> = "item_id",
        /// Its place in the output.
        pub output_index: Option<u32> = "output_index",
        /// The command's place in the call.
        pub command_index: Option<u32> = "command_index",
        /// What it printed.
        pub output: Option<Vec<ShellOutput>> = "output",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}

object! { kept
    /// The service gave up.
    pub struct ErrorEvent (named by "type") {
        /// The machine-readable reason.
        pub code: Option<String> = "code",
        /// The reason for a person.
        pub message: Option<String> = "message",
        /// The parameter at fault.
        pub param: Option<String> = "param",
        /// The event's place in the stream.
        pub sequence_number: Option<u64> = "sequence_number",
    }
}
