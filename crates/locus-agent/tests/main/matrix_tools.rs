//! The matrix: answers and tools.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use locus_agent::{Event, Reason, ToolContext, ToolError, ToolFailure, tool};
use oci_router::wire::chat::Message;
use oci_router::wire::responses::WebSearchTool;
use tokio::sync::Notify;

use crate::service::{Lane, Number, Service, echo, results, watch};

pub(crate) async fn answers_come_in_pieces_and_are_counted(service: Service, lane: Lane) {
    let agent = lane.agent(&service).build().unwrap();
    let (events, outcome) = watch(agent.run("Tell me about a small dog.")).await;
    let pieces: Vec<&str> = events
        .iter()
        .filter_map(|event| if let Event::Text(text) = event { Some(text.as_str()) } else { None })
        .collect();
    assert!(pieces.len() > 2, "{pieces:?}");
    assert_eq!(pieces.concat(), outcome.text);
    assert_eq!(outcome.reason, Reason::Answered);
    assert_eq!((outcome.iterations, outcome.usage.calls, outcome.usage.unmetered), (1, 1, 0));
    let whole = lane.model(&service).chat("Tell me about a small dog.").system("Be brief.");
    let whole = whole.await.unwrap();
    let usage = whole.usage.as_ref().unwrap();
    assert_eq!(outcome.text, whole.text());
    assert_eq!(Some(outcome.usage.prompt_tokens), usage.prompt_tokens);
    assert_eq!(Some(outcome.usage.completion_tokens), usage.completion_tokens);
    assert_eq!(Some(outcome.usage.total_tokens), usage.total());
    assert_eq!(outcome.usage, *outcome.conversation.usage());
    let answer = events.iter().find_map(|event| match event {
        Event::Answer(answer) => Some(answer),
        _ => None,
    });
    assert!(answer.unwrap().opc_request_id.is_some());
}

pub(crate) async fn tools_run_side_by_side_with_results_in_order(service: Service, lane: Lane) {
    let gate = Arc::new(Notify::new());
    let (waits, opens) = (Arc::clone(&gate), gate);
    // It ends only if the other runs meanwhile, although that comes behind it.
    let slow = tool("slow", "Waits.", move |number: Number| {
        let gate = Arc::clone(&waits);
        async move {
            gate.notified().await;
            Ok(format!("slow {}", number.n))
        }
    });
    let quick = tool("quick", "Does not wait.", move |number: Number| {
        opens.notify_one();
        async move { Ok(number.n) }
    });
    let agent = lane.agent(&service).tool(slow).tool(quick).build().unwrap();
    let (events, outcome) = watch(agent.run("Call slow {\"n\":1} and quick {\"n\":2}.")).await;
    let ended: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::ToolComplete { call, output, .. } => {
                assert_eq!(output.failure, None);
                Some(call.name())
            }
            _ => None,
        })
        .collect();
    assert_eq!(ended, ["quick", "slow"]);
    assert_eq!(results(&outcome), ["slow 1", "2"]);
    assert_eq!(outcome.text, "The tools returned: slow 1; 2");
    assert_eq!((outcome.iterations, outcome.usage.calls, outcome.usage.unmetered), (2, 2, 0));
    let starts = events.iter().filter(|event| matches!(event, Event::ToolStart { .. })).count();
    assert_eq!(starts, 2);
    assert!(!outcome.conversation.is_pending());
    // A next turn goes on from there.
    let next = agent.run("What is 2x2?").after(outcome.conversation).to_end().await.unwrap();
    assert_eq!(next.text, "2x2 is 4.");
    assert_eq!(next.conversation.messages().len(), 7);
}

