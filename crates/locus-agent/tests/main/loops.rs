//! What only a model that is told what to say can show, with a clock that is paused.

use std::time::Duration;

use locus_agent::{
    Agent, Answer, BuildError, Conversation, Event, Hook, HookResult, Next, Reason, Termination,
    ToolError, ToolFailure, ToolPolicy, Turn, tool,
};
use oci_router::wire::chat::{Message, ToolCall};
use serde_json::json;

use crate::fake::{Fake, calls, text};
use crate::service::{Number, echo, results, watch};

#[tokio::test]
async fn calls_of_no_tool_are_told_which_there_are() {
    let model = Fake::new([calls(&[("a", "guess", "{}")]), text("ok")]);
    let agent = Agent::builder(model).tool(echo("echo")).tool(echo("other")).build().unwrap();
    let (events, outcome) = watch(agent.run("Hello.")).await;
    assert_eq!(results(&outcome), ["there is no tool \"guess\", there are: echo, other"]);
    let failed = events.iter().find_map(|event| match event {
        Event::ToolComplete { output, .. } => output.failure,
        _ => None,
    });
    assert_eq!(failed, Some(ToolFailure::Unknown));
    assert_eq!(outcome.text, "ok");
}

#[tokio::test]
async fn calls_without_ids_of_their_own_get_some() {
    let model = Fake::new([
        calls(&[("", "echo", "{\"n\":1}"), ("a", "echo", "{\"n\":2}"), ("a", "echo", "{\"n\":3}")]),
        text("ok"),
    ]);
    let agent = Agent::builder(model.clone()).tool(echo("echo")).build().unwrap();
    let outcome = agent.run_to_end("Hello.").await.unwrap();
    assert_eq!(results(&outcome), ["got 1", "got 2", "got 3"]);
    let sent = &model.asked()[1].messages;
    let Message::Assistant(answer) = &sent[1] else { panic!("{sent:?}") };
    let ids: Vec<&str> = answer.tool_calls.iter().flatten().map(ToolCall::id).collect();
    assert_eq!(ids, ["call_0", "a", "a_2"]);
    for (id, message) in ids.iter().zip(&sent[2..]) {
        assert!(matches!(message, Message::Tool(result) if result.tool_call_id == *id));
    }
}

#[tokio::test]
async fn arguments_are_read_in_the_forms_that_models_write() {
    let none = tool("none", "Takes nothing.", async |_: ()| Ok::<_, ToolError>(json!({"a": [1]})));
    let model = Fake::new([
        calls(&[
            ("a", "echo", r#""{\"n\":1}""#),
            ("b", "echo", " {\"n\": 2} "),
            ("c", "none", ""),
            ("d", "none", "{}"),
            ("e", "echo", "{\"n\":-1}"),
        ]),
        text("ok"),
    ]);
    let agent = Agent::builder(model.clone()).tool(echo("echo")).tool(none).build().unwrap();
    let outcome = agent.run_to_end("Hello.").await.unwrap();
    let told = results(&outcome);
    assert_eq!(told[..4], ["got 1", "got 2", "{\"a\":[1]}", "{\"a\":[1]}"]);
    assert!(told[4].starts_with("error: the arguments do not fit the schema"), "{told:?}");
    let tools = serde_json::to_value(&model.asked()[0].tools).unwrap();
    let schema = |index: usize| tools.pointer(&format!("/{index}/function/parameters")).unwrap();
    assert_eq!(schema(0)["required"], json!(["n"]));
    assert_eq!(schema(0)["properties"]["n"]["type"], "integer");
    assert_eq!(schema(1)["type"], "object");
}

#[tokio::test(start_paused = true)]
async fn limits_of_time_hold() {
    let sleeps = |name: &str| {
        tool(name, "Sleeps.", async |number: Number| {
            tokio::time::sleep(Duration::from_secs(number.n.into())).await;
            Ok("slept")
        })
    };
    let model = Fake::new([calls(&[
        ("a", "long", "{\"n\":100}"),
        ("b", "short", "{\"n\":100}"),
        ("c", "short", "{\"n\":50}"),
    ])]);
    let agent = Agent::builder(model)
        .tool(sleeps("long").timeout(Duration::from_secs(200)))
        .tool(sleeps("short"))
        .until(Termination::time(Duration::from_secs(250)))
        .loop_guard(u32::MAX)
        .build()
        .unwrap();
    let began = tokio::time::Instant::now();
    let (events, outcome) = watch(agent.run("Hello.")).await;
    // Three rounds of 100 seconds, in which the tools ran side by side.
    assert_eq!(began.elapsed().as_secs(), 300);
    assert_eq!(outcome.reason, Reason::Time(Duration::from_secs(250)));
    assert_eq!(outcome.iterations, 3);
    let took = |wanted: &str| {
        events.iter().find_map(move |event| match event {
            Event::ToolComplete { call, took, .. } if call.id() == wanted => Some(took.as_secs()),
            _ => None,
        })
    };
    assert_eq!([took("a"), took("b"), took("c")], [Some(100), Some(60), Some(50)]);
    assert!(results(&outcome)[1].contains("longer than 60s"));
}

#[tokio::test(start_paused = true)]
async fn no_more_tools_run_at_a_time_than_may() {
    let sleeps = tool("sleep", "Sleeps.", async |number: Number| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(number.n)
    });
    let arguments: Vec<String> = (0..7).map(|n| format!("{{\"n\":{n}}}")).collect();
    let ids: Vec<String> = (0..7).map(|n| format!("call_{n}")).collect();
    let asked: Vec<_> = ids
        .iter()
        .zip(&arguments)
        .map(|(id, arguments)| (id.as_str(), "sleep", arguments.as_str()))
        .collect();
    for (limit, seconds) in [(1, 7), (3, 3), (10, 1)] {
        let model = Fake::new([calls(&asked), text("ok")]);
        let agent = Agent::builder(model).tool(sleeps.clone()).concurrency(limit).build().unwrap();
        let began = tokio::time::Instant::now();
        let outcome = agent.run_to_end("Hello.").await.unwrap();
        assert_eq!(began.elapsed().as_secs(), seconds);
        assert_eq!(results(&outcome), ["0", "1", "2", "3", "4", "5", "6"]);
    }
}

