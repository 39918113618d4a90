//! The matrix: what is kept, shortened and taken up again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use locus_agent::{
    ConversationManager, Event, MemoryStore, Reason, SlidingWindow, Summarizing, Tally, tool,
};
use oci_emulator::Fault;
use oci_router::wire::chat::Message;

use crate::service::{Lane, Number, Service, echo, results};

/// Counts how often it is asked.
struct Counted(SlidingWindow, Arc<AtomicU32>);

impl ConversationManager for Counted {
    async fn manage(
        &self,
        messages: &mut Vec<Message>,
        usage: &mut Tally,
    ) -> Result<(), locus_agent::Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.manage(messages, usage).await
    }
}

pub(crate) async fn managers_shorten_what_the_service_does_not_keep(service: Service, lane: Lane) {
    let asked = Arc::new(AtomicU32::new(0));
    let manager = Counted(SlidingWindow::new(2), Arc::clone(&asked));
    let agent =
        lane.agent(&service).tool(echo("echo")).conversation_manager(manager).build().unwrap();
    let mut conversation = locus_agent::Conversation::default();
    for prompt in ["One.", "Call echo {\"n\":1}.", "Two.", "Three."] {
        let outcome = agent.run(prompt).after(conversation).to_end().await.unwrap();
        assert_eq!(outcome.reason, Reason::Answered, "{prompt}");
        conversation = outcome.conversation;
    }
    let is_kept = lane == Lane::Stateful;
    // Where the service keeps the conversation, it has none to shorten after the first answer.
    assert_eq!(asked.load(Ordering::SeqCst), if is_kept { 1 } else { 5 });
    assert_eq!(conversation.messages().len(), if is_kept { 10 } else { 3 });
    let sent = service.last();
    let travelled = |text: &str| sent.to_string().contains(text);
    assert!(travelled("Three.") && !travelled("One."), "{sent}");
    assert_eq!(travelled("You said: Two."), !is_kept);
    assert!(travelled("Be brief."), "the instructions travel every time");
}

pub(crate) async fn threads_go_on_where_they_ended(service: Service, lane: Lane) {
    let store = MemoryStore::new();
    let agent = lane.agent(&service).checkpointer(store.clone()).build().unwrap();
    agent.run("I am Ada.").thread("ada").to_end().await.unwrap();
    agent.run("I am Bob.").thread("bob").to_end().await.unwrap();
    // Another agent with the same store, as after a restart.
    let agent = lane.agent(&service).checkpointer(store.clone()).build().unwrap();
    let outcome = agent.run("Who am I?").thread("ada").to_end().await.unwrap();
    assert_eq!(outcome.conversation.messages().len(), 4);
    let sent = service.last();
    if lane == Lane::Stateful {
        assert!(sent["previous_response_id"].as_str().unwrap().starts_with("resp"));
        assert!(!sent.to_string().contains("I am Ada."));
    } else {
        assert!(sent.to_string().contains("I am Ada."), "{sent}");
        assert!(sent.get("previous_response_id").is_none());
    }
    assert!(!sent.to_string().contains("Bob"));
    let is_on_responses = matches!(lane, Lane::Stateful | Lane::Stateless);
    assert_eq!(outcome.conversation.provider_state().is_some(), is_on_responses);
    let (total, here) = (outcome.conversation.usage(), outcome.usage);
    assert_eq!((total.calls, here.calls), (2, 1));
    assert!(total.total_tokens > here.total_tokens);
    // A thread that is complete has nothing to be resumed.
    let again = agent.resume().thread("ada").to_end().await.unwrap();
    assert_eq!((again.text, again.iterations), (outcome.text, 0));
    let error = agent.resume().thread("eve").to_end().await.unwrap_err();
    assert!(matches!(error, locus_agent::Error::NothingToResume), "{error}");
    let none = lane.agent(&service).build().unwrap();
    let error = none.run("Hello.").thread("ada").to_end().await.unwrap_err();
    assert!(matches!(error, locus_agent::Error::NoCheckpointer), "{error}");
}

