//! MCP servers: processes that speak over their standard input and output, or addresses that speak HTTP.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use locus::Env;
use locus::agent::ToolError;
use locus::wire::RawJson;
use locus::wire::chat::FunctionDefinition;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ClientConfig,
    ClientRequest, ContentBlock, Implementation, PingRequest, ResourceContents, Tool,
};
use rmcp::service::{ClientInitializeError, RunningService};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{Peer, RoleClient, ServiceError};
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::watch;

use super::capture::bounded;
use super::http::Http;
use super::process::{Environment, Process};
use crate::failure::{Failure, chain};

/// A server that answers, until this is dropped.
pub(super) struct Server {
    name: String,
    service: RunningService<RoleClient, ClientConfig>,
    process: Option<Process>,
    last_words: LastWords,
    /// How many calls have begun and not come to an end.
    open_calls: Arc<AtomicUsize>,
}

impl Server {
    /// Starts a server, or calls one by its address.
    pub(super) async fn open(place: &str, surroundings: &Surroundings) -> Result<Self, Failure> {
        let last_words = LastWords::default();
        let opened = tokio::time::timeout(PATIENCE, connect(place, surroundings, &last_words));
        let silent = |_| Err(format!("it said nothing in {} seconds", PATIENCE.as_secs()));
        let (service, process) = match opened.await.unwrap_or_else(silent) {
            Ok(opened) => opened,
            Err(why) => {
                let last_words = last_words.heard().await;
                let message = format!("cannot use the MCP server {place:?}: {why}{last_words}");
                let hint = "--mcp wants its address, or the command that starts it";
                return Err(Failure::local(message, hint));
            }
        };
        let told = service.peer().peer_info().and_then(|info| Some(info.server_info.clone()?.name));
        let name = told.filter(|name| !name.is_empty()).unwrap_or_else(|| "mcp".to_owned());
        Ok(Self { name, service, process, last_words, open_calls: Arc::default() })
    }

    /// What it calls itself.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The tools that it has now.
    pub(super) async fn tools(&self) -> Result<Vec<McpTool>, Failure> {
        let listed = tokio::time::timeout(PATIENCE, self.service.peer().list_all_tools()).await;
        let why = match listed {
            Ok(Ok(tools)) => {
                return tools.into_iter().map(|tool| self.tool(&tool)).collect();
            }
            Ok(Err(error)) => told(&error),
            Err(_) => format!("no answer in {} seconds", PATIENCE.as_secs()),
        };
        let message = format!("the MCP server {} lists no tools: {why}", self.name);
        Err(Failure::local(message + &self.last_words.heard().await, "leave it out of --mcp"))
    }

    fn tool(&self, tool: &Tool) -> Result<McpTool, Failure> {
        let parameters = RawJson::from_serialize(&*tool.input_schema)
            .map_err(|error| Failure::io("cannot read the schema of a tool", error))?;
        let mut definition = FunctionDefinition::new(&*tool.name).with_parameters(parameters);
        definition.description = tool.description.as_deref().map(str::to_owned);
        Ok(McpTool {
            name: tool.name.clone().into_owned(),
            definition,
            server: self.name.clone(),
            peer: self.service.peer().clone(),
            last_words: self.last_words.clone(),
            open_calls: Arc::clone(&self.open_calls),
        })
    }

    /// Lets it end by itself, which servers do when nobody speaks to them any more, for a while.
    pub(super) async fn end(mut self) {
        if self.open_calls.load(Ordering::Relaxed) > 0 {
            // That a call is off is told to it in passing. Whoever answers this has read that.
            let ping = ClientRequest::PingRequest(PingRequest::default());
            let _ = tokio::time::timeout(FAREWELL, self.service.peer().send_request(ping)).await;
        }
        // Its standard input closes with the service.
        let _ = self.service.close_with_timeout(FAREWELL).await;
        if let Some(mut process) = self.process.take() {
            let _ = tokio::time::timeout(FAREWELL, process.wait()).await;
        }
    }
}

/// A tool of a server, by the name that the model is told.
#[derive(Clone)]
pub(super) struct McpTool {
    name: String,
    definition: FunctionDefinition,
    server: String,
    peer: Peer<RoleClient>,
    last_words: LastWords,
    open_calls: Arc<AtomicUsize>,
}

impl McpTool {
    /// What the server calls it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What the server calls itself.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// As the server describes it.
    pub(super) fn definition(&self) -> &FunctionDefinition {
        &self.definition
    }

    /// Dropping the future tells the server that the call is off.
    pub(super) async fn call(&self, arguments: Map<String, Value>) -> Result<String, ToolError> {
        let call = CallToolRequestParams::new(self.name.clone()).with_arguments(arguments);
        self.open_calls.fetch_add(1, Ordering::Relaxed);
        let answer = self.peer.call_tool_once(call).await;
        self.open_calls.fetch_sub(1, Ordering::Relaxed);
        match answer {
            Ok(CallToolResponse::Complete(result)) => text(result),
            Ok(_) => Err("the MCP server asks for what only a person could tell it".into()),
            // It is there, and refused.
            Err(ServiceError::McpError(error)) => Err(error.message.into_owned().into()),
            Err(error) => {
                let (server, why) = (&self.server, told(&error));
                let last_words = self.last_words.heard().await;
                Err(format!("the MCP server {server}: {why}{last_words}").into())
            }
        }
    }
}

