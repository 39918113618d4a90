//! The `opc-request-id` that a request carries, so that it can be found in Oracle's logs even if no answer came.

use std::fmt::Write as _;

use ring::rand::{SecureRandom, SystemRandom};

/// 32 hexadecimal digits in upper case, the form that the official SDKs send; `None` if the system has no random numbers.
pub(crate) fn fresh() -> Option<String> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).ok()?;
    let mut text = String::with_capacity(32);
    for byte in bytes {
        write!(text, "{byte:02X}").ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_are_hexadecimal_and_differ() {
        let (one, two) = (super::fresh().unwrap(), super::fresh().unwrap());
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
        assert_ne!(one, two);
    }
}
