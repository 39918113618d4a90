//! Many agents at a time, with slow tools and a service that fails now and then.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use locus_agent::{Agent, Error, FunctionTool, Reason, ToolContext, tool};
use oci_auth::{Secret, Signer};
use oci_emulator::Fault;
use oci_router::Router;
use oci_router::wire::chat::{ChatRequest, Message};
use oci_transport::{Body, Client, Endpoint, HttpService, RetryPolicy, SendError};
use serde_json::{Value, json};

use crate::service::{Lane, Number, Service};

const AGENTS: u32 = 100;
/// One of twenty requests goes wrong.
const EVERY: u64 = 20;

/// How often each call was run, by its id.
type Runs = Arc<Mutex<HashMap<String, u32>>>;

fn noted(runs: &Runs, context: &ToolContext) {
    *runs.lock().unwrap().entry(context.call_id().to_owned()).or_default() += 1;
}

/// A service without sockets, so that the clock can be paused: each conversation calls three tools, twice, and then ends.
#[derive(Clone, Default)]
struct Script {
    requests: Arc<AtomicU64>,
    billed: Arc<AtomicU64>,
    ids: Arc<AtomicU64>,
}

impl Script {
    /// The events of an answer to these messages.
    fn events(&self, request: &ChatRequest) -> Vec<Value> {
        let results =
            request.messages.iter().filter(|message| matches!(message, Message::Tool(_))).count();
        let tokens = u64::try_from(request.messages.len()).unwrap() * 10;
        let (delta, finish) = if results < 6 {
            let seed = self.ids.fetch_add(3, Ordering::SeqCst);
            let call = |index: u64, name: &str| {
                // From 10 ms to 1 s.
                let pause = 10 + (seed + index) * 37 % 991;
                json!({"index": index, "id": format!("call_{}", seed + index), "type": "function",
                    "function": {"name": name, "arguments": format!("{{\"n\":{pause}}}")}})
            };
            (json!({"tool_calls": [call(0, "act"), call(1, "look"), call(2, "act")]}), "tool_calls")
        } else {
            (json!({"content": "done"}), "stop")
        };
        let usage =
            json!({"prompt_tokens": tokens, "completion_tokens": 7, "total_tokens": tokens + 7});
        vec![
            json!({"choices": [{"index": 0, "delta": {"role": "assistant"}}]}),
            json!({"choices": [{"index": 0, "delta": delta}]}),
            json!({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}),
            json!({"choices": [], "usage": usage}),
        ]
    }
}

