//! The tests of the facade.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "main/client.rs"]
mod client;
#[path = "main/columns.rs"]
mod columns;
#[path = "main/examples.rs"]
mod examples;
#[path = "main/explicit.rs"]
mod explicit;
#[path = "main/features.rs"]
mod features;
#[path = "main/identities.rs"]
mod identities;
#[path = "main/models.rs"]
mod models;
#[path = "main/page.rs"]
mod page;
#[path = "main/snippets.rs"]
mod snippets;

#[path = "main/agents.rs"]
mod agents;
/// The examples' functions, whose `main` is not called here.
macro_rules! example {
    ($($name:ident $path:literal)*) => { $(
        #[allow(dead_code, reason = "`main` is for `cargo run`")]
        #[path = $path]
        mod $name;
    )* };
}
example! {
    agent "../examples/agent.rs"
    agent_approval "../examples/agent_approval.rs"
    agent_chat "../examples/agent_chat.rs"
    agent_hooks "../examples/agent_hooks.rs"
    chat "../examples/chat.rs"
    credentials "../examples/credentials.rs"
    embeddings "../examples/embeddings.rs"
    files "../examples/files.rs"
    laptop_to_oke "../examples/laptop_to_oke.rs"
    responses "../examples/responses.rs"
    routes "../examples/routes.rs"
    tools "../examples/tools.rs"
}
#[cfg(feature = "sqlite")]
example! {
    agent_checkpoint "../examples/agent_checkpoint.rs"
}
