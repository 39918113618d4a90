//! A request that stays in chat completions, made fit for a family of models.

use crate::chat::{ChatRequest, FunctionDefinition, ReasoningEffort, ResponseFormat, Tool};
use crate::family::Family;
use crate::loss::{Loss, Losses, Translated};
use crate::native::translate::params;
use crate::native::translate::schema::repair;

impl ChatRequest {
    /// The same request as models of that family take it over chat completions.
    ///
    /// The limit goes by the name that the family takes, JSON schemas are rewritten to the subset that it takes, and
    /// `disable`, which LiteLLM's users send as an effort, becomes `none`.
    /// A request for which there is nothing to change stays as it is, to the byte.
    #[must_use]
    pub fn for_family(mut self, family: Family) -> Translated<Self> {
        let losses = self.fit_family(family);
        Translated { value: self, losses }
    }

    /// The same for a request that stays where it is, since it is large to move; returns what was lost.
    #[must_use = "what was lost is to be told"]
    pub fn fit_family(&mut self, family: Family) -> Vec<Loss> {
        let mut losses = Losses::default();
        let limit = params::max_tokens(self, &mut losses);
        (self.max_tokens, self.max_completion_tokens) = match family {
            Family::OpenAi => (None, limit),
            // What an unknown family takes is for the caller to know.
            Family::Other => (
                self.max_tokens.filter(|_| self.max_completion_tokens.is_none()),
                self.max_completion_tokens,
            ),
            _ => (limit, None),
        };
        for (at, tool) in self.tools.iter_mut().flatten().enumerate() {
            if let Tool::Function(tool) = tool {
                mend(&mut tool.function, family, &format!("tools[{at}].function"), &mut losses);
            }
        }
        for (at, function) in self.functions.iter_mut().flatten().enumerate() {
            mend(function, family, &format!("functions[{at}]"), &mut losses);
        }
        if let Some(ResponseFormat::JsonSchema(format)) = &mut self.response_format
            && let Some(schema) = &mut format.json_schema.schema
        {
            *schema = repair(schema, family, "response_format.json_schema.schema", &mut losses);
        }
        if self.reasoning_effort.as_ref().is_some_and(|effort| effort.as_str() == "disable") {
            self.reasoning_effort = Some(ReasoningEffort::None);
        }
        losses.with(()).losses
    }
}

fn mend(function: &mut FunctionDefinition, family: Family, path: &str, losses: &mut Losses) {
    if let Some(schema) = &mut function.parameters {
        *schema = repair(schema, family, &format!("{path}.parameters"), losses);
    }
}
