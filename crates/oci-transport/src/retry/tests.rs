//! The table of decisions, and the waits.

use std::sync::Arc;

use super::*;
use crate::deadlines::Deadlines;

fn failure(status: u16) -> Error {
    Error::new(ErrorKind::Service, "refused").with_status(StatusCode::from_u16(status).unwrap())
}

/// The rows of `docs/retries.md`: what failed, and whether it is tried again, for each effect of a second sending.
fn documented() -> Vec<(String, [Decision; 3])> {
    let page = include_str!("../../../../docs/retries.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (name, rest) = row.split_once('`').unwrap();
        let cells: Vec<_> = rest.split('|').map(str::trim).collect();
        let decision = |column: usize| match cells[column] {
            "yes" => Decision::Yes,
            "no" => Decision::No,
            "if asked" => Decision::IfAsked,
            other => panic!("{name}: {other}"),
        };
        (name.to_owned(), [decision(2), decision(3), decision(4)])
    })
    .collect()
}

/// The effects in the order of the table's columns.
const EFFECTS: [Effect; 3] = [Effect::Works, Effect::Makes, Effect::Nothing];

fn decided(effect: Effect, name: &str) -> Decision {
    let kind = |kind| decide(effect, kind, None, None);
    if let Ok(status) = name.parse() {
        return decide(effect, ErrorKind::Service, StatusCode::from_u16(status).ok(), None);
    }
    if let Some(code) = name.strip_prefix("409 ") {
        return decide(effect, ErrorKind::Service, Some(StatusCode::CONFLICT), Some(code));
    }
    match name {
        "Request" => kind(ErrorKind::Request),
        "Connect" => kind(ErrorKind::Connect),
        "Timeout(Connect)" => kind(ErrorKind::Timeout(Timeout::Connect)),
        "Timeout(FirstByte)" => kind(ErrorKind::Timeout(Timeout::FirstByte)),
        "Timeout(Idle)" => kind(ErrorKind::Timeout(Timeout::Idle)),
        "Network" => kind(ErrorKind::Network),
        "Redirect" => kind(ErrorKind::Redirect),
        "Malformed" => kind(ErrorKind::Malformed),
        "Truncated" => kind(ErrorKind::Truncated),
        "TooLarge" => kind(ErrorKind::TooLarge),
        "Stream" => kind(ErrorKind::Stream),
        "Timeout(Total)" => kind(ErrorKind::Timeout(Timeout::Total)),
        "Breaker" => kind(ErrorKind::Breaker),
        "Changed" => kind(ErrorKind::Changed),
        "Failed" => kind(ErrorKind::Failed),
        "Identity" => kind(ErrorKind::Identity),
        other => panic!("no such failure: {other}"),
    }
}

#[test]
fn the_documented_table_is_what_is_done() {
    let rows = documented();
    assert!(rows.len() >= 30, "{} rows", rows.len());
    for (name, decisions) in rows {
        assert_eq!(EFFECTS.map(|effect| decided(effect, &name)), decisions, "{name}");
    }
}

fn budget(policy: &RetryPolicy) -> Arc<Budget> {
    Budget::new(policy, &Deadlines::default())
}

/// The wait after the first failure of a call.
fn first(policy: RetryPolicy, error: &Error, random: f64) -> Option<Duration> {
    Backoff::new(policy).after(Effect::Works, error, &budget(&policy), random)
}

#[tokio::test(start_paused = true)]
async fn waits_stay_between_base_and_cap_and_spread() {
    let policy = RetryPolicy { retries: 100, budget: Duration::MAX, ..RetryPolicy::default() };
    let mut longest = Duration::ZERO;
    for random in [0.0, 0.3, 0.9, 1.0] {
        let (mut backoff, budget) = (Backoff::new(policy), budget(&policy));
        for _ in 0..20 {
            let wait = backoff.after(Effect::Works, &failure(503), &budget, random).unwrap();
            assert!((policy.base..=policy.cap).contains(&wait), "{wait:?}");
            longest = longest.max(wait);
        }
    }
    assert_eq!(longest, policy.cap);
    assert_eq!(first(policy, &failure(503), 0.0), Some(policy.base));
    assert_eq!(first(policy, &failure(503), 1.0), Some(policy.base * 3));
}

#[tokio::test(start_paused = true)]
async fn attempts_and_time_are_both_bounded() {
    let policy = RetryPolicy::default();
    let (mut backoff, shared) = (Backoff::new(policy), budget(&policy));
    assert!(backoff.after(Effect::Works, &failure(429), &shared, 0.5).is_some());
    let mut another = Backoff::new(policy);
    assert!(
        another.after(Effect::Works, &failure(429), &shared, 0.5).is_some(),
        "of the same call"
    );
    assert!(
        backoff.after(Effect::Works, &failure(429), &shared, 0.5).is_none(),
        "two retries, not three"
    );

    let late = budget(&policy);
    tokio::time::advance(policy.budget - Duration::from_millis(499)).await;
    assert!(Backoff::new(policy).after(Effect::Works, &failure(429), &late, 0.0).is_none());
    assert!(first(RetryPolicy::NEVER, &failure(429), 0.0).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_service_asks_for_is_kept_or_refused_whole() {
    let asked = |seconds| failure(429).with_retry_after(Some(Duration::from_secs(seconds)));
    let policy = RetryPolicy::default();
    assert_eq!(first(policy, &asked(20), 0.0), Some(Duration::from_secs(20)));
    let begun = budget(&policy);
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(
        Backoff::new(policy).after(Effect::Works, &asked(50), &begun, 0.0),
        None,
        "beyond the budget"
    );
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_answered_is_sent_again_only_on_request() {
    let broken = Error::new(ErrorKind::Network, "broken");
    assert!(first(RetryPolicy::default(), &broken, 0.0).is_none());
    let asked = RetryPolicy { after_sending: true, ..RetryPolicy::default() };
    assert!(first(asked, &broken, 0.0).is_some());
}

#[test]
fn every_form_of_retry_after_is_read() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let read = |name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        asked_for(&headers, now)
    };
    assert_eq!(read("retry-after", "7"), Some(Duration::from_secs(7)));
    assert_eq!(read("retry-after-ms", "1500"), Some(Duration::from_millis(1500)));
    assert_eq!(read("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"), Some(Duration::from_secs(3)));
    assert_eq!(read("retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"), Some(Duration::ZERO), "past");
    for nonsense in ["", "-1", "soon", "1.5"] {
        assert_eq!(read("retry-after", nonsense), None, "{nonsense:?}");
    }
}
