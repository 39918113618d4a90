//! What the service can be asked to do, as data: one row per operation.

use http::Method;

/// One operation of the service.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// What errors and spans call it.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// Where it is, up to the first part that changes from call to call.
    pub(crate) path: &'static str,
    pub(crate) api: Api,
    /// What is accepted as an answer, as the official SDKs say it, whole or streamed.
    pub(crate) accept: &'static str,
    /// What a policy must allow, as verb and resource type.
    pub(crate) permission: &'static str,
    /// Whether it makes something that is kept, and makes another one when it is sent twice.
    pub(crate) makes: bool,
}

impl Operation {
    /// What it does to the service when a call is sent twice.
    pub(crate) fn effect(&self) -> Effect {
        match self.makes {
            true => Effect::Makes,
            // RFC 9110 section 9.2.1. A second deletion finds nothing, so it is not the same as the first.
            false if self.method.is_safe() => Effect::Nothing,
            false => Effect::Works,
        }
    }
}

/// The APIs of the service, which differ in the headers that they read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Api {
    /// `/openai/v1`: compartment and project are headers.
    OpenAi,
    /// `/20231130/openai/v1` at the control plane: the same headers, and a signature only.
    OpenAiControl,
    /// `/20231130/actions`: the compartment is in the body.
    Native,
    /// Lists of the native API: the compartment is a header.
    NativeList,
    /// `/20231130` at the control plane and `/20260325`: the compartment is in the query or the body, and a signature only.
    Signed,
}

/// What it does to the service when a call is sent twice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    /// It may cost twice and changes nothing: answers of models, and changes that are the same when they are made twice.
    Works,
    /// It makes something, twice.
    Makes,
    /// Nothing: it is read, or the service knows the second one by its `opc-retry-token`.
    Nothing,
}

const fn openai(
    name: &'static str,
    method: Method,
    path: &'static str,
    permission: &'static str,
) -> Operation {
    Operation { name, method, path, api: Api::OpenAi, accept: JSON, permission, makes: false }
}

/// An operation that makes something that is kept.
const fn makes(name: &'static str, path: &'static str, permission: &'static str) -> Operation {
    let (method, api) = (Method::POST, Api::OpenAi);
    Operation { name, method, path, api, accept: JSON, permission, makes: true }
}

const fn binary(name: &'static str, path: &'static str, permission: &'static str) -> Operation {
    let (method, api) = (Method::GET, Api::OpenAi);
    Operation { name, method, path, api, accept: BINARY, permission, makes: false }
}

const fn control(name: &'static str, method: Method, makes: bool) -> Operation {
    let (path, api) = ("/20231130/openai/v1/vector_stores", Api::OpenAiControl);
    Operation { name, method, path, api, accept: JSON, permission: FAMILY, makes }
}

const fn in_store(name: &'static str, method: Method) -> Operation {
    openai(name, method, IN_STORE, FAMILY)
}

const fn native(name: &'static str, path: &'static str, accept: &'static str) -> Operation {
    let (method, api) = (Method::POST, Api::Native);
    Operation { name, method, path, api, accept, permission: FAMILY, makes: false }
}

/// An operation that takes a signature only. What it makes is made once, by its `opc-retry-token`.
pub(crate) const fn signed(name: &'static str, method: Method, path: &'static str) -> Operation {
    let (api, permission) = (Api::Signed, MANAGE_FAMILY);
    Operation { name, method, path, api, accept: JSON, permission, makes: false }
}

const fn raw_operation(method: Method, api: Api, makes: bool) -> Operation {
    let (name, path) = ("raw request", "");
    Operation { name, method, path, api, accept: ANYTHING, permission: FAMILY, makes }
}

/// What a raw request of this method and path is; `None` for methods that the service does not know.
pub(crate) fn raw(method: &Method, path: &str) -> Option<&'static Operation> {
    let is_below = |base: &str| {
        path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let made = ["files", "conversations", "vector_stores", "containers"];
    let makes = path.strip_prefix("/openai/v1/").is_some_and(|rest| {
        made.iter()
            .any(|name| rest.strip_prefix(name).is_some_and(|rest| !rest.ends_with("/search")))
    });
    let operations = if makes {
        &RAW_KEPT
    } else if is_below("/openai/v1") || is_below("/20231130/actions/v1") {
        &RAW_OPENAI
    } else if is_below("/20231130/openai/v1") {
        &RAW_OPENAI_CONTROL
    } else if is_below("/20231130/actions") || is_below("/20231130/guardrailVersions") {
        &RAW_NATIVE
    } else {
        &RAW_SIGNED
    };
    operations.iter().find(|operation| operation.method == *method)
}

