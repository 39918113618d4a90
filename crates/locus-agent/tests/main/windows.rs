//! The sliding window, over random conversations.

use locus_agent::{ConversationManager, SlidingWindow, Tally};
use oci_router::wire::chat::{Message, ToolCall};
use proptest::prelude::*;

/// A conversation as runs make it: each number is a turn with that many calls, from 0.
fn conversation(turns: &[Vec<usize>]) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut id = 0;
    for (number, answers) in turns.iter().enumerate() {
        if number % 3 == 0 {
            messages.push(Message::system(format!("rule {number}")));
        }
        messages.push(Message::user(format!("question {number}")));
        for calls in answers {
            let ids: Vec<String> = (0..*calls).map(|at| format!("call_{}", id + at)).collect();
            id += calls;
            let calls = ids.iter().map(|id| ToolCall::function(id, "f", "{}"));
            messages.push(Message::assistant_tool_calls(calls));
            messages.extend(ids.iter().map(|id| Message::tool(id, "result")));
        }
        messages.push(Message::assistant("answer"));
    }
    // The newest turn is under way.
    messages.pop();
    messages
}

/// Whether each call has its result behind it, and each result its call before it.
fn is_whole(messages: &[Message]) -> bool {
    let mut open: Vec<String> = Vec::new();
    for message in messages {
        match message {
            Message::Tool(result) => {
                let Some(at) = open.iter().position(|id| *id == result.tool_call_id) else {
                    return false;
                };
                open.remove(at);
            }
            Message::System(_) => {}
            _ if !open.is_empty() => return false,
            Message::Assistant(answer) => {
                open =
                    answer.tool_calls.iter().flatten().map(|call| call.id().to_owned()).collect();
            }
            _ => {}
        }
    }
    open.is_empty()
}

fn shortened(messages: &[Message], limit: usize) -> Vec<Message> {
    let mut messages = messages.to_vec();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let window = SlidingWindow::new(limit);
    runtime.block_on(window.manage(&mut messages, &mut Tally::default())).unwrap();
    messages
}

fn count(messages: &[Message], is: impl Fn(&Message) -> bool) -> usize {
    messages.iter().filter(|message| is(message)).count()
}

proptest! {
    #[test]
    fn a_window_parts_no_call_from_its_result(
        turns in prop::collection::vec(prop::collection::vec(1_usize..5, 0..4), 1..8),
        limit in 0_usize..20,
    ) {
        let whole = conversation(&turns);
        prop_assert!(is_whole(&whole));
        let kept = shortened(&whole, limit);
        prop_assert!(is_whole(&kept), "{kept:?}");
        let is_rule = |message: &Message| matches!(message, Message::System(_));
        prop_assert_eq!(count(&kept, is_rule), count(&whole, is_rule));
        let question = whole.iter().rfind(|message| matches!(message, Message::User(_)));
        prop_assert!(kept.contains(question.unwrap()), "the newest question stays");
        prop_assert_eq!(kept.last(), whole.last());
        // One answer with its results, and the question, can come on top.
        let others = kept.len() - count(&kept, is_rule);
        prop_assert!(others <= limit.max(1) + 5 + 1, "{others} of {limit}");
        let expected = (whole.len() - count(&whole, is_rule)).min(limit);
        prop_assert!(others >= expected, "{others} of {limit}");
        // Once it is short enough, nothing more is taken.
        prop_assert_eq!(shortened(&kept, others), kept);
    }
}
