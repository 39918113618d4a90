//! The matrix: how runs end, hooks, and forms of answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use locus_agent::{
    Answer, Decision, Event, Hook, HookResult, ModelCall, Next, Reason, Termination, ToolFailure,
    ToolOutput, Turn, tool,
};
use oci_emulator::Fault;
use oci_router::wire::chat::{Message, ToolCall, ToolChoice, ToolChoiceMode};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::service::{Lane, Number, Service, echo, results, watch};

pub(crate) async fn conditions_end_a_run(service: Service, lane: Lane) {
    let call = "Call echo {\"n\":1}.";
    let cases = [
        (Termination::iterations(1), call, Some(Reason::Iterations(1))),
        (Termination::tokens(1), call, Some(Reason::Tokens(1))),
        (Termination::time(Duration::ZERO), call, Some(Reason::Time(Duration::ZERO))),
        (Termination::tool_called("echo"), call, Some(Reason::ToolCalled("echo".into()))),
        (Termination::tool_called("other"), call, None),
        (Termination::text("never said"), call, None),
        (
            Termination::when("one call", |now| now.tools.len() == 1),
            call,
            Some(Reason::Condition("one call".into())),
        ),
        (Termination::tool_called("echo") & Termination::iterations(2), call, None),
        (
            Termination::tool_called("echo") & Termination::iterations(1),
            call,
            Some(Reason::Both(
                Box::new(Reason::ToolCalled("echo".into())),
                Box::new(Reason::Iterations(1)),
            )),
        ),
        (
            Termination::iterations(9) | Termination::tool_called("echo"),
            call,
            Some(Reason::ToolCalled("echo".into())),
        ),
    ];
    for (until, prompt, expected) in cases {
        let shown = format!("{until:?}");
        let agent = lane.agent(&service).tool(echo("echo")).until(until).build().unwrap();
        let outcome = agent.run_to_end(prompt).await.unwrap();
        assert_eq!(outcome.reason, expected.unwrap_or(Reason::Answered), "{shown}");
        // Whatever ended it, no call is without its result.
        assert!(!outcome.conversation.is_pending());
    }
    let agent = lane.agent(&service).with(|request| request.max_tokens = Some(16)).build().unwrap();
    let outcome = agent.run_to_end("dog ".repeat(30)).await.unwrap();
    assert_eq!(outcome.reason, Reason::Length);
}

pub(crate) async fn circles_are_noticed(service: Service, lane: Lane) {
    // The format COHERE has no way to make a model call a tool again and again.
    let times = if lane == Lane::Cohere { 1 } else { 3 };
    let agent = lane
        .agent(&service)
        .tool(echo("echo"))
        .loop_guard(times)
        .with(|request| request.tool_choice = Some(ToolChoice::Mode(ToolChoiceMode::Required)))
        .build()
        .unwrap();
    let (events, outcome) = watch(agent.run("Call echo {\"n\":1}.")).await;
    assert_eq!(outcome.reason, Reason::Loop);
    assert_eq!(outcome.iterations, times);
    let starts = events.iter().filter(|event| matches!(event, Event::ToolStart { .. })).count();
    assert_eq!(starts, usize::try_from(times).unwrap() - 1, "the last calls are not run");
    let told = results(&outcome);
    assert!(told.last().unwrap().starts_with("not run"), "{told:?}");
}

/// Does all that a hook can.
#[derive(Default)]
struct Busy {
    answers: AtomicU32,
}

impl Hook for Busy {
    async fn before_model(&self, call: &mut ModelCall, turn: &Turn<'_>) -> HookResult<()> {
        assert_eq!(call.request.messages.len(), turn.messages.len() + 1);
        let place = call.request.messages.len() - 1;
        call.request.messages.insert(place.min(1), Message::system("Remember: blue."));
        Ok(())
    }

    async fn after_model(&self, answer: &mut Answer, turn: &Turn<'_>) -> HookResult<Next> {
        assert_eq!(turn.iteration, self.answers.load(Ordering::SeqCst) + 1);
        Ok(match self.answers.fetch_add(1, Ordering::SeqCst) {
            0 => Next::Again,
            1 => Next::Reply("Call echo {\"n\":1} and other {\"n\":2}.".into()),
            2 => {
                assert_eq!(answer.calls().len(), 2);
                Next::Accept
            }
            _ => Next::Accept,
        })
    }

