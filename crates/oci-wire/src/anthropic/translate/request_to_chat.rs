//! A request of the Messages API as one of chat completions.

use crate::anthropic::options::ServiceTier;
use crate::anthropic::request::MessagesRequest;
use crate::anthropic::tool::Tool;
use crate::anthropic::translate::content::system_to_chat;
use crate::anthropic::translate::{messages, note_extra, tools};
use crate::chat::{self, ChatRequest, Message as ChatMessage, Stop, StreamOptions};
use crate::family::Family;
use crate::loss::{Losses, Translated};

impl MessagesRequest {
    /// The request in the form of chat completions, for a model of that family.
    ///
    /// The family decides between `max_tokens` and `max_completion_tokens`.
    /// Results of tools become messages of their own in front of what the user says in the same message; images and
    /// documents in them follow in the message of the user.
    /// Thoughts of earlier answers are left out, since only the model that thought them could read them, and so are
    /// marks for the prompt cache, which the service keeps by itself.
    #[must_use]
    pub fn to_chat(&self, family: Family) -> Translated<ChatRequest> {
        let mut losses = Losses::default();
        let mut to = ChatRequest {
            model: self.model.clone(),
            stream: self.stream,
            temperature: self.temperature,
            top_p: self.top_p,
            stop: self.stop_sequences.clone().filter(|stop| !stop.is_empty()).map(Stop::Many),
            ..ChatRequest::default()
        };
        let limit = self.max_tokens;
        (to.max_tokens, to.max_completion_tokens) =
            if family == Family::OpenAi { (None, limit) } else { (limit, None) };
        if self.stream == Some(true) {
            // A stream of the Messages API always ends with the token counts.
            to.stream_options = Some(StreamOptions::usage());
        }
        if let Some(top_k) = self.top_k {
            to.extra.insert("top_k", serde_json::Value::from(top_k));
        }
        if let Some(system) = &self.system {
            to.messages
                .extend(system_to_chat(system, "system", &mut losses).map(ChatMessage::system));
        }
        to.messages.extend(messages::to_chat(&self.messages, &mut losses));
        self.offer(&mut to, &mut losses);
        let config = self.output_config.as_ref();
        to.reasoning_effort = tools::effort_to_chat(self.thinking.as_ref(), config, &mut losses);
        to.response_format = tools::format_to_chat(config, &mut losses);
        self.describe(&mut to, &mut losses);
        losses.with(to)
    }

    fn offer(&self, to: &mut ChatRequest, losses: &mut Losses) {
        let mut kept = Vec::new();
        for (index, tool) in self.tools.iter().flatten().enumerate() {
            let path = format!("tools[{index}]");
            match tool {
                Tool::Custom(tool) => kept.push(tools::tool_to_chat(tool, &path, losses)),
                Tool::WebSearch(tool) => {
                    to.web_search_options = Some(tools::search_to_chat(tool, &path, losses));
                }
                Tool::Other(_) => losses.unknown(path),
            }
        }
        let Some(choice) = &self.tool_choice else {
            to.tools = (!kept.is_empty()).then_some(kept);
            return;
        };
        // Chat completions refuses a choice among no tools.
        if kept.is_empty() {
            losses.dropped("tool_choice");
            return;
        }
        to.tools = Some(kept);
        to.tool_choice = tools::choice_to_chat(choice, losses);
        to.parallel_tool_calls = choice.disable_parallel_tool_use().map(|disable| !disable);
    }

    fn describe(&self, to: &mut ChatRequest, losses: &mut Losses) {
        if let Some(metadata) = &self.metadata {
            note_extra(&metadata.extra, "metadata", losses);
            match &metadata.user_id {
                // OpenAI refuses a longer one, and that of coding agents is longer.
                Some(user) if user.chars().count() > LONGEST_USER => {
                    losses.dropped("metadata.user_id");
                }
                user => to.user.clone_from(user),
            }
        }
        to.service_tier = match &self.service_tier {
            Some(ServiceTier::Auto) => Some(chat::ServiceTier::Auto),
            Some(ServiceTier::StandardOnly) => Some(chat::ServiceTier::Default),
            Some(ServiceTier::Other(_)) => {
                losses.unknown("service_tier");
                None
            }
            None => None,
        };
        losses.dropped_if([
            (self.cache_control.is_some(), "cache_control"),
            (self.container.is_some(), "container"),
            (self.inference_geo.is_some(), "inference_geo"),
        ]);
        for (name, _) in self.extra.iter() {
            losses.unknown(name);
        }
    }
}

/// How many characters the `user` of OpenAI's models can have.
const LONGEST_USER: usize = 64;
