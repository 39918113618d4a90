//! `docs/commands.md` is what a terminal shows: every command of the page is run, in order, in one shell at 80 columns.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use oci_emulator::{Emulator, Sandbox};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const PAGE: &str = include_str!("../../../../docs/commands.md");

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_page_shows_what_it_says() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::create(&home.path().join(".oci")).unwrap();
    let emulator = Emulator::builder().identity(sandbox.identity()).start().await.unwrap();
    let (folder, url) = (home.path().to_owned(), emulator.url());
    let made = tokio::task::spawn_blocking(move || {
        let mut shell = Shell::start(&folder, &url);
        let mut page = String::new();
        for piece in pieces(PAGE) {
            match piece {
                Piece::Prose(text) => page.push_str(text),
                Piece::Transcript(text) => page.push_str(&stable(&shell.replay(text), &folder)),
            }
        }
        page
    });
    let made = made.await.unwrap();
    if made != PAGE {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/commands.md");
        std::fs::write(path, &made).unwrap();
        let mut lines = PAGE.lines().zip(made.lines()).enumerate();
        let (line, (said, shown)) =
            lines.find(|(_, (said, shown))| said != shown).unwrap_or_default();
        panic!(
            "docs/commands.md, line {}, says\n{said:?}\nand the terminal shows\n{shown:?}\n\
             If that is right, take the page from {path}",
            line + 1
        );
    }
}

enum Piece<'a> {
    Prose(&'a str),
    Transcript(&'a str),
}

/// The blocks of `console`, and what is around them.
fn pieces(page: &str) -> Vec<Piece<'_>> {
    let (open, close) = ("```console\n", "```\n");
    let mut pieces = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find(open) {
        let (prose, block) = rest.split_at(at + open.len());
        let end = block.find(close).unwrap();
        pieces.push(Piece::Prose(prose));
        pieces.push(Piece::Transcript(&block[..end]));
        rest = &block[end..];
    }
    pieces.push(Piece::Prose(rest));
    pieces
}

/// A shell at a terminal of 80 columns, which does nothing with what is typed but echo it.
struct Shell {
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    /// What was shown and not yet looked at.
    shown: String,
    _child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Shell {
    fn start(home: &Path, url: &str) -> Self {
        let size = PtySize { rows: 50, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new("sh");
        command.arg("-i");
        command.env_clear();
        let binaries = Path::new(env!("CARGO_BIN_EXE_locus")).parent().unwrap();
        command.env("PATH", format!("{}:/usr/bin:/bin", binaries.display()));
        // Of the same length everywhere, so that lines are broken at the same places.
        command.env("HOME", ".");
        command.env("PS1", PROMPT);
        command.env("TERM", "dumb");
        command.env("NO_COLOR", "1");
        command.env("E", format!("--endpoint {url}"));
        command.cwd(home);
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let input = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                if sender.send(piece[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let shown = String::new();
        let mut shell = Self { output, input, shown, _child: child, _master: pair.master };
        shell.until(PROMPT);
        shell
    }

    /// Types what a transcript says was typed, and returns what was shown.
    fn replay(&mut self, transcript: &str) -> String {
        let mut shown = String::new();
        let mut before = "";
        for line in transcript.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                if !shown.is_empty() {
                    shown.push_str(&self.until(PROMPT));
                }
                shown.push_str("$ ");
                self.enter(command);
            } else if let Some(said) = line.strip_prefix("> ") {
                shown.push_str(&self.until("\n> "));
                shown.push_str("\n> ");
                self.enter(said);
            } else if let Some((_, answer)) = line.split_once("(n) ") {
                shown.push_str(&self.until("(n) "));
                shown.push_str("(n) ");
                self.enter(answer);
            } else if line == "^C" {
                shown.push_str(&self.until(before));
                shown.push_str(before);
                self.input.write_all(b"\x03").unwrap();
            }
            before = line;
        }
        let last = self.until(PROMPT);
        shown + &last
    }

    fn enter(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// What is shown before this text.
    fn until(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.shown.find(text) {
                let before = self.shown[..at].to_owned();
                self.shown.drain(..at + text.len());
                return before;
            }
            match self.output.recv_timeout(PATIENCE) {
                Ok(piece) => self.shown += &String::from_utf8_lossy(&piece).replace('\r', ""),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{text:?} was not shown, but {:?}", self.shown)
                }
            }
        }
    }
}

/// A transcript without what differs from run to run: ids, times, ports, the version. What stands in their
/// place is as long, but for the ids of requests.
fn stable(transcript: &str, home: &Path) -> String {
    let text = transcript
        .replace(home.to_str().unwrap(), "~")
        .replace("./.oci", "~/.oci")
        .replace(env!("CARGO_PKG_VERSION"), "X.Y.Z");
    let id = ["x".repeat(32), "x".repeat(32), "x".repeat(32)].join("/");
    let text: Vec<String> = text
        .lines()
        .map(|line| times(&ids(&ports(&digests(line)))).replace(&id, "xxxx/xxxx/xxxx"))
        .collect();
    text.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What is random by itself: digests, and the end of a secret.
fn digests(line: &str) -> String {
    if line.starts_with("x-content-sha256: ") {
        return "x-content-sha256: …".to_owned();
    }
    // How long a tool took.
    if let Some((before, after)) = line.split_once("\"ms\":") {
        let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        return format!("{before}\"ms\":0{rest}");
    }
    match line.split_once("sk-***") {
        Some((before, after)) => format!("{before}sk-***xxx{}", &after[3..]),
        None => line.to_owned(),
    }
}

/// Ports that were free.
fn ports(line: &str) -> String {
    let mut parts = line.split("127.0.0.1:");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let port = &part[..part.len() - rest.len()];
        out += &format!("127.0.0.1:{}{rest}", if port.len() > 4 { "40000" } else { port });
    }
    out
}

/// Long words of hexadecimal digits, or with digits among their letters, and fingerprints.
fn ids(line: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == ':' {
            word.push(c);
            continue;
        }
        let hex = |c: char| c.is_ascii_hexdigit();
        let is_fingerprint = word.len() > 20 && word.chars().all(|c| hex(c) || c == ':');
        let is_id = word.len() >= 12 && word.chars().all(hex)
            || word.len() >= 16 && word.chars().any(|c| c.is_ascii_digit());
        let hide = |c: char| if c == ':' { ':' } else { 'x' };
        match is_fingerprint || is_id {
            true => out.extend(word.chars().map(hide)),
            false => out.push_str(&word),
        }
        word.clear();
        out.extend(Some(c).filter(|c| *c != '\n'));
    }
    out
}

