//! The same as `client` for calls and streams, but counts allocations, which is too slow to measure time as well.

use bench_transport::measure;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, server, what, count] = arguments.as_slice() else {
        panic!("expected client, server, measurement and count, found {arguments:?}");
    };
    let count = count.parse().expect("the count is a number");
    println!(
        "{}",
        measure(name, server, what, count, || dhat::HeapStats::get().total_blocks).await
    );
}
