//! The lines of the report.

use std::process::ExitCode;

use serde_json::json;

use crate::escape;
use crate::lines::hanging;

/// What a call depends on, in the order in which one depends on the other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Topic {
    ConfigFile,
    Identity,
    Key,
    Fingerprint,
    FileModes,
    Token,
    Region,
    Proxy,
    Name,
    Connection,
    Tls,
    Clock,
    Signature,
    Policy,
    Model,
}

impl Topic {
    pub(super) const ALL: [Self; 15] = [
        Self::ConfigFile,
        Self::Identity,
        Self::Key,
        Self::Fingerprint,
        Self::FileModes,
        Self::Token,
        Self::Region,
        Self::Proxy,
        Self::Name,
        Self::Connection,
        Self::Tls,
        Self::Clock,
        Self::Signature,
        Self::Policy,
        Self::Model,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ConfigFile => "config file",
            Self::Identity => "identity",
            Self::Key => "key",
            Self::Fingerprint => "fingerprint",
            Self::FileModes => "file modes",
            Self::Token => "token",
            Self::Region => "region",
            Self::Proxy => "proxy",
            Self::Name => "dns",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Clock => "clock",
            Self::Signature => "signed call",
            Self::Policy => "policy",
            Self::Model => "model",
        }
    }

    /// The exit status of the command when this is what failed, as in the table of `locus chat`.
    fn code(self) -> u8 {
        match self {
            Self::ConfigFile
            | Self::Identity
            | Self::Key
            | Self::Fingerprint
            | Self::FileModes
            | Self::Token
            | Self::Region => 3,
            Self::Proxy | Self::Name | Self::Connection | Self::Tls => 8,
            Self::Clock | Self::Signature => 4,
            Self::Policy => 5,
            Self::Model => 7,
        }
    }
}

#[derive(Debug)]
struct Line {
    topic: &'static str,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Passed(String),
    Failed {
        found: String,
        advice: String,
    },
    /// It plays no part in this call, or could not be tried.
    Left(String),
}

/// All lines, and the status that follows from them.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<Line>,
    code: u8,
    /// The topics up to which everything was told.
    told: usize,
}

impl Report {
    /// A line that belongs to no topic.
    pub(super) fn note(&mut self, topic: &'static str, text: &str) {
        self.lines.push(Line { topic, outcome: Outcome::Passed(text.to_owned()) });
    }

    pub(super) fn pass(&mut self, topic: Topic, found: impl Into<String>) {
        self.push(topic, Outcome::Passed(found.into()));
    }

    /// What plays no part here.
    pub(super) fn skip(&mut self, topic: Topic, why: impl Into<String>) {
        self.push(topic, Outcome::Left(why.into()));
    }

    pub(super) fn fail(
        &mut self,
        topic: Topic,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) {
        if self.code == 0 {
            self.code = topic.code();
        }
        self.push(topic, Outcome::Failed { found: found.into(), advice: advice.into() });
    }

    /// The same with another status than that of the topic.
    pub(super) fn fail_with(&mut self, code: u8, topic: Topic, found: String, advice: String) {
        if self.code == 0 {
            self.code = code;
        }
        self.push(topic, Outcome::Failed { found, advice });
    }

    /// Everything that was not told yet could not be tried.
    pub(super) fn untried(&mut self, because: &str) {
        for topic in Topic::ALL.into_iter().skip(self.told) {
            self.push(topic, Outcome::Left(format!("not tried, because of {because}")));
        }
    }

    fn push(&mut self, topic: Topic, outcome: Outcome) {
        if let Some(place) = Topic::ALL.iter().position(|other| *other == topic) {
            self.told = self.told.max(place + 1);
        }
        self.lines.push(Line { topic: topic.name(), outcome });
    }

    /// For people; `width` is that of their terminal, if it is one.
    pub(super) fn text(&self, width: Option<usize>) -> String {
        let mut text = String::new();
        let mut write = |head: &str, body: &str| text.push_str(&hanging(head, body, width));
        for Line { topic, outcome } in &self.lines {
            let (mark, found) = match outcome {
                Outcome::Passed(found) => ("ok", found),
                Outcome::Failed { found, .. } => ("fail", found),
                Outcome::Left(why) => ("-", why),
            };
            write(&format!("{mark:<4}  {topic:<11}  "), found);
            if let Outcome::Failed { advice, .. } = outcome {
                write(INDENT, &format!("to do: {advice}"));
            }
        }
        text
    }

    pub(super) fn json(&self) -> String {
        let mut text = String::new();
        for Line { topic, outcome } in &self.lines {
            let value = match outcome {
                Outcome::Passed(found) => json!({"check": topic, "status": "ok", "found": found}),
                Outcome::Failed { found, advice } => {
                    json!({"check": topic, "status": "fail", "found": found, "advice": advice})
                }
                Outcome::Left(why) => json!({"check": topic, "status": "skipped", "found": why}),
            };
            text.push_str(&escape::json(&format!("{value}\n")));
        }
        text
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

/// As wide as the mark and the topic.
const INDENT: &str = "                   ";