/// Numbers before a unit of time, dates, and seconds since 1970.
fn times(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for at in 0..words.len() {
        let next = words.get(at + 1).map_or("", |word| word.trim_end_matches(',')).to_owned();
        let is_number = words[at].starts_with(|c: char| c.is_ascii_digit());
        if is_number && matches!(next.as_str(), "ms" | "s" | "minutes") {
            words[at] = "…".to_owned();
        }
        let shape: String =
            words[at].chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        let is_date = ["0000-00-00", "00:00", "00:00:00"].contains(&shape.as_str());
        let is_http_date = next == "GMT" || words.get(at + 2).is_some_and(|word| word == "GMT");
        if is_date || is_http_date {
            words[at] = shape;
        }
    }
    if let Some(at) = words.iter().position(|word| word == "GMT") {
        // The weekday, the day and the month before the year and the time.
        for (back, text) in [(5, "Thu,"), (4, "01"), (3, "Jan")] {
            if let Some(word) = at.checked_sub(back).and_then(|at| words.get_mut(at)) {
                *word = text.to_owned();
            }
        }
    }
    epochs(&words.join(" "))
}

fn epochs(line: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in line.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(if digits.len() == 10 { "1700000000" } else { &digits });
        digits.clear();
        out.extend(Some(c).filter(|c| *c != '\n'));
    }
    out
}

#[test]
fn what_differs_from_run_to_run_is_hidden() {
    for (line, expected) in [
        ("file-9acbb351d9df33f3bb60055da837bb38  a", "file-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  a"),
        (
            "51:fc:4f:87:94:72:c6:e4:d3:18:a1:d6:ad:08:ad:80",
            "xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx:xx",
        ),
        (
            "meta.llama-4-maverick-17b-128e-instruct-fp8",
            "meta.llama-4-maverick-17b-128e-instruct-fp8",
        ),
        ("first token 36 ms | total 130 ms", "first token … ms | total … ms"),
        ("2026-11-21 18:57", "0000-00-00 00:00"),
        ("date: Sat, 21 Nov 2026 18:58:07 GMT", "date: Thu, 01 Jan 0000 00:00:00 GMT"),
        ("{\"created\":1795287447}", "{\"created\":1700000000}"),
    ] {
        assert_eq!(times(&ids(line)), expected);
    }
}

/// Not in anything that a command shows.
const PROMPT: &str = "\u{2}$ ";

/// For one command on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
