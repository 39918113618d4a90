//! Signs a given number of times and ends: a counter of instructions runs it twice, and the difference is the cost.
//!
//! `instructions CASE TIMES`, where the case is `whole`, or `digest-known` for a body that was digested before.

use std::hint::black_box;

use bench_auth::{Post, constant};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [case, times] = arguments.as_slice() else { panic!("expected CASE TIMES") };
    let times: usize = times.parse().expect("TIMES is a number");
    let (post, key) = (Post::new(), constant());
    let known = post.digest();
    for _ in 0..times {
        let signed = match case.as_str() {
            "whole" => post.sign(&black_box(&post).digest(), &key),
            "digest-known" => post.sign(black_box(&known), &key),
            _ => panic!("no case is called {case}"),
        };
        assert_eq!(black_box(signed).iter().count(), 5, "all but the content type, which is set");
    }
}
