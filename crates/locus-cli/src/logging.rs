//! The log of a server on standard error.

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Writes what is at least of this level.
pub(crate) fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .compact()
        .with_filter(shown(level));
    tracing_subscriber::registry().with(lines).init();
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
