//! Pieces, keep-alives and ends, with a source that does as it is told.

use std::collections::VecDeque;
use std::sync::Arc;

use locus::Env;

use super::*;
use crate::app::App;
use crate::config::Config;
use crate::receive::Limits;

/// Each inner list is what is there within a turn; an empty one is a turn without anything.
struct Told(VecDeque<Vec<Step>>);

impl Source for Told {
    fn poll_fill(&mut self, cx: &mut Context<'_>, output: &mut Encoder) -> Poll<Step> {
        let Some(now) = self.0.front_mut() else { return Poll::Pending };
        if now.is_empty() {
            self.0.pop_front();
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let step = now.remove(0);
        if matches!(step, Step::Event) {
            output.data("event").end();
        }
        Poll::Ready(step)
    }

    fn fail(&mut self, failure: &Failure, output: &mut Encoder) {
        output.data(failure.code.as_deref().unwrap_or_default()).end();
    }

    fn note(&self, _: &mut Record) {}
}

fn app() -> Arc<App> {
    let yaml = "model_list: [{model_name: m, litellm_params: {model: oci/xai.grok-4, \
                api_base: http://127.0.0.1:9, oci_api_key: k}}]";
    let config = Config::parse(yaml, Env::default()).unwrap();
    let limits = Limits { bytes: 1, patience: Duration::from_secs(1) };
    Arc::new(App::new(&config, limits, false).unwrap())
}

fn stream(app: &Arc<App>, told: Vec<Vec<Step>>) -> EventStream {
    EventStream::new(
        Box::new(Told(told.into())),
        Encoder::new(),
        First::Later,
        app.closing(),
        Record::new(Arc::clone(app), "chat"),
    )
}

async fn next(stream: &mut EventStream) -> Option<String> {
    let piece = std::future::poll_fn(|cx| stream.poll_write(cx)).await?;
    Some(String::from_utf8(piece.to_vec()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_is_there_at_once_is_one_piece() {
    let app = app();
    let told = vec![
        vec![Step::Event, Step::Event, Step::Event],
        vec![],
        vec![],
        vec![Step::Event, Step::End],
    ];
    let mut stream = stream(&app, told);
    assert_eq!(next(&mut stream).await.unwrap(), "data: event\n\n".repeat(3));
    assert_eq!(next(&mut stream).await.unwrap(), "data: event\n\n");
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test(start_paused = true)]
async fn what_comes_in_the_next_turn_is_waited_for() {
    let app = app();
    let told = (0..20).map(|_| vec![Step::Event]).collect();
    let mut stream = stream(&app, told);
    assert_eq!(next(&mut stream).await.unwrap(), "data: event\n\n".repeat(20));
}

#[tokio::test(start_paused = true)]
async fn a_piece_has_a_largest_size() {
    let app = app();
    let mut stream = stream(&app, vec![(0..100_000).map(|_| Step::Event).collect()]);
    let piece = next(&mut stream).await.unwrap();
    assert!((LARGEST_WRITE..LARGEST_WRITE + 100).contains(&piece.len()), "{}", piece.len());
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_is_kept_alive() {
    let app = app();
    let mut stream = stream(&app, vec![vec![Step::Event]]);
    let begun = Instant::now();
    assert_eq!(next(&mut stream).await.unwrap(), "data: event\n\n");
    assert_eq!(next(&mut stream).await.unwrap(), ": keep-alive\n\n");
    let first = begun.elapsed();
    assert!((KEEP_ALIVE..KEEP_ALIVE * 2 + Duration::from_secs(1)).contains(&first), "{first:?}");
    assert_eq!(next(&mut stream).await.unwrap(), ": keep-alive\n\n");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_the_last_event() {
    let app = app();
    let failure = Failure::bad_request("no");
    let mut stream = stream(&app, vec![vec![Step::Event, Step::Failed(failure), Step::Event]]);
    let piece = next(&mut stream).await.unwrap();
    assert_eq!(piece, "data: event\n\ndata: invalid_request\n\n");
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_gateway_ends_a_silent_stream() {
    let app = app();
    let mut stream = stream(&app, vec![]);
    app.enter(crate::app::Phase::Draining);
    assert_eq!(next(&mut stream).await.unwrap(), ": keep-alive\n\n", "it may go on");
    app.enter(crate::app::Phase::Closing);
    assert_eq!(next(&mut stream).await.unwrap(), "data: shutting_down\n\n");
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_gateway_ends_a_busy_stream_too() {
    let app = app();
    let told = vec![vec![Step::Event], vec![], vec![], vec![Step::Event]];
    let mut stream = stream(&app, told);
    assert_eq!(next(&mut stream).await.unwrap(), "data: event\n\n");
    app.enter(crate::app::Phase::Closing);
    assert_eq!(next(&mut stream).await.unwrap(), "data: event\n\ndata: shutting_down\n\n");
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_first_event_is_waited_for_and_not_for_ever() {
    async fn first(told: Vec<Vec<Step>>) -> (Result<First, Failure>, Vec<u8>) {
        let mut output = Encoder::new();
        let first = EventStream::first(&mut Told(told.into()), &mut output).await;
        (first, output.take())
    }
    let (event, output) = first(vec![vec![], vec![Step::Event]]).await;
    assert_eq!(event.unwrap(), First::Event);
    assert_eq!(output, b"data: event\n\n");
    assert_eq!(first(vec![]).await.0.unwrap(), First::Later);
    assert_eq!(first(vec![vec![Step::End]]).await.0.unwrap(), First::End);
    let failed = vec![vec![Step::Failed(Failure::bad_request("no"))]];
    assert!(first(failed).await.0.is_err());
}