    async fn before_tool(&self, call: &ToolCall, _: &Turn<'_>) -> HookResult<Decision> {
        let is_other = call.name() == "other";
        Ok(if is_other { Decision::Refuse("not today".into()) } else { Decision::Run })
    }

    async fn after_tool(
        &self,
        _: &ToolCall,
        output: &mut ToolOutput,
        _: &Turn<'_>,
    ) -> HookResult<()> {
        output.text.push_str(" (checked)");
        Ok(())
    }
}

pub(crate) async fn hooks_change_what_they_may(service: Service, lane: Lane) {
    let agent = lane
        .agent(&service)
        .tool(echo("echo"))
        .tool(echo("other"))
        .hook(Busy::default())
        .build()
        .unwrap();
    let (events, outcome) = watch(agent.run("Hello.")).await;
    assert_eq!(outcome.iterations, 4);
    assert_eq!((outcome.usage.calls, outcome.usage.unmetered), (4, 0));
    assert_eq!(results(&outcome), ["got 1 (checked)", "not run: not today"]);
    let refused = events.iter().any(|event| {
        matches!(event, Event::ToolComplete { output, .. } if output.failure == Some(ToolFailure::Refused))
    });
    assert!(refused);
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Discarded)).count(), 1);
    // The discarded answer is nowhere, and what a hook adds to a request stays out of the conversation.
    let said: Vec<String> =
        outcome.conversation.messages().iter().map(|message| message.text().into_owned()).collect();
    assert_eq!(said.iter().filter(|text| *text == "You said: Hello.").count(), 1, "{said:?}");
    assert!(!said.iter().any(|text| text.contains("blue")));
    assert!(service.last().to_string().contains("Remember: blue."));

    struct Fails;
    impl Hook for Fails {
        async fn before_model(&self, _: &mut ModelCall, _: &Turn<'_>) -> HookResult<()> {
            Err("no budget".into())
        }
    }
    let agent = lane.agent(&service).hook(Fails).build().unwrap();
    let before = service.emulator.requests().len();
    let error = agent.run_to_end("Hello.").await.unwrap_err();
    assert!(
        matches!(&error, locus_agent::Error::Hook(source) if source.to_string() == "no budget")
    );
    assert_eq!(service.emulator.requests().len(), before);
}

/// A form that the stand-in gets right once it is told that it was wrong.
#[derive(Debug, Deserialize, JsonSchema)]
struct Report {
    #[serde(deserialize_with = "told_again")]
    text: String,
    count: u32,
}

/// A form that nothing has.
#[derive(Deserialize, JsonSchema)]
struct Never {
    #[serde(deserialize_with = "never")]
    #[allow(dead_code, reason = "no value of it is ever made")]
    text: String,
}

fn never<'de, D: Deserializer<'de>>(_: D) -> Result<String, D::Error> {
    Err(serde::de::Error::custom("that is not what was wanted"))
}

fn told_again<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_right = text.contains("Answer again");
    if is_right { Ok(text) } else { Err(serde::de::Error::custom("the text is too short")) }
}

pub(crate) async fn forms_are_asked_for_and_repaired(service: Service, lane: Lane) {
    let agent = lane.agent(&service).answers_as::<Report>().build().unwrap();
    let outcome = agent.run_to_end("Tell me about a small dog.").await.unwrap();
    let report: Report = outcome.parsed().unwrap();
    assert!(report.text.contains("the text is too short"), "{report:?}");
    assert!(report.count <= 1);
    assert_eq!(outcome.iterations, 2);
    assert_eq!(outcome.conversation.messages().len(), 4);

    // With tools, too: they come first.
    let builder = || lane.agent(&service).tool(echo("echo"));
    let agent = builder().answers_as::<Never>().build().unwrap();
    let error = agent.run_to_end("Call echo {\"n\":1}.").await.unwrap_err();
    assert!(matches!(error, locus_agent::Error::Form { attempts: 3 | 4, .. }), "{error}");
    #[derive(Deserialize, JsonSchema)]
    struct Simple {
        text: String,
    }
    let agent = builder().answers_as::<Simple>().build().unwrap();
    let outcome = agent.run_to_end("Call echo {\"n\":1}.").await.unwrap();
    let text = outcome.parsed::<Simple>().unwrap().text;
    // Cohere's format has no form beside tools, so it is asked for afterwards.
    let (expected, iterations) =
        if lane == Lane::Cohere { ("Answer again", 3) } else { ("got 1", 2) };
    assert!(text.contains(expected), "{text}");
    assert_eq!(outcome.iterations, iterations);
    assert_eq!(results(&outcome), ["got 1"]);
}

