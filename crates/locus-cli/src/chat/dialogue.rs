//! `locus chat` at a terminal, without a prompt: question and answer in turns.

use std::io::Write as _;
use std::path::Path;

use locus::wire::chat::{Content, Message, Part};
use locus::{Client, Model, ProviderState};
use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use super::output::Output;
use super::{Ended, Look, attach, turn};
use crate::args::ChatArgs;
use crate::escape;
use crate::failure::Failure;
use crate::signal::interrupted;

/// Everything that was said, and what goes with the next question.
struct Dialogue<'a> {
    client: &'a Client,
    model: Model,
    system: Option<String>,
    messages: Vec<Message>,
    state: Option<ProviderState>,
    attached: Vec<Part>,
    look: Look,
}

/// Asks for lines until there are no more.
pub(super) async fn run(
    args: &ChatArgs,
    client: &Client,
    attached: Vec<Part>,
    look: Look,
) -> Result<(), Failure> {
    let mut dialogue = Dialogue {
        client,
        model: super::model(args, client),
        system: args.system.clone(),
        messages: Vec::new(),
        state: None,
        attached,
        look,
    };
    tell(&format!("{}; /help lists the commands, Ctrl-D ends", dialogue.model.id()));
    let config = Config::builder().auto_add_history(true).build();
    let mut editor = DefaultEditor::with_config(config)
        .map_err(|error| Failure::io("cannot use the terminal", error))?;
    loop {
        // It blocks until a line is there, and wants the terminal to itself.
        let read = tokio::task::spawn_blocking(move || {
            let line = editor.readline("> ");
            (editor, line)
        });
        let (back, line) =
            read.await.map_err(|error| Failure::io("cannot read the terminal", error))?;
        editor = back;
        match line {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                let line = line.trim();
                match line.strip_prefix('/') {
                    Some("quit" | "exit") => return Ok(()),
                    Some(command) => dialogue.command(command),
                    None => dialogue.ask(line).await?,
                }
            }
            // Ctrl-C takes back the line that was begun.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(Failure::io("cannot read the terminal", error)),
        }
    }
}

impl Dialogue<'_> {
    /// One question and its answer. What fails is told, and the question taken back, so that it can be asked again.
    async fn ask(&mut self, question: &str) -> Result<(), Failure> {
        let content = match std::mem::take(&mut self.attached) {
            parts if parts.is_empty() => Content::from(question),
            mut parts => {
                parts.push(Part::text(question));
                Content::from(parts)
            }
        };
        self.messages.push(Message::user(content));
        let mut chat = self.model.chat(&self.messages);
        if let Some(system) = &self.system {
            chat = chat.system(system);
        }
        if let Some(state) = &self.state {
            chat = chat.continues(state);
        }
        let mut output = Output::new(false, self.look);
        let ended = tokio::select! {
            biased;
            () = interrupted() => Err(Ended::Interrupted),
            ended = turn(chat, &self.model, &mut output) => ended,
        };
        match ended {
            Ok(turn) => {
                turn.summary.print(self.look.styles_errors);
                self.messages.push(turn.message);
                self.state = turn.state;
                Ok(())
            }
            Err(ended) => {
                output.end_line();
                self.messages.pop();
                let failure = match ended {
                    Ended::Failed(failure) => failure,
                    Ended::Interrupted => Failure::interrupted(),
                    Ended::Unwanted => return Err(Failure::interrupted()),
                };
                tell(&failure.to_string());
                Ok(())
            }
        }
    }

    fn command(&mut self, command: &str) {
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        let rest = rest.trim();
        match (name, rest) {
            ("help", _) => tell(HELP),
            ("clear", _) => {
                (self.messages, self.state, self.attached) = (Vec::new(), None, Vec::new());
                tell("nothing was said");
            }
            ("image", path) if !path.is_empty() => {
                self.attach(attach::image(Path::new(path)), path);
            }
            ("file", path) if !path.is_empty() => self.attach(attach::file(Path::new(path)), path),
            ("model", "") => tell(
                &self.client.explain(self.model.id()).unwrap_or_else(|error| error.to_string()),
            ),
            ("model", id) => match self.client.explain(id) {
                Ok(explanation) => {
                    self.model = self.client.model(id);
                    // The service keeps a conversation for the model that began it.
                    self.state = None;
                    tell(&explanation);
                }
                Err(error) => tell(&Failure::from(error).to_string()),
            },
            ("system", text) => {
                self.system = Some(text.to_owned()).filter(|text| !text.is_empty());
                tell(if text.is_empty() { "no system message" } else { "taken" });
            }
            ("save", path) if !path.is_empty() => match self.save(Path::new(path)) {
                Ok(()) => tell(&format!("{} messages in {path}", self.messages.len())),
                Err(error) => tell(&format!("cannot write {path}: {error}")),
            },
            _ => tell(&format!("no command /{name} of this form; {HELP}")),
        }
    }

    fn attach(&mut self, part: Result<Part, Failure>, path: &str) {
        match part {
            Ok(part) => {
                self.attached.push(part);
                tell(&format!("{path} goes with the next question"));
            }
            Err(failure) => tell(&failure.to_string()),
        }
    }

    /// The messages as JSON, in the form that `messages` of a request has.
    fn save(&self, path: &Path) -> std::io::Result<()> {
        let mut file = std::fs::File::create_new(path)?;
        serde_json::to_writer_pretty(&mut file, &self.messages)?;
        file.write_all(b"\n")
    }
}

fn tell(text: &str) {
    let safe: Vec<String> = text.lines().map(escape::line).collect();
    // If standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "locus: {}", safe.join("\n       "));
}

const HELP: &str = "the commands are
/image FILE   goes with the next question, as does
/file FILE    a text or a PDF
/model [ID]   another model from now on, or how the present one is reached
/system TEXT  another system message from now on
/clear        forget what was said
/save FILE    write what was said as JSON
/quit         end";
