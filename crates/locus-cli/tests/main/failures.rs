//! Failures: one line that says what to do, the right exit status, and nothing secret.

use std::path::Path;
use std::process::Output;

use oci_emulator::{Emulator, Fault, Sandbox};

use crate::{Desk, locus, run, stderr, stdout};

#[track_caller]
fn check(output: &Output, status: i32, parts: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(status), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with("locus: ") && text.contains("; "), "a message and what to do: {text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    for secret in ["PRIVATE KEY", "keyId", "signature=", "Signature ", "hunter2", "2x2"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// Replaces the key of a desk by one of the fixtures.
fn use_key(desk: &Desk, fixture: &str) {
    let key = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys")).join(fixture);
    std::fs::copy(key, desk.sandbox.key_file()).unwrap();
}

#[tokio::test]
async fn what_is_wrong_on_this_machine() {
    let desk = Desk::new().await;
    let empty = tempfile::tempdir().unwrap();

    let mut command = locus(empty.path());
    command.args(["chat", "What is 2x2?"]);
    check(
        &run(command).await,
        3,
        &["no configuration file at", ".oci/config (the default)", "OCI_CONFIG_FILE"],
    );

    let mut command = locus(empty.path());
    command.args(["chat", "What is 2x2?"]).env("OCI_CONFIG_FILE", "~/nothing");
    check(&run(command).await, 3, &["nothing (from OCI_CONFIG_FILE)"]);

    let unknown = run(desk.chat(&["--profile", "WORK", "What is 2x2?"])).await;
    check(&unknown, 3, &["no profile WORK, the file has DEFAULT", "name one of those"]);

    let region = run(desk.command(&["chat", "--region", "us-chicgo-1", "What is 2x2?"])).await;
    check(&region, 3, &["unknown region \"us-chicgo-1\"", "did you mean us-chicago-1?"]);

    let mut command = desk.command(&["chat", "What is 2x2?"]);
    command.env("OCI_REGION", "atlantis-1");
    check(&run(command).await, 3, &["(from OCI_REGION)", "such as us-chicago-1"]);

    let vendor = run(desk.chat(&["--model", "oci:acme.rocket", "What is 2x2?"])).await;
    check(&vendor, 3, &["\"acme.rocket\"", "openai., meta., xai., mistral., google., anthropic."]);
    let other = run(desk.chat(&["--model", "oci:cohere.embed-v4.0", "What is 2x2?"])).await;
    check(&other, 3, &["cohere.embed-v4.0 is a model for embeddings, not for chat"]);
    let mut command = desk.chat(&["What is 2x2?"]);
    command.env("LOCUS_OCI_TRANSPORT", "v2");
    check(
        &run(command).await,
        3,
        &["expected a transport, v1, responses or sdk, found \"v2\" (from LOCUS_OCI_TRANSPORT)"],
    );
    assert!(desk.emulator.requests().is_empty(), "nothing was sent for any of these");
}

#[tokio::test]
async fn what_is_wrong_with_the_key() {
    let desk = Desk::new().await;
    use_key(&desk, "rsa2048_a.pkcs1enc.aes128.pem");
    check(
        &run(desk.chat(&["What is 2x2?"])).await,
        3,
        &["the key is encrypted and no pass phrase is set", "set pass_phrase"],
    );
    use_key(&desk, "rsa2048_a.pub.pem");
    check(&run(desk.chat(&["What is 2x2?"])).await, 3, &["PUBLIC KEY", "private half"]);
    use_key(&desk, "truncated.pem");
    check(&run(desk.chat(&["What is 2x2?"])).await, 3, &["cannot use private key", "damaged"]);
    use_key(&desk, "rsa2048_b.pkcs8.pem");
    check(
        &run(desk.chat(&["What is 2x2?"])).await,
        3,
        &["has the fingerprint a4:7b:", "names the key", "copy the fingerprint"],
    );
    std::fs::remove_file(desk.sandbox.key_file()).unwrap();
    check(&run(desk.chat(&["What is 2x2?"])).await, 3, &["cannot read key_file", "line 6 of"]);
}

/// A user whom the service does not know is what this machine cannot find out by itself.
#[tokio::test]
async fn what_only_the_service_knows_of_the_key() {
    let desk = Desk::new().await;
    let text = std::fs::read_to_string(desk.sandbox.config_file()).unwrap();
    let text = text.replace(desk.sandbox.user(), "ocid1.user.oc1..stranger");
    std::fs::write(desk.sandbox.config_file(), text).unwrap();
    let parts =
        ["the service answered 401 NotAuthenticated", "fingerprint", "clock", "opc-request-id"];
    check(&run(desk.chat(&["What is 2x2?"])).await, 4, &parts);
}

/// A pass phrase in the profile is not told, whatever fails.
#[tokio::test]
async fn a_pass_phrase_is_never_shown() {
    let desk = Desk::new().await;
    let text = std::fs::read_to_string(desk.sandbox.config_file()).unwrap();
    std::fs::write(desk.sandbox.config_file(), text + "pass_phrase=hunter2\n").unwrap();
    use_key(&desk, "rsa2048_a.pkcs8enc.pbes2_aes256_sha256.pem");
    check(&run(desk.chat(&["What is 2x2?"])).await, 3, &["cannot use private key"]);
}

#[tokio::test]
async fn what_the_service_refuses() {
    let desk = Desk::new().await;
    for (fault, status, parts) in [
        (
            Fault::status(404),
            5,
            &[
                "404 NotAuthorizedOrNotFound",
                "allow group GROUP",
                "openai.gpt-5.5",
                "the compartment was",
            ][..],
        ),
        (Fault::status(429), 6, &["429 TooManyRequests", "wait"]),
        (Fault::status(500), 7, &["500 InternalServerError", "try again"]),
        (Fault::status(400), 7, &["400 InvalidParameter"]),
        (Fault::Html(502), 7, &["502", "try again"]),
        (Fault::Redirect { location: "http://127.0.0.1:1/".to_owned() }, 7, &["redirect"]),
        (Fault::HangUp, 8, &["connection broke", "try again"]),
    ] {
        desk.emulator.set_fault(Some(fault));
        for args in [&["What is 2x2?"][..], &["--no-stream", "What is 2x2?"]] {
            let output = run(desk.chat(args)).await;
            check(&output, status, parts);
            assert!(stderr(&output).contains("opc-request-id "), "{}", stderr(&output));
            assert_eq!(stdout(&output), "");
        }
    }
}

#[tokio::test]
async fn what_breaks_in_the_middle_of_an_answer() {
    let desk = Desk::new().await;
    for (fault, status, parts) in [
        (
            Fault::CutStream { after_events: 3 },
            9,
            &["before the answer was complete", "not the full answer"][..],
        ),
        (
            Fault::EndStream { after_events: 3 },
            9,
            &["before the answer was complete", "not the full answer"],
        ),
        (Fault::Garbage { after_events: 3 }, 9, &["cannot be read", "proxy"]),
        (Fault::StreamError { after_events: 3 }, 7, &["ended the stream with error", "try again"]),
    ] {
        desk.emulator.set_fault(Some(fault));
        let output = run(desk.chat(&["What is 2x2?"])).await;
        check(&output, status, parts);
        assert!(
            stdout(&output).starts_with("2x2") && stdout(&output).ends_with('\n'),
            "{:?}",
            stdout(&output)
        );
    }
}

#[tokio::test]
async fn what_the_service_has_not_done_is_tried_again() {
    let desk = Desk::new().await;
    desk.emulator.push_fault(Fault::status(503));
    let mut command = desk.command(&["chat", "--endpoint", &desk.emulator.url()]);
    command.args(["--retries", "1", "What is 2x2?"]);
    let output = run(command).await;
    assert_eq!(stdout(&output), "2x2 is 4.\n", "{}", stderr(&output));
    assert_eq!(desk.emulator.requests().len(), 2);
}

#[tokio::test]
async fn nobody_answers() {
    let desk = Desk::new().await;
    let url = {
        // A port that was free a moment ago.
        let other = Emulator::builder().start().await.unwrap();
        let url = other.url();
        other.shutdown().await;
        url
    };
    let output =
        run(desk.command(&["chat", "--retries", "0", "--endpoint", &url, "What is 2x2?"])).await;
    check(&output, 8, &["no connection to the service", "can be reached"]);
}

#[tokio::test]
async fn what_is_wrong_on_the_command_line() {
    let desk = Desk::new().await;
    check(&run(desk.chat(&[" "])).await, 2, &["the prompt is empty"]);
    check(&run(desk.chat(&[])).await, 2, &["the prompt is empty"]);
    for url in ["http://192.0.2.1", "https://user@h.example", "ftp://h.example"] {
        check(
            &run(desk.command(&["chat", "--endpoint", url, "hi"])).await,
            2,
            &["expected an endpoint"],
        );
    }
    for args in [
        &["chat", "--nonsense"][..],
        &["chat", "--emulator", "--profile", "X", "hi"],
        &["emulate", "--fault", "nonsense"],
    ] {
        let output = run(desk.command(args)).await;
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
    let help = run(desk.command(&["chat", "--help"])).await;
    assert!(help.status.success() && stdout(&help).contains("Exit status:"), "{}", stdout(&help));
}

/// A folder that holds somebody's configuration is left alone.
#[tokio::test]
async fn the_emulator_overwrites_no_profile() {
    let folder = tempfile::tempdir().unwrap();
    Sandbox::create(folder.path()).unwrap();
    let mut command = locus(folder.path());
    command.args(["emulate", "--port", "0", "--dir", folder.path().to_str().unwrap()]);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

/// A key that others can read still signs, and the user is told.
#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_can_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new().await;
    let quiet = run(desk.chat(&["What is 2x2?"])).await;
    assert!(!stderr(&quiet).contains("chmod"), "{}", stderr(&quiet));
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(desk.sandbox.key_file(), open).unwrap();
    let told = run(desk.chat(&["What is 2x2?"])).await;
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
    assert!(stderr(&told).starts_with("locus: other users can read "), "{}", stderr(&told));
    assert!(stderr(&told).contains("(mode 0644); run `chmod 600 "), "{}", stderr(&told));
}
