//! Tools of a chat: a shell and MCP servers, behind approval.

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::terminal::Terminal;
use crate::{Desk, run, signal, stderr, stdout};

/// What the model was told that the tools returned, by the last request.
fn told(desk: &Desk) -> Vec<String> {
    let requests = desk.emulator.requests();
    let body: Value = serde_json::from_slice(&requests.last().unwrap().body).unwrap();
    let messages = body["messages"].as_array().unwrap().iter();
    let results = messages.filter(|message| message["role"] == "tool");
    results.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

/// A command by which the test server is started.
fn server(desk: &Desk, name: &str) -> String {
    let path = desk.home.path().join("mcp-server.sh");
    std::fs::write(&path, include_str!("mcp-server.sh")).unwrap();
    format!("SERVER={name} sh '{}'", path.display())
}

async fn chat(desk: &Desk, args: &[&str]) -> Output {
    let mut command = desk.chat(args);
    command.env("PATH", "/usr/bin:/bin").env("OCI_TEST_SECRET", "s3cret").env("WANTED", "yes");
    run(command).await
}

#[tokio::test]
async fn a_command_runs_and_its_result_goes_to_the_model() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "echo one; echo two >&2; exit 7"}"#;
    let output = chat(&desk, &["--shell", "--yes", prompt]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let result = &told(&desk)[0];
    assert!(result.starts_with("exit code 7\n"), "{result}");
    assert!(result.contains("one\n") && result.contains("two\n"), "{result}");
    assert!(stdout(&output).starts_with("The tools returned: exit code 7"), "{}", stdout(&output));
    let said = stderr(&output);
    let shown = "locus: the model calls shell\n       | echo one; echo two >&2; exit 7\n       > exit code 7\n";
    assert!(said.starts_with(shown), "{said}");
    assert!(said.contains(" in 2 answers | "), "{said}");
}

#[tokio::test]
async fn without_a_terminal_nothing_runs_unless_it_is_told_to() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "touch made"}"#;
    let output = chat(&desk, &["--shell", prompt]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(told(&desk), ["not run: there is nobody to agree to it"]);
    assert!(
        stderr(&output).contains("there is no terminal to ask at; --yes runs"),
        "{}",
        stderr(&output)
    );
    assert!(!std::path::Path::new("made").exists());
}

#[tokio::test]
async fn a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "sleep 600 & echo $!; wait"}"#;
    let output = chat(&desk, &["--shell", "--yes", "--tool-timeout", "3", prompt]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let result = &told(&desk)[0];
    let process = result.strip_prefix("ended after 3 s, before it was done\n").unwrap();
    gone(process.trim().parse().unwrap()).await;
}

#[tokio::test]
async fn what_a_command_leaves_running_is_ended_with_it() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "sleep 600 & echo $!"}"#;
    let output = chat(&desk, &["--shell", "--yes", prompt]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let result = &told(&desk)[0];
    let process: u32 = result.strip_prefix("exit code 0\n").unwrap().trim().parse().unwrap();
    gone(process).await;
}

/// Waits until a process has ended.
async fn gone(process: u32) {
    let there = format!("kill -0 {process} 2> /dev/null");
    while Command::new("sh").args(["-c", &there]).status().unwrap().success() && !is_zombie(process)
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether it has ended and only nobody has asked how, as in a container without a program that does.
fn is_zombie(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    status.contains(") Z ")
}

#[tokio::test]
async fn of_a_huge_output_the_model_gets_both_ends() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "echo first; yes | head -c 3000000; echo last"}"#;
    let output = chat(&desk, &["--shell", "--yes", prompt]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let result = &told(&desk)[0];
    assert!(result.starts_with("exit code 0\nfirst\ny\n") && result.ends_with("y\nlast\n"));
    assert!(
        result.len() < 40_000 && result.contains("bytes are left out here"),
        "{}",
        result.len()
    );
    assert!(stderr(&output).lines().count() < 20, "{}", stderr(&output));
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_told_to_the_model() {
    let desk = Desk::new().await;
    for arguments in [r#"{"cmd": "ls"}"#, r#"{"command": 3}"#, r#"{"command": "ls", "cwd": "/"}"#] {
        let output = chat(&desk, &["--shell", "--yes", &format!("shell {arguments}")]).await;
        assert!(output.status.success(), "{}", stderr(&output));
        let expected = r#"error: expected the arguments {"command": TEXT} and nothing else"#;
        assert_eq!(told(&desk), [expected], "{arguments}");
    }
}

#[tokio::test]
async fn a_child_knows_nothing_that_is_set_for_us_unless_it_is_named() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "env"}"#;
    let named = ["--shell", "--yes", "--tool-env", "WANTED", prompt];
    for (args, wanted) in [(&["--shell", "--yes", prompt][..], false), (&named[..], true)] {
        let output = chat(&desk, args).await;
        assert!(output.status.success(), "{}", stderr(&output));
        let result = &told(&desk)[0];
        assert!(result.contains("HOME=") && result.contains("PATH="), "{result}");
        assert!(!result.contains("OCI_") && !result.contains("s3cret"), "{result}");
        assert_eq!(result.contains("WANTED=yes"), wanted, "{result}");
    }
    let output = chat(&desk, &["--shell", "--tool-env", "MISSING", prompt]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the variable MISSING is not set"), "{}", stderr(&output));
}

