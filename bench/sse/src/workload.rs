//! Streams as servers send them, and how they are cut.

use bytes::Bytes;

/// A stream of about 512 KiB, event by event.
pub struct Workload {
    pub name: &'static str,
    /// As it is sent, blank line included.
    pub events: Vec<String>,
    /// What the parser is to deliver.
    pub data: Vec<String>,
}

/// Where the stream is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Chunking {
    /// After every event: what a live stream looks like.
    Event,
    /// After so many bytes.
    Bytes(usize),
}

impl Chunking {
    pub const ALL: [Self; 5] = [
        Self::Event,
        Self::Bytes(16),
        Self::Bytes(1460),
        Self::Bytes(16 << 10),
        Self::Bytes(64 << 10),
    ];

    pub fn name(self) -> String {
        match self {
            Self::Event => "event".to_owned(),
            Self::Bytes(bytes) if bytes >= 1024 && bytes % 1024 == 0 => {
                format!("{} KiB", bytes / 1024)
            }
            Self::Bytes(bytes) => format!("{bytes} B"),
        }
    }
}

impl Workload {
    fn new(name: &'static str, event: impl Fn(usize) -> (String, Option<String>)) -> Self {
        let (mut events, mut data) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        while bytes < SIZE {
            let (event, value) = event(events.len());
            bytes += event.len();
            events.push(event);
            data.extend(value);
        }
        Self { name, events, data }
    }

    /// Events with one data line.
    fn lines(name: &'static str, data: impl Fn(usize) -> String) -> Self {
        Self::new(name, |at| {
            let data = data(at);
            (format!("data: {data}\n\n"), Some(data))
        })
    }

    pub fn bytes(&self) -> usize {
        self.events.iter().map(String::len).sum()
    }
}

/// The chunks are slices of one buffer, as those of hyper are: to make or clone one allocates nothing.
pub fn chunks(workload: &Workload, chunking: Chunking) -> Vec<Bytes> {
    let stream = Bytes::from(workload.events.concat());
    // The first clone of a `Bytes` allocates its counter: here and not in a measurement.
    let whole = stream.clone();
    let mut rest = whole;
    let mut chunks = Vec::new();
    match chunking {
        Chunking::Event => {
            chunks.extend(workload.events.iter().map(|event| rest.split_to(event.len())));
        }
        Chunking::Bytes(bytes) => {
            while !rest.is_empty() {
                chunks.push(rest.split_to(bytes.min(rest.len())));
            }
        }
    }
    chunks
}

fn openai(word: &str) -> String {
    format!(
        "{{\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"object\":\"chat.completion.chunk\",\"created\":1788688081,\
         \"model\":\"openai.gpt-5-mini-2025-08-07\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\",\
         \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{word}\"}},\"logprobs\":null,\"finish_reason\":null}}]}}"
    )
}

fn word(at: usize) -> &'static str {
    const WORDS: [&str; 8] = [" the", " stream", ",", " of", " tokens", " goes", " on", "."];
    WORDS[at % WORDS.len()]
}

/// The workloads, in the order in which they are shown.
pub fn workloads() -> Vec<Workload> {
    vec![
        Workload::lines("openai", |at| openai(word(at))),
        Workload::new("responses", |at| {
            let data = format!(
                "{{\"type\":\"response.output_text.delta\",\"sequence_number\":{at},\
                 \"item_id\":\"msg_0123456789abcdef0123456789abcdef0123456789abcdef\",\"output_index\":0,\
                 \"content_index\":0,\"delta\":\"{}\",\"logprobs\":[],\"obfuscation\":\"x9\"}}",
                word(at)
            );
            (format!("event: response.output_text.delta\ndata: {data}\n\n"), Some(data))
        }),
        Workload::lines("oci", |at| {
            format!(
                "{{\"index\":0,\"message\":{{\"role\":\"ASSISTANT\",\"content\":[{{\"type\":\"TEXT\",\"text\":\"{}\"}}]}},\
                 \"pad\":\"aaaaaaa\"}}",
                word(at)
            )
        }),
        Workload::lines("tiny", |at| format!("{{\"t\":\"{}\"}}", word(at))),
        Workload::lines("64 KiB events", |at| {
            format!(
                "{{\"image\":\"{}\"}}",
                ["iVBORw0KGgoAAAAN", "/9j/4AAQSkZJRgAB"][at % 2].repeat(4096)
            )
        }),
        Workload::new("8 data lines", |at| {
            let lines: Vec<_> = (0..8)
                .map(|line| format!("  \"field_{line}\": \"{}\",", word(at + line)))
                .collect();
            let event = lines.iter().map(|line| format!("data: {line}\n")).collect::<String>();
            (event + "\n", Some(lines.join("\n")))
        }),
        Workload::new("openai, CRLF", |at| {
            let data = openai(word(at));
            (format!("data: {data}\r\n\r\n"), Some(data))
        }),
        Workload::lines("openai, CJK", |at| {
            openai(["这是一个测试", "日本語のテキスト", "한국어 문장", "繁體中文"][at % 4])
        }),
        Workload::new("keep-alive only", |_| (": keep-alive\n\n".to_owned(), None)),
    ]
}

/// One event of 4 MiB, such as an image: a parser that looks at its buffer again with every chunk is found out.
pub fn long_line() -> Workload {
    let data = "iVBORw0KGgoAAAAN".repeat((4 << 20) / 16);
    Workload { name: "4 MiB line", events: vec![format!("data: {data}\n\n")], data: vec![data] }
}

const SIZE: usize = 512 << 10;
