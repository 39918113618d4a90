//! The two ends of a gateway:
//!
//! - `bench-gateway mock` is the service: it prints its URL and serves until it is killed,
//! - `bench-gateway load <name>=<value> …` asks for some seconds and prints rates, latencies and the CPU time of a process,
//! - `bench-gateway streams <name>=<value> …` opens thousands of streams at once, some of which go wrong, and compares every word.
//!
//! What an answer says follows from the prompt, so that whoever gets another one's answer finds out.

mod ask;
mod client;
mod figures;
mod load;
mod mock;
mod options;
mod streams;

use options::Options;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // One thread each: both share a core while they measure. Thousands of streams are for all cores.
    let mut runtime = match arguments.first() {
        Some(&"streams") => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build().expect("there is a runtime");
    runtime.block_on(async {
        match arguments.as_slice() {
            ["mock"] => mock::serve(|address| println!("http://{address}")).await,
            ["load", rest @ ..] => load::run(&Options::read(rest)).await,
            ["streams", rest @ ..] => streams::run(&Options::read(rest)).await,
            _ => panic!("expected mock, load or streams, found {arguments:?}"),
        }
    });
}
