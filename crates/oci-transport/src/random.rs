//! Chance, from the operating system.

use ring::rand::{SecureRandom, SystemRandom};

/// An `opc-request-id`, so that a request can be found in Oracle's logs even if no answer came: 32 hexadecimal digits in upper
/// case, the form that the official SDKs send; `None` if the system has no random numbers.
pub(crate) fn request_id() -> Option<String> {
    let bytes: [u8; 16] = fill()?;
    let mut text = String::with_capacity(32);
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(digit.into(), 16)?.to_ascii_uppercase());
        }
    }
    Some(text)
}

/// A number from 0 to 1 to spread waits by; the middle if the system has no random numbers.
pub(crate) fn fraction() -> f64 {
    fill().map_or(0.5, |bytes| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

fn fill<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hexadecimal_and_differ() {
        let (one, two) = (request_id().unwrap(), request_id().unwrap());
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
        assert!(!one.bytes().any(|byte| byte.is_ascii_lowercase()), "{one}");
        assert_ne!(one, two);
    }

    #[test]
    fn fractions_are_between_0_and_1() {
        assert!((0..100).map(|_| fraction()).all(|fraction| (0.0..=1.0).contains(&fraction)));
    }
}