pub(crate) async fn what_was_broken_off_runs_again_only_if_it_may(service: Service, lane: Lane) {
    let store = MemoryStore::new();
    let runs: Arc<[AtomicU32; 3]> = Arc::default();
    let make = |hangs: bool| {
        let hanging = |name: &str, index: usize| {
            let runs = Arc::clone(&runs);
            tool(name, "Hangs at first.", move |_: Number| {
                runs[index].fetch_add(1, Ordering::SeqCst);
                async move {
                    if hangs {
                        std::future::pending::<()>().await;
                    }
                    Ok("done")
                }
            })
        };
        let quick = Arc::clone(&runs);
        let quick = tool("quick", "Does not hang.", move |_: Number| {
            quick[2].fetch_add(1, Ordering::SeqCst);
            async { Ok("quick") }
        });
        let agent = lane.agent(&service).checkpointer(store.clone()).tool(quick);
        agent.tool(hanging("act", 0)).tool(hanging("look", 1).idempotent()).build().unwrap()
    };
    let agent = make(true);
    let mut run = agent.run("Call act {\"n\":1}, look {\"n\":1} and quick {\"n\":1}.").thread("t");
    // The process dies when one tool has ended and two are under way.
    while !matches!(run.next().await.unwrap().unwrap(), Event::ToolComplete { .. }) {}
    drop(run);
    let outcome = make(false).resume().thread("t").to_end().await.unwrap();
    let told = results(&outcome);
    assert!(told[0].contains("not known what it has done"), "{told:?}");
    assert_eq!(told[1..], ["done", "quick"]);
    let counts: Vec<u32> = runs.iter().map(|runs| runs.load(Ordering::SeqCst)).collect();
    assert_eq!(counts, [1, 2, 1]);
    assert!(outcome.text.contains("; done; quick"), "{}", outcome.text);
    assert_eq!(
        (outcome.conversation.usage().calls, outcome.conversation.usage().unmetered),
        (2, 0)
    );
}

pub(crate) async fn failed_runs_are_resumed(service: Service, lane: Lane) {
    let store = MemoryStore::new();
    let agent = lane.agent(&service).tool(echo("echo")).checkpointer(store).build().unwrap();
    let first = agent.run("What is 2x2?").thread("t").to_end().await.unwrap();
    service.emulator.set_fault(Some(Fault::status(503)));
    let error = agent.run("Call echo {\"n\":1}.").thread("t").to_end().await.unwrap_err();
    let locus_agent::Error::Model(oci_router::Error::Transport(source)) = &error else {
        panic!("{error}");
    };
    assert_eq!(source.status().unwrap().as_u16(), 503);
    assert!(source.opc_request_id().is_some());
    service.emulator.set_fault(None);
    let outcome = agent.resume().thread("t").to_end().await.unwrap();
    assert_eq!(outcome.text, "The tools returned: got 1");
    let usage = outcome.conversation.usage();
    assert_eq!((usage.calls, usage.unmetered), (4, 1));
    assert_eq!(usage.total_tokens, first.usage.total_tokens + outcome.usage.total_tokens);
}

pub(crate) async fn summaries_take_the_place_of_messages(service: Service, lane: Lane) {
    let manager = Summarizing::new(service.router.model("oci:xai.grok-3-mini")).limit(4).keep(2);
    let agent = lane.agent(&service).conversation_manager(manager).build().unwrap();
    let mut conversation = locus_agent::Conversation::default();
    for prompt in ["I am Ada.", "I like tea.", "It is cold.", "Who am I?"] {
        let outcome = agent.run(prompt).after(conversation).to_end().await.unwrap();
        conversation = outcome.conversation;
    }
    if lane == Lane::Stateful {
        assert_eq!((conversation.messages().len(), conversation.usage().calls), (8, 4));
        return;
    }
    let Message::System(_) = &conversation.messages()[0] else {
        panic!("{:?}", conversation.messages());
    };
    let summary = conversation.messages()[0].text();
    assert!(summary.starts_with("Summary of the conversation so far:"), "{summary}");
    assert!(summary.contains("I am Ada."), "{summary}");
    assert_eq!(
        summary.matches("Summary of").count(),
        2,
        "the one before is summed up too: {summary}"
    );
    let usage = conversation.usage();
    assert_eq!((usage.calls, usage.unmetered), (6, 0), "four answers and two summaries");
    assert!(service.last().to_string().contains("I am Ada."));
}
