//! The tests of `locus-agent`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout)]

#[path = "main/checkpoints.rs"]
mod checkpoints;
#[path = "main/crowd.rs"]
mod crowd;
#[path = "main/fake.rs"]
mod fake;
#[cfg(feature = "sqlite")]
#[path = "main/killed.rs"]
mod killed;
#[path = "main/loops.rs"]
mod loops;
#[path = "main/matrix.rs"]
mod matrix;
#[path = "main/matrix_end.rs"]
mod matrix_end;
#[path = "main/matrix_keep.rs"]
mod matrix_keep;
#[path = "main/matrix_tools.rs"]
mod matrix_tools;
#[path = "main/service.rs"]
mod service;
#[path = "main/windows.rs"]
mod windows;