pub(crate) async fn progress_is_told(service: Service, lane: Lane) {
    let count = tool("count", "Counts.", async |number: Number, context: ToolContext| {
        for step in 1..=number.n {
            context.progress(format!("{step} of {}", number.n));
        }
        Ok(context.call_id().to_owned())
    });
    let agent = lane.agent(&service).tool(count).build().unwrap();
    let (events, outcome) = watch(agent.run("Call count {\"n\":3}.")).await;
    let told: Vec<(String, String)> = events
        .into_iter()
        .filter_map(|event| match event {
            Event::ToolProgress { id, text, .. } => Some((id, text)),
            _ => None,
        })
        .collect();
    let id = results(&outcome).remove(0);
    let expected = ["1 of 3", "2 of 3", "3 of 3"].map(|text| (id.clone(), text.to_owned()));
    assert_eq!(told, expected);
}

pub(crate) async fn failures_of_tools_are_told_to_the_model(service: Service, lane: Lane) {
    let fails = tool("fails", "Fails.", async |_: Number| Err::<(), _>("no such number".into()));
    let panics = tool("crashes", "Panics.", |number: Number| {
        assert!(number.n > 100, "a secret of the tool");
        async { Ok(()) }
    });
    let hangs = tool("hangs", "Hangs.", async |_: Number| {
        std::future::pending::<Result<(), ToolError>>().await
    })
    .timeout(Duration::from_millis(1));
    let agent = lane.agent(&service).tool(fails).tool(panics).tool(hangs).tool(echo("fine"));
    let prompt = "Call fails {\"n\":1}, crashes {\"n\":1}, hangs {\"n\":1}, fine {\"n\":\"x\"} and fine {\"n\":5}.";
    let (events, outcome) = watch(agent.build().unwrap().run(prompt)).await;
    let mut failures: Vec<(String, Option<ToolFailure>)> = events
        .into_iter()
        .filter_map(|event| match event {
            Event::ToolComplete { call, output, .. } => {
                Some((call.name().to_owned(), output.failure))
            }
            _ => None,
        })
        .collect();
    failures.sort_by(|one, other| one.0.cmp(&other.0));
    let failed = |name: &str, failure| (name.to_owned(), Some(failure));
    assert_eq!(failures[0], failed("crashes", ToolFailure::Panicked));
    assert_eq!(failures[1], failed("fails", ToolFailure::Failed));
    assert!(failures[2..4].contains(&failed("fine", ToolFailure::Failed)), "{failures:?}");
    assert!(failures[2..4].contains(&("fine".to_owned(), None)), "{failures:?}");
    assert_eq!(failures[4], failed("hangs", ToolFailure::TimedOut));
    let told = results(&outcome);
    assert_eq!(told[0], "error: no such number");
    assert!(told[1].contains("crashed") && !told[1].contains("secret"), "{told:?}");
    assert!(told[2].contains("1ms"), "{told:?}");
    assert!(told[3].contains("do not fit the schema"), "{told:?}");
    assert_eq!(told[4], "got 5");
    assert_eq!(outcome.reason, Reason::Answered);
}

pub(crate) async fn idempotent_calls_run_once(service: Service, lane: Lane) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = |name: &str, runs: &Arc<AtomicU32>| {
        let runs = Arc::clone(runs);
        tool(name, "Counts its runs.", move |_: Number| {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            async move { Ok(run) }
        })
    };
    let agent = lane
        .agent(&service)
        .tool(counted("look", &runs).idempotent())
        .tool(counted("act", &runs))
        .build()
        .unwrap();
    let prompt = "Call look {\"n\":1}, look {\"n\":1} and look {\"n\":2}.";
    let outcome = agent.run_to_end(prompt).await.unwrap();
    let told = results(&outcome);
    assert_eq!(told.len(), 3);
    assert_eq!(told[0], told[1]);
    assert_ne!(told[0], told[2]);
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    let outcome = agent.run_to_end("Call act {\"n\":1} and act {\"n\":1}.").await.unwrap();
    assert_eq!(results(&outcome).len(), 2);
    assert_eq!(
        runs.load(Ordering::SeqCst),
        4,
        "what is not idempotent runs as often as it is called"
    );
}

