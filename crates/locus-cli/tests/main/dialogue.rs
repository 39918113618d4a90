//! `locus chat` at a terminal: a dialogue, with styles.

use crate::terminal::Terminal;

#[test]
fn a_dialogue_remembers_what_was_said() {
    let mut terminal = Terminal::start(&["chat", "--emulator"], false);
    terminal.expect("/help lists the commands").expect("> ");
    terminal.enter("What is 2x2?").expect("2x2 is 4.").expect("\u{1b}[2moci:openai.gpt-5.5");
    terminal.enter("And 3+4?").expect("3+4 is 7.").expect("> ");
    terminal.enter("/image nothing.png").expect("cannot read nothing.png");
    terminal.enter("/nonsense").expect("no command /nonsense");
    terminal.enter("/save said.json").expect("4 messages in said.json");
    let said = std::fs::read_to_string(terminal.home.path().join("said.json")).unwrap();
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said[3]["content"], "3+4 is 7.");
    terminal.enter("/clear").expect("nothing was said");
    terminal.enter("/model oci:acme.rocket").expect("vendor");
    terminal.enter("/model oci:cohere.command-r-plus").expect("native");
    terminal
        .enter("What is 5+5?")
        .expect("5+5 is 10.")
        .expect("oci:cohere.command-r-plus | native");
    terminal.enter("/quit");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn without_colour_nothing_is_styled() {
    let mut terminal = Terminal::start(&["chat", "--emulator", "What is 2x2?"], true);
    terminal.expect("2x2 is 4.");
    terminal.expect("opc-request-id");
    assert!(!terminal.all.contains('\u{1b}'), "{}", terminal.all);
    assert_eq!(terminal.ends(), 0);
}
