//! `locus serve` answers, reads its file again, and ends when it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use crate::{locus, run, signal, stderr, stdout};

const FILE: &str = "\
model_list:
  - model_name: oci-grok-4
    litellm_params: {model: oci/xai.grok-4, oci_region: os.environ/OCI_REGION, tags: [a]}
";

pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) url: String,
    output: BufReader<ChildStdout>,
}

pub(crate) fn serve(home: &Path, args: &[&str]) -> Served {
    let mut command = locus(home);
    command.args(["serve", "--emulator", "--port", "0"]).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let start = line.find("http://").unwrap_or_else(|| panic!("{line}"));
    let url = line[start..].split(['"', ' ']).next().unwrap().to_owned();
    Served { child, url, output }
}

pub(crate) fn chat(url: &str, model: &str) -> String {
    let body =
        format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"What is 2x2?"}}]}}"#);
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /chat/completions HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn without_a_file_and_an_account_every_id_is_served() {
    let home = tempfile::tempdir().unwrap();
    let mut served = serve(home.path(), &["--json"]);
    let answer = chat(&served.url, "oci/xai.grok-4");
    assert!(answer.contains("2x2 is 4."), "{answer}");
    drop(served.child.stdin.take());
    assert!(served.child.wait().unwrap().success(), "it ends when its input does");
}

#[test]
fn it_says_what_it_serves_and_logs_calls_without_what_was_said() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.yaml");
    std::fs::write(&file, FILE).unwrap();
    let mut served = serve(home.path(), &["--config", file.to_str().unwrap()]);
    let mut line = String::new();
    served.output.read_line(&mut line).unwrap();
    assert_eq!(line, "models: oci-grok-4\n");
    assert!(chat(&served.url, "oci-grok-4").contains("2x2 is 4."));
    assert!(signal("TERM", served.child.id()) && served.child.wait().unwrap().success());
    let mut log = String::new();
    served.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(
        log.contains("litellm_params.tags: has no effect: calls are not routed by tags"),
        "{log}"
    );
    assert!(log.contains("status=200") && log.contains("oci-grok-4#0"), "{log}");
    assert!(!log.contains("2x2"), "{log}");
}

#[test]
fn the_log_has_no_secrets_at_any_level() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.yaml");
    let keyed = format!("general_settings: {{master_key: sk-master-0123}}\n{FILE}");
    std::fs::write(&file, keyed).unwrap();
    let path = file.to_str().unwrap();
    let mut served = serve(home.path(), &["--config", path, "--log", "trace"]);
    assert!(chat(&served.url, "oci-grok-4").starts_with("HTTP/1.1 401"));
    let address = served.url.strip_prefix("http://").unwrap();
    let body = r#"{"model":"oci-grok-4","messages":[{"role":"user","content":"What is 2x2?"}]}"#;
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /v1/chat/completions HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Authorization: Bearer sk-master-0123\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("2x2 is 4."), "{answer}");
    assert!(signal("TERM", served.child.id()) && served.child.wait().unwrap().success());
    let mut log = String::new();
    served.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("gen_ai.request.model"), "it is talkative: {log}");
    for secret in ["sk-master", "2x2", "Signature ", "keyId", "PRIVATE KEY"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn where_limits_are_counted_is_said_if_there_are_any() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let (file, keys) = (path("config.yaml"), path("keys.json"));
    let started = |router: &str| {
        let keyed = format!("general_settings: {{keys_file: {keys}}}\n{router}{FILE}");
        std::fs::write(&file, keyed).unwrap();
        let mut served = serve(home.path(), &["--config", &file, "--log", "trace"]);
        assert!(chat(&served.url, "oci-grok-4").starts_with("HTTP/1.1 401"));
        assert!(signal("TERM", served.child.id()) && served.child.wait().unwrap().success());
        let mut log = String::new();
        served.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    };
    let create = |more: &[&str]| {
        let mut command = locus(home.path());
        assert!(command.args(["keys", "create", "a", "--file", &keys]).args(more).output().is_ok());
    };
    create(&[]);
    let log = started("");
    assert!(!log.contains("counted by this gateway alone"), "there is nothing to count: {log}");
    create(&["--rpm", "5"]);
    let log = started("");
    assert!(log.contains("limits of keys are counted by this gateway alone"), "{log}");
    // Nobody listens there; what is said of it has no password.
    let log = started("router_settings: {redis_url: \"redis://:pass-phrase@127.0.0.1:9\"}\n");
    assert!(!log.contains("counted by this gateway alone"), "{log}");
    assert!(log.contains("the store of limits is away: keys with limits are refused"), "{log}");
    assert!(!log.contains("pass-phrase"), "{log}");
}

