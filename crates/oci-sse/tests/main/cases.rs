//! The conformance cases, whole and at every chunking, through every front end, and against the oracle.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oci_sse::Decoder;
use serde_json::Value;

use crate::oracle::interpret;
use crate::support::{FRONT_ENDS, Outcome, Record, check_every_chunking};

const CASES: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sse/cases.json"));

struct Case {
    name: String,
    input: Vec<u8>,
    initial_id: String,
    expected: Vec<Record>,
    retry: Option<f64>,
    final_id: String,
    chunks: Option<Vec<usize>>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().into()
}

fn cases() -> Vec<Case> {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    cases
        .iter()
        .map(|case| Case {
            name: text(&case["name"]),
            input: STANDARD.decode(case["input"].as_str().unwrap()).unwrap(),
            initial_id: text(&case["initial_last_event_id"]),
            expected: case["expected"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| {
                    let [event, data, id] =
                        ["event", "data", "lastEventId"].map(|key| event[key].as_str().unwrap());
                    Record::new(event, data, id)
                })
                .collect(),
            retry: case["retry"].as_f64(),
            final_id: text(&case["final_last_event_id"]),
            chunks: case["chunks"].as_array().map(|chunks| {
                chunks.iter().map(|chunk| chunk.as_u64().unwrap() as usize).collect()
            }),
        })
        .collect()
}

impl Case {
    fn decoder(&self) -> Decoder {
        Decoder::new().with_last_event_id(self.initial_id.as_str())
    }

    /// What the file says, completed by the oracle where the file says nothing.
    fn outcome(&self) -> Outcome {
        let oracle = interpret(&self.input, &self.initial_id);
        assert_eq!(oracle.retry.map(|retry| retry as f64), self.retry, "{}", self.name);
        Outcome {
            items: self.expected.iter().cloned().map(Ok).collect(),
            last_event_id: self.final_id.clone(),
            ..oracle
        }
    }
}

#[test]
fn there_are_97_cases() {
    assert_eq!(cases().len(), 97);
}

#[test]
fn the_oracle_agrees_with_every_case() {
    for case in cases() {
        assert_eq!(interpret(&case.input, &case.initial_id), case.outcome(), "{}", case.name);
    }
}

#[test]
fn every_case_at_every_chunking_through_every_front_end() {
    for case in cases() {
        check_every_chunking(&case.name, &case.input, || case.decoder(), &case.outcome());
    }
}

#[test]
fn every_case_that_has_chunks_of_its_own() {
    let mut count = 0;
    for case in cases() {
        let Some(lengths) = &case.chunks else { continue };
        let (mut chunks, mut rest) = (Vec::new(), case.input.as_slice());
        for &length in lengths {
            let (chunk, tail) = rest.split_at(length);
            chunks.push(chunk);
            rest = tail;
        }
        assert!(rest.is_empty(), "{}: the chunks are the input", case.name);
        for (front_end, run) in FRONT_ENDS {
            assert_eq!(run(case.decoder(), &chunks), case.outcome(), "{}: {front_end}", case.name);
        }
        count += 1;
    }
    assert_eq!(count, 10);
}
