//! Times each parser on each workload and chunking.
//!
//! Prints one line for each measurement: workload, chunking, parser and nanoseconds per event, or `wrong`, separated by tabs.
//! The samples of all parsers take turns, and the best one counts: other work on the machine only ever makes a sample longer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use bench_sse::{
    CEILINGS, Checksum, Chunking, PARSERS, Parser, Sink, Touch, Workload, chunks, long_line,
    workloads,
};
use bytes::Bytes;

fn main() {
    // What a wrong parser has to say is its own matter.
    std::panic::set_hook(Box::new(|_| {}));
    for workload in workloads() {
        for chunking in Chunking::ALL {
            // The shapes that are held to a ratio are measured longer.
            let is_compared = matches!(workload.name, "openai" | "responses" | "oci")
                && matches!(chunking, Chunking::Event | Chunking::Bytes(LARGE));
            let budget = Duration::from_millis(if is_compared { 250 } else { 40 });
            let chunks = chunks(&workload, chunking);
            measure(&workload, &chunking.name(), &chunks, budget, CEILINGS);
        }
    }
    let (workload, budget) = (long_line(), Duration::from_millis(100));
    let chunking = Chunking::Bytes(1460);
    measure(&workload, &chunking.name(), &chunks(&workload, chunking), budget, &[]);
}

/// Measures every parser; each gets so much time, and at least two samples.
fn measure(
    workload: &Workload,
    chunking: &str,
    chunks: &[Bytes],
    budget: Duration,
    ceilings: &[Parser],
) {
    let mut expected = (Checksum::default(), Touch::default());
    for data in &workload.data {
        expected.0.data(data.as_bytes());
        expected.1.data(data.as_bytes());
    }
    let mut rows: Vec<_> = PARSERS
        .iter()
        .chain(ceilings)
        .map(|parser| {
            let run = AssertUnwindSafe(|| (parser.check)(&mut chunks.to_vec()));
            let is_right =
                parser.is_ceiling || catch_unwind(run).is_ok_and(|sum| sum == expected.0);
            (parser, is_right.then_some(Duration::MAX), Duration::ZERO, 0)
        })
        .collect();
    loop {
        let mut is_done = true;
        for (parser, best, spent, samples) in &mut rows {
            let Some(best) = best else { continue };
            if *spent >= budget && *samples >= SAMPLES {
                continue;
            }
            is_done = false;
            let mut chunks = chunks.to_vec();
            let start = Instant::now();
            let sum = (parser.time)(&mut chunks);
            let time = start.elapsed();
            assert!(parser.is_ceiling || sum == expected.1, "{}: another result", parser.name);
            *best = time.min(*best);
            *spent += time;
            *samples += 1;
        }
        if is_done {
            break;
        }
    }
    // A stream without events is counted by what it is made of.
    let events = workload.events.len() as f64;
    for (parser, best, ..) in rows {
        let time = best
            .map_or("wrong".to_owned(), |best| format!("{:.2}", best.as_nanos() as f64 / events));
        println!("{}\t{chunking}\t{}\t{time}", workload.name, parser.name);
    }
}

const LARGE: usize = 16 << 10;

/// Enough to leave out the first one, which pays for cold caches and fresh memory.
const SAMPLES: u32 = 2;
