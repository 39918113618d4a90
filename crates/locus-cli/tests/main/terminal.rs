//! A terminal of 80 columns, in which the command runs.

use std::io::{Read, Write};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

/// A command that has a terminal, and what it showed so far.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    reader: Box<dyn Read + Send>,
    writer: Box<dyn Write + Send>,
    /// What was shown and not yet expected.
    shown: String,
    /// All that was shown.
    pub(crate) all: String,
    pub(crate) home: tempfile::TempDir,
}

impl Terminal {
    pub(crate) fn start(args: &[&str], no_color: bool) -> Self {
        Self::at(tempfile::tempdir().unwrap(), args, no_color)
    }

    /// The same in a folder with this file, without colour.
    pub(crate) fn with_file(args: &[&str], name: &str, text: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(name), text).unwrap();
        Self::at(home, args, true)
    }

    fn at(home: tempfile::TempDir, args: &[&str], no_color: bool) -> Self {
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
    pub(crate) fn expect(&mut self, text: &str) -> &mut Self {
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

    pub(crate) fn enter(&mut self, line: &str) -> &mut Self {
        self.writer.write_all(line.as_bytes()).unwrap();
        self.writer.write_all(b"\r").unwrap();
        self
    }

    /// Types without ending the line.
    pub(crate) fn send(&mut self, text: &str) -> &mut Self {
        self.writer.write_all(text.as_bytes()).unwrap();
        self
    }

    /// Sends a signal to the command.
    pub(crate) fn signal(&self, name: &str) {
        assert!(crate::signal(name, self.child.process_id().unwrap()));
    }

    pub(crate) fn ends(mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}
