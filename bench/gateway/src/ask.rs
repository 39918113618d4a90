//! What a prompt asks for, and so what its answer is.

use std::fmt;

/// What is asked for, written into the prompt and read from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    /// Whose answer it is.
    pub(crate) tag: u64,
    /// How many words; one is one chunk of a stream.
    pub(crate) words: usize,
    /// How many chunks of a stream are written at once.
    pub(crate) burst: usize,
    /// How long the service waits before each burst but the first, in milliseconds.
    pub(crate) pause: u64,
    /// After how many words a stream stops without an end; 0 is never.
    pub(crate) stall: usize,
}

impl Default for Ask {
    fn default() -> Self {
        Self { tag: 0, words: 40, burst: 1, pause: 0, stall: 0 }
    }
}

impl Ask {
    /// Reads a prompt; what is not there stays as it is by default.
    pub(crate) fn read(prompt: &str) -> Self {
        let mut ask = Self::default();
        for (name, value) in prompt.split_ascii_whitespace().filter_map(|word| word.split_once('='))
        {
            let Ok(value) = value.parse::<u64>() else { continue };
            match name {
                "tag" => ask.tag = value,
                "words" => ask.words = value as usize,
                "burst" => ask.burst = (value as usize).max(1),
                "pause" => ask.pause = value,
                "stall" => ask.stall = value as usize,
                _ => {}
            }
        }
        ask
    }

    pub(crate) fn word(&self, at: usize) -> String {
        format!("{}:{at} ", self.tag)
    }

    /// The first words of the answer.
    pub(crate) fn text(&self, words: usize) -> String {
        (0..words).map(|at| self.word(at)).collect::<String>().trim_end().to_owned()
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tag, words, burst, pause, stall } = self;
        write!(f, "Say: tag={tag} words={words} burst={burst} pause={pause} stall={stall}")
    }
}
