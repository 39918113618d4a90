//! The measurements: whole calls, streams one after the other, and many streams at once.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::answers::{self, CHUNKS, HELD, MODEL};
use crate::clients::{self, Chat};
use crate::server::RELEASE;

/// Reads what is measured, such as CPU time: a number that only grows.
pub type Meter = fn() -> u64;

/// Runs `what`, which is `calls`, `streams` or `held`, `count` times with a client and returns the figure for the table:
/// for calls and streams what the meter counted for each of them, for `held` the bytes of memory for each stream.
///
/// # Panics
/// If a call fails, or a client finds something else than what the server sent.
pub async fn measure(client: &str, server: &str, what: &str, count: usize, meter: Meter) -> String {
    clients::with(client, Measured { server, what, count, meter }).await
}

/// One measurement, to be run with a client.
pub(crate) struct Measured<'a> {
    server: &'a str,
    what: &'a str,
    count: usize,
    meter: Meter,
}

impl Measured<'_> {
    pub(crate) async fn run<C: Chat>(self) -> String {
        let client = C::new(self.server);
        let value = match self.what {
            "calls" => self.calls(&client).await,
            "streams" => self.streams(&client).await,
            "held" => self.held(&client).await,
            what => panic!("there is no measurement `{what}`"),
        };
        format!("{value:.3}")
    }

    async fn calls<C: Chat>(&self, client: &C) -> f64 {
        let expected = if C::IS_BLIND { answers::whole().len() } else { answers::text().len() };
        let mut before = 0;
        for at in 0..WARM_UP + self.count {
            if at == WARM_UP {
                before = (self.meter)();
            }
            assert_eq!(client.call().await, expected, "another answer");
        }
        ((self.meter)() - before) as f64 / self.count as f64
    }

    async fn streams<C: Chat>(&self, client: &C) -> f64 {
        let sent = Found::sent_to::<C>();
        let mut before = 0;
        for at in 0..WARM_UP + self.count {
            if at == WARM_UP {
                before = (self.meter)();
            }
            let mut stream = client.open(MODEL).await;
            assert_eq!(read::<C>(&mut stream, Found::default()).await, sent, "another stream");
        }
        ((self.meter)() - before) as f64 / self.count as f64
    }

    /// Opens the streams, waits until each has its first chunk, looks at the memory, lets them go on, and reads them to their end.
    async fn held<C: Chat>(&self, client: &C) -> f64 {
        assert!(client.call().await > 0, "an empty answer");
        let sent = Found::sent_to::<C>();
        let idle = resident_bytes();
        let streams: Vec<_> = (0..self.count)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move {
                    let mut stream = client.open(HELD).await;
                    let first = C::next(&mut stream).await;
                    // Some clients begin with an event of their own.
                    let mut found = Found::default();
                    found.add::<C>(first.expect("the stream has a first event"));
                    while found.bytes == 0 {
                        found.add::<C>(
                            C::next(&mut stream).await.expect("the stream has a first chunk"),
                        );
                    }
                    (stream, found)
                })
            })
            .collect();
        let mut open = Vec::with_capacity(self.count);
        for stream in streams {
            open.push(stream.await.expect("no stream fails"));
        }
        let used = resident_bytes() - idle;
        self.release();
        let reading: Vec<_> = open
            .into_iter()
            .map(|(mut stream, found)| {
                tokio::spawn(async move { read::<C>(&mut stream, found).await })
            })
            .collect();
        for stream in reading {
            assert_eq!(stream.await.expect("no stream fails"), sent, "another stream");
        }
        used as f64 / self.count as f64
    }

    fn release(&self) {
        let host = self.server.trim_start_matches("http://");
        let mut connection = TcpStream::connect(host).expect("the server listens");
        let request =
            format!("GET {RELEASE} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).expect("the server reads");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("the server answers");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

/// What was found in a stream so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Found {
    chunks: usize,
    bytes: usize,
}

impl Found {
    /// What a client finds if it finds everything. A blind one counts what its reads happen to return, so only the bytes matter.
    fn sent_to<C: Chat>() -> Self {
        if C::IS_BLIND {
            let bytes = answers::events().iter().map(|event| event.len()).sum();
            return Self { chunks: 0, bytes };
        }
        Self { chunks: CHUNKS, bytes: answers::stream_text() }
    }

    fn add<C: Chat>(&mut self, bytes: usize) {
        self.chunks += usize::from(bytes > 0 && !C::IS_BLIND);
        self.bytes += bytes;
    }
}

/// Reads a stream to its end.
async fn read<C: Chat>(stream: &mut C::Stream, mut found: Found) -> Found {
    while let Some(bytes) = C::next(stream).await {
        found.add::<C>(bytes);
    }
    found
}

/// The memory of this process.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok());
    kilobytes.expect("the kernel tells the memory in kB") * 1024
}

/// Connections are made, caches filled and tables of the allocator grown before anything counts.
const WARM_UP: usize = 20;
