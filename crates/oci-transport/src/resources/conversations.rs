//! Conversations and their items.

use oci_wire::resources::{
    Conversation, CreateConversation, CreateItems, Deleted, ItemList, UpdateConversation,
};
use oci_wire::responses::Item;

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::operation::{
    CONVERSATION, CONVERSATION_ITEM, CONVERSATION_ITEMS, CREATE_CONVERSATION,
    CREATE_CONVERSATION_ITEMS, DELETE_CONVERSATION, DELETE_CONVERSATION_ITEM, UPDATE_CONVERSATION,
};
use crate::path::Path;
use crate::resources::items::{Items, id_of};
use crate::responses::Listing;

/// The conversations of a project, which responses can be [a part of](oci_wire::responses::ResponsesRequest::conversation).
///
/// How long they are kept is a setting of the project. The service lists no conversations.
#[derive(Clone, Debug)]
pub struct Conversations {
    client: Client,
}

impl Client {
    /// The conversations that the service keeps.
    #[must_use]
    pub fn conversations(&self) -> Conversations {
        Conversations { client: self.clone() }
    }
}

impl Conversations {
    /// Begins a conversation.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn create(
        &self,
        conversation: &CreateConversation,
    ) -> Result<Answer<Conversation>, Error> {
        let call = Call::json(&CREATE_CONVERSATION, "", conversation)?;
        self.client.whole(call, is_conversation).await
    }

    /// A conversation, without its items.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn get(&self, id: &str) -> Result<Answer<Conversation>, Error> {
        let call = Call::at(&CONVERSATION, path(id)?.build()?).about(id);
        self.client.whole(call, is_conversation).await
    }

    /// Replaces the metadata of a conversation.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn update(
        &self,
        id: &str,
        update: &UpdateConversation,
    ) -> Result<Answer<Conversation>, Error> {
        let path = path(id)?.build()?;
        let call = Call { path, ..Call::json(&UPDATE_CONVERSATION, id, update)? };
        self.client.whole(call, is_conversation).await
    }

    /// Deletes a conversation.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn delete(&self, id: &str) -> Result<Answer<Deleted>, Error> {
        let call = Call::at(&DELETE_CONVERSATION, path(id)?.build()?).about(id);
        self.client.delete(call).await
    }

    /// The items of a conversation.
    #[must_use]
    pub fn items(&self, conversation: impl Into<String>) -> ConversationItems {
        ConversationItems { client: self.client.clone(), conversation: conversation.into() }
    }
}

/// The items of one conversation.
#[derive(Clone, Debug)]
pub struct ConversationItems {
    client: Client,
    conversation: String,
}

impl ConversationItems {
    /// Adds items, at most 20 at a time as OpenAI documents it; the answer is the list of what was added.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn create(&self, items: &CreateItems) -> Result<Answer<ItemList>, Error> {
        let path = self.path()?.build()?;
        let call = Call { path, ..Call::json(&CREATE_CONVERSATION_ITEMS, self.id(), items)? };
        self.client.whole(call, is_list).await
    }

    /// One page of the items, the latest first unless `order` says otherwise.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn list(&self, listing: &Listing) -> Result<Answer<ItemList>, Error> {
        let path = listing.write(self.path()?).build()?;
        self.client.whole(Call::at(&CONVERSATION_ITEMS, path).about(self.id()), is_list).await
    }

    /// All items from a place on, page after page.
    pub fn all(&self, from: Listing) -> Items<Item> {
        let items = self.clone();
        Items::new(from, move |listing| {
            let items = items.clone();
            async move { items.list(&listing).await }
        })
    }

    /// One item.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn get(&self, item: &str) -> Result<Answer<Item>, Error> {
        let path = self.path()?.id("item", item)?.build()?;
        let call = Call::at(&CONVERSATION_ITEM, path).about(item);
        // Whatever is no item is read as a message without an id.
        self.client.whole(call, |item: &Item| id_of(item).is_some()).await
    }

    /// Deletes an item; the answer is the conversation.
    ///
    /// # Errors
    /// As for [`Client::chat`].
    pub async fn delete(&self, item: &str) -> Result<Answer<Conversation>, Error> {
        let path = self.path()?.id("item", item)?.build()?;
        let call = Call::at(&DELETE_CONVERSATION_ITEM, path).about(item);
        self.client.whole(call, is_conversation).await
    }

    fn id(&self) -> &str {
        &self.conversation
    }

    fn path(&self) -> Result<Path, Error> {
        Ok(path(&self.conversation)?.then("items"))
    }
}

fn path(id: &str) -> Result<Path, Error> {
    Path::new(CONVERSATION.path).id("conversation", id)
}

fn is_conversation(conversation: &Conversation) -> bool {
    conversation.id.is_some()
}

fn is_list(list: &ItemList) -> bool {
    list.object.is_some() || list.extra.is_empty()
}
