//! Contents as they are sent, whole or in part, by RFC 9110 section 14.

use std::ops::Range;

use crate::content::Content;
use crate::outcome::{Answer, Outcome};
use crate::reply::Reply;
use crate::route::Call;

/// The content of a file, or the part of it that `range` asks for.
///
/// A request for several parts, or for a part of another file than `if-range` names, gets all of it.
pub(crate) fn download(call: &Call<'_>, id: &str, name: &str, content: &Content) -> Answer {
    let tag = format!("\"{id}\"");
    let is_same = call.head.value("if-range").is_none_or(|wanted| wanted == tag);
    let length = content.len();
    let wanted = call.head.value("range").filter(|_| is_same);
    let (status, part) = match wanted.and_then(|wanted| range(wanted, length)) {
        None => (200, 0..length),
        Some(Some(part)) => (206, part),
        Some(None) => {
            let message = "The requested range is beyond the end of the file.";
            let reply = Reply::openai_error(416, "invalid_request_error", None, None, message);
            return Err(reply.with_header("content-range", format!("bytes */{length}")));
        }
    };
    let name = name.replace(['"', '\\'], "_");
    let mut headers = vec![
        ("accept-ranges", "bytes".to_owned()),
        ("content-disposition", format!("attachment; filename=\"{name}\"")),
        ("etag", tag),
    ];
    if status == 206 {
        let last = part.end.saturating_sub(1);
        headers.push(("content-range", format!("bytes {}-{last}/{length}", part.start)));
    }
    Ok(Outcome::Content { status, headers, content: content.slice(part) })
}

/// The part that a `range` header asks for: `None` if it is to be ignored, `Some(None)` if there is no such part.
fn range(header: &str, length: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let suffix: u64 = last.parse().ok()?;
        let part = length.saturating_sub(suffix)..length;
        return Some(Some(part).filter(|part| !part.is_empty()));
    }
    let first: u64 = first.parse().ok()?;
    let end = if last.is_empty() { length } else { last.parse::<u64>().ok()?.checked_add(1)? };
    if end <= first && !last.is_empty() {
        return None;
    }
    Some(Some(first..end.min(length)).filter(|part| !part.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_by_the_standard() {
        let check = |header, expected| assert_eq!(range(header, 10), expected, "{header}");
        check("bytes=0-3", Some(Some(0..4)));
        check("bytes=4-", Some(Some(4..10)));
        check("bytes=4-99", Some(Some(4..10)));
        check("bytes=-3", Some(Some(7..10)));
        check("bytes=-30", Some(Some(0..10)));
        check("bytes=10-", Some(None));
        check("bytes=10-12", Some(None));
        check("bytes=-0", Some(None));
        for ignored in ["bytes=3-2", "bytes=0-1,4-5", "lines=0-1", "bytes=a-", "bytes=-", "bytes"] {
            check(ignored, None);
        }
    }
}
