//! What to change in a request of chat completions that the service refused for one of its parameters.
//!
//! Which parameters a model takes is known in full only to the service, and new models come without notice; its
//! refusal names the parameter, so that a second try can succeed.
//! Nothing here looks at a model's name, and nothing is tried: [`repair`] is a pure function of request and refusal.
//! What the caller asked for and cannot do without (messages, tools, the form of the answer) is never left out.

mod refusal;

use std::fmt;

use crate::chat::{ChatRequest, Message, ReasoningEffort, SystemMessage, UserMessage};
use crate::error_body::ErrorBody;
use crate::repair::refusal::Refusal;

/// A request that was changed, and how.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Repaired {
    /// The request to send now.
    pub request: ChatRequest,
    /// What was changed; later requests to the same model can be changed before they are sent.
    pub repair: Repair,
}

/// One change to a request.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct Repair {
    /// The parameter by its name in chat completions, such as `max_tokens`; `role` stands for those of the messages.
    pub parameter: String,
    /// What happens to it.
    pub change: Change,
}

/// What happens to a parameter.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// It is left out.
    Dropped,
    /// Its value goes by another name.
    RenamedTo(&'static str),
    /// One value of it is replaced by another.
    Replaced {
        /// What the model does not take.
        from: String,
        /// What it gets.
        to: String,
    },
}

impl fmt::Display for Repair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.parameter;
        match &self.change {
            Change::Dropped => write!(formatter, "{name} was left out"),
            Change::RenamedTo(to) => write!(formatter, "{name} was sent as {to}"),
            Change::Replaced { from, to } => write!(formatter, "{name} was {to} instead of {from}"),
        }
    }
}

/// The request without what the service refused; `None` when the refusal is about something else, or nothing can be
/// done about it.
///
/// `before` holds the changes that were made already: none is made twice, and none is undone.
/// How often to try is the caller's to bound, since a model may refuse one parameter after the other.
///
/// ```
/// use oci_wire::chat::{ChatRequest, Message};
/// use oci_wire::error::ErrorBody;
/// use oci_wire::repair::repair;
///
/// let request = ChatRequest::new("openai.o9", [Message::user("Hi")]).with_max_tokens(9);
/// let refusal = ErrorBody::parse(br#"{"error":{"code":"unsupported_parameter","param":"max_tokens",
///     "message":"Unsupported parameter: 'max_tokens' is not supported with this model."}}"#);
/// let repaired = repair(&request, &refusal, &[]).unwrap();
/// assert_eq!(repaired.request.max_completion_tokens, Some(9));
/// assert_eq!(repaired.repair.to_string(), "max_tokens was sent as max_completion_tokens");
/// ```
#[must_use]
pub fn repair(request: &ChatRequest, error: &ErrorBody, before: &[Repair]) -> Option<Repaired> {
    let refusal = Refusal::read(error)?;
    let repair = Repair::of(&refusal, request)?;
    let is_known =
        before.iter().any(|done| done.parameter == repair.parameter && done.is_like(&repair));
    if is_known || before.iter().any(|done| done.is_undone_by(&repair)) {
        return None;
    }
    let mut request = request.clone();
    repair.apply(&mut request).then_some(Repaired { request, repair })
}

impl Repair {
    /// Makes the same change in another request; returns whether there was anything to change.
    pub fn apply(&self, request: &mut ChatRequest) -> bool {
        match &self.change {
            Change::Dropped => drop_parameter(request, &self.parameter),
            Change::RenamedTo(_) => rename_limit(request, &self.parameter),
            Change::Replaced { from, to } if self.parameter == ROLE => {
                let mut is_changed = false;
                for message in &mut request.messages {
                    is_changed |= change_role(message, from, to);
                }
                is_changed
            }
            Change::Replaced { from, to } => match &mut request.reasoning_effort {
                Some(effort) if effort.as_str() == from => {
                    *effort = ReasoningEffort::from(to.as_str());
                    true
                }
                _ => false,
            },
        }
    }

    fn of(refusal: &Refusal, request: &ChatRequest) -> Option<Self> {
        let parameter = refusal.parameter.clone();
        let change = match parameter.as_str() {
            // OpenAI's newer models take the one limit, all other servers the other.
            "max_tokens" => Change::RenamedTo("max_completion_tokens"),
            "max_completion_tokens" => Change::RenamedTo("max_tokens"),
            ROLE => {
                let from = refusal.value.clone()?;
                let to = match from.as_str() {
                    "developer" => "system",
                    "system" => "user",
                    _ => return None,
                };
                Change::Replaced { from, to: to.to_owned() }
            }
            "reasoning_effort" => {
                let from = request.reasoning_effort.as_ref()?.as_str().to_owned();
                match nearest(&from, &refusal.supported) {
                    Some(to) => Change::Replaced { from, to },
                    None => Change::Dropped,
                }
            }
            _ => Change::Dropped,
        };
        Some(Self { parameter, change })
    }

