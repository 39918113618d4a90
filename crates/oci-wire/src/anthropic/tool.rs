//! Tools: what a model may call, and which it must.

use crate::anthropic::options::CacheControl;
use crate::object::object;
use crate::raw::RawJson;
use crate::tagged::tagged;

tagged! {
    /// A tool offered to the model.
    ///
    /// A tool without `type` is one of the request's own; tools that the provider runs or defines have dated kinds,
    /// such as `bash_20250124`, and are kept as they came.
    pub enum Tool by "type" or "custom" {
        /// A tool of the request, with a JSON schema.
        "custom" => Custom(CustomTool),
        /// Web search by the provider.
        "web_search_20250305" | "web_search_20260209" | "web_search_20260318" => WebSearch(WebSearchTool),
    }
}

impl Tool {
    /// A tool of the request; `input_schema` is the JSON schema of its argument object.
    #[must_use]
    pub fn custom(
        name: impl Into<String>,
        description: impl Into<String>,
        input_schema: impl Into<RawJson>,
    ) -> Self {
        Self::Custom(CustomTool {
            name: name.into(),
            description: Some(description.into()),
            input_schema: Some(input_schema.into()),
            ..CustomTool::default()
        })
    }
}

object! { strict
    /// A tool of the request itself.
    pub struct CustomTool {
        /// `custom`, or left out.
        pub kind: Option<String> = "type",
        /// At most 128 letters, digits, `_` and `-`.
        pub name: String = required "name",
        /// What it does and when to call it, for the model to read.
        pub description: Option<String> = "description",
        /// The JSON schema of the argument object.
        pub input_schema: Option<RawJson> = "input_schema",
        /// Whether arguments must follow the schema exactly.
        pub strict: Option<bool> = "strict",
        /// Examples of arguments.
        pub input_examples: Option<Vec<RawJson>> = "input_examples",
        /// Who may call it: the model, or code that it wrote.
        pub allowed_callers: Option<Vec<String>> = "allowed_callers",
        /// Whether it is left out of the prompt until a tool search finds it.
        pub defer_loading: Option<bool> = "defer_loading",
        /// Whether arguments are streamed before they are known to be valid.
        pub eager_input_streaming: Option<bool> = "eager_input_streaming",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { strict
    /// Web search by the provider.
    pub struct WebSearchTool {
        /// The dated kind.
        pub kind: Option<String> = "type",
        /// `web_search`
        pub name: Option<String> = "name",
        /// How many searches a request may take.
        pub max_uses: Option<u64> = "max_uses",
        /// The only domains to show.
        pub allowed_domains: Option<Vec<String>> = "allowed_domains",
        /// Domains never to show.
        pub blocked_domains: Option<Vec<String>> = "blocked_domains",
        /// Where the user is.
        pub user_location: Option<UserLocation> = "user_location",
        /// Ends a stretch of the prompt that is to be cached.
        pub cache_control: Option<CacheControl> = "cache_control",
    }
}

object! { strict
    /// The user's place, roughly.
    pub struct UserLocation {
        /// `approximate`
        pub kind: Option<String> = "type",
        /// Free text.
        pub city: Option<String> = "city",
        /// Free text.
        pub region: Option<String> = "region",
        /// Two letters, ISO 3166-1.
        pub country: Option<String> = "country",
        /// An IANA name such as `Europe/Paris`.
        pub timezone: Option<String> = "timezone",
    }
}

tagged! {
    /// Whether and what the model calls.
    pub enum ToolChoice by "type" {
        /// It decides.
        "auto" => Auto(AutoChoice),
        /// It calls at least one.
        "any" => Any(AnyChoice),
        /// It calls this one.
        "tool" => Tool(ToolNameChoice),
        /// It calls none.
        "none" => None(NoneChoice),
    }
}

impl ToolChoice {
    /// The model decides.
    #[must_use]
    pub fn auto() -> Self {
        Self::Auto(AutoChoice::default())
    }

    /// The model calls at least one tool.
    #[must_use]
    pub fn any() -> Self {
        Self::Any(AnyChoice::default())
    }

    /// The model calls this tool.
    #[must_use]
    pub fn tool(name: impl Into<String>) -> Self {
        Self::Tool(ToolNameChoice { name: name.into(), ..ToolNameChoice::default() })
    }

    /// The model calls no tool.
    #[must_use]
    pub fn none() -> Self {
        Self::None(NoneChoice::default())
    }

    /// Whether at most one call is allowed, if the choice says so.
    #[must_use]
    pub fn disable_parallel_tool_use(&self) -> Option<bool> {
        match self {
            Self::Auto(choice) => choice.disable_parallel_tool_use,
            Self::Any(choice) => choice.disable_parallel_tool_use,
            Self::Tool(choice) => choice.disable_parallel_tool_use,
            Self::None(_) | Self::Other(_) => None,
        }
    }

    /// Sets whether at most one call is allowed; a choice of no tool has no place for it.
    #[must_use]
    pub fn with_disable_parallel_tool_use(mut self, disable: bool) -> Self {
        match &mut self {
            Self::Auto(choice) => choice.disable_parallel_tool_use = Some(disable),
            Self::Any(choice) => choice.disable_parallel_tool_use = Some(disable),
            Self::Tool(choice) => choice.disable_parallel_tool_use = Some(disable),
            Self::None(_) | Self::Other(_) => {}
        }
        self
    }
}

object! { strict
    /// The choice `auto`.
    pub struct AutoChoice (tag "type" = "auto") {
        /// Whether at most one call is allowed.
        pub disable_parallel_tool_use: Option<bool> = "disable_parallel_tool_use",
    }
}

object! { strict
    /// The choice `any`.
    pub struct AnyChoice (tag "type" = "any") {
        /// Whether exactly one call is allowed.
        pub disable_parallel_tool_use: Option<bool> = "disable_parallel_tool_use",
    }
}

object! { strict
    /// The choice `tool`.
    pub struct ToolNameChoice (tag "type" = "tool") {
        /// Which.
        pub name: String = required "name",
        /// Whether exactly one call is allowed.
        pub disable_parallel_tool_use: Option<bool> = "disable_parallel_tool_use",
    }
}

object! { strict
    /// The choice `none`.
    pub struct NoneChoice (tag "type" = "none") {}
}