#[tokio::test]
async fn turns_are_counted() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "true"}"#;
    let output = chat(&desk, &["--shell", "--yes", "--max-turns", "1", prompt]).await;
    assert_eq!(output.status.code(), Some(9), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(
        said.ends_with(
            "no answer within the limit of turns with tools, 1; allow more with --max-turns\n"
        ),
        "{said}"
    );
}

#[tokio::test]
async fn calls_are_events_among_the_chunks() {
    let desk = Desk::new().await;
    let arguments = r#"{"command": "echo hi"}"#;
    let prompt = &format!("shell {arguments}");
    for manner in ["--plain", "--no-stream"] {
        let output = chat(&desk, &["--shell", "--yes", "--json", manner, prompt]).await;
        assert!(output.status.success(), "{}", stderr(&output));
        let lines: Vec<Value> =
            stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let at = |object: &str| lines.iter().position(|line| line["object"] == object).unwrap();
        let (call, result) = (&lines[at("locus.tool_call")], &lines[at("locus.tool_result")]);
        assert_eq!(at("locus.tool_result"), at("locus.tool_call") + 1);
        assert_eq!((&call["name"], &call["arguments"]), (&"shell".into(), &arguments.into()));
        assert_eq!((&result["id"], &result["output"]), (&call["id"], &"exit code 0\nhi\n".into()));
        assert_eq!(result["failure"], Value::Null);
        assert!(at("locus.tool_result") < lines.len() - 1, "the answer follows");
    }
    let output = chat(&desk, &["--shell", "--json", prompt]).await;
    assert!(stdout(&output).contains(r#""failure":"refused""#), "{}", stdout(&output));
}

#[tokio::test]
async fn tools_of_a_server_are_called_and_the_server_ends_with_us() {
    let desk = Desk::new().await;
    let server = server(&desk, "one");
    let output = chat(&desk, &["--mcp", &server, "--yes", r#"greet {"who": "me"}"#]).await;
    assert_eq!(stdout(&output), "The tools returned: hello from one\n", "{}", stderr(&output));
    let gone = std::fs::read_to_string(desk.home.path().join("gone"));
    assert_eq!(
        gone.unwrap(),
        "gone\n",
        "its input was closed, and it was given the time to see that"
    );

    for (call, expected) in [
        ("fail {}", "error: it went wrong"),
        ("picture {}", "[an image of type image/png, which is not shown to you]"),
    ] {
        let output = chat(&desk, &["--mcp", &server, "--yes", call]).await;
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(told(&desk), [expected]);
    }
    let output = chat(&desk, &["--mcp", &server, "--yes", "flood {}"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(told(&desk)[0].contains("[… 47232 bytes are left out here …]"));
    let output = chat(&desk, &["--mcp", &server, "--yes", "env {}"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let names = &told(&desk)[0];
    assert!(names.contains("HOME") && !names.contains("OCI_"), "{names}");
}

#[tokio::test]
async fn a_server_that_dies_under_a_call_is_a_failed_call() {
    let desk = Desk::new().await;
    let server = server(&desk, "one");
    let output = chat(&desk, &["--mcp", &server, "--yes", "die {}, then greet {}"]).await;
    assert!(output.status.success(), "{}", stderr(&output));
    let results = told(&desk);
    let ended = "error: the MCP server one: it has ended; it said last: no more";
    assert_eq!(results, [ended, ended]);
}

#[tokio::test]
async fn a_call_that_is_not_answered_ends_after_its_time() {
    let desk = Desk::new().await;
    let server = server(&desk, "one");
    let args = ["--mcp", &server, "--yes", "--tool-timeout", "1", "hang {}"];
    let output = chat(&desk, &args).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(told(&desk)[0].contains("took longer than 1s and was broken off"), "{:?}", told(&desk));
    let cancelled = std::fs::read_to_string(desk.home.path().join("cancelled"));
    assert_eq!(cancelled.unwrap(), "cancelled\n", "the server was told");
}

#[tokio::test]
async fn names_that_collide_are_told_apart() {
    let desk = Desk::new().await;
    let (one, two) = (server(&desk, "one"), server(&desk, "two"));
    let args = ["--mcp", &one, "--mcp", &two, "--yes", "greet {}, and two_greet {}"];
    let output = chat(&desk, &args).await;
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(told(&desk), ["hello from one", "hello from two"]);
}

#[tokio::test]
async fn a_server_that_does_not_start_is_told_with_its_last_words() {
    let desk = Desk::new().await;
    let output = chat(&desk, &["--mcp", "echo lost the key >&2; exit 1", "hi"]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("cannot use the MCP server") && said.contains("it said last: lost the key"),
        "{said}"
    );
    assert!(desk.emulator.requests().is_empty(), "nothing was asked");
}

#[tokio::test]
async fn ctrl_c_ends_a_tool_that_runs() {
    let desk = Desk::new().await;
    let prompt = r#"shell {"command": "echo $$ > \"$HOME/process\"; exec sleep 600"}"#;
    let mut command = desk.chat(&["--shell", "--yes", prompt]);
    command.env("PATH", "/usr/bin:/bin").stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let file = desk.home.path().join("process");
    let process = loop {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        match text.trim().parse::<u32>() {
            Ok(process) => break process,
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    };
    assert!(signal("INT", child.id()));
    let output =
        tokio::task::spawn_blocking(move || child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    gone(process).await;
}

#[test]
fn a_person_is_asked() {
    let prompt = r#"shell {"command": "echo made"}"#;
    let mut terminal = Terminal::start(&["chat", "--emulator", "--shell"], true);
    terminal.expect("shell, sh -c, in this folder: asks first").expect("> ");
    // Without a word it does not run.
    terminal.enter(prompt).expect("| echo made").expect("run it?").enter("");
    terminal.expect("> not run: the user does not agree").expect("The tools returned: not run");
    terminal.enter(prompt).expect("run it?").enter("maybe").expect("run it?").enter("n");
    terminal.expect("> not run: the user does not agree");
    terminal.expect("opc-request-id").enter(prompt).expect("run it?").enter("y");
    terminal.expect("> exit code 0").expect("> made").expect("The tools returned: exit code 0");
    terminal.expect("opc-request-id").enter(prompt).expect("run it?").enter("a");
    terminal.expect("> exit code 0").expect("opc-request-id");
    // From now on it runs at once.
    terminal.enter(prompt).expect("| echo made").expect("> exit code 0").expect("opc-request-id");
    terminal.enter("/tools").expect("shell, sh -c, in this folder: runs unasked");
    terminal.enter("/quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn ctrl_c_at_the_question_ends_the_turn_and_nothing_else() {
    let prompt = r#"shell {"command": "echo made"}"#;
    let mut terminal = Terminal::start(&["chat", "--emulator", "--shell"], true);
    terminal.expect("> ").enter(prompt).expect("run it?").send("\u{3}");
    terminal.expect("interrupted").expect("> ");
    terminal.enter("What is 2x2?").expect("2x2 is 4.");
    terminal.enter("/quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn ctrl_c_ends_a_tool_and_its_turn_and_the_dialogue_goes_on() {
    let prompt = r#"shell {"command": "echo begun; sleep 600"}"#;
    let mut terminal = Terminal::start(&["chat", "--emulator", "--shell"], true);
    terminal.expect("> ").enter(prompt).expect("run it?").enter("y").expect("\n").send("\u{3}");
    terminal.expect("interrupted").expect("the model knows what its tools have done");
    terminal.enter("What is 2x2?").expect("2x2 is 4.");
    terminal.enter("/quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn one_prompt_at_a_terminal_asks_too() {
    let prompt = r#"shell {"command": "echo made"}"#;
    let mut terminal = Terminal::start(&["chat", "--emulator", "--shell", prompt], true);
    terminal.expect("run it?").enter("y").expect("The tools returned: exit code 0");
    terminal.expect("opc-request-id");
    assert_eq!(terminal.ends(), 0);
}

/// Also after a question, whose listeners for signals stay.
#[tokio::test]
async fn a_dialogue_that_is_told_to_end_takes_its_servers_along() {
    for name in ["TERM", "HUP"] {
        let server = "echo $$ > process; exec sh mcp-server.sh";
        let mut terminal = Terminal::with_file(
            &["chat", "--emulator", "--mcp", server],
            "mcp-server.sh",
            include_str!("mcp-server.sh"),
        );
        terminal.expect("greet of the MCP server tester: asks first").expect("> ");
        terminal.enter("What is 2x2?").expect("opc-request-id").expect("> ");
        let process = std::fs::read_to_string(terminal.home.path().join("process")).unwrap();
        terminal.signal(name);
        assert_eq!(terminal.ends(), 130, "{name}");
        gone(process.trim().parse().unwrap()).await;
    }
}