impl HttpService for Script {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Body>, SendError>> + Send + '_>> {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        let asked: ChatRequest = serde_json::from_slice(request.body()).unwrap();
        let (status, kind, text) = match number % EVERY {
            7 if number.is_multiple_of(3) => (
                503,
                "application/json",
                json!({"code": "ServiceUnavailable", "message": "later"}).to_string(),
            ),
            fault => {
                let mut events = self.events(&asked);
                if fault == 7 {
                    // The answer breaks off: neither its end nor its counts come.
                    events.truncate(2);
                } else {
                    let total = events[3].pointer("/usage/total_tokens").unwrap().as_u64().unwrap();
                    self.billed.fetch_add(total, Ordering::SeqCst);
                    events.push(Value::Null);
                }
                let line = |event: &Value| match event {
                    Value::Null => "data: [DONE]\n\n".to_owned(),
                    event => format!("data: {event}\n\n"),
                };
                (200, "text/event-stream", events.iter().map(line).collect())
            }
        };
        let answer = Response::builder().status(status).header("content-type", kind);
        let answer = answer.body(Body::new(Full::new(Bytes::from(text)))).unwrap();
        Box::pin(async move { Ok(answer) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_hundred_agents_end_in_answers_or_typed_errors_and_run_no_tool_twice() {
    let script = Script::default();
    let signer = Signer::bearer(&Secret::new("sk-test".to_owned())).unwrap();
    let client = Client::builder(Endpoint::parse("https://h.example").unwrap(), signer)
        .retry(RetryPolicy::NEVER)
        .service(script.clone());
    let router = Router::new(client.build().unwrap());
    let runs = Runs::default();
    let sleeping = |name: &str, runs: &Runs| {
        let runs = Arc::clone(runs);
        tool(name, "Sleeps.", move |number: Number, context: ToolContext| {
            noted(&runs, &context);
            async move {
                tokio::time::sleep(Duration::from_millis(number.n.into())).await;
                Ok(number.n)
            }
        })
    };
    let agent = Agent::builder(router.model("oci:openai.gpt-5.5"))
        .tool(sleeping("act", &runs))
        .tool(sleeping("look", &runs).idempotent())
        .build()
        .unwrap();
    let began = tokio::time::Instant::now();
    let tasks: Vec<_> = (0..AGENTS)
        .map(|number| {
            let agent = agent.clone();
            tokio::spawn(async move {
                let mut run = agent.run(format!("Work {number}."));
                let mut resumed = 0;
                loop {
                    let mut last = None;
                    while let Some(event) = run.next().await {
                        match event {
                            Ok(locus_agent::Event::Terminate(outcome)) => last = Some(outcome),
                            Ok(_) => {}
                            Err(error) => {
                                assert!(matches!(error, Error::Model(_)), "{error}");
                            }
                        }
                    }
                    match last {
                        Some(outcome) => return (*outcome, resumed),
                        // What failed goes on from where it was, with all that its tools have done.
                        None => {
                            let kept = run.take_conversation().unwrap();
                            run = agent.resume().after(kept);
                            resumed += 1;
                        }
                    }
                }
            })
        })
        .collect();
    let (mut tokens, mut unmetered, mut failed) = (0, 0, 0);
    for task in tasks {
        let (outcome, resumed) = task.await.unwrap();
        assert_eq!((outcome.reason, outcome.text.as_str()), (Reason::Answered, "done"));
        assert_eq!(outcome.conversation.messages().len(), 10);
        tokens += outcome.conversation.usage().total_tokens;
        unmetered += outcome.conversation.usage().unmetered;
        failed += resumed;
    }
    // All ran at a time: six tools of at most a second, three by three.
    assert!(began.elapsed() <= Duration::from_millis(2 * 1001), "{:?}", began.elapsed());
    assert_eq!(tokens, script.billed.load(Ordering::SeqCst));
    let requests = script.requests.load(Ordering::SeqCst);
    assert_eq!(unmetered, requests - u64::from(AGENTS) * 3, "each lost answer is known to be lost");
    assert!(unmetered >= requests / EVERY - 1 && failed > 0, "{unmetered} of {requests}, {failed}");
    let runs = runs.lock().unwrap();
    assert_eq!(runs.len(), usize::try_from(AGENTS).unwrap() * 6);
    assert!(runs.values().all(|count| *count == 1), "{runs:?}");
}

/// A tool that lets the others go on before it ends.
fn patient(name: &str, runs: &Runs) -> FunctionTool {
    let runs = Arc::clone(runs);
    tool(name, "Waits its turn.", move |number: Number, context: ToolContext| {
        noted(&runs, &context);
        async move {
            for _ in 0..number.n {
                tokio::task::yield_now().await;
            }
            Ok(number.n)
        }
    })
}

#[tokio::test]
async fn a_crowd_over_sockets_loses_and_doubles_nothing() {
    let service = Arc::new(Service::start().await);
    let runs = Runs::default();
    let asked = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..AGENTS)
        .map(|number| {
            let lane = Lane::ALL[usize::try_from(number).unwrap() % Lane::ALL.len()];
            let agent = lane
                .agent(&service)
                .tool(patient("act", &runs))
                .tool(patient("look", &runs).idempotent())
                .hook(Saboteur { service: Arc::clone(&service), asked: Arc::clone(&asked) })
                .build()
                .unwrap();
            tokio::spawn(async move {
                let mut run = agent.run("Call act {\"n\":50}, look {\"n\":9} and act {\"n\":1}.");
                let mut failed = 0;
                loop {
                    while let Some(event) = run.next().await {
                        match event {
                            Ok(locus_agent::Event::Terminate(outcome)) => {
                                return (*outcome, failed);
                            }
                            Ok(_) => {}
                            Err(error) => assert!(matches!(error, Error::Model(_)), "{error}"),
                        }
                    }
                    failed += 1;
                    let kept = run.take_conversation().unwrap();
                    run = agent.resume().after(kept);
                }
            })
        })
        .collect();
    let (mut calls, mut unmetered, mut failed) = (0, 0, 0);
    for task in tasks {
        let (outcome, times) = task.await.unwrap();
        assert_eq!(outcome.text, "The tools returned: 50; 9; 1");
        let usage = outcome.conversation.usage();
        assert_eq!(usage.calls - usage.unmetered, 2);
        calls += usage.calls;
        unmetered += usage.unmetered;
        failed += times;
    }
    assert_eq!(calls, u64::try_from(service.emulator.requests().len()).unwrap());
    assert!(unmetered >= calls / EVERY - 1 && failed > 0, "{unmetered} of {calls}, {failed}");
    let runs = runs.lock().unwrap();
    assert_eq!(runs.len(), usize::try_from(AGENTS).unwrap() * 3);
    assert!(runs.values().all(|count| *count == 1), "{runs:?}");
}

/// Has every twentieth request go wrong.
struct Saboteur {
    service: Arc<Service>,
    asked: Arc<AtomicU64>,
}

impl locus_agent::Hook for Saboteur {
    async fn before_model(
        &self,
        _: &mut locus_agent::ModelCall,
        _: &locus_agent::Turn<'_>,
    ) -> locus_agent::HookResult<()> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        if number % EVERY == 3 {
            let faults = [Fault::status(503), Fault::CutStream { after_events: 2 }, Fault::HangUp];
            let which = usize::try_from(number / EVERY).unwrap() % faults.len();
            self.service.emulator.push_fault(faults[which].clone());
        }
        Ok(())
    }
}
