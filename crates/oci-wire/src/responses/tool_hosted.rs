//! Tools that the service runs itself, and the caller's computer.

use crate::either::either;
use crate::object::{object, plain_slot};
use crate::open_enum::open_enum;
use crate::raw::RawJson;
use crate::responses::filter::{Filter, RankingOptions};
use crate::responses::tool_shell::NetworkPolicy;

object! { kept
    /// Search in vector stores.
    pub struct FileSearchTool (tag "type" = "file_search") {
        /// The stores.
        pub vector_store_ids: Vec<String> = always "vector_store_ids",
        /// Which files count.
        pub filters: Option<Filter> = "filters",
        /// How many passages at most, 1 to 50.
        pub max_num_results: Option<u32> = "max_num_results",
        /// How results are ranked.
        pub ranking_options: Option<RankingOptions> = "ranking_options",
    }
}

object! { kept
    /// Search of the web.
    pub struct WebSearchTool {
        /// `web_search`, or the name of one version.
        pub kind: WebSearchKind = always "type",
        /// Whether pages may be fetched; else only what the service has stored.
        pub external_web_access: Option<bool> = "external_web_access",
        /// Where to search.
        pub filters: Option<WebSearchFilters> = "filters",
        /// How much of the found pages the model reads: `low`, `medium` or `high`.
        pub search_context_size: Option<String> = "search_context_size",
        /// Where the user is.
        pub user_location: Option<UserLocation> = "user_location",
    }
}

open_enum! {
    /// The version of web search.
    #[derive(Default)]
    pub enum WebSearchKind {
        /// The current one.
        #[default]
        WebSearch = "web_search",
        /// The one of August 2025.
        WebSearch20250826 = "web_search_2025_08_26",
    }
}

plain_slot!(WebSearchKind);

object! { kept
    /// Where the web is searched.
    pub struct WebSearchFilters {
        /// Only in these domains and below.
        pub allowed_domains: Option<Vec<String>> = "allowed_domains",
    }
}

object! { kept
    /// The user's place, roughly.
    pub struct UserLocation {
        /// `approximate`; can be left out.
        pub kind: Option<String> = "type",
        /// Free text.
        pub city: Option<String> = "city",
        /// Two letters, ISO 3166-1.
        pub country: Option<String> = "country",
        /// Free text.
        pub region: Option<String> = "region",
        /// An IANA name such as `Europe/Paris`.
        pub timezone: Option<String> = "timezone",
    }
}

object! { kept
    /// The forerunner of web search.
    pub struct WebSearchPreviewTool {
        /// `web_search_preview`, or the name of one version.
        pub kind: WebSearchPreviewKind = always "type",
        /// What is searched for: `text`, `image`.
        pub search_content_types: Option<Vec<String>> = "search_content_types",
        /// How much of the found pages the model reads: `low`, `medium` or `high`.
        pub search_context_size: Option<String> = "search_context_size",
        /// Where the user is.
        pub user_location: Option<UserLocation> = "user_location",
    }
}

open_enum! {
    /// The version of the forerunner of web search.
    #[derive(Default)]
    pub enum WebSearchPreviewKind {
        /// The last one.
        #[default]
        WebSearchPreview = "web_search_preview",
        /// The one of March 2025.
        WebSearchPreview20250311 = "web_search_preview_2025_03_11",
    }
}

plain_slot!(WebSearchPreviewKind);

object! { kept
    /// Code that runs in a container of the service.
    ///
    /// On OCI a container ends after 20 minutes without use and has no network, says Oracle's documentation.
    pub struct CodeInterpreterTool (tag "type" = "code_interpreter") {
        /// The container; needed.
        pub container: Option<Container> = "container",
        /// Who may call it: `direct`, `programmatic`.
        pub allowed_callers: Option<Vec<String>> = "allowed_callers",
    }
}

impl CodeInterpreterTool {
    /// Code in that container.
    #[must_use]
    pub fn new(container: impl Into<Container>) -> Self {
        Self { container: Some(container.into()), ..Self::default() }
    }
}

either! {
    /// A container for code.
    pub enum Container {
        /// One that exists.
        Id(String),
        /// One that the service makes when it is needed.
        Auto(AutoContainer),
    }
}

object! { kept
    /// A container that the service makes when it is needed.
    pub struct AutoContainer (tag "type" = "auto") {
        /// Files that are put into it.
        pub file_ids: Option<Vec<String>> = "file_ids",
        /// Its memory: `1g`, `4g`, `16g` or `64g`.
        pub memory_limit: Option<String> = "memory_limit",
        /// What it may reach.
        pub network_policy: Option<NetworkPolicy> = "network_policy",
    }
}

object! { kept
    /// Images.
    pub struct ImageGenerationTool (tag "type" = "image_generation") {
        /// `generate`, `edit` or `auto`.
        pub action: Option<String> = "action",
        /// `transparent`, `opaque` or `auto`.
        pub background: Option<String> = "background",
        /// `low`, `medium` or `high`.
        pub complexity: Option<String> = "complexity",
        /// How many pictures an animation has.
        pub frame_count: Option<u32> = "frame_count",
        /// How long each is shown, in milliseconds.
        pub frame_duration_ms: Option<u64> = "frame_duration_ms",
        /// How closely an input image is followed: `high` or `low`.
        pub input_fidelity: Option<String> = "input_fidelity",
        /// Which part of an image is changed.
        pub input_image_mask: Option<ImageMask> = "input_image_mask",
        /// The model that draws.
        pub model: Option<String> = "model",
        /// `auto` or `low`.
        pub moderation: Option<String> = "moderation",
        /// 0 to 100.
        pub output_compression: Option<u32> = "output_compression",
        /// `png`, `webp`, `jpeg`, `gif` or `svg`.
        pub output_format: Option<String> = "output_format",
        /// How many unfinished images are streamed, 0 to 3.
        pub partial_images: Option<u32> = "partial_images",
        /// `low`, `medium`, `high`, `xhigh`, `max` or `auto`.
        pub quality: Option<String> = "quality",
        /// Width and height, such as `1024x1024`, or `auto`.
        pub size: Option<String> = "size",
        /// Options of vector images: `model` and `reasoning`.
        pub svg: Option<RawJson> = "svg",
    }
}

object! { kept
    /// Which part of an image is changed.
    pub struct ImageMask {
        /// A file that was uploaded before.
        pub file_id: Option<String> = "file_id",
        /// A `data:` URL.
        pub image_url: Option<String> = "image_url",
    }
}

object! { kept
    /// A computer of the caller.
    pub struct ComputerTool (tag "type" = "computer") {}
}

object! { kept
    /// The forerunner of the computer tool.
    pub struct ComputerUsePreviewTool (tag "type" = "computer_use_preview") {
        /// Height of the screen in pixels.
        pub display_height: Option<u32> = "display_height",
        /// Width of the screen in pixels.
        pub display_width: Option<u32> = "display_width",
        /// `windows`, `mac`, `linux`, `ubuntu` or `browser`.
        pub environment: Option<String> = "environment",
    }
}

object! { kept
    /// Calls of tools from programs of the model.
    pub struct ProgrammaticToolCalling (tag "type" = "programmatic_tool_calling") {}
}
