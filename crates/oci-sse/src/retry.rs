//! The value of a `retry` field, read digit by digit so that no buffer is needed.

/// A number whose digits may come in several chunks.
///
/// 9.2.6: "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten".
/// Where the standard is silent: no digit at all is ignored, and more than `u64::MAX` counts as `u64::MAX`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Digits {
    value: Option<u64>,
    bad: bool,
}

impl Digits {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if byte.is_ascii_digit() {
                let digit = u64::from(byte - b'0');
                let value = self.value.unwrap_or(0).saturating_mul(10).saturating_add(digit);
                self.value = Some(value);
            } else {
                self.bad = true;
            }
        }
    }

    pub(crate) fn value(self) -> Option<u64> {
        self.value.filter(|_| !self.bad)
    }
}
