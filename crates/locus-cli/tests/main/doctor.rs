//! Each line of `locus doctor`: one thing is broken, and that line alone fails, with what to do.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, SystemTime};

use oci_emulator::{Emulator, Fault, Sandbox};

use crate::auth::Cloud;
use crate::{Desk, locus, run, stderr, stdout};

/// The lines: topic, status, what was found and what to do.
fn lines(output: &Output) -> Vec<(String, String, String)> {
    let line = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let told = format!("{} | {}", text("found"), text("advice"));
        (text("check"), text("status"), told)
    };
    stdout(output).lines().map(line).collect()
}

/// Runs the doctor and expects this line to fail, no other, with this status and this advice.
#[track_caller]
fn check_failed(output: &Output, topic: &str, code: i32, advice: &str) {
    let lines = lines(output);
    let failed: Vec<_> = lines.iter().filter(|line| line.1 == "fail").collect();
    assert_eq!(failed.len(), 1, "{lines:#?} {}", stderr(output));
    assert_eq!(failed[0].0, topic, "{lines:#?}");
    assert!(failed[0].2.contains(advice), "{lines:#?}");
    assert_eq!(output.status.code(), Some(code), "{lines:#?}");
    let at = lines.iter().position(|line| line.0 == topic).unwrap();
    let last = lines.len() - 1;
    // What was not tried says because of what; a file mode or a token that ends soon stops nothing.
    if at < last && lines[at + 1].1 == "skipped" && lines[last].1 == "skipped" {
        assert!(lines[last].2.contains(topic), "{lines:#?}");
    }
    assert_eq!(lines.len(), 15, "every line is there: {lines:#?}");
}

impl Desk {
    async fn doctor(&self, args: &[&str]) -> Output {
        let url = self.emulator.url();
        let mut command = self.command(&["doctor", "--json", "--retries", "0", "--endpoint", &url]);
        command.args(args);
        run(command).await
    }

    fn edit(&self, change: impl FnOnce(String) -> String) {
        let path = self.sandbox.config_file();
        std::fs::write(path, change(std::fs::read_to_string(path).unwrap())).unwrap();
    }
}

#[tokio::test]
async fn nothing_is_wrong() {
    let desk = Desk::new().await;
    let output = desk.doctor(&[]).await;
    let lines = lines(&output);
    assert!(output.status.success(), "{lines:#?}");
    assert!(lines.iter().all(|line| line.1 != "fail"), "{lines:#?}");
    assert_eq!(lines.last().unwrap().0, "model");
    assert!(lines.last().unwrap().2.contains("answered"), "{lines:#?}");
    assert_eq!(desk.emulator.requests().len(), 1, "one call is made");

    let offline = desk.doctor(&["--offline"]).await;
    assert!(offline.status.success() && stdout(&offline).contains("--offline"));
    assert_eq!(desk.emulator.requests().len(), 1, "and none offline");
}

#[tokio::test]
async fn as_text_each_line_has_its_mark_and_its_advice() {
    let desk = Desk::new().await;
    desk.emulator.set_fault(Some(Fault::status(404)));
    let url = desk.emulator.url();
    let output = run(desk.command(&["doctor", "--retries", "0", "--endpoint", &url])).await;
    let text = stdout(&output);
    assert!(text.contains("ok    signed call  accepted\n"), "{text}");
    assert!(text.contains("fail  policy "), "{text}");
    assert!(text.contains("to do: either a policy is missing (`allow group GROUP to "), "{text}");
    assert!(text.contains("-     model        not tried, because of policy\n"), "{text}");
}

#[tokio::test]
async fn a_configuration_file_that_is_not_there_or_damaged() {
    let desk = Desk::new().await;
    desk.edit(|text| format!("{text}\nno entry\n"));
    check_failed(&desk.doctor(&[]).await, "config file", 3, "correct that line");
    std::fs::remove_file(desk.sandbox.config_file()).unwrap();
    check_failed(&desk.doctor(&[]).await, "config file", 3, "oci setup config");
}

#[tokio::test]
async fn a_profile_that_is_not_there_or_incomplete() {
    let desk = Desk::new().await;
    let output = desk.doctor(&["--profile", "WORK"]).await;
    check_failed(&output, "identity", 3, "name one of those profiles");
    desk.edit(|text| {
        text.lines().filter(|line| !line.starts_with("user")).collect::<Vec<_>>().join("\n")
    });
    check_failed(&desk.doctor(&[]).await, "identity", 3, "add them to the profile");
}

#[tokio::test]
async fn a_key_that_cannot_be_read() {
    let desk = Desk::new().await;
    std::fs::write(desk.sandbox.key_file(), "not a key").unwrap();
    check_failed(&desk.doctor(&[]).await, "key", 3, "PEM");
    std::fs::remove_file(desk.sandbox.key_file()).unwrap();
    check_failed(&desk.doctor(&[]).await, "key", 3, "correct key_file");
}

#[tokio::test]
async fn a_fingerprint_of_another_key() {
    let desk = Desk::new().await;
    let other = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff";
    desk.edit(|text| text.replace(desk.sandbox.fingerprint(), other));
    let output = desk.doctor(&[]).await;
    check_failed(&output, "fingerprint", 3, "copy the fingerprint");
    assert!(stdout(&output).contains(desk.sandbox.fingerprint()), "the key's own is told");
}

#[tokio::test]
async fn a_key_that_others_can_read() {
    let desk = Desk::new().await;
    let key = desk.sandbox.key_file();
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = desk.doctor(&[]).await;
    check_failed(&output, "file modes", 3, "chmod 600");
    assert!(stdout(&output).contains("answered"), "the call is made all the same");
}

