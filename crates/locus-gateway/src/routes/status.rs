//! `GET /`: a page for people.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::{Request, State};
use http::Response;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY};

use super::answer::admit_operator;
use crate::app::{App, Live};
use crate::failure::Dialect;
use crate::recent::Seen;
use crate::reply::Body;

/// Names, ways, health and the latest failures. Whoever has no key sees that the gateway runs, and nothing else.
pub(crate) async fn status(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    let live = app.live();
    let (parts, _) = request.into_parts();
    let is_admitted = match admit_operator(&app, &live, &parts) {
        Ok(()) => true,
        Err(_) if !live.keys.is_open() => false,
        Err(failure) => return failure.response(Dialect::OpenAi),
    };
    let mut response = Response::new(Body::whole(page(&app, &live, is_admitted)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // No script runs here, whatever gets into the page.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

fn page(app: &App, live: &Live, is_admitted: bool) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>locus</title>{STYLE}</head><body>\n\
         <h1>locus</h1>\n<p>Version {}, {}.</p>\n",
        env!("CARGO_PKG_VERSION"),
        plural(app.metrics.in_flight.get(), "call", "under way"),
    );
    if is_admitted {
        deployments(&mut page, live);
        failures(&mut page, &app.recent.all());
        page.push_str(
            "<p><a href=\"v1/models\">Models</a> · <a href=\"metrics\">metrics</a> · \
             <a href=\"health/readiness\">readiness</a></p>\n",
        );
    } else {
        page.push_str(
            "<p>It serves who has a key: send it as <code>Authorization: Bearer</code>.</p>\n",
        );
    }
    page.push_str("</body></html>\n");
    page
}

fn deployments(page: &mut String, live: &Live) {
    page.push_str(
        "<h2>Models</h2>\n<table><tr><th>Name</th><th>Deployment</th><th>Model</th><th>Host</th>\
         <th>Calls</th><th>Health</th></tr>\n",
    );
    for group in live.upstreams.groups() {
        for deployment in group.deployments() {
            let (class, health) =
                if deployment.is_resting() { ("bad", "resting") } else { ("good", "ready") };
            // Writing into a string cannot fail.
            let _ = writeln!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"{class}\">{health}</td></tr>",
                escaped(&group.name),
                escaped(deployment.id()),
                escaped(deployment.target()),
                escaped(deployment.host()),
                deployment.calls_under_way(),
            );
        }
    }
    page.push_str("</table>\n");
}

fn failures(page: &mut String, recent: &[Seen]) {
    page.push_str("<h2>Latest failures</h2>\n");
    if recent.is_empty() {
        page.push_str("<p>None.</p>\n");
        return;
    }
    page.push_str(
        "<table><tr><th>Ago</th><th>Operation</th><th>Name</th><th>Status</th><th>Code</th>\
         <th>opc-request-id</th></tr>\n",
    );
    let now = SystemTime::now();
    for seen in recent {
        let age = now.duration_since(seen.at).unwrap_or_default();
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
            ago(age),
            seen.endpoint,
            escaped(&seen.model),
            seen.status,
            escaped(&seen.code),
            escaped(&seen.opc_request_id),
        );
    }
    page.push_str("</table>\n");
}

fn plural(count: i64, what: &str, rest: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending} {rest}")
}

fn ago(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

/// Text that cannot leave its element or attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

const STYLE: &str = "<style>\
    body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;\
    color:#222;background:#fff}\
    table{border-collapse:collapse;width:100%}\
    th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;\
    overflow-wrap:anywhere}\
    .good{color:#0a6b2c}.bad{color:#a11}\
    @media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}th,td{border-color:#444}\
    .good{color:#6c9}.bad{color:#f88}a{color:#8bf}}\
    </style>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_element() {
        assert_eq!(escaped("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    }

    #[test]
    fn ages_are_short() {
        for (seconds, expected) in [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7300, "2 h")] {
            assert_eq!(ago(Duration::from_secs(seconds)), expected);
        }
    }
}
