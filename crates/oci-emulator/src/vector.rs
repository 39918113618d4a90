//! Vectors for texts: alike for texts of the same letters, and easy to tell beforehand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The vector of a text: how often each byte occurs in it, brought to length 1.
///
/// The count of byte `b` is component `b` modulo the number of dimensions; an empty text points along the
/// first axis.
pub(crate) fn of(text: &str, dimensions: usize) -> Vec<f32> {
    let mut counts = vec![0_u32; dimensions.max(1)];
    for byte in text.bytes() {
        let place = usize::from(byte) % counts.len();
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
    if text.is_empty()
        && let Some(first) = counts.first_mut()
    {
        *first = 1;
    }
    let square: f64 = counts.iter().map(|count| f64::from(*count).powi(2)).sum();
    // Halved precision is what the service sends as well.
    counts.iter().map(|count| (f64::from(*count) / square.sqrt()) as f32).collect()
}

/// A vector as one of the service's `embeddingTypes`; `None` for a type that there is not.
pub(crate) fn encoded(vector: &[f32], kind: &str) -> Option<Value> {
    let integers = |to: fn(f32) -> i64| vector.iter().map(|part| to(*part)).collect::<Value>();
    Some(match kind {
        "float" => vector.iter().map(|part| Value::from(*part)).collect(),
        "int8" => integers(|part| (part * 127.0).round() as i64),
        "uint8" => integers(|part| (part * 127.0).round() as i64 + 128),
        "binary" => bits(vector).map(|byte| i64::from(byte) - 128).collect(),
        "ubinary" => bits(vector).map(i64::from).collect(),
        "base64" => base64(vector).into(),
        _ => return None,
    })
}

/// The parts as 32-bit numbers, the least byte first, in base64.
pub(crate) fn base64(vector: &[f32]) -> String {
    STANDARD.encode(vector.iter().flat_map(|part| part.to_le_bytes()).collect::<Vec<u8>>())
}

/// A bit for each part, set if it is above zero, the first part in the highest bit.
fn bits(vector: &[f32]) -> impl Iterator<Item = u8> {
    vector.chunks(8).map(|parts| {
        parts
            .iter()
            .enumerate()
            .fold(0, |byte, (at, part)| byte | (u8::from(*part > 0.0) << (7 - at)))
    })
}

/// How many dimensions a model has, and which others can be asked for.
pub(crate) fn dimensions(model: &str) -> (usize, &'static [usize]) {
    if model.contains("light") {
        (384, &[384])
    } else if model.contains("embed-v4") {
        (1536, &[256, 512, 1024, 1536])
    } else if model.contains("text-embedding-3-large") {
        (3072, &[256, 512, 1024, 1536, 3072])
    } else if model.contains("text-embedding-3") {
        (1536, &[256, 512, 1024, 1536])
    } else if model.starts_with("ocid1.") {
        (1024, &[256, 512, 1024, 1536])
    } else {
        (1024, &[1024])
    }
}

/// The most texts that Cohere's models take at a time.
pub(crate) const MAX_TEXTS: usize = 96;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_are_counted_and_the_length_is_one() {
        let vector = of("aab", 256);
        assert_eq!((vector[98], vector[97]), (0.2_f32.sqrt(), 0.8_f32.sqrt()));
        assert_eq!(vector.iter().filter(|part| **part > 0.0).count(), 2);
        assert_eq!(of("", 2), [1.0, 0.0]);
        assert_eq!(of("é", 1), [1.0]);
    }

    #[test]
    fn every_type_of_embedding() {
        let vector = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5];
        let check = |kind, expected| assert_eq!(encoded(&vector, kind), Some(expected), "{kind}");
        check("float", json!([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5]));
        check("int8", json!([127, 0, 0, 0, 0, 0, 0, 64]));
        check("uint8", json!([255, 128, 128, 128, 128, 128, 128, 192]));
        check("ubinary", json!([129]));
        check("binary", json!([1]));
        assert_eq!(encoded(&[0.1], "base64"), Some(json!("zczMPQ==")));
        assert_eq!(encoded(&vector, "int4"), None);
    }
}
