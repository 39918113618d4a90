//! Base64 of numbers, as embeddings are written: RFC 4648, section 4, with padding.

/// The 32-bit floats, little endian, as base64.
pub(crate) fn encode_floats(numbers: impl IntoIterator<Item = f32>) -> String {
    let bytes: Vec<u8> = numbers.into_iter().flat_map(f32::to_le_bytes).collect();
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0_u8; 3];
        for (to, from) in group.iter_mut().zip(chunk) {
            *to = *from;
        }
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4_usize {
            let is_padding = place > chunk.len();
            let digit = (bits >> (18 - 6 * place)) & 63;
            text.push(if is_padding { '=' } else { digit_of(digit) });
        }
    }
    text
}

/// The 32-bit floats in base64; `None` where it is not that.
pub(crate) fn decode_floats(text: &str) -> Option<Vec<f32>> {
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0_u32);
    for byte in text.trim_ascii_end().trim_end_matches('=').bytes() {
        bits = bits << 6 | value_of(byte)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    let floats = bytes.chunks(4).map(|chunk| chunk.try_into().map(f32::from_le_bytes).ok());
    floats.collect()
}

fn digit_of(digit: u32) -> char {
    let digit = digit as u8 & 63;
    char::from(match digit {
        0..=25 => b'A' + digit,
        26..=51 => b'a' + (digit - 26),
        52..=61 => b'0' + (digit - 52),
        62 => b'+',
        _ => b'/',
    })
}

fn value_of(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::{decode_floats, encode_floats};

    #[test]
    fn floats_come_back() {
        for numbers in [&[][..], &[1.0], &[1.0, -0.5], &[f32::MIN, f32::MAX, 0.1]] {
            let text = encode_floats(numbers.iter().copied());
            assert_eq!(text.len() % 4, 0);
            assert_eq!(decode_floats(&text).as_deref(), Some(numbers), "{text}");
        }
    }

    #[test]
    fn the_text_is_that_of_other_encoders() {
        assert_eq!(encode_floats([1.0]), "AACAPw==");
        assert_eq!(encode_floats([1.0, 2.0]), "AACAPwAAAEA=");
        assert_eq!(encode_floats([0.25, -1.5, 3.0]), "AACAPgAAwL8AAEBA");
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["AACAPw", "AACA", "A-_=", "A"] {
            let is_floats = text == "AACAPw";
            assert_eq!(decode_floats(text).is_some_and(|all| !all.is_empty()), is_floats, "{text}");
        }
    }
}
