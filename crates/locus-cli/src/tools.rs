//! The tools of a chat: a shell, and the tools of MCP servers, each call of which somebody agrees to.

mod capture;
mod gate;
mod http;
mod mcp;
mod process;
mod shell;

use std::time::Duration;

use clap::Args;
use locus::Env;
use locus::agent::{Tool, ToolContext, ToolError, ToolPolicy};
use locus::wire::chat::FunctionDefinition;
use serde_json::{Map, Value};

use crate::failure::Failure;
pub(crate) use gate::Gate;
use mcp::{McpTool, Server, Surroundings};
use process::{Environment, variable};
use shell::Shell;

/// What the model may do on this machine.
#[derive(Args, Debug)]
#[command(next_help_heading = "Tools")]
pub(crate) struct ToolArgs {
    /// Offer the tools of an MCP server: its address, such as https://host/mcp, or the command that starts it; may be repeated.
    #[arg(long = "mcp", value_name = "URL|COMMAND")]
    servers: Vec<String>,

    /// The variable of the environment that holds the bearer token of MCP servers that have an address.
    #[arg(long, value_name = "NAME")]
    mcp_token_env: Option<String>,

    /// Offer a tool that runs one command of a shell.
    #[arg(long)]
    shell: bool,

    /// Run every call of a tool without asking. The model then does to files, accounts and networks whatever you could do: for
    /// machines that may be lost. Without it each call is shown first, and refused where there is no terminal to ask at.
    #[arg(long)]
    yes: bool,

    /// How often the model may answer with calls before it has to stop.
    #[arg(long, default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_turns: u32,

    /// How long a call may take, in seconds.
    #[arg(long, default_value_t = 120, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    tool_timeout: u64,

    /// Hand this variable of the environment to tools, which get PATH, HOME and the like but nothing that is set for us; may be
    /// repeated.
    #[arg(long, value_name = "NAME")]
    tool_env: Vec<String>,
}

/// The tools that a chat has, and who agrees to their calls. Servers end when this is dropped.
pub(crate) struct Tools {
    offered: Vec<AnyTool>,
    servers: Vec<Server>,
    pub(crate) gate: Gate,
    pub(crate) max_turns: u32,
    pub(crate) limit: Duration,
}

impl Tools {
    /// Starts what was asked for; nothing if nothing was.
    pub(crate) async fn open(args: &ToolArgs, env: &Env) -> Result<Self, Failure> {
        let limit = Duration::from_secs(args.tool_timeout);
        let environment = Environment::new(env, &args.tool_env)?;
        let token =
            args.mcp_token_env.as_deref().map(|name| variable(env, name, "--mcp-token-env"));
        let token = token.transpose()?.map(str::to_owned);
        let mut offered = Vec::new();
        if args.shell {
            let tool = Shell::new(environment.clone(), limit)?;
            offered
                .push(AnyTool { definition: tool.definition().clone(), kind: Kind::Shell(tool) });
        }
        let surroundings = Surroundings { environment, env: env.clone(), token };
        // Side by side, since most of them take a while.
        let opening: Vec<_> = args
            .servers
            .iter()
            .map(|place| {
                let (place, surroundings) = (place.clone(), surroundings.clone());
                tokio::spawn(async move {
                    let server = Server::open(&place, &surroundings).await?;
                    let tools = server.tools().await?;
                    Ok::<_, Failure>((server, tools))
                })
            })
            .collect();
        let mut servers = Vec::new();
        for opened in opening {
            let opened = opened.await.map_err(|error| Failure::io("cannot start tools", error))?;
            let (server, tools) = opened?;
            for tool in tools {
                let name = free_name(&tool.definition().name, server.name(), &offered);
                let mut definition = tool.definition().clone();
                definition.name = name;
                offered.push(AnyTool { definition, kind: Kind::Mcp(tool) });
            }
            servers.push(server);
        }
        let gate = Gate::new(args.yes);
        Ok(Self { offered, servers, gate, max_turns: args.max_turns, limit })
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.offered.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &AnyTool> {
        self.offered.iter()
    }

    /// Lets the servers end in their own way.
    pub(crate) async fn end(self) {
        let ends: Vec<_> =
            self.servers.into_iter().map(|server| tokio::spawn(server.end())).collect();
        for end in ends {
            // Whatever happened to it, it has ended.
            let _ = end.await;
        }
    }
}

/// A tool of any kind, by a name that no other has.
#[derive(Clone)]
pub(crate) struct AnyTool {
    definition: FunctionDefinition,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Shell(Shell),
    Mcp(McpTool),
}

impl AnyTool {
    pub(crate) fn name(&self) -> &str {
        &self.definition.name
    }

