//! Fingerprints: how the service names the public half of an API key.

use std::fmt;
use std::str::FromStr;

/// The MD5 of a public key, as the console shows it: 16 pairs of hexadecimal digits joined by colons.
///
/// ```
/// use oci_auth::Fingerprint;
///
/// let fingerprint: Fingerprint = "20:3B:97:13:55:1C:5B:0D:D3:37:D8:50:4E:C5:3A:34".parse()?;
/// assert_eq!(fingerprint.to_string(), "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34");
/// # Ok::<(), oci_auth::FingerprintError>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    #[cfg(feature = "keys")]
    pub(crate) fn from_md5(md5: [u8; 16]) -> Self {
        Self(md5)
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let mut md5 = [0; 16];
        let mut pairs = text.split(':');
        for byte in &mut md5 {
            let pair = pairs.next().ok_or(FingerprintError)?;
            if pair.len() != 2 || !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(FingerprintError);
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| FingerprintError)?;
        }
        if pairs.next().is_some() { Err(FingerprintError) } else { Ok(Self(md5)) }
    }
}

/// In lower case, the one form that the service takes.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Text that is no fingerprint.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected 16 pairs of hexadecimal digits joined by colons")]
pub struct FingerprintError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_told_from_other_text() {
        assert!("20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34".parse::<Fingerprint>().is_ok());
        for bad in [
            "",
            "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a",
            "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34:00",
            "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:3g",
            "20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:+4",
        ] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(FingerprintError), "{bad}");
        }
    }
}
