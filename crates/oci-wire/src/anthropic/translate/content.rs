//! Blocks as content parts of chat completions, and parts as blocks.

use crate::anthropic::block::{
    Content, ContentBlock, DocumentBlock, ImageBlock, SearchResultBlock, TextBlock,
    ToolReferenceBlock,
};
use crate::anthropic::source::{Base64Source, Source};
use crate::anthropic::translate::{drop_members, note_extra};
use crate::chat::{self, FilePart, FileRef, Part};
use crate::loss::Losses;

/// What the user or a tool shows, as parts; `None` for what is said elsewhere or not at all.
pub(super) fn part_to_chat(
    block: &ContentBlock,
    path: &str,
    losses: &mut Losses,
) -> Option<Vec<Part>> {
    Some(match block {
        ContentBlock::Text(block) => vec![text_to_chat(block, path, losses)],
        ContentBlock::Image(block) => image_to_chat(block, path, losses)?,
        ContentBlock::Document(block) => document_to_chat(block, path, losses)?,
        ContentBlock::SearchResult(block) => vec![found_to_chat(block, path, losses)],
        ContentBlock::ToolReference(block) => vec![reference_to_chat(block, path, losses)],
        ContentBlock::Other(_) => {
            losses.unknown(path);
            return None;
        }
        _ => {
            losses.dropped(path);
            return None;
        }
    })
}

pub(super) fn text_to_chat(block: &TextBlock, path: &str, losses: &mut Losses) -> Part {
    note_extra(&block.extra, path, losses);
    let members = [
        (block.citations.as_ref().is_some_and(|citations| !citations.is_empty()), "citations"),
        (block.cache_control.is_some(), "cache_control"),
    ];
    drop_members(path, members, losses);
    Part::text(block.text.clone())
}

fn image_to_chat(block: &ImageBlock, path: &str, losses: &mut Losses) -> Option<Vec<Part>> {
    note_extra(&block.extra, path, losses);
    drop_members(path, [(block.cache_control.is_some(), "cache_control")], losses);
    match &block.source {
        Some(Source::Base64(source)) => Some(vec![Part::image_url(data_url(source))]),
        Some(Source::Url(source)) => Some(vec![Part::image_url(source.url.clone())]),
        Some(Source::Other(_)) => {
            losses.unknown(format!("{path}.source"));
            None
        }
        // Chat completions has images by address only.
        Some(Source::File(_) | Source::Text(_) | Source::Content(_)) | None => {
            losses.dropped(format!("{path}.source"));
            None
        }
    }
}

fn document_to_chat(block: &DocumentBlock, path: &str, losses: &mut Losses) -> Option<Vec<Part>> {
    note_extra(&block.extra, path, losses);
    let is_cited = block.citations.as_ref().and_then(|citations| citations.enabled) == Some(true);
    let members = [
        (block.context.is_some(), "context"),
        (is_cited, "citations"),
        (block.cache_control.is_some(), "cache_control"),
    ];
    drop_members(path, members, losses);
    let source_path = format!("{path}.source");
    match &block.source {
        Some(Source::Base64(source)) => {
            let name = block.title.as_deref().unwrap_or(UNTITLED);
            Some(vec![Part::file_data(name, data_url(source))])
        }
        Some(Source::File(source)) => {
            let file = FileRef {
                file_id: Some(source.file_id.clone()),
                filename: block.title.clone(),
                ..FileRef::default()
            };
            Some(vec![Part::File(FilePart { file, ..FilePart::default() })])
        }
        Some(Source::Text(source)) => {
            losses.approximated(path);
            Some(vec![Part::text(titled(block.title.as_deref(), &source.data))])
        }
        Some(Source::Content(source)) => {
            losses.approximated(path);
            let mut parts: Vec<Part> = block.title.iter().cloned().map(Part::text).collect();
            match &source.content {
                Content::Text(text) => parts.push(Part::text(text.clone())),
                Content::Blocks(blocks) => {
                    for (at, block) in blocks.iter().enumerate() {
                        let path = format!("{source_path}.content[{at}]");
                        // A document inside of a document has no end.
                        match block {
                            ContentBlock::Text(block) => {
                                parts.push(text_to_chat(block, &path, losses));
                            }
                            ContentBlock::Image(block) => {
                                parts.extend(
                                    image_to_chat(block, &path, losses).into_iter().flatten(),
                                );
                            }
                            ContentBlock::Other(_) => losses.unknown(path),
                            _ => losses.dropped(path),
                        }
                    }
                }
                Content::Other(_) => losses.unknown(format!("{source_path}.content")),
            }
            Some(parts)
        }
        Some(Source::Other(_)) => {
            losses.unknown(source_path);
            None
        }
        Some(Source::Url(source)) => {
            let file = FileRef {
                file_url: Some(source.url.clone()),
                filename: block.title.clone(),
                ..FileRef::default()
            };
            Some(vec![Part::File(FilePart { file, ..FilePart::default() })])
        }
        None => {
            losses.dropped(source_path);
            None
        }
    }
}

fn found_to_chat(block: &SearchResultBlock, path: &str, losses: &mut Losses) -> Part {
    note_extra(&block.extra, path, losses);
    losses.approximated(path);
    let texts: String = block.content.iter().filter_map(ContentBlock::as_text).collect();
    Part::text(format!("{}\n{}\n{texts}", block.title, block.source))
}

