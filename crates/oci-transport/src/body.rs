//! Reads the body of an answer into memory, within its deadlines and a limit.

use std::io::{self, Read as _};

use bytes::{Bytes, BytesMut};
use flate2::bufread::MultiGzDecoder;
use http_body_util::BodyExt as _;

use crate::call::Deadline;
use crate::connect::BoxError;
use crate::error::{Error, ErrorKind, Timeout};
use crate::service::Body;

/// Reads a body to its end.
pub(crate) async fn collect(
    body: &mut Body,
    deadline: Deadline,
    limit: usize,
) -> Result<Bytes, Error> {
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    loop {
        let next = deadline.within(Timeout::Idle, body.frame()).await?;
        let frame = match next {
            // Short answers arrive in one piece, which is then handed on as it is.
            None if whole.is_empty() => return Ok(first),
            None => return Ok(whole.freeze()),
            Some(Err(source)) => return Err(cut(source)),
            Some(Ok(frame)) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if first.len().max(whole.len()) + data.len() > limit {
            let message = format!("the answer is larger than {limit} bytes");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        if first.is_empty() {
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.extend_from_slice(&first);
        }
        whole.extend_from_slice(&data);
    }
}

/// Undoes gzip, up to a limit, so that a small answer cannot fill the memory.
pub(crate) fn gunzip(body: &[u8], limit: usize) -> Result<Bytes, Error> {
    let mut plain = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = MultiGzDecoder::new(body).take(most).read_to_end(&mut plain);
    match read {
        Ok(length) if length > limit => {
            let message = format!("the answer is larger than {limit} bytes when decoded");
            Err(Error::new(ErrorKind::TooLarge, message))
        }
        Ok(_) => Ok(Bytes::from(plain)),
        Err(source) if source.kind() == io::ErrorKind::UnexpectedEof => {
            let message = "the compressed answer ended before it was complete";
            Err(Error::new(ErrorKind::Truncated, message).with_source(source))
        }
        Err(source) => {
            let message = format!("expected an answer in gzip, found {} other bytes", body.len());
            Err(Error::new(ErrorKind::Malformed, message).with_source(source))
        }
    }
}

/// The connection broke while a body was received.
pub(crate) fn cut(source: BoxError) -> Error {
    Error::new(ErrorKind::Truncated, "the connection broke before the answer was complete")
        .with_source(source)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_was_compressed_comes_back_up_to_the_limit() {
        let plain = vec![b'a'; 100_000];
        let small = gzip(&plain);
        assert!(small.len() < 1000, "a bomb: {}", small.len());
        assert_eq!(gunzip(&small, 100_000).unwrap(), plain);
        assert_eq!(gunzip(&small, 99_999).unwrap_err().kind(), ErrorKind::TooLarge);
        assert_eq!(gunzip(&gzip(b""), 0).unwrap(), "");
        let twice = [gzip(b"ab"), gzip(b"cd")].concat();
        assert_eq!(
            gunzip(&twice, 4).unwrap(),
            "abcd",
            "RFC 1952 section 2.2: members follow one another"
        );
    }

    #[test]
    fn a_cut_at_every_byte_and_a_flipped_bit_are_no_short_answer() {
        let whole = gzip(b"{\"choices\":[1,2,3,4]}");
        for cut in 0..whole.len() {
            assert_eq!(
                gunzip(&whole[..cut], 100).unwrap_err().kind(),
                ErrorKind::Truncated,
                "{cut}"
            );
        }
        let mut bent = whole.clone();
        let checksum = bent.len() - 6;
        bent[checksum] ^= 1;
        assert_eq!(gunzip(&bent, 100).unwrap_err().kind(), ErrorKind::Malformed);
        assert_eq!(gunzip(b"no gzip at all", 100).unwrap_err().kind(), ErrorKind::Malformed);
    }
}
