//! The text form of faults.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Fault;

/// A text that names no fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{problem} in fault {text:?}; the faults are {FAULTS}")]
pub struct ParseFaultError {
    text: String,
    problem: &'static str,
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|problem| ParseFaultError { text: text.to_owned(), problem })
    }
}

impl fmt::Display for Fault {
    /// The text form; codes and messages of one's own are not part of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BigEvent { bytes } => write!(f, "big-event={bytes}"),
            Self::CutBody => f.write_str("cut-body"),
            Self::CutBytes { bytes } => write!(f, "cut-bytes={bytes}"),
            Self::CutStream { after_events } => write!(f, "cut={after_events}"),
            Self::CutUpload { bytes } => write!(f, "cut-upload={bytes}"),
            Self::Delay(delay) => write!(f, "delay={}", Short(*delay)),
            Self::EarlyStatus(status) => write!(f, "early={status}"),
            Self::EndStream { after_events } => write!(f, "end={after_events}"),
            Self::ExpiredToken => f.write_str("expired-token"),
            Self::EventNames => f.write_str("event-names"),
            Self::Fail { after_events } => write!(f, "fail={after_events}"),
            Self::FinishReason(reason) => write!(f, "finish={reason}"),
            Self::ForeignToken => f.write_str("foreign-token"),
            Self::Garbage { after_events } => write!(f, "garbage={after_events}"),
            Self::GarbageHead => f.write_str("garbage-head"),
            Self::GarbageLines => f.write_str("garbage-lines"),
            Self::GarbageToken => f.write_str("garbage-token"),
            Self::HalfHead => f.write_str("half-head"),
            Self::HangUp => f.write_str("hang-up"),
            Self::Html(status) => write!(f, "html={status}"),
            Self::NoDone => f.write_str("no-done"),
            Self::NoFinish => f.write_str("no-finish"),
            Self::OneChunk => f.write_str("one-chunk"),
            Self::OpenAiError { status, .. } => write!(f, "openai={status}"),
            Self::Redirect { location } => write!(f, "redirect={location}"),
            Self::Reset => f.write_str("reset"),
            Self::ResetAfter { events } => write!(f, "reset={events}"),
            Self::Rotate => f.write_str("rotate"),
            Self::SingleNewlines => f.write_str("single-newlines"),
            Self::SlowBody { bytes, pause } => write!(f, "slow-body={bytes},{}", Short(*pause)),
            Self::Stall => f.write_str("stall"),
            Self::StallAfter { events } => write!(f, "stall={events}"),
            Self::StallUpload { bytes } => write!(f, "stall-upload={bytes}"),
            Self::Status { status, retry_after: None, .. } => write!(f, "status={status}"),
            Self::Status { status, retry_after: Some(after), .. } => {
                write!(f, "status={status},retry-after={}", Short(*after))
            }
            Self::StreamError { after_events } => write!(f, "error={after_events}"),
            Self::WrongContentType => f.write_str("content-type"),
        }
    }
}

