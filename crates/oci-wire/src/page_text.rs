//! The readable part of a gateway's error page, or of any other text that came instead of JSON.

/// At most one line of about [`MAX_CHARS`] characters; `None` when nothing readable is left.
///
/// Of an HTML page it is the title, else the first heading, else the text without tags.
pub(crate) fn summarize(text: &str) -> Option<String> {
    let text = text
        .get(..text.floor_char_boundary(MAX_INPUT))
        .unwrap_or_default()
        .trim_start_matches('\u{feff}')
        .trim();
    if !text.starts_with('<') {
        return one_line(text);
    }
    ["title", "h1", "h2"]
        .iter()
        .find_map(|tag| element(text, tag).and_then(|inner| one_line(&without_tags(inner))))
        .or_else(|| one_line(&without_tags(text)))
}

/// The content of the first element of that name.
fn element<'t>(page: &'t str, name: &str) -> Option<&'t str> {
    let open = find_ignoring_case(page, &format!("<{name}"))?;
    let rest = page.get(open..)?;
    let start = rest.find('>')? + 1;
    let inner = rest.get(start..)?;
    let end = find_ignoring_case(inner, &format!("</{name}"))?;
    inner.get(..end)
}

/// The text between the tags, without scripts, styles and comments.
fn without_tags(page: &str) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let skip = ["script", "style"].iter().find(|name| starts_ignoring_case(after, name));
        let end = match skip {
            Some(name) => find_ignoring_case(after, &format!("</{name}")),
            None if after.starts_with("!--") => after.find("-->").map(|at| at + 2),
            None => Some(0),
        };
        rest = end
            .and_then(|at| after.get(at..))
            .and_then(|tail| tail.split_once('>'))
            .map_or("", |(_, tail)| tail);
    }
    text.push_str(rest);
    unescape(&text)
}

/// The few character references that error pages use.
fn unescape(text: &str) -> String {
    // `&amp;` comes last, so that `&amp;lt;` becomes `&lt;` and not `<`.
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

/// One line: white space and control characters become single spaces, and the end is cut.
fn one_line(text: &str) -> Option<String> {
    let mut line = String::new();
    for word in
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * MAX_CHARS {
            break;
        }
    }
    if let Some((cut, _)) = line.char_indices().nth(MAX_CHARS) {
        line.truncate(cut);
        line.push('…');
    }
    (!line.is_empty()).then_some(line)
}

fn starts_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    text.as_bytes()
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

/// A page's reason stands at its beginning; a body of many megabytes is not searched.
const MAX_INPUT: usize = 64 * 1024;

/// What fits two lines of a terminal and still says what happened.
const MAX_CHARS: usize = 240;