    fn is_like(&self, other: &Self) -> bool {
        match (&self.change, &other.change) {
            (Change::Replaced { from, .. }, Change::Replaced { from: again, .. }) => from == again,
            (one, other) => one == other,
        }
    }

    fn is_undone_by(&self, other: &Self) -> bool {
        matches!(&self.change, Change::RenamedTo(to) if *to == other.parameter)
    }
}

/// Leaves out a parameter that a model can do without; what depends on it goes with it.
fn drop_parameter(request: &mut ChatRequest, name: &str) -> bool {
    match name {
        "frequency_penalty" => request.frequency_penalty.take().is_some(),
        "logit_bias" => request.logit_bias.take().is_some(),
        "logprobs" => request.logprobs.take().is_some() | request.top_logprobs.take().is_some(),
        "metadata" => request.metadata.take().is_some(),
        "moderation" => request.moderation.take().is_some(),
        "n" => request.n.take().is_some(),
        "parallel_tool_calls" => request.parallel_tool_calls.take().is_some(),
        "prediction" => request.prediction.take().is_some(),
        "presence_penalty" => request.presence_penalty.take().is_some(),
        "prompt_cache_key" => request.prompt_cache_key.take().is_some(),
        "prompt_cache_options" => request.prompt_cache_options.take().is_some(),
        "prompt_cache_retention" => request.prompt_cache_retention.take().is_some(),
        "reasoning_effort" => request.reasoning_effort.take().is_some(),
        "safety_identifier" => request.safety_identifier.take().is_some(),
        "seed" => request.seed.take().is_some(),
        "service_tier" => request.service_tier.take().is_some(),
        "stop" => request.stop.take().is_some(),
        "store" => request.store.take().is_some(),
        "stream_options" => request.stream_options.take().is_some(),
        "temperature" => request.temperature.take().is_some(),
        "top_logprobs" => request.top_logprobs.take().is_some(),
        "top_p" => request.top_p.take().is_some(),
        "user" => request.user.take().is_some(),
        "verbosity" => request.verbosity.take().is_some(),
        "web_search_options" => request.web_search_options.take().is_some(),
        "strict" => drop_strict(request),
        name => request.extra.remove(name).is_some(),
    }
}

/// Functions are called all the same; only the promise about their arguments is gone.
fn drop_strict(request: &mut ChatRequest) -> bool {
    let mut is_changed = false;
    for tool in request.tools.iter_mut().flatten() {
        if let crate::chat::Tool::Function(tool) = tool {
            is_changed |= tool.function.strict.take().is_some();
        }
    }
    is_changed
}

fn rename_limit(request: &mut ChatRequest, from: &str) -> bool {
    let (from, to) = if from == "max_tokens" {
        (&mut request.max_tokens, &mut request.max_completion_tokens)
    } else {
        (&mut request.max_completion_tokens, &mut request.max_tokens)
    };
    let Some(limit) = from.take() else { return false };
    to.get_or_insert(limit);
    true
}

fn change_role(message: &mut Message, from: &str, to: &str) -> bool {
    let changed = match (&*message, from, to) {
        (Message::Developer(said), "developer", "system") => Message::System(SystemMessage {
            content: said.content.clone(),
            name: said.name.clone(),
            extra: said.extra.clone(),
        }),
        (Message::System(said), "system", "user") => Message::User(UserMessage {
            content: said.content.clone(),
            name: said.name.clone(),
            extra: said.extra.clone(),
        }),
        _ => return false,
    };
    *message = changed;
    true
}

/// The effort that the model takes and that is nearest to the wanted one, the lower of two.
fn nearest(wanted: &str, supported: &[String]) -> Option<String> {
    let place = |effort: &str| EFFORTS.iter().position(|known| *known == effort);
    let wanted = place(wanted)?;
    let known = supported.iter().filter_map(|effort| Some((place(effort)?, effort)));
    known.min_by_key(|(at, _)| (at.abs_diff(wanted), *at)).map(|(_, effort)| effort.clone())
}

/// What the roles of messages are called among the parameters.
pub(crate) const ROLE: &str = "role";

/// The efforts from least to most.
const EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
