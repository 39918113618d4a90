//! Stores of conversations.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use locus_agent::{Agent, Checkpointer, Conversation, Error, Event, MemoryStore, StoreError, tool};

use crate::fake::{Fake, calls, text};
use crate::service::{Number, results};

/// Conversations of a thread, in order of their revisions.
async fn revisions(agent: &Agent<Fake>, store: &impl Checkpointer) -> [Conversation; 2] {
    agent.run("One.").thread("t").to_end().await.unwrap();
    let first = store.load("t").await.unwrap().unwrap();
    agent.run("Two.").thread("t").to_end().await.unwrap();
    [first, store.load("t").await.unwrap().unwrap()]
}

async fn check(store: impl Checkpointer + Clone) {
    assert!(store.load("t").await.unwrap().is_none());
    let agent = Agent::builder(Fake::new([text("ok")])).checkpointer(store.clone());
    let agent = agent.build().unwrap();
    let [first, second] = revisions(&agent, &store).await;
    assert_eq!((first.messages().len(), second.messages().len()), (2, 4));
    // Each run saved its prompt and its end.
    assert_eq!((first.revision(), second.revision()), (2, 4));
    let conflict = store.save("t", &first).await.unwrap_err();
    assert!(matches!(conflict, StoreError::Conflict { expected: 1 }), "{conflict}");
    assert_eq!(store.load("t").await.unwrap(), Some(second), "nothing was changed");
    store.save("another", &first).await.unwrap();
    store.delete("t").await.unwrap();
    store.delete("t").await.unwrap();
    assert!(store.load("t").await.unwrap().is_none());
    assert_eq!(store.load("another").await.unwrap(), Some(first.clone()));
    // A conversation from elsewhere takes the place of what is kept.
    let outcome = agent.run("Three.").after(first).thread("another").to_end().await.unwrap();
    assert_eq!(outcome.conversation.messages().len(), 4);
    let kept = store.load("another").await.unwrap();
    assert_eq!(kept, Some(outcome.conversation));
}

#[tokio::test]
async fn memory_keeps_threads() {
    check(MemoryStore::new()).await;
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn sqlite_keeps_threads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("threads.db");
    let store = locus_agent::SqliteStore::open(&path).unwrap();
    check(store.clone()).await;
    drop(store);
    // What is in the file is there for whoever opens it next.
    let store = locus_agent::SqliteStore::open(&path).unwrap();
    assert!(store.load("another").await.unwrap().is_some());
    std::fs::write(folder.path().join("text"), "no database, whatever its name is").unwrap();
    let error = locus_agent::SqliteStore::open(folder.path().join("text")).unwrap_err();
    assert!(matches!(error, StoreError::Store(_)), "{error}");
}

#[tokio::test]
async fn two_runs_of_a_thread_do_not_both_run_a_tool() {
    let store = MemoryStore::new();
    let ran = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&ran);
    let gate = Arc::new(tokio::sync::Notify::new());
    let opened = Arc::clone(&gate);
    let act = tool("act", "Acts, after a while.", move |_: Number| {
        counted.fetch_add(1, Ordering::SeqCst);
        let gate = Arc::clone(&opened);
        async move {
            gate.notified().await;
            Ok(())
        }
    });
    let model = Fake::new([calls(&[("a", "act", "{\"n\":1}")]), text("ok")]);
    let agent = Agent::builder(model).tool(act.needs_approval()).checkpointer(store.clone());
    let agent = agent.build().unwrap();
    agent.run("Hello.").thread("t").to_end().await.unwrap();
    // Two processes load the same state and resume it.
    let (mut one, mut other) =
        (agent.resume().thread("t").approve_all(), agent.resume().thread("t").approve_all());
    while !matches!(one.next().await.unwrap().unwrap(), Event::ToolStart { .. }) {}
    // The other finds that the call has begun, and that nobody knows what it has done.
    assert!(matches!(other.next().await, Some(Ok(Event::Text(_)))));
    let outcome = other.to_end().await.unwrap();
    assert!(results(&outcome)[0].contains("not known"), "{:?}", results(&outcome));
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    gate.notify_one();
    // The first is too late to save its result.
    let error = one.to_end().await.unwrap_err();
    assert!(matches!(error, Error::Store(StoreError::Conflict { .. })), "{error}");
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn of_two_runs_that_loaded_the_same_one_begins() {
    let store = MemoryStore::new();
    let ran = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&ran);
    let act = tool("act", "Acts.", move |_: Number| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    });
    let model = Fake::new([calls(&[("a", "act", "{\"n\":1}")]), text("ok")]);
    let builder = Agent::builder(model).tool(act.needs_approval());
    let agent = builder.checkpointer(Stale(store.clone())).build().unwrap();
    let asked = agent.run("Hello.").thread("t").to_end().await.unwrap();
    agent.resume().thread("t").approve_all().to_end().await.unwrap();
    // It was loaded before the other run began.
    store.save("stale", &asked.conversation).await.unwrap();
    let error = agent.resume().thread("t").approve_all().to_end().await.unwrap_err();
    assert!(matches!(error, Error::Store(StoreError::Conflict { .. })), "{error}");
    assert!(error.hint().unwrap().contains("one run at a time"));
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

/// Loads what is kept as `stale`, once there is such a thing.
#[derive(Clone)]
struct Stale(MemoryStore);

impl Checkpointer for Stale {
    async fn load(&self, thread: &str) -> Result<Option<Conversation>, StoreError> {
        let stale = self.0.load("stale").await?;
        if stale.is_some() { Ok(stale) } else { self.0.load(thread).await }
    }

    async fn save(&self, thread: &str, conversation: &Conversation) -> Result<(), StoreError> {
        self.0.save(thread, conversation).await
    }

    async fn delete(&self, thread: &str) -> Result<(), StoreError> {
        self.0.delete(thread).await
    }
}