pub(crate) async fn approval_interrupts_and_resumes(service: Service, lane: Lane) {
    let agent = lane
        .agent(&service)
        .tool(echo("send").needs_approval())
        .tool(echo("look"))
        .build()
        .unwrap();
    let prompt = "Call send {\"n\":1}, look {\"n\":2} and send {\"n\":3}.";
    let (events, outcome) = watch(agent.run(prompt)).await;
    assert_eq!(outcome.reason, Reason::Interrupted);
    let interrupt = outcome.interrupt();
    assert!(matches!(events.last(), Some(Event::Interrupt(last)) if *last == interrupt));
    let ids: Vec<String> =
        interrupt.questions.iter().map(|question| question.call.id().to_owned()).collect();
    assert_eq!(ids.len(), 2);
    assert!(interrupt.questions[0].text.contains("send"));
    assert_eq!(interrupt.questions[1].call.arguments().replace(' ', ""), "{\"n\":3}");
    assert!(matches!(outcome.conversation.messages().last(), Some(Message::Assistant(_))));

    // A prompt in between would leave the calls without results.
    let error = agent.run("And?").after(outcome.conversation.clone()).to_end().await.unwrap_err();
    assert!(matches!(error, locus_agent::Error::Pending { calls: 3 }), "{error}");
    let wrong = agent.resume().after(outcome.conversation.clone()).approve("call_x");
    assert!(matches!(wrong.to_end().await, Err(locus_agent::Error::UnknownCall { .. })));

    // It travels as JSON, with one question answered at a time.
    let kept = serde_json::to_string(&outcome.conversation).unwrap();
    let kept: locus_agent::Conversation = serde_json::from_str(&kept).unwrap();
    let half = agent.resume().after(kept).approve(&ids[0]).to_end().await.unwrap();
    assert_eq!(half.reason, Reason::Interrupted);
    assert_eq!(half.interrupt().questions.len(), 1);
    let resumed = agent.resume().after(half.conversation).deny(&ids[1], "too many");
    let outcome = resumed.to_end().await.unwrap();
    let told = results(&outcome);
    assert_eq!(told[..2], ["got 1", "got 2"]);
    assert!(told[2].contains("does not agree: too many"), "{told:?}");
    assert_eq!(outcome.reason, Reason::Answered);
    assert!(outcome.text.starts_with("The tools returned: got 1; got 2; not run"));
    assert_eq!(outcome.conversation.usage().calls, 2);
}

pub(crate) async fn hosted_tools_leave_their_items(service: Service, lane: Lane) {
    let agent = lane.agent(&service).hosted_tool(WebSearchTool::default()).build().unwrap();
    if lane == Lane::Cohere {
        // Cohere's models are not on Responses, which has these tools: that is said, not passed over.
        let error = agent.run_to_end("Use web_search.").await.unwrap_err();
        assert!(matches!(error, locus_agent::Error::Model(_)), "{error}");
        return;
    }
    let (events, outcome) = watch(agent.run("Use web_search.")).await;
    let place = |is: fn(&Event) -> bool| {
        let places: Vec<usize> =
            (0..).zip(&events).filter(|(_, it)| is(it)).map(|it| it.0).collect();
        (places[0], places.len())
    };
    let (done, times) = place(|event| matches!(event, Event::Hosted(_)));
    assert_eq!(times, 1, "{events:?}");
    let (progress, _) = place(|event| matches!(event, Event::HostedProgress(_)));
    let (text, _) = place(|event| matches!(event, Event::Text(_)));
    assert!(progress < done && done < text, "while it streams: {events:?}");
    assert_eq!(outcome.reason, Reason::Answered);
    let told_otherwise = matches!(lane, Lane::Generic);
    assert_eq!(outcome.warnings.len(), usize::from(told_otherwise), "{:?}", outcome.warnings);
    assert!(
        service.emulator.requests().iter().all(|sent| sent.path_and_query.ends_with("/responses"))
    );
}