    /// Where it comes from.
    pub(crate) fn origin(&self) -> String {
        match &self.kind {
            Kind::Shell(_) => "sh -c, in this folder".to_owned(),
            Kind::Mcp(tool) => format!("{} of the MCP server {}", tool.name(), tool.server()),
        }
    }
}

impl Tool for AnyTool {
    fn definition(&self) -> FunctionDefinition {
        self.definition.clone()
    }

    async fn call(&self, arguments: &str, _: ToolContext) -> Result<String, ToolError> {
        let arguments = object(arguments).ok_or("expected a JSON object as arguments")?;
        match &self.kind {
            Kind::Shell(tool) => tool.call(&arguments).await,
            Kind::Mcp(tool) => tool.call(arguments).await,
        }
    }

    fn policy(&self) -> ToolPolicy {
        let mut policy = ToolPolicy::default();
        if let Kind::Shell(tool) = &self.kind {
            // It keeps its limit itself, and then still has the output so far.
            policy.timeout = Some(tool.limit() + GRACE);
        }
        policy
    }
}

/// The arguments of a call: no text at all is none.
fn object(arguments: &str) -> Option<Map<String, Value>> {
    match arguments.trim() {
        "" => Some(Map::new()),
        text => serde_json::from_str(text).ok(),
    }
}

/// The name that the model is told: that of the tool as far as services take it, behind the server's if another tool has it.
fn free_name(name: &str, server: &str, taken: &[AnyTool]) -> String {
    let candidates = [fit(name), fit(&format!("{server}_{name}"))].into_iter();
    let numbered = (2..).map(|number| {
        let suffix = format!("_{number}");
        let mut name = fit(name);
        name.truncate(NAME_LIMIT - suffix.len());
        name + &suffix
    });
    let is_free = |name: &String| taken.iter().all(|tool| tool.name() != name);
    candidates.chain(numbered).find(is_free).unwrap_or_default()
}

fn fit(name: &str) -> String {
    let fits = |found: char| found.is_ascii_alphanumeric() || found == '_' || found == '-';
    let name: String = name.chars().map(|found| if fits(found) { found } else { '_' }).collect();
    let name: String = name.chars().take(NAME_LIMIT).collect();
    if name.is_empty() { "tool".to_owned() } else { name }
}

/// What OpenAI's API takes as the name of a function.
const NAME_LIMIT: usize = 64;

/// For ending what ran too long.
const GRACE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> AnyTool {
        let shell = Shell::new(Environment::new(&Env::default(), &[]).unwrap(), GRACE).unwrap();
        AnyTool { definition: FunctionDefinition::new(name), kind: Kind::Shell(shell) }
    }

    #[track_caller]
    fn check(name: &str, server: &str, taken: &[&str], expected: &str) {
        let taken: Vec<AnyTool> = taken.iter().map(|name| named(name)).collect();
        assert_eq!(free_name(name, server, &taken), expected);
    }

    #[test]
    fn every_tool_has_a_name_of_its_own_that_services_take() {
        check("echo", "one", &[], "echo");
        check("echo", "two", &["echo"], "two_echo");
        check("echo", "two", &["echo", "two_echo"], "echo_2");
        check("echo", "two", &["echo", "two_echo", "echo_2"], "echo_3");
        check("files/read it", "a.b", &[], "files_read_it");
        check("files/read it", "a.b", &["files_read_it"], "a_b_files_read_it");
        check("", "x", &[], "tool");
        check(&"n".repeat(70), "x", &[], &"n".repeat(64));
        let long = "n".repeat(64);
        let behind = format!("x_{}", "n".repeat(62));
        check(&long, "x", &[&long, &behind], &format!("{}_2", "n".repeat(62)));
    }

    #[test]
    fn arguments_are_an_object_or_nothing() {
        assert_eq!(object(" ").map(|object| object.len()), Some(0));
        assert_eq!(object(r#"{"a": 1}"#).map(|object| object.len()), Some(1));
        for text in ["[]", "\"{}\"", "{", "null", "{}{}"] {
            assert_eq!(object(text), None, "{text}");
        }
    }
}