static RAW_OPENAI: [Operation; 6] = raw_operations(Api::OpenAi, false);
static RAW_KEPT: [Operation; 6] = raw_operations(Api::OpenAi, true);
static RAW_OPENAI_CONTROL: [Operation; 6] = raw_operations(Api::OpenAiControl, true);
static RAW_NATIVE: [Operation; 6] = raw_operations(Api::Native, false);
static RAW_SIGNED: [Operation; 6] = raw_operations(Api::Signed, true);

/// `makes` says whether a POST makes something.
const fn raw_operations(api: Api, makes: bool) -> [Operation; 6] {
    [
        raw_operation(Method::GET, api, false),
        raw_operation(Method::HEAD, api, false),
        raw_operation(Method::DELETE, api, false),
        raw_operation(Method::POST, api, makes),
        raw_operation(Method::PUT, api, false),
        raw_operation(Method::PATCH, api, false),
    ]
}

/// The resource type that stands for all others of the service.
const FAMILY: &str = "use generative-ai-family";
const MANAGE_FAMILY: &str = "manage generative-ai-family";
/// Oracle's quick start names it for the Responses API.
const RESPONSE: &str = "manage generative-ai-response";

/// The one other resource type of the API that Oracle names.
const MANAGE_FILE: &str = "manage generative-ai-file";

const JSON: &str = "application/json";
/// What the official Python package accepts where a file is downloaded.
const BINARY: &str = "application/binary";
const ANYTHING: &str = "*/*";
const EITHER: &str = "application/json, text/event-stream";

const RESPONSES: &str = "/openai/v1/responses";
const CONVERSATIONS: &str = "/openai/v1/conversations";
const CONTAINERS_PATH: &str = "/openai/v1/containers";
const FILES_PATH: &str = "/openai/v1/files";
const IN_STORE: &str = "/openai/v1/vector_stores";

pub(crate) static CHAT: Operation =
    openai("chat completion", Method::POST, "/openai/v1/chat/completions", FAMILY);
pub(crate) static EMBEDDINGS: Operation =
    openai("embeddings", Method::POST, "/openai/v1/embeddings", FAMILY);
pub(crate) static MODELS: Operation =
    openai("list of models", Method::GET, "/openai/v1/models", FAMILY);
pub(crate) static MODEL: Operation = openai("model", Method::GET, "/openai/v1/models", FAMILY);

pub(crate) static CREATE_RESPONSE: Operation =
    openai("response", Method::POST, RESPONSES, RESPONSE);
pub(crate) static GET_RESPONSE: Operation =
    openai("stored response", Method::GET, RESPONSES, RESPONSE);
pub(crate) static DELETE_RESPONSE: Operation =
    openai("deletion of a response", Method::DELETE, RESPONSES, RESPONSE);
pub(crate) static CANCEL_RESPONSE: Operation =
    openai("cancellation of a response", Method::POST, RESPONSES, RESPONSE);
pub(crate) static INPUT_ITEMS: Operation =
    openai("list of input items", Method::GET, RESPONSES, RESPONSE);

pub(crate) static CREATE_CONVERSATION: Operation = makes("conversation", CONVERSATIONS, FAMILY);
pub(crate) static CONVERSATION: Operation =
    openai("stored conversation", Method::GET, CONVERSATIONS, FAMILY);
pub(crate) static UPDATE_CONVERSATION: Operation =
    openai("update of a conversation", Method::POST, CONVERSATIONS, FAMILY);
pub(crate) static DELETE_CONVERSATION: Operation =
    openai("deletion of a conversation", Method::DELETE, CONVERSATIONS, FAMILY);
pub(crate) static CREATE_CONVERSATION_ITEMS: Operation =
    makes("list of added items", CONVERSATIONS, FAMILY);
pub(crate) static CONVERSATION_ITEMS: Operation =
    openai("list of conversation items", Method::GET, CONVERSATIONS, FAMILY);
pub(crate) static CONVERSATION_ITEM: Operation =
    openai("conversation item", Method::GET, CONVERSATIONS, FAMILY);
pub(crate) static DELETE_CONVERSATION_ITEM: Operation =
    openai("deletion of a conversation item", Method::DELETE, CONVERSATIONS, FAMILY);

