//! Properties over streams that are made of the pieces a parser can get wrong.

use oci_sse::Decoder;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::oracle::interpret;
use crate::support::{FRONT_ENDS, cut, pieces};

const PIECES: &[&[u8]] = &[
    b"data",
    b"data:",
    b"data: ",
    b"data: {\"a\":1}\n\n",
    b"data: hello\r\n\r\n",
    b"event",
    b"event: ",
    b"event: delta\ndata: x\n\n",
    b"id",
    b"id:",
    b"id: 1",
    b"id: 1\0",
    b"retry:",
    b"retry: 300",
    b"5",
    b":",
    b": ping\n\n",
    b"\n",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b" ",
    b"\t",
    b"\0",
    b"x",
    b"unknown: y\n",
    b"dat",
    b"Data:",
    b"\xEF\xBB\xBF",
    b"\xEF",
    b"\xBB",
    b"\xBF",
    b"\xC3",
    b"\xA9",
    b"\xF0\x9F\x98\x80",
    b"\xF0\x9F",
    b"\xED\xA0\x80",
    b"\xFF",
    "\u{2028}\u{85}\u{a0}".as_bytes(),
    b"a line that is long enough for a vector search, several times over",
];

pub(crate) fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 1..4),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_to_the_oracle_for_every_chunking(
        stream in stream(),
        offsets in vec(any::<usize>(), 0..12),
        length in 1..9_usize,
    ) {
        let expected = interpret(&stream, "seed");
        for (front_end, run) in FRONT_ENDS {
            let decoder = || Decoder::new().with_last_event_id("seed");
            prop_assert_eq!(&run(decoder(), &[&stream]), &expected, "{} whole", front_end);
            prop_assert_eq!(&run(decoder(), &cut(&stream, &offsets)), &expected, "{} cut", front_end);
            prop_assert_eq!(&run(decoder(), &pieces(&stream, length)), &expected, "{} pieces", front_end);
        }
    }
}
