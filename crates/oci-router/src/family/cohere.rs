//! Cohere's models: narrower bounds than those of chat completions.

use oci_wire::chat::ChatRequest;
use oci_wire::{Loss, LossKind, Number};

use crate::family::limits::COHERE_ON_DEMAND;
use crate::transport::Serving;
use crate::warning::Warning;

/// Brings parameters into the bounds that Cohere's models have, and tells which.
pub(super) fn clamp(request: &mut ChatRequest, serving: Serving) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut told = |name: &str| {
        warnings.push(Warning::Request(Loss::new(LossKind::Approximated, name)));
    };
    if serving == Serving::OnDemand {
        for (name, limit) in [
            ("max_tokens", &mut request.max_tokens),
            ("max_completion_tokens", &mut request.max_completion_tokens),
        ] {
            if limit.is_some_and(|limit| limit > COHERE_ON_DEMAND) {
                *limit = Some(COHERE_ON_DEMAND);
                told(name);
            }
        }
    }
    for (name, penalty) in [
        ("frequency_penalty", &mut request.frequency_penalty),
        ("presence_penalty", &mut request.presence_penalty),
    ] {
        let Some(given) = penalty.map(Number::as_f64) else { continue };
        let bound = given.clamp(0.0, 1.0);
        if bound != given {
            *penalty = Some(Number::from(bound));
            told(name);
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use oci_wire::chat::Message;

    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_brought_in_and_told() {
        let mut request = ChatRequest::new("cohere.command-r-plus", [Message::user("hi")]);
        request.max_tokens = Some(9_000);
        request.frequency_penalty = Some((-0.5).into());
        request.presence_penalty = Some(1.5.into());
        let told: Vec<String> =
            clamp(&mut request, Serving::OnDemand).iter().map(Warning::to_string).collect();
        assert_eq!(request.max_tokens, Some(4_000));
        assert_eq!(request.frequency_penalty, Some(0.0.into()));
        assert_eq!(request.presence_penalty, Some(1.0.into()));
        assert_eq!(told.len(), 3);
        assert_eq!(told[0], "max_tokens was replaced by something near");
        assert!(clamp(&mut request, Serving::OnDemand).is_empty(), "once it is within the bounds");
        request.max_tokens = Some(9_000);
        assert!(clamp(&mut request, Serving::Dedicated).is_empty(), "a cluster has its own limit");
    }
}
