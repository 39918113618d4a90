//! The text of the page. Whatever it shows is escaped, and nothing in it is a secret.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime};

use crate::app::{App, Live};
use crate::recent::Seen;
use crate::traffic::{SLOT, Window};

/// The whole page; without its tables for who is not admitted.
pub(super) fn page(app: &App, live: &Live, is_admitted: bool) -> String {
    // A page without scripts is renewed by the browser.
    let refresh = if is_admitted { "<meta http-equiv=\"refresh\" content=\"10\">" } else { "" };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">{refresh}<title>locus</title>{STYLE}</head><body>\n\
         <h1>locus</h1>\n<p>Version {}, {}.</p>\n",
        env!("CARGO_PKG_VERSION"),
        plural(app.metrics.in_flight.get(), "call", "under way"),
    );
    if is_admitted {
        if let Some(store) = &live.store {
            // Writing into a string cannot fail.
            let _ = writeln!(page, "<p>Store of limits: {}.</p>", store.condition());
        }
        deployments(&mut page, live);
        traffic(&mut page, &app.traffic.window(Instant::now()));
        failures(&mut page, &app.recent.all());
        page.push_str(
            "<p><a href=\"v1/models\">Models</a> · <a href=\"metrics\">metrics</a> · \
             <a href=\"health/readiness\">readiness</a></p>\n",
        );
    } else {
        page.push_str(
            "<p>It serves who has a key: send it as <code>Authorization: Bearer</code>. \
             The operator's page is <a href=\"status\">status</a>; \
             its password is the master key, under any name.</p>\n",
        );
    }
    page.push_str("</body></html>\n");
    page
}

fn deployments(page: &mut String, live: &Live) {
    page.push_str(
        "<h2>Models</h2>\n<div class=\"wide\"><table><tr><th>Name</th><th>Deployment</th><th>Model</th><th>Host</th>\
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
    page.push_str("</table></div>\n");
}

fn traffic(page: &mut String, window: &Window) {
    page.push_str("<h2>Throughput</h2>\n");
    if window.names.is_empty() {
        page.push_str("<p>No call has ended in the last five minutes.</p>\n");
        return;
    }
    bars(page, &window.slots);
    let _ = write!(
        page,
        "<p>Calls that ended in the last {}, their tokens as the service counted them, and mean times. \
         Those of no known name were refused.</p>\n\
         <div class=\"wide\"><table><tr><th>Name</th><th class=\"n\">Calls</th><th class=\"n\">Failed</th>\
         <th class=\"n\">Calls/s</th><th class=\"n\">Prompt tokens/s</th>\
         <th class=\"n\">Completion tokens/s</th><th class=\"n\">Time</th>\
         <th class=\"n\">First event</th></tr>\n",
        ago(window.length),
    );
    // Right after the start a rate would be over next to no time.
    let seconds = window.length.as_secs_f64().max(1.0);
    for (name, sums) in &window.names {
        let name = if name.is_empty() { "(refused)" } else { name };
        let class = if sums.failed > 0 { "n bad" } else { "n" };
        let rate = |count: u64| short(count as f64 / seconds);
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"{class}\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            escaped(name),
            sums.calls,
            sums.failed,
            rate(sums.calls),
            rate(sums.prompt),
            rate(sums.completion),
            time(sums.mean_time()),
            time(sums.mean_first_event()),
        );
    }
    page.push_str("</table></div>\n");
}

