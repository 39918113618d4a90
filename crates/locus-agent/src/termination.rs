//! [`Termination`]: when a run ends although the model would go on.

use std::fmt;
use std::ops::{BitAnd, BitOr};
use std::sync::Arc;
use std::time::Duration;

use crate::event::Reason;

/// When a run ends although the model would go on. Conditions combine with `|` and `&`.
///
/// They are asked before each request to the model, when all calls of the answer before have their results: what is under way is
/// not cut short.
///
/// ```
/// use locus_agent::Termination;
/// use std::time::Duration;
///
/// let until = Termination::iterations(10)
///     | Termination::time(Duration::from_secs(120))
///     | Termination::tool_called("submit") & Termination::text("DONE");
/// ```
#[derive(Clone)]
pub struct Termination(Condition);

#[derive(Clone)]
enum Condition {
    Iterations(u32),
    Tokens(u64),
    Time(Duration),
    ToolCalled(String),
    Text(String),
    When(String, Arc<dyn Fn(&Progress<'_>) -> bool + Send + Sync>),
    Any(Box<Self>, Box<Self>),
    All(Box<Self>, Box<Self>),
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Answers of the model so far.
    pub iterations: u32,
    /// Tokens of prompts and answers so far, as the service summed them.
    pub tokens: u64,
    /// Time since the run began.
    pub elapsed: Duration,
    /// The names of the tools that the last answer called.
    pub tools: &'a [String],
    /// The text of the last answer.
    pub text: &'a str,
}

impl Termination {
    /// After this many answers of the model.
    #[must_use]
    pub fn iterations(limit: u32) -> Self {
        Self(Condition::Iterations(limit))
    }

    /// Once prompts and answers took this many tokens together. The answer that exceeds the limit is still given.
    #[must_use]
    pub fn tokens(limit: u64) -> Self {
        Self(Condition::Tokens(limit))
    }

    /// Once this much time has passed.
    #[must_use]
    pub fn time(limit: Duration) -> Self {
        Self(Condition::Time(limit))
    }

    /// Once the last answer called this tool, and the tool has run.
    #[must_use]
    pub fn tool_called(name: impl Into<String>) -> Self {
        Self(Condition::ToolCalled(name.into()))
    }

    /// Once the last answer contains this text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self(Condition::Text(text.into()))
    }

    /// Once a condition of one's own holds; `name` is for [`Reason::Condition`].
    #[must_use]
    pub fn when(
        name: impl Into<String>,
        condition: impl Fn(&Progress<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self(Condition::When(name.into(), Arc::new(condition)))
    }

    /// Why the run ends here, if it does.
    #[must_use]
    pub fn met(&self, progress: &Progress<'_>) -> Option<Reason> {
        self.0.met(progress)
    }
}

impl BitOr for Termination {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(Condition::Any(Box::new(self.0), Box::new(other.0)))
    }
}

impl BitAnd for Termination {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(Condition::All(Box::new(self.0), Box::new(other.0)))
    }
}

impl Condition {
    fn met(&self, now: &Progress<'_>) -> Option<Reason> {
        match self {
            Self::Iterations(limit) => {
                (now.iterations >= *limit).then_some(Reason::Iterations(*limit))
            }
            Self::Tokens(limit) => (now.tokens >= *limit).then_some(Reason::Tokens(*limit)),
            Self::Time(limit) => (now.elapsed >= *limit).then_some(Reason::Time(*limit)),
            Self::ToolCalled(name) => {
                now.tools.contains(name).then(|| Reason::ToolCalled(name.clone()))
            }
            Self::Text(text) => {
                now.text.contains(text.as_str()).then(|| Reason::Text(text.clone()))
            }
            Self::When(name, condition) => condition(now).then(|| Reason::Condition(name.clone())),
            Self::Any(one, other) => one.met(now).or_else(|| other.met(now)),
            Self::All(one, other) => {
                Some(Reason::Both(Box::new(one.met(now)?), Box::new(other.met(now)?)))
            }
        }
    }
}

impl fmt::Debug for Termination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Iterations(limit) => write!(f, "{limit} iterations"),
            Self::Tokens(limit) => write!(f, "{limit} tokens"),
            Self::Time(limit) => write!(f, "{limit:?}"),
            Self::ToolCalled(name) => write!(f, "call of {name}"),
            Self::Text(text) => write!(f, "text {text:?}"),
            Self::When(name, _) => write!(f, "{name}"),
            Self::Any(one, other) => write!(f, "({one:?} | {other:?})"),
            Self::All(one, other) => write!(f, "({one:?} & {other:?})"),
        }
    }
}