#[tokio::test]
async fn an_answer_without_a_choice_is_an_error() {
    let agent = Agent::builder(Fake::new([json!({"choices": []})])).build().unwrap();
    let error = agent.run_to_end("Hello.").await.unwrap_err();
    assert!(matches!(error, locus_agent::Error::NoAnswer), "{error}");
    assert_eq!(error.hint().as_deref(), Some("try again"));
}

#[tokio::test]
async fn endings_are_told_apart() {
    for (delta, finish, reason) in [
        (json!({"content": "Half a"}), "length", Reason::Length),
        (json!({"content": "Half a"}), "MAX_TOKENS", Reason::Length),
        (json!({"content": ""}), "content_filter", Reason::Filtered),
        (json!({"refusal": "No."}), "stop", Reason::Refused),
        (json!({"content": "Yes."}), "COMPLETE", Reason::Answered),
    ] {
        let answer = json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
        let agent = Agent::builder(Fake::new([answer])).build().unwrap();
        let outcome = agent.run_to_end("Hello.").await.unwrap();
        assert_eq!(outcome.reason, reason, "{finish}");
        assert_eq!(outcome.is_answered(), reason == Reason::Answered);
        assert_eq!(outcome.usage.unmetered, 1, "no counts came");
    }
}

#[test]
fn tools_that_cannot_be_told_apart_are_refused() {
    let with = |names: &[&str]| {
        let builder = Agent::builder(Fake::default());
        let built = names.iter().fold(builder, |builder, name| builder.tool(echo(name))).build();
        built.map(drop)
    };
    assert_eq!(with(&["a", "b", "a"]), Err(BuildError::TwoTools { name: "a".into() }));
    for name in ["", "with blank", "é", &"a".repeat(65)] {
        assert_eq!(with(&[name]), Err(BuildError::ToolName { name: name.into() }));
    }
    assert_eq!(with(&["a-b_C9", &"a".repeat(64)]), Ok(()));
    let none = Agent::builder(Fake::default()).concurrency(0).build().map(drop);
    assert_eq!(none, Err(BuildError::NoConcurrency));
    assert_eq!(ToolPolicy::default().timeout, None);
}

#[tokio::test]
async fn a_hooks_reply_outlives_an_interrupt() {
    struct Doubts;
    impl Hook for Doubts {
        async fn after_model(&self, answer: &mut Answer, _: &Turn<'_>) -> HookResult<Next> {
            let calls = !answer.calls().is_empty();
            Ok(if calls { Next::Reply("Are you sure?".into()) } else { Next::Accept })
        }
    }
    let model = Fake::new([calls(&[("a", "echo", "{\"n\":1}")]), text("ok")]);
    let agent = Agent::builder(model.clone()).tool(echo("echo").needs_approval()).hook(Doubts);
    let agent = agent.build().unwrap();
    let asked = agent.run_to_end("Hello.").await.unwrap();
    assert_eq!(asked.reason, Reason::Interrupted);
    let kept = serde_json::to_string(&asked.conversation).unwrap();
    let kept: Conversation = serde_json::from_str(&kept).unwrap();
    let outcome = agent.resume().after(kept).approve_all().to_end().await.unwrap();
    assert_eq!(outcome.text, "ok");
    let said: Vec<String> =
        model.asked()[1].messages.iter().map(|message| message.text().into_owned()).collect();
    assert_eq!(said, ["Hello.", "", "got 1", "Are you sure?"]);
}
