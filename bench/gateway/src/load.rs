//! Requests for some seconds: as many as go, or at a rate.

use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use crate::ask::Ask;
use crate::client::{Connection, Target};
use crate::figures::{cpu_time, quantile};
use crate::options::Options;

/// Runs the requests and prints `name value` lines. Every answer is compared with what was asked for.
///
/// # Panics
/// If an answer is another one than was asked for.
pub(crate) async fn run(options: &Options) {
    let target = Target {
        host: options.text("host").to_owned(),
        path: options.text("path").to_owned(),
        model: options.text("model").to_owned(),
        key: options.get("key", "sk-bench".to_owned()),
        is_native: options.text("path").starts_with("/20231130/"),
    };
    let plan = Plan {
        is_streamed: options.get("stream", false),
        ask: Ask {
            words: options.get("words", 40),
            burst: options.get("burst", 1),
            ..Ask::default()
        },
        every: Duration::from_secs_f64(1.0 / options.get("rate", f64::INFINITY)),
    };
    let connections: u64 = options.get("connections", 1);
    let warm_up: u64 = options.get("warm-up", 5);
    let time = Duration::from_secs_f64(options.get("seconds", 3.0));
    let pid = options.get("pid", std::process::id());

    let mut open = Vec::new();
    for tag in 0..connections {
        let mut connection = Connection::open(&target).await.expect("the port is open");
        for _ in 0..warm_up {
            plan.once(&mut connection, tag).await;
        }
        open.push(connection);
    }
    let (before, begun) = (cpu_time(pid), Instant::now());
    let workers: Vec<_> = open
        .into_iter()
        .enumerate()
        .map(|(tag, connection)| tokio::spawn(worker(connection, tag as u64, plan, begun + time)))
        .collect();
    let mut samples = Vec::new();
    for worker in workers {
        samples.extend(worker.await.expect("every answer is right"));
    }
    let (elapsed, spent) = (begun.elapsed(), cpu_time(pid) - before);
    let count = samples.len() as f64;
    let (mut totals, mut firsts): (Vec<_>, Vec<_>) = samples.into_iter().unzip();
    println!("requests {count}");
    println!("per_second {:.3}", count / elapsed.as_secs_f64());
    println!("cpu_us {:.3}", spent as f64 / 1e3 / count);
    println!("busy {:.3}", spent as f64 / elapsed.as_nanos() as f64);
    println!("p50_ms {:.4}", quantile(&mut totals, 0.5));
    println!("p99_ms {:.4}", quantile(&mut totals, 0.99));
    println!("first_p50_ms {:.4}", quantile(&mut firsts, 0.5));
    println!("first_p99_ms {:.4}", quantile(&mut firsts, 0.99));
}

#[derive(Clone, Copy)]
struct Plan {
    is_streamed: bool,
    ask: Ask,
    every: Duration,
}

impl Plan {
    /// The time to the end and to the first piece.
    async fn once(&self, connection: &mut Connection, tag: u64) -> (Duration, Duration) {
        let ask = Ask { tag, ..self.ask };
        let begun = Instant::now();
        let answer = connection.ask(&ask, self.is_streamed).await.expect("an answer");
        let elapsed = begun.elapsed();
        // The native API has no mark of its end.
        let has_end =
            !answer.body.is_empty() && memchr::memmem::find(&answer.body, b"\"choices\"").is_some();
        answer.judge(&ask, self.is_streamed, has_end).expect("the right answer");
        (elapsed, answer.first.unwrap_or(elapsed))
    }
}

async fn worker(
    mut connection: Connection,
    worker: u64,
    plan: Plan,
    until: Instant,
) -> Vec<(Duration, Duration)> {
    let mut samples = Vec::new();
    let mut next = Instant::now();
    let mut count = 0;
    while Instant::now() < until {
        if !plan.every.is_zero() {
            sleep_until(next.into()).await;
            next += plan.every;
        }
        count += 1;
        samples.push(plan.once(&mut connection, worker * 1_000_000 + count).await);
    }
    samples
}
