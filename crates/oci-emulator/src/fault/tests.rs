//! The text forms of faults, there and back.

use std::time::Duration;

use super::Fault;

#[track_caller]
fn check(text: &str, expected: &Fault) {
    assert_eq!(text.parse::<Fault>().as_ref(), Ok(expected));
    assert_eq!(expected.to_string(), text);
}

#[track_caller]
fn check_refused(text: &str, problem: &str) {
    let error = text.parse::<Fault>().unwrap_err().to_string();
    assert!(error.starts_with(problem), "{error}");
    assert!(error.contains("status=429") && error.contains("garbage-lines"), "{error}");
}

#[test]
fn every_form_there_and_back() {
    check("content-type", &Fault::WrongContentType);
    check("cut-body", &Fault::CutBody);
    check("cut=3", &Fault::CutStream { after_events: 3 });
    check("delay=500ms", &Fault::Delay(Duration::from_millis(500)));
    check("delay=2s", &Fault::Delay(Duration::from_secs(2)));
    check("end=0", &Fault::EndStream { after_events: 0 });
    check("error=2", &Fault::StreamError { after_events: 2 });
    check("garbage=2", &Fault::Garbage { after_events: 2 });
    check("garbage-lines", &Fault::GarbageLines);
    check("hang-up", &Fault::HangUp);
    check("big-event=7", &Fault::BigEvent { bytes: 7 });
    check("expired-token", &Fault::ExpiredToken);
    check("foreign-token", &Fault::ForeignToken);
    check("garbage-token", &Fault::GarbageToken);
    check("rotate", &Fault::Rotate);
    check("cut-bytes=100", &Fault::CutBytes { bytes: 100 });
    check("cut-upload=1000", &Fault::CutUpload { bytes: 1000 });
    check("stall-upload=1000", &Fault::StallUpload { bytes: 1000 });
    check("early=413", &Fault::EarlyStatus(413));
    check("event-names", &Fault::EventNames);
    check("fail=2", &Fault::Fail { after_events: 2 });
    check("finish=content_filter", &Fault::FinishReason("content_filter".into()));
    check("garbage-head", &Fault::GarbageHead);
    check("half-head", &Fault::HalfHead);
    check("one-chunk", &Fault::OneChunk);
    check("reset", &Fault::Reset);
    check("reset=1", &Fault::ResetAfter { events: 1 });
    check("single-newlines", &Fault::SingleNewlines);
    let pause = Duration::from_millis(5);
    check("slow-body=10,5ms", &Fault::SlowBody { bytes: 10, pause });
    check("html=502", &Fault::Html(502));
    check("no-done", &Fault::NoDone);
    check("no-finish", &Fault::NoFinish);
    check("openai=429", &Fault::openai_error(429));
    check(
        "redirect=http://127.0.0.1:1/",
        &Fault::Redirect { location: "http://127.0.0.1:1/".into() },
    );
    check("stall", &Fault::Stall);
    check("stall=1", &Fault::StallAfter { events: 1 });
    check("status=429", &Fault::status(429));
    let mut fault = Fault::status(503);
    if let Fault::Status { retry_after, .. } = &mut fault {
        *retry_after = Some(Duration::from_millis(1500));
    }
    check("status=503,retry-after=1500ms", &fault);
}

#[test]
fn everything_else_is_refused_with_the_list() {
    check_refused("", "unknown name or missing value");
    check_refused("status", "unknown name or missing value");
    check_refused("Status=429", "unknown name");
    check_refused("status=200", "expected a status");
    check_refused("status=999", "expected a status");
    check_refused("status=429,retry-after=2", "expected a time");
    check_refused("html=", "expected a status");
    check_refused("finish=", "unknown name");
    check_refused("slow-body=10", "expected bytes and a time");
    check_refused("slow-body=0,1s", "expected at least one byte");
    check_refused("cut=-1", "expected a number");
    check_refused("cut=x", "expected a number");
    check_refused("delay=500", "expected a time");
    check_refused("delay=ms", "expected a time");
    check_refused("delay=99999999999999999999s", "expected a time");
    check_refused("delay=18446744073709551615s", "expected a time");
    check_refused("redirect=", "expected a URL");
    check_refused("redirect=a\r\nb", "expected a URL");
    check_refused("no-done=1", "unknown name");
}

#[test]
fn the_usual_codes_of_oracle() {
    let code = |status| match Fault::status(status) {
        Fault::Status { code, .. } => code,
        other => panic!("{other}"),
    };
    assert_eq!(code(404), "NotAuthorizedOrNotFound");
    assert_eq!(code(429), "TooManyRequests");
    assert_eq!(code(500), "InternalServerError");
    assert_eq!(code(418), "InvalidParameter");
    assert_eq!(code(599), "InternalServerError");
}
