//! The server, and one measurement of one client:
//!
//! - `client serve` prints its URL and serves until it is killed,
//! - `client limit <count>` prints the limit of open files and fails if so many streams do not fit,
//! - `client <name> <server> <calls|streams|held> <count>` prints nanoseconds of CPU time, user and system, for each call or
//!   stream, or bytes of memory for each held stream.

use bench_transport::{measure, open_files, serve};
use nix::sys::resource::{UsageWho, getrusage};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => {
            open_files(0);
            let serving = serve(|address| println!("http://{address}")).await;
            serving.expect("loopback has a free port");
        }
        ["limit", count] => println!("{}", open_files(files(count))),
        [name, server, what, count] => {
            open_files(files(count).min(if *what == "held" { u64::MAX } else { 0 }));
            let count = count.parse().expect("the count is a number");
            println!("{}", measure(name, server, what, count, cpu_time).await);
        }
        _ => panic!("expected client, server, measurement and count, found {arguments:?}"),
    }
}

/// One connection for each stream, and some files that are open anyway.
fn files(count: &str) -> u64 {
    count.parse::<u64>().expect("the count is a number") + 100
}

fn cpu_time() -> u64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the kernel counts");
    [usage.user_time(), usage.system_time()]
        .map(|time| time.tv_sec() as u64 * 1_000_000_000 + time.tv_usec() as u64 * 1000)
        .iter()
        .sum()
}
