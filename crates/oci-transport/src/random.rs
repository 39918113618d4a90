//! Chance, from the operating system.

use std::sync::atomic::{AtomicU64, Ordering};

use ring::rand::{SecureRandom, SystemRandom};

/// The `opc-request-id`s of one client, so that a request can be found in Oracle's logs even if no answer came.
///
/// The system is asked once, for the place where the client begins: an id is unique and no secret, so it takes no call of the
/// system for each attempt.
pub(crate) struct RequestIds {
    start: Option<[u64; 2]>,
    count: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        let start = fill::<16>().map(|bytes| {
            let number = u128::from_le_bytes(bytes);
            [number as u64, (number >> 64) as u64]
        });
        Self { start, count: AtomicU64::new(0) }
    }

    /// The next one: 32 hexadecimal digits in upper case, the form that the official SDKs send; `None` if the system has no
    /// random numbers.
    pub(crate) fn next(&self) -> Option<RequestId> {
        let [high, low] = self.start?;
        let step = self.count.fetch_add(1, Ordering::Relaxed).wrapping_mul(GOLDEN);
        let halves = [mixed(high.wrapping_add(step)), mixed(low.wrapping_add(step))];
        let digit = |digit: u8| if digit < 10 { b'0' + digit } else { b'A' + digit - 10 };
        let mut text = [0; 32];
        for (pair, byte) in
            text.as_chunks_mut().0.iter_mut().zip(halves.into_iter().flat_map(u64::to_be_bytes))
        {
            *pair = [digit(byte >> 4), digit(byte & 0xf)];
        }
        Some(RequestId(text))
    }
}

/// The id of one request, in place: it is text for nearly no request but those that fail.
#[derive(Clone, Copy)]
pub(crate) struct RequestId([u8; 32]);

impl RequestId {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("digits are ASCII, because `next` makes nothing else")
    }
}

/// SplitMix64 by Steele, Lea and Flood: what differs before differs after, in every bit as likely as not.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The step of SplitMix64, 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

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
        let clients = [RequestIds::new(), RequestIds::new()];
        let ids: Vec<String> = (0..1000)
            .flat_map(|_| &clients)
            .map(|client| client.next().unwrap().as_str().to_owned())
            .collect();
        for id in &ids {
            assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
            assert!(!id.bytes().any(|byte| byte.is_ascii_lowercase()), "{id}");
        }
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 2000);
    }

    #[test]
    fn fractions_are_between_0_and_1() {
        assert!((0..100).map(|_| fraction()).all(|fraction| (0.0..=1.0).contains(&fraction)));
    }
}