/// A tool that was found, which the model would take for an empty result if nothing was said.
fn reference_to_chat(block: &ToolReferenceBlock, path: &str, losses: &mut Losses) -> Part {
    note_extra(&block.extra, path, losses);
    drop_members(path, [(block.cache_control.is_some(), "cache_control")], losses);
    losses.approximated(path);
    Part::text(format!("The tool {} is available now.\n", block.tool_name))
}

/// Content as text of a message or parts of it; one text says the same as a string.
pub(super) fn content_of(mut parts: Vec<Part>) -> chat::Content {
    match parts.pop() {
        Some(Part::Text(part)) if parts.is_empty() => chat::Content::Text(part.text),
        Some(part) => {
            parts.push(part);
            chat::Content::Parts(parts)
        }
        None => chat::Content::Parts(parts),
    }
}

/// Instructions, which are text only.
pub(super) fn system_to_chat(
    content: &Content,
    path: &str,
    losses: &mut Losses,
) -> Option<chat::Content> {
    match content {
        Content::Text(text) => Some(chat::Content::Text(text.clone())),
        Content::Blocks(blocks) => {
            let mut parts = Vec::new();
            for (at, block) in blocks.iter().enumerate() {
                let path = format!("{path}[{at}]");
                match block {
                    ContentBlock::Text(block) => parts.push(text_to_chat(block, &path, losses)),
                    ContentBlock::Other(_) => losses.unknown(path),
                    _ => losses.dropped(path),
                }
            }
            (!parts.is_empty()).then(|| content_of(parts))
        }
        Content::Other(_) => {
            losses.unknown(path);
            None
        }
    }
}

/// Parts of chat completions as blocks.
pub(super) fn from_chat(
    content: &chat::Content,
    path: &str,
    losses: &mut Losses,
) -> Vec<ContentBlock> {
    match content {
        chat::Content::Text(text) => vec![ContentBlock::text(text.clone())],
        chat::Content::Parts(parts) => {
            let mut blocks = Vec::new();
            for (at, part) in parts.iter().enumerate() {
                blocks.extend(part_from_chat(part, &format!("{path}[{at}]"), losses));
            }
            blocks
        }
    }
}

fn part_from_chat(part: &Part, path: &str, losses: &mut Losses) -> Option<ContentBlock> {
    let (extra, has_breakpoint) = match part {
        Part::Text(part) => (&part.extra, part.prompt_cache_breakpoint.is_some()),
        Part::ImageUrl(part) => (&part.extra, part.prompt_cache_breakpoint.is_some()),
        Part::File(part) => (&part.extra, part.prompt_cache_breakpoint.is_some()),
        Part::Refusal(part) => (&part.extra, false),
        Part::InputAudio(_) => {
            losses.dropped(path);
            return None;
        }
        Part::Other(_) => {
            losses.unknown(path);
            return None;
        }
    };
    note_extra(extra, path, losses);
    drop_members(path, [(has_breakpoint, "prompt_cache_breakpoint")], losses);
    match part {
        Part::Text(part) => Some(ContentBlock::text(part.text.clone())),
        Part::Refusal(part) => {
            losses.approximated(path);
            Some(ContentBlock::text(part.refusal.clone()))
        }
        Part::ImageUrl(part) => {
            let image = &part.image_url;
            note_extra(&image.extra, &format!("{path}.image_url"), losses);
            let is_wish =
                image.detail.as_ref().is_some_and(|detail| *detail != chat::ImageDetail::Auto);
            drop_members(path, [(is_wish, "image_url.detail")], losses);
            Some(ContentBlock::image(source(&image.url)))
        }
        Part::File(part) => {
            let file = &part.file;
            note_extra(&file.extra, &format!("{path}.file"), losses);
            let source = match (&file.file_data, &file.file_id, &file.file_url) {
                (Some(data), _, _) => base64_of(data).or_else(|| {
                    losses.dropped(format!("{path}.file.file_data"));
                    None
                })?,
                (None, Some(id), _) => Source::file(id.clone()),
                (None, None, Some(url)) => Source::url(url.clone()),
                (None, None, None) => {
                    losses.dropped(path);
                    return None;
                }
            };
            let title = file.filename.clone().filter(|name| name != UNTITLED);
            let source = Some(source);
            Some(ContentBlock::Document(DocumentBlock {
                source,
                title,
                ..DocumentBlock::default()
            }))
        }
        Part::InputAudio(_) | Part::Other(_) => None,
    }
}

fn source(url: &str) -> Source {
    base64_of(url).unwrap_or_else(|| Source::url(url))
}

fn base64_of(url: &str) -> Option<Source> {
    let (media_type, data) = url.strip_prefix("data:")?.split_once(";base64,")?;
    Some(Source::base64(media_type, data))
}

fn data_url(source: &Base64Source) -> String {
    format!("data:{};base64,{}", source.media_type, source.data)
}

fn titled(title: Option<&str>, text: &str) -> String {
    title.map_or_else(|| text.to_owned(), |title| format!("{title}\n{text}"))
}

/// Chat completions requires a name for inline files.
const UNTITLED: &str = "document.pdf";