#[test]
fn sighup_reads_the_file_again() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.yaml");
    std::fs::write(&file, FILE).unwrap();
    let mut served = serve(home.path(), &["--json", "--config", file.to_str().unwrap()]);
    let mut log = BufReader::new(served.child.stderr.take().unwrap());
    let mut wait_for = |words: &str| {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "{words}");
        }
    };
    assert!(chat(&served.url, "oci-grok-4").contains("2x2 is 4."));

    std::fs::write(&file, "model_list: 1\n").unwrap();
    assert!(signal("HUP", served.child.id()));
    wait_for("stays as it was");
    assert!(chat(&served.url, "oci-grok-4").contains("2x2 is 4."));

    std::fs::write(&file, FILE.replace("oci-grok-4", "renamed")).unwrap();
    assert!(signal("HUP", served.child.id()));
    wait_for("was read again");
    assert!(chat(&served.url, "renamed").contains("2x2 is 4."));
    assert!(chat(&served.url, "oci-grok-4").starts_with("HTTP/1.1 404"));
    drop(served.child.stdin.take());
    assert!(served.child.wait().unwrap().success());
}

#[test]
fn check_tells_what_is_served_or_wrong_and_ends() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.yaml");
    let path = file.to_str().unwrap();
    let check = |text: &str, args: &[&str]| {
        std::fs::write(&file, text).unwrap();
        locus(home.path()).args(["serve", "--check", "--config", path]).args(args).output().unwrap()
    };
    let right = check(FILE, &["--emulator"]);
    assert!(right.status.success(), "{}", stderr(&right));
    assert_eq!(stdout(&right), "models: oci-grok-4\nkey: not needed, for this machine only\n");

    let wrong = check(&FILE.replace("tags: [a]", "weight: heavy"), &["--emulator"]);
    assert_eq!(wrong.status.code(), Some(3));
    let place = "config.yaml: line 3, column 88: model_list[0].litellm_params.weight: expected a number, 0 or more, found heavy";
    assert!(stderr(&wrong).contains(place), "{}", stderr(&wrong));

    let no_account = check(FILE, &[]);
    assert_eq!(no_account.status.code(), Some(3));
    assert!(stderr(&no_account).contains("model_list[0] (oci-grok-4) cannot be set up"));
    assert!(stderr(&no_account).contains("--emulator"), "{}", stderr(&no_account));
}

#[test]
fn an_address_that_others_reach_needs_a_key() {
    let home = tempfile::tempdir().unwrap();
    let mut command = locus(home.path());
    command.args(["serve", "--emulator", "--host", "0.0.0.0", "--port", "0"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("master_key") && stderr(&output).contains("--insecure"));
}

/// The configuration that docs/oke gives to a cluster, as far as it can be read outside of one.
#[tokio::test]
async fn the_configurations_for_oke_are_some() {
    let home = tempfile::tempdir().unwrap();
    let keys = home.path().join("keys.json");
    let mut create = locus(home.path());
    create.args(["keys", "create", "a", "--rpm", "5", "--file"]).arg(&keys);
    assert!(run(create).await.status.success());
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
    for name in ["oke", "oke-shared-limits"] {
        let text = std::fs::read_to_string(format!("{docs}/{name}/config.yaml")).unwrap();
        // Where the secret is mounted.
        let text = text.replace("/etc/locus-limits/keys.json", keys.to_str().unwrap());
        let file = home.path().join("config.yaml");
        std::fs::write(&file, text).unwrap();
        let mut command = locus(home.path());
        command.args(["serve", "--check", "--emulator", "--log", "warn", "--config"]).arg(&file);
        command.env("LOCUS_MASTER_KEY", "sk-0123456789abcdef0123456789abcdef");
        command.env("LOCUS_REDIS_URL", "rediss://cache.example:6379");
        let output = run(command).await;
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        assert!(stderr(&output).is_empty(), "no key of {name} is unknown: {}", stderr(&output));
    }
}
