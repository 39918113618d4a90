//! What names a model, and what a chat call can begin with and be offered, each as a trait whose absence the compiler explains.

use oci_wire::chat::{ChatRequest, CustomDefinition, FunctionDefinition, Message, Tool};
use oci_wire::{Loss, responses};

use crate::router::{Model, Router};

/// What names a model: an id, which the router reaches through its client, or a model that knows its own way.
///
/// ```compile_fail,E0277
/// # fn refused(router: oci_router::Router) {
/// router.model(5.5); // "`{float}` names no model"
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no model",
    label = "expected an id such as \"oci:openai.gpt-5.5\", or a model",
    note = "a model is what `Router::model` gives, or in `locus` a `V1Model`, `ResponsesModel` or `NativeModel`"
)]
pub trait IntoModel {
    /// The model; a router that is not needed is left alone.
    fn into_model(self, router: &Router) -> Model;
}

impl IntoModel for String {
    fn into_model(self, router: &Router) -> Model {
        router.by_id(self)
    }
}

impl IntoModel for &str {
    fn into_model(self, router: &Router) -> Model {
        router.by_id(self.to_owned())
    }
}

impl IntoModel for &String {
    fn into_model(self, router: &Router) -> Model {
        router.by_id(self.clone())
    }
}

impl IntoModel for Model {
    fn into_model(self, _: &Router) -> Model {
        self
    }
}

impl IntoModel for &Model {
    fn into_model(self, _: &Router) -> Model {
        self.clone()
    }
}

/// What a chat call begins with: a prompt, messages or a whole request.
///
/// ```compile_fail,E0277
/// # fn refused(model: oci_router::Model) {
/// model.chat(42); // "a chat cannot begin with `{integer}`"
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "a chat cannot begin with `{Self}`",
    label = "expected a prompt, messages or a `ChatRequest`",
    note = "a prompt is a `&str` or a `String`, messages are an array, slice or `Vec` of `Message`"
)]
pub trait ChatInput {
    /// The request, whose model is still to be filled in.
    fn into_request(self) -> ChatRequest;
}

impl ChatInput for &str {
    fn into_request(self) -> ChatRequest {
        Message::user(self).into_request()
    }
}

impl ChatInput for String {
    fn into_request(self) -> ChatRequest {
        Message::user(self).into_request()
    }
}

impl ChatInput for &String {
    fn into_request(self) -> ChatRequest {
        self.as_str().into_request()
    }
}

impl ChatInput for Message {
    fn into_request(self) -> ChatRequest {
        vec![self].into_request()
    }
}

impl ChatInput for Vec<Message> {
    fn into_request(self) -> ChatRequest {
        ChatRequest::new("", self)
    }
}

impl<const N: usize> ChatInput for [Message; N] {
    fn into_request(self) -> ChatRequest {
        Vec::from(self).into_request()
    }
}

impl ChatInput for &[Message] {
    fn into_request(self) -> ChatRequest {
        self.to_vec().into_request()
    }
}

impl ChatInput for &Vec<Message> {
    fn into_request(self) -> ChatRequest {
        self.clone().into_request()
    }
}

impl ChatInput for ChatRequest {
    fn into_request(self) -> ChatRequest {
        self
    }
}

/// A tool that the caller runs: [`Chat::tools`](crate::Chat::tools).
///
/// ```compile_fail,E0277
/// # use oci_wire::responses::WebSearchTool;
/// # fn refused(chat: oci_router::Chat) {
/// chat.tools([WebSearchTool::default()]); // "`WebSearchTool` is not a tool that the caller runs"
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tool that the caller runs",
    label = "expected a `Tool` of `chat`, such as `Tool::function(name, description, schema)`, or `Schema::of::<T>()`",
    note = "tools that the service runs, such as web search and MCP servers, go to `Chat::hosted_tools`"
)]
pub trait CallerTool {
    /// The tool as it is offered.
    fn into_tool(self) -> Tool;

    /// What its description leaves out, by its place in the schema of the arguments. Default: nothing.
    fn losses(&self) -> Vec<Loss> {
        Vec::new()
    }
}

impl CallerTool for Tool {
    fn into_tool(self) -> Tool {
        self
    }
}

impl CallerTool for FunctionDefinition {
    fn into_tool(self) -> Tool {
        self.into()
    }
}

impl CallerTool for CustomDefinition {
    fn into_tool(self) -> Tool {
        self.into()
    }
}

/// A tool that the service runs: [`Chat::hosted_tools`](crate::Chat::hosted_tools).
///
/// ```compile_fail,E0277
/// # use oci_wire::chat::Tool;
/// # fn refused(chat: oci_router::Chat) {
/// chat.hosted_tools([Tool::custom("mine")]); // "`chat::tool::Tool` is not a tool that the service runs"
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tool that the service runs",
    label = "expected a tool of `responses`, such as `WebSearchTool` or `McpTool`",
    note = "functions that the caller runs go to `Chat::tools`"
)]
pub trait HostedTool {
    /// The tool as it is offered.
    fn into_hosted_tool(self) -> responses::Tool;
}

macro_rules! hosted {
    ($($tool:ident)*) => { $(
        impl HostedTool for responses::$tool {
            fn into_hosted_tool(self) -> responses::Tool {
                self.into()
            }
        }
    )* };
}

hosted! {
    Tool CodeInterpreterTool FileSearchTool ImageGenerationTool McpTool ShellTool WebSearchPreviewTool WebSearchTool
}
