//! A request of the Responses API as one of chat completions.

use crate::chat::{
    self, ApproximateLocation, ChatRequest, Message as ChatMessage, PromptCacheOptions,
    StreamOptions, WebSearchOptions,
};
use crate::loss::{Losses, Translated};
use crate::nullable::Nullable;
use crate::responses::options::{Include, Truncation};
use crate::responses::request::{Input, ResponsesRequest};
use crate::responses::tool::Tool;
use crate::responses::tool_hosted::UserLocation;
use crate::responses::translate::{messages, tools};

impl ResponsesRequest {
    /// The request in the form of chat completions, which keeps no state and runs no tools.
    ///
    /// What a request continues by id is lost; the caller has to put the conversation into the input before.
    #[must_use]
    pub fn to_chat(&self) -> Translated<ChatRequest> {
        let mut losses = Losses::default();
        let mut to = ChatRequest {
            model: self.model.clone().unwrap_or_default(),
            messages: self.messages(&mut losses),
            stream: option(&self.stream),
            stream_options: self.stream_options(),
            temperature: option(&self.temperature),
            top_p: option(&self.top_p),
            max_completion_tokens: option(&self.max_output_tokens),
            top_logprobs: option(&self.top_logprobs),
            parallel_tool_calls: option(&self.parallel_tool_calls),
            moderation: option(&self.moderation),
            metadata: option(&self.metadata),
            store: option(&self.store),
            service_tier: option(&self.service_tier),
            prompt_cache_key: option(&self.prompt_cache_key),
            prompt_cache_retention: option(&self.prompt_cache_retention),
            safety_identifier: option(&self.safety_identifier),
            user: self.user.clone(),
            ..ChatRequest::default()
        };
        for include in self.include.as_option().into_iter().flatten() {
            match include {
                Include::Logprobs => to.logprobs = Some(true),
                include => losses.dropped(format!("include.{include}")),
            }
        }
        self.reason(&mut to, &mut losses);
        if let Some(text) = &self.text {
            let format = text.format.as_ref();
            to.response_format =
                format.and_then(|format| tools::format_to_chat(format, &mut losses));
            to.verbosity.clone_from(&text.verbosity);
        }
        to.prompt_cache_options = self.prompt_cache_options.as_ref().map(|options| {
            let is_compared = options.comparison_response_id.is_some();
            losses.dropped_if([(is_compared, "prompt_cache_options.comparison_response_id")]);
            PromptCacheOptions {
                mode: options.mode.clone(),
                ttl: options.ttl.clone(),
                ..PromptCacheOptions::default()
            }
        });
        self.offer(&mut to, &mut losses);
        let choice = self.tool_choice.as_ref();
        to.tool_choice = choice.and_then(|choice| tools::choice_to_chat(choice, &mut losses));
        self.drop_rest(&mut losses);
        losses.with(to)
    }

    fn messages(&self, losses: &mut Losses) -> Vec<ChatMessage> {
        let mut all = Vec::new();
        if let Some(instructions) = self.instructions.as_option() {
            all.push(ChatMessage::system(instructions.clone()));
        }
        match &self.input {
            Some(Input::Text(text)) => all.push(ChatMessage::user(text.clone())),
            Some(Input::Items(items)) => all.extend(messages::from_items(items, losses)),
            Some(Input::Other(_)) => losses.unknown("input"),
            None => {}
        }
        all
    }

    /// A stream of the Responses API always ends with the token counts.
    fn stream_options(&self) -> Option<StreamOptions> {
        let include_obfuscation =
            self.stream_options.as_option().and_then(|options| options.include_obfuscation);
        let is_stream = self.stream.as_option() == Some(&true);
        (is_stream || include_obfuscation.is_some()).then(|| StreamOptions {
            include_usage: is_stream.then_some(true),
            include_obfuscation,
            ..StreamOptions::default()
        })
    }

    fn reason(&self, to: &mut ChatRequest, losses: &mut Losses) {
        let Some(reasoning) = self.reasoning.as_option() else { return };
        to.reasoning_effort.clone_from(&reasoning.effort);
        losses.dropped_if([
            (reasoning.summary.is_some(), "reasoning.summary"),
            (reasoning.generate_summary.is_some(), "reasoning.generate_summary"),
            (reasoning.context.is_some(), "reasoning.context"),
            (reasoning.mode.is_some(), "reasoning.mode"),
        ]);
    }

    fn offer(&self, to: &mut ChatRequest, losses: &mut Losses) {
        let Some(list) = &self.tools else { return };
        let mut kept = Vec::new();
        for (index, tool) in list.iter().enumerate() {
            let path = format!("tools[{index}]");
            match tool {
                Tool::WebSearch(search) => {
                    losses.approximated(&*path);
                    losses.dropped_if([
                        (search.filters.is_some(), &*format!("{path}.filters")),
                        (
                            search.external_web_access.is_some(),
                            &*format!("{path}.external_web_access"),
                        ),
                    ]);
                    to.web_search_options = Some(WebSearchOptions {
                        search_context_size: search.search_context_size.clone(),
                        user_location: search.user_location.as_ref().map(location),
                        ..WebSearchOptions::default()
                    });
                }
                Tool::Namespace(namespace) => {
                    kept.extend(tools::namespace_to_chat(namespace, &path, losses));
                }
                tool => kept.extend(tools::tool_to_chat(tool, &path, losses)),
            }
        }
        // A list that lost all its tools must go, since chat completions refuses an empty one.
        if !kept.is_empty() || list.is_empty() {
            to.tools = Some(kept);
        }
    }

    fn drop_rest(&self, losses: &mut Losses) {
        let is = |value: &Nullable<bool>| value.as_option() == Some(&true);
        losses.dropped_if([
            (self.previous_response_id.as_option().is_some(), "previous_response_id"),
            (self.conversation.as_option().is_some(), "conversation"),
            (is(&self.background), "background"),
            (self.max_tool_calls.as_option().is_some(), "max_tool_calls"),
            (
                self.truncation.as_option().is_some_and(|it| *it != Truncation::Disabled),
                "truncation",
            ),
            (self.context_management.as_option().is_some(), "context_management"),
            (self.prompt.as_option().is_some(), "prompt"),
            (self.image.is_some(), "image"),
            (self.access_programs.is_some(), "access_programs"),
        ]);
        for (name, _) in self.extra.iter() {
            losses.unknown(name);
        }
    }
}

fn option<T: Clone>(value: &Nullable<T>) -> Option<T> {
    value.as_option().cloned()
}

fn location(place: &UserLocation) -> chat::UserLocation {
    let approximate = ApproximateLocation {
        city: place.city.clone(),
        country: place.country.clone(),
        region: place.region.clone(),
        timezone: place.timezone.clone(),
        ..ApproximateLocation::default()
    };
    chat::UserLocation { approximate, ..chat::UserLocation::default() }
}