#[tokio::test]
async fn a_token_that_ends_soon_or_has_ended() {
    for (life, advice) in [(120, "oci session refresh"), (0, "oci session authenticate")] {
        let cloud = Cloud::living(Duration::from_secs(life)).await;
        check_failed(&cloud.doctor("security_token").await, "token", 3, advice);
    }
}

#[tokio::test]
async fn a_region_that_is_not_one() {
    let desk = Desk::new().await;
    let output = run(desk.command(&["doctor", "--json", "--region", "us-chicaco-1"])).await;
    check_failed(&output, "region", 3, "us-chicago-1");
    desk.edit(|text| {
        text.lines().filter(|line| !line.starts_with("region")).collect::<Vec<_>>().join("\n")
    });
    let output = run(desk.command(&["doctor", "--json"])).await;
    check_failed(&output, "region", 3, "set OCI_REGION");
}

#[tokio::test]
async fn a_proxy_that_is_none_or_does_not_answer() {
    let desk = Desk::new().await;
    for (proxy, advice) in
        [("socks5://127.0.0.1:1", "unset the variable"), ("http://127.0.0.1:1", "HTTPS_PROXY")]
    {
        let mut command = desk.command(&["doctor", "--json", "--retries", "0"]);
        command.env("HTTPS_PROXY", proxy);
        let output = run(command).await;
        let code = 8;
        check_failed(&output, "proxy", code, advice);
    }
}

#[tokio::test]
async fn a_name_without_an_address() {
    let desk = Desk::new().await;
    let args = ["doctor", "--json", "--retries", "0", "--endpoint", "https://inference.invalid"];
    check_failed(&run(desk.command(&args)).await, "dns", 8, "getent hosts inference.invalid");
}

#[tokio::test]
async fn a_port_that_takes_no_connection() {
    let desk = Desk::new().await;
    let url = desk.emulator.url();
    desk.emulator.shutdown().await;
    let mut command = locus(desk.home.path());
    command.args(["doctor", "--json", "--retries", "0", "--endpoint", &url]);
    check_failed(&run(command).await, "connection", 8, "firewall");
}

/// The emulator speaks no TLS, so the handshake fails.
#[tokio::test]
async fn a_peer_that_does_not_agree_on_tls() {
    let desk = Desk::new().await;
    let url = desk.emulator.url().replace("http://", "https://");
    let args = ["doctor", "--json", "--retries", "0", "--endpoint", &url];
    check_failed(&run(desk.command(&args)).await, "tls", 8, "SSL_CERT_FILE");
}

#[tokio::test]
async fn a_clock_that_is_an_hour_off() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(&home.path().join(".oci")).unwrap();
    let later = || SystemTime::now() + Duration::from_secs(3600);
    let builder = Emulator::builder().identity(sandbox.identity()).clock(later);
    let desk = Desk { emulator: builder.start().await.unwrap(), home, sandbox };
    check_failed(&desk.doctor(&[]).await, "clock", 4, "set the clock of this machine");
}

#[tokio::test]
async fn a_signature_that_is_not_accepted() {
    let desk = Desk::new().await;
    desk.emulator.set_fault(Some(Fault::status(401)));
    check_failed(&desk.doctor(&[]).await, "signed call", 4, "the key is uploaded for this user");
}

#[tokio::test]
async fn a_policy_that_is_missing() {
    let desk = Desk::new().await;
    desk.emulator.set_fault(Some(Fault::status(404)));
    let output = desk.doctor(&[]).await;
    check_failed(&output, "policy", 5, "allow group GROUP to ");
}

#[tokio::test]
async fn a_model_that_is_not_there_or_does_not_answer() {
    let desk = Desk::new().await;
    desk.emulator.set_fault(Some(Fault::status(500)));
    check_failed(&desk.doctor(&[]).await, "model", 7, "report the opc-request-id");
    desk.emulator.set_fault(None);
    let output = desk.doctor(&["--model", "oci:acme.rocket"]).await;
    check_failed(&output, "model", 3, "vendor first");
}

/// Nothing of the key is ever shown, whatever is wrong.
/// What was not sent has shown nothing of the way.
#[tokio::test]
async fn a_dry_run_claims_nothing() {
    let desk = Desk::new().await;
    let output = desk.doctor(&["--dry-run"]).await;
    assert!(output.status.success(), "{}", stdout(&output));
    let text = stdout(&output);
    assert!(
        text.starts_with(&format!("POST {}/openai/v1/chat/completions\n", desk.emulator.url()))
    );
    let checks: Vec<&str> = text.lines().filter(|line| line.starts_with("{\"check")).collect();
    assert_eq!(checks.len(), 15, "{text}");
    let untried = checks.iter().filter(|line| line.contains("because of --dry-run")).count();
    assert_eq!(untried, 8, "from the proxy to the model: {text}");
    assert!(desk.emulator.requests().is_empty());
}

#[tokio::test]
async fn no_secret_is_shown() {
    let desk = Desk::new().await;
    let key = std::fs::read_to_string(desk.sandbox.key_file()).unwrap();
    let secret = key.lines().nth(1).unwrap().to_owned();
    std::fs::write(desk.sandbox.key_file(), format!("{key}{secret}")).unwrap();
    desk.edit(|text| format!("{text}pass_phrase = hunter2\nno entry {secret}\n"));
    for path in [desk.sandbox.config_file(), Path::new("/nonexistent")] {
        let mut command = desk.command(&["doctor", "--json"]);
        command.env("OCI_CONFIG_FILE", path);
        let output = run(command).await;
        let shown = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!shown.contains(&secret) && !shown.contains("hunter2"), "{shown}");
    }
}