fn parse(text: &str) -> Result<Fault, &'static str> {
    Ok(match text.split_once('=') {
        None => match text {
            "content-type" => Fault::WrongContentType,
            "cut-body" => Fault::CutBody,
            "event-names" => Fault::EventNames,
            "expired-token" => Fault::ExpiredToken,
            "foreign-token" => Fault::ForeignToken,
            "garbage-token" => Fault::GarbageToken,
            "rotate" => Fault::Rotate,
            "garbage-head" => Fault::GarbageHead,
            "half-head" => Fault::HalfHead,
            "one-chunk" => Fault::OneChunk,
            "reset" => Fault::Reset,
            "single-newlines" => Fault::SingleNewlines,
            "garbage-lines" => Fault::GarbageLines,
            "hang-up" => Fault::HangUp,
            "no-done" => Fault::NoDone,
            "no-finish" => Fault::NoFinish,
            "stall" => Fault::Stall,
            _ => return Err("unknown name or missing value"),
        },
        Some((name, value)) => match name {
            "big-event" => Fault::BigEvent { bytes: count(value)? },
            "cut-bytes" => Fault::CutBytes { bytes: count(value)? },
            "reset" => Fault::ResetAfter { events: count(value)? },
            "slow-body" => slow_body(value)?,
            "cut" => Fault::CutStream { after_events: count(value)? },
            "cut-upload" => Fault::CutUpload { bytes: count(value)? },
            "delay" => Fault::Delay(duration(value)?),
            "early" => Fault::EarlyStatus(error_status(value)?),
            "end" => Fault::EndStream { after_events: count(value)? },
            "error" => Fault::StreamError { after_events: count(value)? },
            "fail" => Fault::Fail { after_events: count(value)? },
            "finish" if !value.is_empty() => Fault::FinishReason(value.to_owned()),
            "garbage" => Fault::Garbage { after_events: count(value)? },
            "html" => Fault::Html(error_status(value)?),
            "openai" => Fault::openai_error(error_status(value)?),
            "redirect" => Fault::Redirect { location: location(value)? },
            "stall" => Fault::StallAfter { events: count(value)? },
            "stall-upload" => Fault::StallUpload { bytes: count(value)? },
            "status" => status(value)?,
            _ => return Err("unknown name"),
        },
    })
}

fn status(value: &str) -> Result<Fault, &'static str> {
    let (status, retry) = match value.split_once(",retry-after=") {
        Some((status, after)) => (status, Some(duration(after)?)),
        None => (value, None),
    };
    let mut fault = Fault::status(error_status(status)?);
    if let Fault::Status { retry_after, .. } = &mut fault {
        *retry_after = retry;
    }
    Ok(fault)
}

fn slow_body(value: &str) -> Result<Fault, &'static str> {
    let (bytes, pause) = value.split_once(',').ok_or("expected bytes and a time")?;
    let bytes = count(bytes)?;
    if bytes == 0 {
        return Err("expected at least one byte");
    }
    Ok(Fault::SlowBody { bytes, pause: duration(pause)? })
}

fn count(value: &str) -> Result<usize, &'static str> {
    value.parse().map_err(|_| "expected a number of events or bytes")
}

fn error_status(value: &str) -> Result<u16, &'static str> {
    value
        .parse()
        .ok()
        .filter(|status| (400..=599).contains(status))
        .ok_or("expected a status from 400 to 599")
}

fn location(value: &str) -> Result<String, &'static str> {
    let visible = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic());
    visible.then(|| value.to_owned()).ok_or("expected a URL without blanks")
}

/// Digits and `ms` or `s`.
fn duration(value: &str) -> Result<Duration, &'static str> {
    let problem = "expected a time such as 500ms or 2s";
    let (digits, milliseconds) = match value.strip_suffix("ms") {
        Some(digits) => (digits, 1),
        None => (value.strip_suffix('s').ok_or(problem)?, 1000),
    };
    let number: u64 = digits.parse().map_err(|_| problem)?;
    number.checked_mul(milliseconds).map(Duration::from_millis).ok_or(problem)
}

/// A time in the largest unit that fits it exactly.
struct Short(Duration);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.0.as_millis();
        if milliseconds.is_multiple_of(1000) {
            write!(f, "{}s", milliseconds / 1000)
        } else {
            write!(f, "{milliseconds}ms")
        }
    }
}

/// Every form, for the message of an error.
const FAULTS: &str = "status=429, status=429,retry-after=2s, openai=429, html=502, redirect=URL, \
    delay=500ms, slow-body=10,5ms, stall, stall=1, hang-up, reset, reset=1, half-head, garbage-head, cut=3, \
    cut-bytes=100, cut-body, end=3, error=2, fail=2, finish=content_filter, garbage=2, garbage-lines, event-names, single-newlines, \
    cut-upload=1000, stall-upload=1000, early=413, big-event=1000000, one-chunk, no-done, no-finish, content-type, \
    expired-token, foreign-token, garbage-token, rotate";
