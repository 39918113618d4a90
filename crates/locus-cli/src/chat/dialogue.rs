//! `locus chat` at a terminal, without a prompt: question and answer in turns.

use std::io::Write as _;
use std::path::Path;

use locus::agent::Conversation;
use locus::wire::chat::Part;
use locus::{Client, Model};
use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use super::turn::{self, Manner, Question};
use super::{Ended, Look, attach};
use crate::args::ChatArgs;
use crate::failure::Failure;
use crate::lines::tell;
use crate::signal::interrupted;
use crate::tools::Tools;

/// Everything that was said, and what goes with the next question.
struct Dialogue<'a> {
    client: &'a Client,
    model: Model,
    system: Option<String>,
    conversation: Conversation,
    attached: Vec<Part>,
    look: Look,
    tools: &'a Tools,
}

/// Asks for lines until there are no more.
pub(super) async fn run(
    args: &ChatArgs,
    client: &Client,
    attached: Vec<Part>,
    look: Look,
    tools: &Tools,
) -> Result<(), Failure> {
    let mut dialogue = Dialogue {
        client,
        model: super::model(args, client),
        system: args.system.clone(),
        conversation: Conversation::default(),
        attached,
        look,
        tools,
    };
    tell(&format!("{}; /help lists the commands, Ctrl-D ends", dialogue.model.id()));
    if !tools.is_empty() {
        dialogue.tell_tools();
    }
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
    /// One question and its answer. What fails is told, and the question taken back, so that it can be asked again, unless tools
    /// have done something by then: that stays said.
    async fn ask(&mut self, question: &str) -> Result<(), Failure> {
        let before = self.conversation.clone();
        let asked = before.messages().len() + 1;
        let question = Question {
            model: &self.model,
            system: self.system.as_deref(),
            before: before.clone(),
            content: super::with(std::mem::take(&mut self.attached), question),
            tools: self.tools,
        };
        let manner = Manner { json: false, whole: false, look: self.look };
        let turn = turn::ask(question, manner, interrupted()).await;
        self.conversation = turn.conversation;
        let failure = match turn.ended {
            Ok(()) => {
                turn.summary.print(self.look.styles_errors);
                return Ok(());
            }
            Err(Ended::Failed(failure)) => failure,
            Err(Ended::Interrupted) => Failure::interrupted(),
            Err(Ended::Unwanted) => return Err(Failure::interrupted()),
        };
        tell(&failure.to_string());
        if self.conversation.messages().len() <= asked || self.conversation.is_pending() {
            self.conversation = before;
        } else {
            tell("the model knows what its tools have done so far");
        }
        Ok(())
    }

    /// Which tools there are, and which of them run unasked.
    fn tell_tools(&self) {
        let lines: Vec<String> = self
            .tools
            .iter()
            .map(|tool| {
                let rule = if self.tools.gate.is_open(tool.name()) {
                    "runs unasked"
                } else {
                    "asks first"
                };
                format!("{}, {}: {rule}", tool.name(), tool.origin())
            })
            .collect();
        tell(if lines.is_empty() { NO_TOOLS.to_owned() } else { lines.join("\n") }.as_str());
    }

    fn command(&mut self, command: &str) {
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        let rest = rest.trim();
        match (name, rest) {
            ("help", _) => tell(HELP),
            ("clear", _) => {
                (self.conversation, self.attached) = (Conversation::default(), Vec::new());
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
                    self.conversation = self.conversation.messages().to_vec().into();
                    tell(&explanation);
                }
                Err(error) => tell(&Failure::from(error).to_string()),
            },
            ("system", text) => {
                self.system = Some(text.to_owned()).filter(|text| !text.is_empty());
                tell(if text.is_empty() { "no system message" } else { "taken" });
            }
            ("tools", "") => self.tell_tools(),
            ("save", path) if !path.is_empty() => match self.save(Path::new(path)) {
                Ok(()) => {
                    tell(&format!("{} messages in {path}", self.conversation.messages().len()));
                }
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
        serde_json::to_writer_pretty(&mut file, self.conversation.messages())?;
        file.write_all(b"\n")
    }
}

const HELP: &str = "the commands are
/image FILE   goes with the next question, as does
/file FILE    a text or a PDF
/model [ID]   another model, or how the present one is reached
/system TEXT  another system message from now on
/tools        which tools there are, and which of them ask first
/clear        forget what was said
/save FILE    write what was said as JSON
/quit         end";

const NO_TOOLS: &str = "no tools; --shell and --mcp offer some";
