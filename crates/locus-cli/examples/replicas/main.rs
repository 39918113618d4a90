//! Three gateways behind a balancer, with one store: limits, budgets and rests under load, a gateway killed, the store killed and
//! back. `cargo xtask soak replicas`.
//!
//! It needs `redis-server` or `valkey-server`, and ends with an error unless every count is the one that the documentation says.
#![allow(clippy::print_stdout, reason = "a program of the terminal")]

mod fleet;
mod scenes;
mod wire;

use std::error::Error;
use std::time::Instant;

use fleet::Fleet;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let program = std::env::args().nth(1).ok_or("usage: replicas PROGRAM")?;
    let mut table = Table::default();
    let started = Instant::now();

    let mut fleet = Fleet::start(&program, "fail").await?;
    println!("{}", fleet.store_version().await?);
    scenes::calls(&fleet, &mut table).await?;
    scenes::calls_at_a_time(&fleet, &mut table).await?;
    scenes::tokens(&fleet, &mut table).await?;
    scenes::budget(&fleet, &mut table).await?;
    scenes::rests(&fleet, &mut table).await?;
    scenes::killed_gateway(&mut fleet, &mut table).await?;
    scenes::killed_store(&mut fleet, &mut table).await?;
    scenes::hung_store(&fleet, &mut table).await?;
    fleet.end().await?;

    let mut fleet = Fleet::start(&program, "alone").await?;
    scenes::alone(&mut fleet, &mut table).await?;
    fleet.end().await?;

    table.print(started.elapsed().as_secs_f64());
    if table.is_right { Ok(()) } else { Err("a count is not what it must be".into()) }
}

/// What was counted, beside what it must be.
struct Table {
    lines: Vec<String>,
    is_right: bool,
}

impl Default for Table {
    fn default() -> Self {
        let head = format!("{:<58} {:>10} {:>14}", "what", "counted", "must be");
        Self { lines: vec![head], is_right: true }
    }
}

impl Table {
    fn exact(&mut self, what: &str, counted: usize, expected: usize) {
        self.line(what, &counted.to_string(), &expected.to_string(), counted == expected);
    }

    fn between(&mut self, what: &str, counted: f64, least: f64, most: f64) {
        let is_right = (least..=most).contains(&counted);
        self.line(what, &format!("{counted:.3}"), &format!("{least:.3}..{most:.3}"), is_right);
    }

    fn line(&mut self, what: &str, counted: &str, expected: &str, is_right: bool) {
        self.is_right &= is_right;
        let mark = if is_right { "" } else { "  WRONG" };
        let line = format!("{what:<58} {counted:>10} {expected:>14}{mark}");
        println!("{line}");
        self.lines.push(line);
    }

    fn print(&self, seconds: f64) {
        println!("\n{}\n{seconds:.1} s", self.lines.join("\n"));
    }
}
