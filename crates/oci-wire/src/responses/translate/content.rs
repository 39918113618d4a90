//! Content parts, both ways.

use crate::chat;
use crate::loss::Losses;
use crate::responses::item_function::ToolOutput;
use crate::responses::item_message::MessageContent;
use crate::responses::part::{ImageDetail, InputFile, InputImage, InputText, Part};
use crate::responses::translate::note_extra;

/// Content of chat completions in the Responses API; what the model said has parts of another kind.
pub(super) fn from_chat(
    content: &chat::Content,
    is_assistant: bool,
    path: &str,
    losses: &mut Losses,
) -> MessageContent {
    match content {
        chat::Content::Text(text) => MessageContent::Text(text.clone()),
        chat::Content::Parts(parts) => {
            let mut kept = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let path = format!("{path}[{index}]");
                kept.extend(part_from_chat(part, is_assistant, &path, losses));
            }
            MessageContent::Parts(kept)
        }
    }
}

/// The result of a tool, which in the Responses API has parts as the user's input has them.
pub(super) fn output_from_chat(
    content: &chat::Content,
    path: &str,
    losses: &mut Losses,
) -> ToolOutput {
    match from_chat(content, false, path, losses) {
        MessageContent::Text(text) => ToolOutput::Text(text),
        MessageContent::Parts(parts) => ToolOutput::Parts(parts),
        MessageContent::Other(raw) => ToolOutput::Other(raw),
    }
}

