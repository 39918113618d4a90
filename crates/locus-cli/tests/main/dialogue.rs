//! `locus chat` at a terminal: a dialogue, with styles.

use std::io::{Read, Write};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

/// A command that has a terminal, and what it showed so far.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    reader: Box<dyn Read + Send>,
    writer: Box<dyn Write + Send>,
    /// What was shown and not yet expected.
    shown: String,
    /// All that was shown.
    all: String,
    home: tempfile::TempDir,
}

impl Terminal {
    fn start(args: &[&str], no_color: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_locus"));
        command.args(args);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("TERM", "xterm");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        let (reader, writer) =
            (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        Self { child, reader, writer, shown: String::new(), all: String::new(), home }
    }

    /// Reads until this text was shown after what was read before.
    fn expect(&mut self, text: &str) -> &mut Self {
        let mut piece = [0; 4096];
        loop {
            if let Some(at) = self.shown.find(text) {
                self.shown.drain(..at + text.len());
                return self;
            }
            let count = self.reader.read(&mut piece).unwrap_or(0);
            assert!(count > 0, "{text:?} was not shown, but {:?}", self.shown);
            let piece = String::from_utf8_lossy(&piece[..count]);
            self.shown.push_str(&piece);
            self.all.push_str(&piece);
        }
    }

    fn enter(&mut self, line: &str) -> &mut Self {
        self.writer.write_all(line.as_bytes()).unwrap();
        self.writer.write_all(b"\r").unwrap();
        self
    }

    fn ends(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}

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
