//! Arguments as `name=value`.

use std::collections::BTreeMap;
use std::str::FromStr;

/// The arguments of a command.
pub(crate) struct Options(BTreeMap<String, String>);

impl Options {
    /// # Panics
    /// If one is no pair.
    pub(crate) fn read(arguments: &[&str]) -> Self {
        let pair = |argument: &&str| {
            let (name, value) = argument.split_once('=').expect("arguments are pairs, name=value");
            (name.to_owned(), value.to_owned())
        };
        Self(arguments.iter().map(pair).collect())
    }

    /// # Panics
    /// If it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("expected {name}=…"))
    }

    /// A value, or that of `default` if it is not there.
    ///
    /// # Panics
    /// If it is none of this type.
    pub(crate) fn get<T: FromStr>(&self, name: &str, default: T) -> T {
        let parse = |text: &String| {
            text.parse().unwrap_or_else(|_| panic!("expected another value of {name} than {text}"))
        };
        self.0.get(name).map_or(default, parse)
    }
}
