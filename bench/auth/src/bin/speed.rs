//! Prints the best time of one signature, in nanoseconds, for each backend.

use std::hint::black_box;
use std::time::Instant;

use bench_auth::{Post, constant, real};
use oci_auth::{Backend, SigningKey};

/// The backends take turns, so that what else the machine does meets all of them.
const ROUNDS: usize = 40;

fn main() {
    let post = Post::new();
    let keys: [(&str, SigningKey, usize); 3] = [
        ("constant", constant(), 1000),
        ("ring", real(Backend::RING), 20),
        ("aws-lc-rs", real(Backend::AWS_LC_RS), 20),
    ];
    assert_eq!(
        post.sign(&post.digest(), &keys[1].1).signing_string(),
        post.sign(&post.digest(), &keys[2].1).signing_string(),
    );
    let mut times = vec![Vec::with_capacity(ROUNDS); keys.len()];
    for _ in 0..ROUNDS {
        for ((_, key, batch), times) in keys.iter().zip(&mut times) {
            let started = Instant::now();
            for _ in 0..*batch {
                black_box(post.sign(&black_box(&post).digest(), key));
            }
            times.push(started.elapsed().as_nanos() / *batch as u128);
        }
    }
    // Other work on the machine only ever makes a round longer.
    for ((name, ..), times) in keys.iter().zip(&mut times) {
        times.sort_unstable();
        println!("{name}\t{}", times[0]);
    }
}
