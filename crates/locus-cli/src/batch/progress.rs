//! What a person sees of a batch, on standard error.

use std::io::IsTerminal as _;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::budget::{Prices, Spent};
use super::input::Input;
use super::output::{Line, Output};
use crate::lines::tell;

pub(super) struct Progress {
    bar: ProgressBar,
    prices: Option<Prices>,
    start: Instant,
    before: u64,
    prompts: u64,
    failed: u64,
}

impl Progress {
    pub(super) fn new(prompts: u64, done: u64, prices: Option<Prices>) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(5)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(prompts), target);
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {rate} {eta} {msg}");
        let bar = match style {
            Ok(style) => bar.with_style(style.with_key("rate", rate)),
            Err(_) => bar,
        };
        bar.set_position(done);
        bar.reset_eta();
        Self { bar, prices, start: Instant::now(), before: done, prompts, failed: 0 }
    }

    /// What there is to do, and about what it takes.
    pub(super) fn begin(&self, input: &Input, max_tokens: Option<u64>) {
        let tokens = input.bytes_to_do / BYTES_OF_A_TOKEN;
        let mut text = format!(
            "{} prompts, {} answered, {} to do, about {tokens} tokens of input",
            self.prompts,
            self.prompts.saturating_sub(input.to_do),
            input.to_do
        );
        if let Some(most) = max_tokens {
            let output = most.saturating_mul(input.to_do);
            text.push_str(&format!(", {output} of output at most"));
            if let Some(prices) = self.prices {
                text.push_str(&format!(", at most about {}", prices.of(tokens, output)));
            }
        } else if let Some(prices) = self.prices {
            text.push_str(&format!(", cost {} without the output", prices.of(tokens, 0)));
        }
        self.say(&text);
    }

    pub(super) fn done(&mut self, line: &Line, spent: &Spent, limit: usize) {
        self.failed += u64::from(line.is_failure);
        self.bar.inc(1);
        let mut text = format!("{limit} at a time");
        if self.failed > 0 {
            text.push_str(&format!(", {} failed", self.failed));
        }
        if let Some(prices) = self.prices {
            text.push_str(&format!(", cost {}", prices.of(spent.input, spent.output)));
        }
        self.bar.set_message(text);
    }

    /// What it took.
    pub(super) fn end(&self, output: &Output, spent: &Spent) {
        self.bar.finish_and_clear();
        let seconds = self.start.elapsed().as_secs_f64();
        let mut text = format!(
            "{} of {} prompts answered, {} of them failed, {} now in {seconds:.1} s, {} tokens in + {} out",
            output.done(),
            self.prompts,
            output.failed(),
            output.done().saturating_sub(self.before),
            spent.input,
            spent.output
        );
        if spent.untold > 0 {
            text.push_str(&format!(", {} answers without a count", spent.untold));
        }
        if let Some(prices) = self.prices {
            text.push_str(&format!(", cost {}", prices.of(spent.input, spent.output)));
        }
        self.say(&text);
    }

    pub(super) fn say(&self, text: &str) {
        self.bar.suspend(|| tell(text));
    }
}

/// How many are answered in a second, as exactly as anybody can read while it changes.
fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    // A bar that cannot be drawn is none.
    let _ = write!(out, "{:.1}/s", state.per_sec());
}

/// A rule of thumb for English; only the service knows.
const BYTES_OF_A_TOKEN: u64 = 4;
