//! Files that are told by their address, which the Responses and the native API take and chat completions do not.

use oci_wire::chat::{ChatRequest, Content, Message, Part};
use oci_wire::{Family, Loss, LossKind, Nullable};

use crate::warning::Warning;

/// Whether a request has such a file.
pub(crate) fn are_in(request: &ChatRequest) -> bool {
    request.messages.iter().any(|message| match message {
        Message::User(message) => match message.content.as_option() {
            Some(Content::Parts(parts)) => parts.iter().any(is_address),
            _ => false,
        },
        _ => false,
    })
}

/// Whether models of a family are offered on the Responses API, so that such a call can go there. Meta's are not.
pub(crate) fn can_move(family: Family) -> bool {
    family != Family::Llama
}

/// Takes them out of a request, and tells it.
pub(crate) fn take_out(request: &mut ChatRequest) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (index, message) in request.messages.iter_mut().enumerate() {
        let Message::User(message) = message else { continue };
        let Nullable::Value(Content::Parts(parts)) = &mut message.content else { continue };
        let mut at = 0..;
        parts.retain(|part| {
            let at = at.next().unwrap_or_default();
            if is_address(part) {
                let path = format!("messages[{index}].content[{at}]");
                warnings.push(Warning::Request(Loss::new(LossKind::Dropped, path)));
            }
            !is_address(part)
        });
    }
    warnings
}

/// Whether a part is a file of which nothing but the address is told.
fn is_address(part: &Part) -> bool {
    match part {
        Part::File(part) => {
            let file = &part.file;
            file.file_url.is_some() && file.file_data.is_none() && file.file_id.is_none()
        }
        _ => false,
    }
}
