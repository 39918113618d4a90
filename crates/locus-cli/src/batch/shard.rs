//! The part of a batch that one machine does.

use std::str::FromStr;

/// Every `of`-th prompt, from the `index`-th.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Shard {
    index: u64,
    of: u64,
}

impl Shard {
    /// Whether the prompt on this line, counted from 1, belongs to it.
    pub(super) fn has(self, line: u64) -> bool {
        line.wrapping_sub(1) % self.of == self.index
    }
}

/// Text that is no shard.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("expected I/N, such as 2/8, with I from 0 and below N")]
pub(crate) struct BadShard;

impl FromStr for Shard {
    type Err = BadShard;

    fn from_str(text: &str) -> Result<Self, BadShard> {
        let (index, of) = text.split_once('/').ok_or(BadShard)?;
        let shard = Self {
            index: index.parse().map_err(|_| BadShard)?,
            of: of.parse().map_err(|_| BadShard)?,
        };
        if shard.index < shard.of { Ok(shard) } else { Err(BadShard) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shards_of_a_batch_have_each_line_once() {
        let shards: Vec<Shard> = (0..3).map(|i| format!("{i}/3").parse().unwrap()).collect();
        for line in 1..=100 {
            assert_eq!(shards.iter().filter(|shard| shard.has(line)).count(), 1, "{line}");
        }
        assert!("0/1".parse::<Shard>().unwrap().has(1));
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "1", "1/1", "0/0", "-1/2", "a/b", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