pub(crate) async fn answers_that_break_off_are_asked_for_again(service: Service, lane: Lane) {
    let agent = lane.agent(&service).build().unwrap();
    service.emulator.push_fault(Fault::CutStream { after_events: 3 });
    let (events, outcome) = watch(agent.run("Tell me about a small dog.")).await;
    assert_eq!(outcome.text, "You said: Tell me about a small dog.");
    assert!(events.iter().any(|event| matches!(event, Event::Discarded)));
    assert_eq!((outcome.usage.calls, outcome.usage.unmetered), (2, 1));
    assert_eq!(outcome.iterations, 1);

    service.emulator.push_faults(&Fault::CutStream { after_events: 3 }, 2);
    let mut run = agent.run("Tell me about a small dog.");
    let error = loop {
        match run.next().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => break error,
            None => panic!("two broken answers are an error"),
        }
    };
    assert!(matches!(error, locus_agent::Error::Model(_)), "{error}");
    assert!(run.next().await.is_none());
    let kept = run.take_conversation().unwrap();
    assert_eq!((kept.usage().calls, kept.usage().unmetered), (2, 2));
    let outcome = agent.resume().after(kept).to_end().await.unwrap();
    assert_eq!(outcome.text, "You said: Tell me about a small dog.");
}

pub(crate) async fn cancellation_leaves_a_conversation_that_goes_on(service: Service, lane: Lane) {
    let dropped = Arc::new(AtomicU32::new(0));
    struct Counts(Arc<AtomicU32>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let counted = Arc::clone(&dropped);
    let hangs = tool("hangs", "Hangs.", move |_: Number| {
        let counts = Counts(Arc::clone(&counted));
        async move {
            let _counts = counts;
            std::future::pending::<Result<(), locus_agent::ToolError>>().await
        }
    });
    let agent = lane.agent(&service).tool(hangs).tool(echo("fine")).build().unwrap();
    let mut run = agent.run("Call hangs {\"n\":2} and fine {\"n\":1}.");
    let canceller = run.canceller();
    let outcome = loop {
        match run.next().await.unwrap().unwrap() {
            // Both have begun when the first ends.
            Event::ToolComplete { .. } => canceller.cancel(),
            Event::Terminate(outcome) => break *outcome,
            _ => {}
        }
    };
    assert_eq!(outcome.reason, Reason::Cancelled);
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
    let told = results(&outcome);
    assert!(told[0].starts_with("broken off"), "{told:?}");
    assert_eq!(told[1], "got 1");
    let next = agent.run("What is 2x2?").after(outcome.conversation).to_end().await.unwrap();
    assert_eq!(next.text, "2x2 is 4.");

    // An answer under way is dropped as well, and its tokens are known to be unknown.
    service.emulator.push_fault(Fault::StallAfter { events: 6 });
    let mut run = agent.run("Tell me about a small dog.");
    let canceller = run.canceller();
    let outcome = loop {
        match run.next().await.unwrap().unwrap() {
            Event::Text(_) => canceller.cancel(),
            Event::Terminate(outcome) => break *outcome,
            _ => {}
        }
    };
    assert_eq!(outcome.reason, Reason::Cancelled);
    assert_eq!((outcome.usage.calls, outcome.usage.unmetered), (1, 1));
    assert_eq!(outcome.conversation.messages().len(), 1);
}