/// What servers are reached with.
#[derive(Clone)]
pub(super) struct Surroundings {
    /// For those that are started.
    pub(super) environment: Environment,
    /// For those that are called.
    pub(super) env: Env,
    pub(super) token: Option<String>,
}

type Opened = (RunningService<RoleClient, ClientConfig>, Option<Process>);

async fn connect(
    place: &str,
    surroundings: &Surroundings,
    last_words: &LastWords,
) -> Result<Opened, String> {
    let about = Implementation::new("locus", env!("CARGO_PKG_VERSION"));
    // Nothing is offered to the server: neither files nor our model nor a person to ask.
    let about = ClientConfig::new(ClientCapabilities::default(), about);
    if place.starts_with("https://") || place.starts_with("http://") {
        let http = Http::to(place, &surroundings.env)?;
        let mut config = StreamableHttpClientTransportConfig::with_uri(place);
        if let Some(token) = &surroundings.token {
            config = config.auth_header(token.as_str());
        }
        let transport = StreamableHttpClientTransport::with_client(http, config);
        let service = rmcp::serve_client(about, transport).await;
        return Ok((service.map_err(|error| chain("", &error))?, None));
    }
    let mut process = Process::shell(place, &surroundings.environment, Stdio::piped())
        .map_err(|error| format!("it does not start: {error}"))?;
    let (Some(input), Some(output)) = (process.stdin(), process.stdout()) else {
        return Err("it has no standard input and output".to_owned());
    };
    if let Some(errors) = process.stderr() {
        tokio::spawn(last_words.clone().listen(errors));
    }
    let service = rmcp::serve_client(about, (output, input)).await;
    let service = service.map_err(|error| match error {
        ClientInitializeError::ConnectionClosed(_) => "it ended".to_owned(),
        error => chain("", &error),
    })?;
    Ok((service, Some(process)))
}

/// What a server writes for people, the end of which explains its own.
#[derive(Clone, Debug, Default)]
struct LastWords(Arc<watch::Sender<Words>>);

#[derive(Debug, Default)]
struct Words {
    bytes: VecDeque<u8>,
    is_over: bool,
}

impl LastWords {
    /// Keeps the end of what comes until there is no more.
    async fn listen(self, mut errors: impl AsyncRead + Unpin) {
        let mut piece = [0; 1024];
        while let Ok(count @ 1..) = errors.read(&mut piece).await {
            self.0.send_modify(|words| {
                words.bytes.extend(piece.get(..count).unwrap_or_default());
                let gone = words.bytes.len().saturating_sub(WORDS);
                words.bytes.drain(..gone);
            });
        }
        self.0.send_modify(|words| words.is_over = true);
    }

    /// The last lines, to be put behind a message; those of a server that is ending are waited for.
    async fn heard(&self) -> String {
        let mut words = self.0.subscribe();
        // Where it goes on speaking, what it said so far must do.
        let _ = tokio::time::timeout(ECHO, words.wait_for(|words| words.is_over)).await;
        let bytes: Vec<u8> = words.borrow().bytes.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        match lines.get(lines.len().saturating_sub(LINES)..) {
            None | Some([]) => String::new(),
            Some(last) => format!("; it said last: {}", last.join(" / ")),
        }
    }
}

/// A result as a model reads it. What is no text is named, so that it does not get lost in silence.
fn text(result: CallToolResult) -> Result<String, ToolError> {
    let mut text = String::new();
    for block in &result.content {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = match block {
            ContentBlock::Text(block) => write!(text, "{}", block.text),
            ContentBlock::Image(block) => {
                write!(text, "[an image of type {}, which is not shown to you]", block.mime_type)
            }
            ContentBlock::Audio(block) => {
                write!(text, "[a sound of type {}, which is not played to you]", block.mime_type)
            }
            ContentBlock::Resource(block) => match &block.resource {
                ResourceContents::TextResourceContents { uri, text: content, .. } => {
                    write!(text, "{uri}:\n{content}")
                }
                ResourceContents::BlobResourceContents { uri, .. } => {
                    write!(text, "[the bytes of {uri}, which are not shown to you]")
                }
                _ => write!(text, "[a resource, which is not shown to you]"),
            },
            ContentBlock::ResourceLink(link) => write!(text, "[{}]", link.uri),
            _ => write!(text, "[something else than text, which is not shown to you]"),
        };
    }
    if let Some(value) = result.structured_content.filter(|_| result.content.is_empty()) {
        text = value.to_string();
    }
    let text = bounded(text);
    if result.is_error == Some(true) { Err(text.into()) } else { Ok(text) }
}

/// An error in our words where the library's own say little.
fn told(error: &ServiceError) -> String {
    match error {
        ServiceError::McpError(error) => error.message.clone().into_owned(),
        ServiceError::TransportClosed => ENDED.to_owned(),
        // A pipe that nobody reads any more.
        ServiceError::TransportSend(error) if error.error.is::<std::io::Error>() => {
            ENDED.to_owned()
        }
        ServiceError::TransportSend(error) => chain("", &*error.error),
        error => error.to_string(),
    }
}

const ENDED: &str = "it has ended";

/// Servers that are fetched when they are started take their time.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a server may take to end, in each of its steps.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long the last words of a server are waited for.
const ECHO: Duration = Duration::from_millis(500);

/// Bytes of its errors that are kept, and lines of them that are told.
const WORDS: usize = 600;
const LINES: usize = 3;
