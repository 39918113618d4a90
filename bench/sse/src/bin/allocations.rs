//! Allocations of each parser, counted in a process of its own because the counter slows every allocation down.
//!
//! Prints one line for each measurement: workload, chunking, parser and allocations per event, separated by tabs.

use bench_sse::{Chunking, PARSERS, chunks, workloads};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();
    for workload in workloads().iter().filter(|workload| !workload.data.is_empty()) {
        for chunking in Chunking::ALL {
            let all = chunks(workload, chunking);
            for parser in PARSERS {
                let mut chunks = all.clone();
                let before = dhat::HeapStats::get().total_blocks;
                (parser.time)(&mut chunks);
                let blocks = dhat::HeapStats::get().total_blocks - before;
                println!(
                    "{}\t{}\t{}\t{}",
                    workload.name,
                    chunking.name(),
                    parser.name,
                    blocks as f64 / workload.data.len() as f64
                );
            }
        }
    }
}
