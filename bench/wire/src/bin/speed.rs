//! Times each way of reading each event, and prints a Markdown table for each event.
//!
//! The ways take turns and the best sample of each counts: other work on the machine only ever makes one longer.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bench_wire::{Way, subjects};

fn main() {
    for subject in subjects() {
        let times = times(subject.data, subject.ways);
        let ours = times[0].as_secs_f64();
        println!("{}, {} bytes\n", subject.name, subject.data.len());
        println!("| way | ns | × oci-wire |\n|---|---:|---:|");
        for ((name, _), time) in subject.ways.iter().zip(times) {
            let nanos = time.as_secs_f64() * 1e9 / f64::from(CALLS);
            println!("| {name} | {nanos:.0} | {:.2} |", time.as_secs_f64() / ours);
        }
        println!();
    }
}

/// The best sample of each way.
fn times(data: &str, ways: &[Way]) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; ways.len()];
    for _ in 0..SAMPLES {
        for ((_, way), best) in ways.iter().zip(&mut best) {
            // The way before has left the processor's predictions to its own code.
            for _ in 0..CALLS / 5 {
                black_box(way(black_box(data)));
            }
            let start = Instant::now();
            for _ in 0..CALLS {
                black_box(way(black_box(data)));
            }
            *best = start.elapsed().min(*best);
        }
    }
    best
}

/// A sample takes less than a millisecond, so that some samples are not interrupted.
const CALLS: u32 = 500;

const SAMPLES: u32 = 4000;