pub(crate) static UPLOAD_FILE: Operation = makes("uploaded file", FILES_PATH, MANAGE_FILE);
pub(crate) static FILES: Operation = openai("list of files", Method::GET, FILES_PATH, MANAGE_FILE);
pub(crate) static FILE: Operation = openai("file", Method::GET, FILES_PATH, MANAGE_FILE);
pub(crate) static FILE_CONTENT: Operation = binary("content of a file", FILES_PATH, MANAGE_FILE);
pub(crate) static DELETE_FILE: Operation =
    openai("deletion of a file", Method::DELETE, FILES_PATH, MANAGE_FILE);

pub(crate) static CREATE_VECTOR_STORE: Operation = control("vector store", Method::POST, true);
pub(crate) static VECTOR_STORES: Operation = control("list of vector stores", Method::GET, false);
pub(crate) static VECTOR_STORE: Operation = control("stored vector store", Method::GET, false);
pub(crate) static UPDATE_VECTOR_STORE: Operation =
    control("update of a vector store", Method::POST, false);
pub(crate) static DELETE_VECTOR_STORE: Operation =
    control("deletion of a vector store", Method::DELETE, false);
pub(crate) static SEARCH_VECTOR_STORE: Operation = in_store("page of results", Method::POST);
pub(crate) static ADD_STORE_FILE: Operation = in_store("file of a vector store", Method::POST);
pub(crate) static STORE_FILES: Operation = in_store("list of a vector store's files", Method::GET);
pub(crate) static STORE_FILE: Operation = in_store("file of a vector store", Method::GET);
pub(crate) static UPDATE_STORE_FILE: Operation =
    in_store("update of a vector store's file", Method::POST);
pub(crate) static STORE_FILE_CONTENT: Operation =
    in_store("content of a vector store's file", Method::GET);
pub(crate) static REMOVE_STORE_FILE: Operation =
    in_store("removal of a vector store's file", Method::DELETE);
pub(crate) static CREATE_FILE_BATCH: Operation = makes("batch of files", IN_STORE, FAMILY);
pub(crate) static FILE_BATCH: Operation = in_store("batch of files", Method::GET);
pub(crate) static CANCEL_FILE_BATCH: Operation =
    in_store("cancellation of a batch of files", Method::POST);
pub(crate) static FILE_BATCH_FILES: Operation = in_store("list of a batch's files", Method::GET);

pub(crate) static CREATE_CONTAINER: Operation = makes("container", CONTAINERS_PATH, FAMILY);
pub(crate) static CONTAINERS: Operation =
    openai("list of containers", Method::GET, CONTAINERS_PATH, FAMILY);
pub(crate) static CONTAINER: Operation = openai("container", Method::GET, CONTAINERS_PATH, FAMILY);
pub(crate) static DELETE_CONTAINER: Operation =
    openai("deletion of a container", Method::DELETE, CONTAINERS_PATH, FAMILY);
pub(crate) static CREATE_CONTAINER_FILE: Operation =
    makes("file of a container", CONTAINERS_PATH, FAMILY);
pub(crate) static CONTAINER_FILES: Operation =
    openai("list of a container's files", Method::GET, CONTAINERS_PATH, FAMILY);
pub(crate) static CONTAINER_FILE: Operation =
    openai("file of a container", Method::GET, CONTAINERS_PATH, FAMILY);
pub(crate) static CONTAINER_FILE_CONTENT: Operation =
    binary("content of a container's file", CONTAINERS_PATH, FAMILY);
pub(crate) static DELETE_CONTAINER_FILE: Operation =
    openai("deletion of a container's file", Method::DELETE, CONTAINERS_PATH, FAMILY);

pub(crate) static NATIVE_CHAT: Operation = native("native chat", "/20231130/actions/chat", EITHER);
pub(crate) static EMBED_TEXT: Operation =
    native("embedding of text", "/20231130/actions/embedText", JSON);
pub(crate) static RERANK_TEXT: Operation =
    native("ranking of text", "/20231130/actions/rerankText", JSON);
pub(crate) static APPLY_GUARDRAILS: Operation =
    native("guardrails", "/20231130/actions/applyGuardrails", JSON);
pub(crate) static GENERATE_TEXT: Operation =
    native("generation of text", "/20231130/actions/generateText", EITHER);
pub(crate) static SUMMARIZE_TEXT: Operation =
    native("summary of text", "/20231130/actions/summarizeText", JSON);
/// The one native operation with a compartment header, as the official SDKs send it.
pub(crate) static GUARDRAIL_VERSIONS: Operation = Operation {
    name: "list of guardrail versions",
    method: Method::GET,
    path: "/20231130/guardrailVersions",
    api: Api::NativeList,
    accept: JSON,
    permission: FAMILY,
    makes: false,
};