/// A bar of calls for each slot, its failed part below in another colour.
fn bars(page: &mut String, slots: &[(u64, u64)]) {
    const HEIGHT: f64 = 60.0;
    const STEP: usize = 12;
    let most = slots.iter().map(|(calls, _)| *calls).max().unwrap_or_default().max(1);
    let width = slots.len() * STEP;
    let _ = write!(
        page,
        "<svg viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Calls by time: at most {most} \
         in {} seconds\">",
        SLOT.as_secs(),
    );
    for (place, (calls, failed)) in slots.iter().enumerate() {
        let x = place * STEP;
        let height = |count: u64| count as f64 * HEIGHT / most as f64;
        for (class, count) in [("all", *calls), ("failed", *failed)] {
            if count > 0 {
                let (tall, wide) = (height(count), STEP - 2);
                let y = HEIGHT - tall;
                let _ = write!(
                    page,
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{y:.1}\" width=\"{wide}\" height=\"{tall:.1}\"/>"
                );
            }
        }
    }
    let _ = writeln!(
        page,
        "</svg>\n<p class=\"axis\"><span>five minutes ago</span><span>at most {most} in {} s</span>\
         <span>now</span></p>",
        SLOT.as_secs(),
    );
}

/// Three digits, as far as they tell something.
fn short(number: f64) -> String {
    match number {
        0.0 => "0".to_owned(),
        ..0.005 => "&lt;0.01".to_owned(),
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

fn time(duration: Option<Duration>) -> String {
    match duration {
        None => "–".to_owned(),
        Some(time) if time < Duration::from_secs(1) => {
            format!("{:.0} ms", time.as_secs_f64() * 1e3)
        }
        Some(time) => format!("{:.1} s", time.as_secs_f64()),
    }
}

fn failures(page: &mut String, recent: &[Seen]) {
    page.push_str("<h2>Latest failures</h2>\n");
    if recent.is_empty() {
        page.push_str("<p>None.</p>\n");
        return;
    }
    page.push_str(
        "<div class=\"wide\"><table><tr><th>Ago</th><th>Operation</th><th>Name</th><th>Status</th><th>Code</th>\
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
            escaped(dash(&seen.model)),
            seen.status,
            escaped(dash(&seen.code)),
            escaped(dash(&seen.opc_request_id)),
        );
    }
    page.push_str("</table></div>\n");
}

/// A cell that has nothing to show shows that.
fn dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
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
    :root{color-scheme:light dark}\
    body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;\
    color:#222;background:#fff}\
    table{border-collapse:collapse;width:100%}\
    .wide{overflow-x:auto}\
    th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ddd;\
    vertical-align:top}\
    td{overflow-wrap:break-word}\
    .n{text-align:right}td.n,.good,.bad{white-space:nowrap}.good{color:#0a6b2c}.bad{color:#a11}\
    svg{width:100%;height:60px;display:block;border-bottom:1px solid #ddd}\
    .all{fill:#4a7ab8}.failed{fill:#c33}\
    .axis{display:flex;justify-content:space-between;margin:0;font-size:.85em;opacity:.75}\
    @media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}th,td,svg{border-color:#444}\
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
    fn numbers_and_times_are_short() {
        for (number, expected) in
            [(0.0, "0"), (0.001, "&lt;0.01"), (1.234, "1.23"), (12.34, "12.3")]
        {
            assert_eq!(short(number), expected);
        }
        assert_eq!(short(1234.5), "1234");
        assert_eq!(time(None), "–");
        assert_eq!(time(Some(Duration::from_micros(12_300))), "12 ms");
        assert_eq!(time(Some(Duration::from_millis(2340))), "2.3 s");
    }

    #[test]
    fn bars_are_as_high_as_their_part() {
        let mut page = String::new();
        bars(&mut page, &[(4, 0), (0, 0), (2, 1)]);
        assert_eq!(page.matches("<rect").count(), 3, "{page}");
        let tall = |class: &str, height: &str| {
            let found = page.split("<rect").filter(|rect| rect.contains(class));
            found.filter(|rect| rect.contains(&format!(" height=\"{height}\""))).count()
        };
        assert_eq!((tall("all", "60.0"), tall("all", "30.0"), tall("failed", "15.0")), (1, 1, 1));
    }

    #[test]
    fn ages_are_short() {
        for (seconds, expected) in [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7300, "2 h")] {
            assert_eq!(ago(Duration::from_secs(seconds)), expected);
        }
    }
}
