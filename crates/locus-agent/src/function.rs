//! [`tool`]: an async function as a tool, with the schema of its argument type.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use oci_router::wire::chat::FunctionDefinition;
use oci_router::wire::{Loss, RawJson};
use oci_router::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::tool::{Tool, ToolContext, ToolError, ToolPolicy};

/// A tool of an async function. The type of its argument says what the model has to write; a function that takes a [`ToolContext`]
/// too can tell of its progress.
///
/// Texts are returned to the model as they are, everything else as JSON.
///
/// ```
/// use locus_agent::{ToolError, tool};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Place {
///     /// A city, such as Boston.
///     city: String,
/// }
///
/// async fn weather(place: Place) -> Result<String, ToolError> {
///     Ok(format!("Sunny in {}", place.city))
/// }
///
/// let weather = tool("get_weather", "Tells the weather of a city.", weather).idempotent();
/// let time = tool("get_time", "Tells the time.", |_: ()| async { Ok("noon") });
/// ```
pub fn tool<A, M>(
    name: impl Into<String>,
    description: impl Into<String>,
    function: impl ToolFn<A, M>,
) -> FunctionTool
where
    A: DeserializeOwned + JsonSchema,
{
    let schema = Schema::of::<A>().with_name(name).with_description(description);
    let definition = defined::<A>(&schema);
    let run = move |arguments: &str, context| match parse::<A>(&schema, arguments) {
        Ok(arguments) => function.run(arguments, context),
        Err(error) => Box::pin(std::future::ready(Err(error))),
    };
    FunctionTool {
        definition,
        losses: Vec::new(),
        policy: ToolPolicy::default(),
        strict: || Schema::strict_of::<A>(),
        run: Arc::new(run),
    }
}

/// A tool made by [`tool`].
#[derive(Clone)]
#[must_use = "a tool does nothing until an agent has it"]
pub struct FunctionTool {
    definition: FunctionDefinition,
    losses: Vec<Loss>,
    policy: ToolPolicy,
    /// The schema in the form that services enforce.
    strict: fn() -> Schema,
    run: Arc<Run>,
}

type Run = dyn Fn(&str, ToolContext) -> BoxFuture<'static, Result<String, ToolError>> + Send + Sync;

impl FunctionTool {
    /// Has the service hold the model to the schema, where it can: see [`Schema::strict_of`].
    pub fn strict(mut self) -> Self {
        let schema = (self.strict)();
        // A function without arguments has nothing to be held to.
        if self.definition.parameters.as_ref().is_some_and(|now| now.get() != NO_ARGUMENTS) {
            self.definition.parameters = Some(schema.json().clone());
            self.definition.strict = schema.is_strict().then_some(true);
            self.losses = schema.losses().to_vec();
        }
        self
    }

    /// Says that a second run with the same arguments does no harm: see [`ToolPolicy::is_idempotent`].
    pub fn idempotent(mut self) -> Self {
        self.policy.is_idempotent = true;
        self
    }

    /// Has somebody agree before it runs: the run is interrupted and [resumed](crate::Agent::resume) with the answer.
    pub fn needs_approval(mut self) -> Self {
        self.policy.needs_approval = true;
        self
    }

    /// How long it may take. Default: the agent's limit.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.policy.timeout = Some(limit);
        self
    }
}

impl Tool for FunctionTool {
    fn definition(&self) -> FunctionDefinition {
        self.definition.clone()
    }

    async fn call(&self, arguments: &str, context: ToolContext) -> Result<String, ToolError> {
        (self.run)(arguments, context).await
    }

    fn losses(&self) -> Vec<Loss> {
        self.losses.clone()
    }

    fn policy(&self) -> ToolPolicy {
        self.policy
    }
}

impl fmt::Debug for FunctionTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tool = f.debug_struct("FunctionTool");
        tool.field("name", &self.definition.name).field("policy", &self.policy);
        tool.finish_non_exhaustive()
    }
}

/// What [`tool`] takes: an async function or closure of the arguments, or of arguments and [`ToolContext`].
///
/// `M` only tells the two apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function that can be a tool",
    label = "expected an async function of one argument type, or of that and a `ToolContext`",
    note = "it returns `Result<_, ToolError>` of something that serializes"
)]
pub trait ToolFn<A, M>: Send + Sync + 'static {
    /// Runs the function.
    fn run(
        &self,
        arguments: A,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<String, ToolError>>;
}

impl<A, T, F, R> ToolFn<A, ()> for F
where
    F: Fn(A) -> R + Send + Sync + 'static,
    R: Future<Output = Result<T, ToolError>> + Send + 'static,
    T: Serialize,
{
    fn run(&self, arguments: A, _: ToolContext) -> BoxFuture<'static, Result<String, ToolError>> {
        told(self(arguments))
    }
}

impl<A, T, F, R> ToolFn<A, (ToolContext,)> for F
where
    F: Fn(A, ToolContext) -> R + Send + Sync + 'static,
    R: Future<Output = Result<T, ToolError>> + Send + 'static,
    T: Serialize,
{
    fn run(
        &self,
        arguments: A,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<String, ToolError>> {
        told(self(arguments, context))
    }
}

/// The result as the model reads it.
fn told<T: Serialize>(
    result: impl Future<Output = Result<T, ToolError>> + Send + 'static,
) -> BoxFuture<'static, Result<String, ToolError>> {
    Box::pin(async move {
        let json = serde_json::to_string(&result.await?)?;
        Ok(serde_json::from_str::<String>(&json).unwrap_or(json))
    })
}

/// The function as it is offered.
fn defined<A: JsonSchema>(schema: &Schema) -> FunctionDefinition {
    let function = schema.to_function();
    match RawJson::parse(NO_ARGUMENTS) {
        Ok(none) if takes_nothing::<A>() => function.with_parameters(none),
        _ => function,
    }
}

/// The arguments as the model wrote them: none at all for a function without, and by some models encoded twice.
fn parse<A: DeserializeOwned + JsonSchema>(
    schema: &Schema,
    arguments: &str,
) -> Result<A, ToolError> {
    let once = serde_json::from_str::<String>(arguments);
    let text = once.as_deref().unwrap_or(arguments);
    let read = match text.trim() {
        "" | "{}" if takes_nothing::<A>() => schema.read("null"),
        "" => schema.read("{}"),
        text => schema.read(text),
    };
    read.map_err(|misfit| {
        format!("the arguments do not fit the schema: {}", misfit.detail()).into()
    })
}

/// Whether a function takes `()`.
fn takes_nothing<A: JsonSchema>() -> bool {
    A::schema_name() == <() as JsonSchema>::schema_name()
}

/// The schema of a function without arguments, which some services do not let out.
const NO_ARGUMENTS: &str =
    r#"{"type":"object","properties":{},"required":[],"additionalProperties":false}"#;
