//! Every feature of an agent over every way to reach a model.

use std::future::Future;

use crate::service::{Lane, Service};
use crate::{matrix_end, matrix_keep, matrix_tools};

/// Runs a feature on each lane; where it failed.
async fn on_every_lane<F: Future<Output = ()> + Send + 'static>(
    name: &str,
    feature: impl Fn(Service, Lane) -> F,
) -> Vec<String> {
    let mut failed = Vec::new();
    for lane in Lane::ALL {
        if tokio::spawn(feature(Service::start().await, lane)).await.is_err() {
            failed.push(format!("{name} over {lane}"));
        }
    }
    failed
}

macro_rules! matrix {
    ($($module:ident: $($feature:ident)*;)*) => {
        #[tokio::test]
        async fn every_feature_works_over_every_transport() {
            let mut failed = Vec::new();
            $( $( failed.extend(on_every_lane(stringify!($feature), $module::$feature).await); )* )*
            assert!(failed.is_empty(), "{failed:#?}");
        }
    };
}

matrix! {
    matrix_tools: answers_come_in_pieces_and_are_counted tools_run_side_by_side_with_results_in_order
        progress_is_told failures_of_tools_are_told_to_the_model idempotent_calls_run_once
        approval_interrupts_and_resumes hosted_tools_leave_their_items;
    matrix_end: conditions_end_a_run circles_are_noticed hooks_change_what_they_may forms_are_asked_for_and_repaired
        answers_that_break_off_are_asked_for_again cancellation_leaves_a_conversation_that_goes_on;
    matrix_keep: managers_shorten_what_the_service_does_not_keep threads_go_on_where_they_ended
        what_was_broken_off_runs_again_only_if_it_may failed_runs_are_resumed summaries_take_the_place_of_messages;
}
