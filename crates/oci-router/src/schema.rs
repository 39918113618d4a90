//! [`Schema`]: the JSON schema of a Rust type, for answers and for the arguments of tools.

mod json;
mod shape;

use oci_wire::chat::{FunctionDefinition, JsonSchema as WireSchema, ResponseFormat, Tool};
use oci_wire::{Loss, RawJson};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::input::CallerTool;
use crate::misfit::Misfit;
use shape::{Form, shape};

/// The JSON schema of a Rust type, in a form that models take, and the way back from what a model wrote to a value of that type.
///
/// The type derives `JsonSchema` and `Deserialize`; its doc comments become descriptions, which the model reads. The derive macro
/// needs the package `schemars` 1 in the manifest of the program.
///
/// ```
/// use oci_router::{JsonSchema, Schema};
/// use serde::Deserialize;
///
/// /// The weather of a city.
/// #[derive(Deserialize, JsonSchema)]
/// struct GetWeather {
///     /// Its name in English.
///     city: String,
///     /// Default: today.
///     day: Option<String>,
/// }
///
/// let schema = Schema::of::<GetWeather>();
/// assert_eq!(schema.function_name(), "get_weather");
/// assert_eq!(schema.description(), Some("The weather of a city."));
/// let arguments: GetWeather = schema.read(r#"{"city": "Chicago"}"#)?;
/// assert_eq!(arguments.city, "Chicago");
/// # Ok::<(), oci_router::Misfit>(())
/// ```
///
/// Members stand in the order of the declaration: models write them in that order, so what is to be thought of first is declared
/// first. A type that is no object, such as a list or an enumeration, goes into the one member `value` of an object, since
/// services take nothing else at the top; [`read`](Self::read) takes it out again.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    name: String,
    is_renamed: bool,
    description: Option<String>,
    json: RawJson,
    is_wrapped: bool,
    is_strict: bool,
    losses: Vec<Loss>,
}

impl Schema {
    /// The schema with all that it says, which is what tools take best.
    #[must_use]
    pub fn of<T: JsonSchema>() -> Self {
        Self::shaped::<T>(Form::Whole)
    }

    /// The schema in the subset that services can enforce while the model writes: objects are closed, every member is required,
    /// and what may be left out may be `null`.
    ///
    /// Keywords beyond the subset, such as the length of a text, are left out and are told by [`losses`](Self::losses). A type
    /// that the subset cannot describe at all, such as a map with free keys, keeps its description and is not
    /// [strict](Self::is_strict). Source: OpenAI's documentation of structured outputs.
    #[must_use]
    pub fn strict_of<T: JsonSchema>() -> Self {
        Self::shaped::<T>(Form::Strict)
    }

    fn shaped<T: JsonSchema>(form: Form) -> Self {
        let settings = SchemaSettings::draft2020_12();
        let root = Value::from(settings.clone().into_generator().into_root_schema_for::<T>());
        // What is written always has all members that are never skipped, so these stand in the order of the declaration there.
        let settings = settings.for_serialize();
        let order = Value::from(settings.into_generator().into_root_schema_for::<T>());
        let text = |keyword| root.get(keyword).and_then(Value::as_str);
        let name = named(text("title").unwrap_or("Answer"));
        let description = text("description").map(str::to_owned);
        let shaped = shape(&root, &order, form, &name);
        Self {
            name,
            is_renamed: false,
            description,
            json: shaped.json,
            is_wrapped: shaped.is_wrapped,
            is_strict: shaped.is_strict,
            losses: shaped.losses,
        }
    }

    /// Sets the name, of the schema and of the function. Default: that of the type. At most 64 letters, digits, `_` and `-`.
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), is_renamed: true, ..self }
    }

    /// Sets what it is for, which the model reads. Default: the doc comment of the type.
    #[must_use]
    pub fn with_description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// The name of the schema.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of a function with these arguments: that of the type in snake case, unless it was [set](Self::with_name).
    #[must_use]
    pub fn function_name(&self) -> String {
        if self.is_renamed { self.name.clone() } else { snake_case(&self.name) }
    }

    /// What it is for.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The schema itself.
    #[must_use]
    pub fn json(&self) -> &RawJson {
        &self.json
    }

    /// Whether a service can enforce the schema: it was asked for in the [strict](Self::strict_of) form, and the type fits into it.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.is_strict
    }

    /// What the type says and the schema does not, by its place in the schema; empty in the form that says all.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// A function with these arguments, to be offered by [`Chat::tools`](crate::Chat::tools), which also takes the schema itself.
    #[must_use]
    pub fn to_function(&self) -> FunctionDefinition {
        let mut function =
            FunctionDefinition::new(self.function_name()).with_parameters(self.json.clone());
        function.description.clone_from(&self.description);
        function.strict = self.is_strict.then_some(true);
        function
    }

    /// The form of an answer, as a request names it.
    #[must_use]
    pub fn to_response_format(&self) -> ResponseFormat {
        let mut schema = WireSchema::default();
        schema.name.clone_from(&self.name);
        schema.description.clone_from(&self.description);
        schema.schema = Some(self.json.clone());
        schema.strict = Some(self.is_strict);
        ResponseFormat::from(schema)
    }

    /// Reads what a model wrote: an answer, or the arguments of a call. A fence of Markdown around it does no harm.
    ///
    /// # Errors
    /// [`Misfit`] if it is no JSON, or not of the type.
    pub fn read<T: DeserializeOwned>(&self, text: &str) -> Result<T, Misfit> {
        let text = unfenced(text);
        if !self.is_wrapped {
            return serde_json::from_str(text).map_err(|error| Misfit::of(&error));
        }
        let wrapped: Result<Wrapped<T>, _> = serde_json::from_str(text);
        wrapped.map(|wrapped| wrapped.value).or_else(|error| {
            // A model that nothing holds to the schema also writes the value alone.
            serde_json::from_str(text).map_err(|_| Misfit::of(&error))
        })
    }
}

#[derive(Deserialize)]
struct Wrapped<T> {
    value: T,
}

/// A function with these arguments.
impl CallerTool for Schema {
    fn into_tool(self) -> Tool {
        self.to_function().into()
    }

    fn losses(&self) -> Vec<Loss> {
        self.losses.clone()
    }
}

/// The text without the fence that many models put around JSON.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let fenced = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let Some((language, json)) = fenced.and_then(|fenced| fenced.split_once('\n')) else {
        return text;
    };
    if ["", "json", "JSON"].contains(&language.trim()) { json } else { text }
}

/// The name in the characters, and of the length, that services take.
fn named(title: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    title.chars().map(allowed).take(MAX_NAME).collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before = '_';
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let begins_word = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase()
                    && rest.peek().is_some_and(char::is_ascii_lowercase)));
        if begins_word {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
        before = c;
    }
    snake.truncate(MAX_NAME);
    snake
}

/// The longest name of a function or schema; OpenAI's documentation.
const MAX_NAME: usize = 64;

#[cfg(test)]
mod tests;
