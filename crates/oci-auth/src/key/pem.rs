//! From the text of a key file to its blocks, forgiving what editors, consoles and shells do to such files.
//!
//! RFC 7468 is the standard. Beyond it, all white space inside a block is ignored, so that CRLF, lone CR, indentation, and
//! lines of any length are the same key; text around a block is skipped, such as the line `OCI_API_KEY` that the console asks for
//! and the byte-order mark of Windows editors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::KeyError;

/// Where the text comes from, which decides what may have happened to its line breaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Source {
    /// A file, whose first line must end where it should.
    File,
    /// An environment variable, whose line breaks shells and dashboards replace by spaces.
    Variable,
}

/// One block between `-----BEGIN` and `-----END`.
pub(super) struct Block<'t> {
    pub(super) label: &'t str,
    /// `Proc-Type`, which says that the body is encrypted.
    pub(super) encrypted: bool,
    /// `DEK-Info`, which says how.
    pub(super) dek_info: Option<&'t str>,
    pub(super) body: Zeroizing<Vec<u8>>,
}

/// The first block whose label `wanted` accepts, else the label of the first block.
pub(super) fn find<'t>(
    text: &'t [u8],
    source: Source,
    wanted: impl Fn(&str) -> bool,
) -> Result<Block<'t>, KeyError> {
    let mut rest = text;
    let mut other = None;
    while let Some((_, after)) = split_once(rest, BEGIN) {
        let (label, after) = split_once(after, DASHES).ok_or(KeyError::BadPem)?;
        let label = str::from_utf8(label).map_err(|_| KeyError::BadPem)?;
        let (content, after) = split_once(after, END).ok_or(KeyError::BadPem)?;
        rest = after;
        if wanted(label) {
            return block(label, content, source);
        }
        other.get_or_insert(label);
    }
    Err(other.map_or(KeyError::NoPem, |label| KeyError::WrongKind { label: label.to_owned() }))
}

/// Whether the bytes hold the beginning of a block.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    split_once(bytes, BEGIN).is_some()
}

/// The text of a variable with `\n` and `\r` in two characters made into the line breaks they stand for.
pub(super) fn unescape(text: &str) -> Zeroizing<String> {
    // One allocation, so that no piece of the key stays behind in a freed buffer.
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        rest = after.strip_prefix(['n', 'r']).unwrap_or(after);
        plain.push('\n');
    }
    plain.push_str(rest);
    plain
}

fn block<'t>(label: &'t str, content: &'t [u8], source: Source) -> Result<Block<'t>, KeyError> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let after_label = content.iter().find(|byte| !blank(byte));
    if source == Source::File && !matches!(after_label, None | Some(b'\r' | b'\n')) {
        return Err(KeyError::LineBreaks);
    }
    let content = str::from_utf8(content).map_err(|_| KeyError::BadPem)?;
    let mut block =
        Block { label, encrypted: false, dek_info: None, body: Zeroizing::new(Vec::new()) };
    let mut words = content.split_ascii_whitespace();
    let mut base64 = Zeroizing::new(String::with_capacity(content.len()));
    while let Some(word) = words.next() {
        // Base64 has no colon, so a word with one begins a header of RFC 1421.
        let Some((name, value)) = word.split_once(':') else {
            base64.push_str(word);
            continue;
        };
        let value = if value.is_empty() { words.next().ok_or(KeyError::BadPem)? } else { value };
        match name {
            "Proc-Type" => block.encrypted = value.ends_with(",ENCRYPTED"),
            "DEK-Info" => block.dek_info = Some(value),
            _ => {}
        }
    }
    // Room for the whole key at once, for the same reason as above.
    block.body.reserve_exact(base64::decoded_len_estimate(base64.len()));
    STANDARD.decode_vec(base64.as_bytes(), &mut block.body).map_err(|_| KeyError::BadPem)?;
    Ok(block)
}

fn split_once<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
const END: &[u8] = b"-----END ";

#[cfg(test)]
mod tests {
    use super::*;

    fn any(text: &str, source: Source) -> Result<Vec<u8>, KeyError> {
        find(text.as_bytes(), source, |_| true).map(|block| block.body.to_vec())
    }

    #[test]
    fn white_space_in_a_block_is_ignored() {
        for text in [
            "-----BEGIN K-----\nAQID\n-----END K-----\n",
            "-----BEGIN K-----\r\nAQ\r\nID\r\n-----END K-----",
            "\u{feff}x\n  -----BEGIN K-----  \r\t A Q I\rD\r  -----END K-----OCI_API_KEY",
        ] {
            assert_eq!(any(text, Source::File).unwrap(), [1, 2, 3], "{text:?}");
        }
    }

    #[test]
    fn lost_line_breaks_are_told_in_a_file_and_repaired_in_a_variable() {
        let spaces = "-----BEGIN K----- AQ ID -----END K-----";
        assert_eq!(any(spaces, Source::File), Err(KeyError::LineBreaks));
        assert_eq!(any(spaces, Source::Variable).unwrap(), [1, 2, 3]);
        let escaped = r"-----BEGIN K-----\r\nAQ\nID\n-----END K-----\n";
        assert_eq!(any(escaped, Source::File), Err(KeyError::LineBreaks));
        assert_eq!(any(&unescape(escaped), Source::Variable).unwrap(), [1, 2, 3]);
    }

    #[test]
    fn headers_are_read_in_either_form() {
        let text = "-----BEGIN K----- Proc-Type: 4,ENCRYPTED DEK-Info:DES-CBC,00 X: y AQID -----END K-----";
        let block = find(text.as_bytes(), Source::Variable, |_| true).unwrap();
        assert!(block.encrypted);
        assert_eq!(block.dek_info, Some("DES-CBC,00"));
        assert_eq!(block.body.as_slice(), [1, 2, 3]);
    }

    #[test]
    fn damage_is_told_from_absence() {
        assert_eq!(any("", Source::File), Err(KeyError::NoPem));
        assert_eq!(any("-----BEGIN K", Source::File), Err(KeyError::BadPem));
        assert_eq!(any("-----BEGIN K-----\nAQID\n", Source::File), Err(KeyError::BadPem));
        assert_eq!(
            any("-----BEGIN K-----\nA*\n-----END K-----", Source::File),
            Err(KeyError::BadPem)
        );
    }
}
