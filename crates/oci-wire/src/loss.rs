//! [`Loss`]: what a translation between two dialects could not carry over.

use std::fmt;

/// A value in the other dialect, and what did not fit into it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Translated<T> {
    /// The value; it can be sent as it is.
    pub value: T,
    /// What was lost on the way, in the order of the original; empty when nothing was.
    pub losses: Vec<Loss>,
}

impl<T> Translated<T> {
    /// The value wrapped in something, with the same losses.
    pub fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Translated<U> {
        Translated { value: wrap(self.value), losses: self.losses }
    }
}

/// One thing that was lost.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Loss {
    /// How.
    pub kind: LossKind,
    /// Where in the original, such as `messages[2].content[0]` or `logit_bias`.
    pub path: String,
}

impl Loss {
    /// A loss on a way that this crate does not go itself, such as from the types of a program to a schema.
    #[must_use]
    pub fn new(kind: LossKind, path: impl Into<String>) -> Self {
        Self { kind, path: path.into() }
    }
}

/// How something was lost.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum LossKind {
    /// The other dialect has a counterpart that says nearly the same.
    Approximated,
    /// The other dialect has no counterpart; it was left out.
    Dropped,
    /// It is of a kind unknown to this crate; it was left out.
    Unknown,
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.kind {
            LossKind::Approximated => "was replaced by something near",
            LossKind::Dropped => "has no counterpart and was left out",
            LossKind::Unknown => "is of an unknown kind and was left out",
        };
        write!(formatter, "{} {how}", self.path)
    }
}

/// Collects losses during a translation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Losses(Vec<Loss>);

impl Losses {
    pub(crate) fn as_slice(&self) -> &[Loss] {
        &self.0
    }

    pub(crate) fn approximated(&mut self, path: impl Into<String>) {
        self.add(LossKind::Approximated, path);
    }

    pub(crate) fn dropped(&mut self, path: impl Into<String>) {
        self.add(LossKind::Dropped, path);
    }

    pub(crate) fn unknown(&mut self, path: impl Into<String>) {
        self.add(LossKind::Unknown, path);
    }

    pub(crate) fn approximated_if(&mut self, is_there: bool, path: &str) {
        if is_there {
            self.approximated(path);
        }
    }

    /// Notes each of the named things that is there.
    pub(crate) fn dropped_if<const N: usize>(&mut self, things: [(bool, &str); N]) {
        for (is_there, path) in things {
            if is_there {
                self.dropped(path);
            }
        }
    }

    pub(crate) fn with<T>(self, value: T) -> Translated<T> {
        Translated { value, losses: self.0 }
    }

    /// Notes a loss that a stream meets again and again, once.
    pub(crate) fn once(&mut self, kind: LossKind, path: String) {
        let loss = Loss { kind, path };
        if !self.0.contains(&loss) {
            self.0.push(loss);
        }
    }

    fn add(&mut self, kind: LossKind, path: impl Into<String>) {
        self.0.push(Loss { kind, path: path.into() });
    }
}
