//! Good answers: on standard output, with one line about them on standard error.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;

use oci_emulator::Fault;

use crate::{Desk, locus, run, signal, stderr, stdout};

/// The parts of the line on standard error.
fn summary(stderr: &str) -> Vec<&str> {
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    stderr.trim_end().split(" | ").collect()
}

#[tokio::test]
async fn the_emulator_inside_the_process_needs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut command = locus(home.path());
    command.args(["chat", "--emulator", "What is 2x2?"]);
    let output = run(command).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), "2x2 is 4.\n");
    let parts = summary(stderr(&output));
    assert_eq!(&parts[..3], ["oci:openai.gpt-5.5", "v1", "stop"]);
    assert_eq!(parts[3], "4 in + 4 out = 8 tokens");
    assert!(parts[4].starts_with("first token ") && parts[5].starts_with("total "), "{parts:?}");
    assert!(parts[6].starts_with("opc-request-id ") && parts[6].len() > 40, "{parts:?}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing is left behind");
}

#[tokio::test]
async fn the_same_command_reads_the_configuration_file() {
    let desk = Desk::new().await;
    let output =
        run(desk.chat(&["--model", "oci:meta.llama-3.3-70b-instruct", "What is 2x2?"])).await;
    assert_eq!(stdout(&output), "2x2 is 4.\n", "{}", stderr(&output));
    let sent = desk.emulator.requests();
    assert_eq!(
        sent[0].header("opc-compartment-id"),
        Some(desk.sandbox.tenancy()),
        "the tenancy unless given"
    );
    assert!(
        str::from_utf8(&sent[0].body).unwrap().contains(r#""model":"meta.llama-3.3-70b-instruct""#)
    );
}

#[tokio::test]
async fn every_option_reaches_the_request() {
    let desk = Desk::new().await;
    let config =
        std::fs::read_to_string(desk.sandbox.config_file()).unwrap().replace("[DEFAULT]", "[WORK]");
    std::fs::write(desk.sandbox.config_file(), config).unwrap();
    let args = [
        "--profile",
        "WORK",
        "--compartment-id",
        "ocid1.compartment.oc1..c",
        "--system",
        "Be brief.",
        "--no-stream",
        "2+3",
    ];
    let output = run(desk.chat(&args)).await;
    assert!(output.status.success() && stdout(&output).contains('5'), "{}", stderr(&output));
    let sent = desk.emulator.requests();
    assert_eq!(sent[0].header("opc-compartment-id"), Some("ocid1.compartment.oc1..c"));
    let body = str::from_utf8(&sent[0].body).unwrap();
    assert!(
        body.contains(r#"{"role":"system","content":"Be brief."}"#) && !body.contains("stream"),
        "{body}"
    );
    assert!(!stderr(&output).contains("first token"), "a whole answer has none");
}

#[tokio::test]
async fn json_is_what_the_service_sent() {
    let desk = Desk::new().await;
    let whole = run(desk.chat(&["--no-stream", "--json", "What is 2x2?"])).await;
    assert_eq!(stdout(&whole).lines().count(), 1);
    assert!(stdout(&whole).contains(r#""content":"2x2 is 4.""#), "{}", stdout(&whole));
    let streamed = run(desk.chat(&["--json", "What is 2x2?"])).await;
    let lines: Vec<&str> = stdout(&streamed).lines().collect();
    assert!(
        lines.len() > 3 && lines.iter().all(|line| line.contains("chat.completion.chunk")),
        "{lines:?}"
    );
    assert!(lines.last().unwrap().contains(r#""total_tokens":8"#), "{lines:?}");
}

#[tokio::test]
async fn a_prompt_comes_from_standard_input() {
    let desk = Desk::new().await;
    for args in [&[][..], &["-"][..]] {
        let mut command = desk.chat(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all("What is 3x3?\n".as_bytes()).unwrap();
        let output =
            tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
        assert!(stdout(&output).contains('9'), "{}", stderr(&output));
    }
}

/// What is shown is only what has arrived: the rest of this answer never comes.
#[tokio::test]
async fn each_piece_is_printed_as_it_arrives_and_ctrl_c_ends_the_stream() {
    let desk = Desk::new().await;
    desk.emulator.set_fault(Some(Fault::StallAfter { events: 3 }));
    let mut command = desk.chat(&["What is 2x2?"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let read = tokio::task::spawn_blocking(move || {
        let mut first = [0; 4];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        assert!(signal("INT", child.id()));
        (first, child.wait_with_output().unwrap())
    });
    let (first, output) = read.await.unwrap();
    assert_eq!(&first, b"2x2 ");
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert_eq!(stderr(&output), "locus: interrupted; what was shown is not the full answer\n");
    assert!(stdout(&output).ends_with('\n'), "the prompt of a shell begins on a line of its own");
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_it_quietly() {
    let desk = Desk::new().await;
    let long = vec!["word\n"; 20_000].concat();
    let mut command = desk.chat(&[]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let read = tokio::task::spawn_blocking(move || {
        child.stdin.take().unwrap().write_all(long.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (line, child.wait_with_output().unwrap())
    });
    let (line, output) = read.await.unwrap();
    assert!(line.contains("word"), "{line}");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[tokio::test]
async fn files_go_with_the_prompt() {
    let desk = Desk::new().await;
    let at = |name: &str, content: &[u8]| {
        let path = desk.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let image = at("dot.png", b"\x89PNG\r\n\x1a\n0123");
    let (text, pdf) = (at("notes.txt", b"remember"), at("paper.pdf", b"%PDF-1.7 ..."));
    let args = ["--image", &image, "--file", &text, "--file", &pdf, "What is 2x2?"];
    let output = run(desk.chat(&args)).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let requests = desk.emulator.requests();
    let body: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    let parts = body["messages"][0]["content"].as_array().unwrap();
    assert!(parts[0]["image_url"]["url"].as_str().unwrap().starts_with("data:image/png;base64,"));
    assert_eq!(parts[1]["text"], "The file notes.txt:\n\nremember");
    assert_eq!(parts[2]["file"]["filename"], "paper.pdf");
    assert_eq!(parts[3]["text"], "What is 2x2?");

    let binary = at("x.bin", &[0xff, 0xfe, 0]);
    let output = run(desk.chat(&["--file", &binary, "hi"])).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("neither text nor a PDF"), "{}", stderr(&output));
}
