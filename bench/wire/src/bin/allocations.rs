//! Counts what each way of reading each event allocates; apart from the timing, because counting takes time.

use bench_wire::subjects;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() {
    let _profiler = dhat::Profiler::builder().testing().build();
    for subject in subjects() {
        println!("{}\n\n| way | allocations |\n|---|---:|", subject.name);
        for (name, way) in subject.ways {
            let before = dhat::HeapStats::get().total_blocks;
            way(subject.data);
            println!("| {name} | {} |", dhat::HeapStats::get().total_blocks - before);
        }
        println!();
    }
}
