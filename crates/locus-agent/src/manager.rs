//! [`ConversationManager`]: what becomes of a conversation that grows, and [`SlidingWindow`].

use std::future::Future;

use futures_util::future::BoxFuture;
use oci_router::wire::chat::Message;

use crate::error::Error;
use crate::usage::Tally;

/// What becomes of a conversation that grows.
///
/// It is asked before each request to the model, when every call has its result. What it removes is gone from the conversation, from
/// its checkpoints as well. It is not asked where the service keeps the conversation, since only the newest messages travel then.
pub trait ConversationManager: Send + Sync + 'static {
    /// Shortens the conversation. A call and its result stay or go together. The tokens that it takes are added to `usage`.
    fn manage(
        &self,
        messages: &mut Vec<Message>,
        usage: &mut Tally,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Keeps the newest messages.
///
/// Instructions stay, and so does the newest message of the user, which says what all of it is about. Where the limit falls between a
/// call and its result, both are kept, and the conversation is longer than the limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SlidingWindow {
    limit: usize,
}

impl SlidingWindow {
    /// Keeps this many messages beside the instructions.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit }
    }
}

impl ConversationManager for SlidingWindow {
    async fn manage(&self, messages: &mut Vec<Message>, _: &mut Tally) -> Result<(), Error> {
        drop(split_old(messages, self.limit));
        Ok(())
    }
}

/// Takes the oldest messages out, so that about `keep` others than instructions remain and no result is parted from its call.
pub(crate) fn split_old(messages: &mut Vec<Message>, keep: usize) -> Vec<Message> {
    let Some(cut) = cut(messages, keep) else { return Vec::new() };
    // The newest message of the user stays, however long ago it was: without it the model would not know what is asked.
    let is_user = |message: &Message| matches!(message, Message::User(_));
    let asked = messages.iter().rposition(is_user);
    let (mut old, mut kept) = (Vec::new(), Vec::new());
    for (index, message) in std::mem::take(messages).into_iter().enumerate() {
        let stays = index >= cut || is_instruction(&message) || asked == Some(index);
        if stays { kept.push(message) } else { old.push(message) }
    }
    *messages = kept;
    old
}

/// Where the messages begin that stay; `None` if all do.
fn cut(messages: &[Message], keep: usize) -> Option<usize> {
    let mut others =
        messages.iter().enumerate().rev().filter(|(_, message)| !is_instruction(message));
    // The oldest that stays by the limit; results go with the answer that called for them, which is the next before that is none.
    let (first, _) = others.by_ref().take(keep.max(1)).last()?;
    let is_result = |message: &Message| matches!(message, Message::Tool(_) | Message::Function(_));
    let begins = messages
        .get(..=first)?
        .iter()
        .rposition(|message| !is_result(message) && !is_instruction(message));
    begins.filter(|cut| *cut > 0)
}

fn is_instruction(message: &Message) -> bool {
    matches!(message, Message::System(_) | Message::Developer(_))
}

/// [`ConversationManager`] with a boxed future, so that an agent has no parameter for it.
pub(crate) trait DynManager: Send + Sync {
    fn manage<'a>(
        &'a self,
        messages: &'a mut Vec<Message>,
        usage: &'a mut Tally,
    ) -> BoxFuture<'a, Result<(), Error>>;
}

impl<T: ConversationManager> DynManager for T {
    fn manage<'a>(
        &'a self,
        messages: &'a mut Vec<Message>,
        usage: &'a mut Tally,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(ConversationManager::manage(self, messages, usage))
    }
}
