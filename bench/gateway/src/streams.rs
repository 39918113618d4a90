//! Thousands of streams at once, clients that stop reading, clients that leave, answers that stall, and an end in the middle.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::ask::Ask;
use crate::client::{Connection, Reading, Received, Target};
use crate::figures::memory;
use crate::options::Options;

/// Opens the streams, ends the gateway when all of them are under way, and prints what became of them.
///
/// # Panics
/// If one is lost, has another one's words, or ends in silence.
pub(crate) async fn run(options: &Options) {
    let target = Target {
        host: options.text("host").to_owned(),
        path: "/v1/chat/completions".to_owned(),
        model: options.text("model").to_owned(),
        key: options.get("key", "sk-bench".to_owned()),
        is_native: false,
    };
    let pid: u32 = options.get("pid", 0);
    let count: u64 = options.get("count", 2000);
    let resident = || memory(pid, "VmRSS").expect("the gateway runs");

    let before = resident();
    let mut idle = Vec::new();
    for tag in 0..IDLE {
        let ask = Ask { tag, words: 40_000, burst: 100, ..Ask::default() };
        let mut connection = Connection::open(&target).await.expect("the port is open");
        let answer = connection.send(&ask, true).await.expect("the head of an answer");
        idle.push((connection, answer));
    }
    // The buffers of the system fill up; what the gateway then holds stays as it is.
    let mut held = resident();
    loop {
        sleep(SETTLED).await;
        let now = resident();
        if now <= held {
            break;
        }
        held = now;
    }
    println!("{IDLE} clients do not read answers of 10 MB: {} KiB held", held - before.min(held));
    assert!(held < before + IDLE * 2048, "the gateway buffers what nobody reads");

    let under_way = Arc::new(AtomicUsize::new(0));
    let doors = Arc::new(Semaphore::new(64));
    let all_are_open = watch::Sender::new(false);
    let mut streams = JoinSet::new();
    let mut begin = |tag: u64, kind: Kind| {
        let (target, under_way, doors) =
            (target.clone(), Arc::clone(&under_way), Arc::clone(&doors));
        let mut all_are_open = all_are_open.subscribe();
        streams.spawn(async move {
            let ask = kind.ask(tag);
            let reading = {
                // The queue of new connections is limited by the system.
                let _door = doors.acquire().await.expect("it stays open");
                let mut connection = Connection::open(&target).await?;
                let answer = connection.send(&ask, true).await?;
                let mut reading = Reading::new(answer, Instant::now());
                reading.next().await?;
                (connection, reading)
            };
            under_way.fetch_add(1, Ordering::Relaxed);
            let (_connection, reading) = reading;
            if kind == Kind::Leaves {
                // An error would mean that the program ends.
                _ = all_are_open.wait_for(|open| *open).await;
                return Ok((kind, ask, Received::default()));
            }
            Ok::<_, String>((kind, ask, reading.finish().await?))
        });
    };
    for tag in 0..count {
        begin(1000 + tag, Kind::Whole);
    }
    for tag in 0..STALLED {
        begin(900_000 + tag, Kind::Stalls);
    }
    for tag in 0..LEAVING {
        begin(800_000 + tag, Kind::Leaves);
    }
    let all = (count + STALLED + LEAVING) as usize;
    let begun = Instant::now();
    while under_way.load(Ordering::Relaxed) < all {
        assert!(begun.elapsed() < PATIENCE, "not all streams begin");
        sleep(Duration::from_millis(20)).await;
    }
    println!(
        "{all} streams are under way after {:.1} s: {} KiB for each",
        begun.elapsed().as_secs_f64(),
        (resident() - held.min(resident())) / all as u64
    );

    all_are_open.send_replace(true);
    let service = options.text("service");
    while left_at(service).await < LEAVING {
        assert!(begun.elapsed() < PATIENCE, "the service still answers clients that have left");
        sleep(Duration::from_millis(20)).await;
    }
    kill(Pid::from_raw(pid as i32), Signal::SIGTERM).expect("the gateway runs");
    let mut complete = 0;
    let mut told = 0;
    let mut left = 0;
    while let Ok(Some(over)) = timeout(PATIENCE, streams.join_next()).await {
        let (kind, ask, received) = over.expect("no panic").expect("no stream is cut off");
        match kind {
            Kind::Whole => {
                received.judge(&ask, true, true).expect("the whole answer");
                complete += 1;
            }
            Kind::Stalls => {
                assert_eq!(received.text.trim_end(), ask.text(ask.stall), "another answer");
                assert!(received.has_error && !received.is_done, "it ends in silence");
                told += 1;
            }
            Kind::Leaves => left += 1,
        }
        if complete + told == count + STALLED {
            break;
        }
    }
    assert_eq!((complete, told), (count, STALLED), "some streams are lost");
    println!(
        "{complete} complete, word for word, after SIGTERM; {told} that stalled end with an error event; {left} left"
    );
    drop(idle);
}

/// How many streams the service has broken off because nobody wanted them any more.
async fn left_at(service: &str) -> u64 {
    let mut connection = TcpStream::connect(service).await.expect("the service listens");
    let request = format!("GET /counts HTTP/1.1\r\nhost: {service}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.expect("the service reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("the service answers");
    let left = answer.split("left=").nth(1).and_then(|left| left.trim().parse().ok());
    left.expect("the service counts")
}

/// What becomes of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Whole,
    Stalls,
    Leaves,
}

impl Kind {
    fn ask(self, tag: u64) -> Ask {
        let ask = Ask { tag, words: 100, pause: 150, ..Ask::default() };
        match self {
            Self::Whole => ask,
            Self::Stalls => Ask { stall: 10, ..ask },
            Self::Leaves => Ask { words: 1000, ..ask },
        }
    }
}

/// Clients that do not read.
const IDLE: u64 = 8;
/// Answers that stall.
const STALLED: u64 = 20;
/// Clients that leave.
const LEAVING: u64 = 20;
const SETTLED: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(60);