fn part_from_chat(
    part: &chat::Part,
    is_assistant: bool,
    path: &str,
    losses: &mut Losses,
) -> Option<Part> {
    match part {
        chat::Part::Text(part) => note_extra(&part.extra, path, losses),
        chat::Part::ImageUrl(part) => {
            note_extra(&part.extra, path, losses);
            note_extra(&part.image_url.extra, &format!("{path}.image_url"), losses);
        }
        chat::Part::File(part) => {
            note_extra(&part.extra, path, losses);
            note_extra(&part.file.extra, &format!("{path}.file"), losses);
        }
        chat::Part::Refusal(part) => note_extra(&part.extra, path, losses),
        chat::Part::InputAudio(_) | chat::Part::Other(_) => {}
    }
    match part {
        chat::Part::Text(part) if is_assistant => {
            if part.prompt_cache_breakpoint.is_some() {
                losses.dropped(format!("{path}.prompt_cache_breakpoint"));
            }
            Some(Part::output_text(part.text.clone()))
        }
        chat::Part::Text(part) => Some(Part::InputText(InputText {
            text: part.text.clone(),
            prompt_cache_breakpoint: part.prompt_cache_breakpoint.clone(),
            ..InputText::default()
        })),
        chat::Part::ImageUrl(part) => Some(Part::InputImage(InputImage {
            detail: Some(
                part.image_url
                    .detail
                    .as_ref()
                    .map_or(ImageDetail::Auto, |detail| ImageDetail::from(detail.as_str())),
            ),
            image_url: Some(part.image_url.url.clone()),
            prompt_cache_breakpoint: part.prompt_cache_breakpoint.clone(),
            ..InputImage::default()
        })),
        chat::Part::File(part) => Some(Part::InputFile(InputFile {
            file_data: part.file.file_data.clone(),
            file_id: part.file.file_id.clone(),
            file_url: part.file.file_url.clone(),
            filename: part.file.filename.clone(),
            prompt_cache_breakpoint: part.prompt_cache_breakpoint.clone(),
            ..InputFile::default()
        })),
        chat::Part::Refusal(part) => Some(Part::refusal(part.refusal.clone())),
        chat::Part::InputAudio(_) => {
            losses.dropped(path);
            None
        }
        chat::Part::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

/// Parts of the Responses API in chat completions.
pub(super) fn parts_to_chat(parts: &[Part], path: &str, losses: &mut Losses) -> Vec<chat::Part> {
    let mut kept = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let path = format!("{path}[{index}]");
        kept.extend(part_to_chat(part, &path, losses));
    }
    kept
}

/// A message's content in chat completions.
pub(super) fn to_chat(
    content: &MessageContent,
    path: &str,
    losses: &mut Losses,
) -> Option<chat::Content> {
    match content {
        MessageContent::Text(text) => Some(chat::Content::Text(text.clone())),
        MessageContent::Parts(parts) => {
            Some(chat::Content::Parts(parts_to_chat(parts, path, losses)))
        }
        MessageContent::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

/// A tool's result in chat completions, where it is text only; what is no text of it is added to `shown`.
pub(super) fn output_to_chat(
    output: &ToolOutput,
    path: &str,
    shown: &mut Vec<chat::Part>,
    losses: &mut Losses,
) -> Option<chat::Content> {
    match output {
        ToolOutput::Text(text) => Some(chat::Content::Text(text.clone())),
        ToolOutput::Parts(parts) => {
            let (mut kept, before) = (Vec::new(), shown.len());
            for (index, part) in parts.iter().enumerate() {
                match part_to_chat(part, &format!("{path}[{index}]"), losses) {
                    Some(part @ chat::Part::Text(_)) => kept.push(part),
                    Some(part) => {
                        losses.approximated(format!("{path}[{index}]"));
                        shown.push(part);
                    }
                    None => {}
                }
            }
            if kept.is_empty() && shown.len() > before {
                return Some(chat::Content::from(SHOWN));
            }
            Some(chat::Content::Parts(kept))
        }
        ToolOutput::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

fn part_to_chat(part: &Part, path: &str, losses: &mut Losses) -> Option<chat::Part> {
    match part {
        Part::InputText(part) => note_extra(&part.extra, path, losses),
        Part::InputImage(part) => note_extra(&part.extra, path, losses),
        Part::InputFile(part) => note_extra(&part.extra, path, losses),
        Part::OutputText(part) => note_extra(&part.extra, path, losses),
        Part::Text(part) => note_extra(&part.extra, path, losses),
        Part::Refusal(part) => note_extra(&part.extra, path, losses),
        _ => {}
    }
    match part {
        Part::InputText(part) => Some(chat::Part::Text(chat::TextPart {
            text: part.text.clone(),
            prompt_cache_breakpoint: part.prompt_cache_breakpoint.clone(),
            ..chat::TextPart::default()
        })),
        Part::OutputText(part) => {
            if part.annotations.as_ref().is_some_and(|annotations| !annotations.is_empty()) {
                losses.dropped(format!("{path}.annotations"));
            }
            Some(chat::Part::text(part.text.clone()))
        }
        Part::Text(part) => Some(chat::Part::text(part.text.clone())),
        Part::Refusal(part) => Some(chat::Part::refusal(part.refusal.clone())),
        Part::InputImage(part) => image_to_chat(part, path, losses),
        Part::InputFile(part) => {
            losses.dropped_if([(part.detail.is_some(), &*format!("{path}.detail"))]);
            if part.file_id.is_none() && part.file_data.is_none() && part.file_url.is_none() {
                return None;
            }
            let file = chat::FileRef {
                file_id: part.file_id.clone(),
                file_url: part.file_url.clone(),
                filename: part.filename.clone(),
                file_data: part.file_data.clone(),
                ..chat::FileRef::default()
            };
            let prompt_cache_breakpoint = part.prompt_cache_breakpoint.clone();
            let part =
                chat::FilePart { file, prompt_cache_breakpoint, ..chat::FilePart::default() };
            Some(chat::Part::File(part))
        }
        Part::ReasoningText(_) | Part::SummaryText(_) | Part::ComputerScreenshot(_) => {
            losses.dropped(path);
            None
        }
        Part::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

fn image_to_chat(part: &InputImage, path: &str, losses: &mut Losses) -> Option<chat::Part> {
    let Some(url) = &part.image_url else {
        // Chat completions has images by address only.
        losses.dropped(path);
        return None;
    };
    losses.dropped_if([(part.file_id.is_some(), &*format!("{path}.file_id"))]);
    let detail = part.detail.as_ref().map(|detail| chat::ImageDetail::from(detail.as_str()));
    let image_url = chat::ImageUrl { url: url.clone(), detail, ..chat::ImageUrl::default() };
    let prompt_cache_breakpoint = part.prompt_cache_breakpoint.clone();
    Some(chat::Part::ImageUrl(chat::ImagePart {
        image_url,
        prompt_cache_breakpoint,
        ..chat::ImagePart::default()
    }))
}

/// What a result says that has no text of its own, since some models refuse an empty one.
const SHOWN: &str = "The result is in the next message.";
