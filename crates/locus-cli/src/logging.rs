//! The log of a server on standard error.

use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

#[cfg(feature = "otlp")]
use crate::otlp::Traces;

/// Writes what is at least of this level, and sends spans if there is a collector.
#[cfg(feature = "otlp")]
pub(crate) fn start(level: LevelFilter, traces: Option<&Traces>) {
    let spans = traces.map(Traces::layer);
    tracing_subscriber::registry().with(spans).with(lines(level)).init();
}

/// Writes what is at least of this level.
#[cfg(not(feature = "otlp"))]
pub(crate) fn start(level: LevelFilter) {
    tracing_subscriber::registry().with(lines(level)).init();
}

fn lines<S>(level: LevelFilter) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .compact()
        .with_filter(shown(level))
}

/// The transport's spans cost every call some microseconds, and say what the gateway's line about it says too.
fn shown(level: LevelFilter) -> Targets {
    let of_transport = if level > LevelFilter::INFO { level } else { level.min(LevelFilter::WARN) };
    Targets::new().with_default(level).with_target("oci_transport", of_transport)
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::filter::LevelFilter;

    use super::shown;

    #[test]
    fn spans_of_calls_are_for_those_who_look_closer() {
        let at = |level: LevelFilter| level.into_level().unwrap();
        for (level, access, span, warning) in [
            (LevelFilter::INFO, true, false, true),
            (LevelFilter::DEBUG, true, true, true),
            (LevelFilter::ERROR, false, false, false),
            (LevelFilter::OFF, false, false, false),
        ] {
            let shown = shown(level);
            assert_eq!(
                shown.would_enable("locus_gateway::access", &at(LevelFilter::INFO)),
                access,
                "{level}"
            );
            assert_eq!(
                shown.would_enable("oci_transport::trace", &at(LevelFilter::INFO)),
                span,
                "{level}"
            );
            assert_eq!(
                shown.would_enable("oci_transport::call", &at(LevelFilter::WARN)),
                warning,
                "{level}"
            );
        }
    }
}
