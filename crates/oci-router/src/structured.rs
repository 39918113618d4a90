//! [`StructuredChat`]: an answer that is a value of a Rust type.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use oci_wire::Loss;
use oci_wire::chat::Message;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::answer::ChatAnswer;
use crate::chat::Chat;
use crate::error::Error;
use crate::misfit::Misfit;
use crate::schema::Schema;
use crate::stream::ChatStream;
use crate::warning::Warning;

/// A chat call whose answer is a value of a type; await it to send.
///
/// The type's [strict schema](Schema::strict_of) goes with the request. What it cannot say of the type is a warning of the answer.
/// The answer is then read as the type: a service that does not hold its model to the schema is found out here.
/// An answer that does not fit, or a refusal, goes back to the model once with what is wrong, and a
/// [warning](Warning::AskedAgain) says so. An answer that broke off is an error at once.
///
/// ```no_run
/// use oci_router::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Recipe {
///     title: String,
///     /// In grams.
///     ingredients: Vec<(String, u32)>,
/// }
///
/// # async fn run(model: oci_router::Model) -> Result<(), oci_router::Error> {
/// let recipe = model.chat("How do I make pancakes?").structured::<Recipe>().await?;
/// println!("{} with {} ingredients", recipe.title, recipe.ingredients.len());
/// # Ok(())
/// # }
/// ```
///
/// A model that is offered tools may call them instead of answering, which is [`Error::Misfit`] here; a program that runs tools
/// sets the [form of the answer](Schema::to_response_format) and uses [`ChatAnswer::parse`].
#[must_use = "a call is sent when it is awaited"]
pub struct StructuredChat<T> {
    chat: Chat,
    schema: Schema,
    repairs: usize,
    check: Option<Check<T>>,
}

type Check<T> = Arc<dyn Fn(&T) -> Result<(), String> + Send + Sync>;

/// A value, and the answer that it was read from. It dereferences to the value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Structured<T> {
    /// The value.
    pub value: T,
    /// The answer.
    pub answer: ChatAnswer,
    /// The answers before it that did not fit; their tokens are counted in none but their own.
    pub discarded: Vec<ChatAnswer>,
}

impl<T> Structured<T> {
    /// The value alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Structured<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: DeserializeOwned + JsonSchema> StructuredChat<T> {
    pub(crate) fn new(chat: Chat) -> Self {
        Self { chat, schema: Schema::strict_of::<T>(), repairs: 1, check: None }
    }

    /// Says what fits beyond the type; the error is told to the model, which is asked again.
    pub fn check<E: fmt::Display>(
        mut self,
        check: impl Fn(&T) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(move |value| check(value).map_err(|error| error.to_string())));
        self
    }

    /// How often the model is asked again at most. Default: once. Each time is a call of its own, with its costs.
    pub fn repairs(mut self, times: usize) -> Self {
        self.repairs = times;
        self
    }

    /// Sets the name of the schema, which the model sees. Default: that of the type.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.schema = self.schema.with_name(name);
        self
    }

    /// Sends the call and returns the stream of its answer, which [`ChatStream::collect`] and [`ChatAnswer::parse`] make a value
    /// of. The check is not made, and the model is not asked again.
    ///
    /// # Errors
    /// As for [`Chat::stream`].
    pub async fn stream(self) -> Result<ChatStream, Error> {
        self.asking().stream().await
    }

    /// The call with the form of its answer.
    fn asking(&self) -> Chat {
        let mut chat = self.chat.clone();
        chat.request.response_format = Some(self.schema.to_response_format());
        for loss in self.schema.losses() {
            let path = format!("response_format.json_schema.schema.{}", loss.path);
            chat.warnings.push(Warning::Request(Loss::new(loss.kind, path)));
        }
        chat
    }

    async fn send(self) -> Result<Structured<T>, Error> {
        let mut chat = self.asking();
        let mut misfits = Vec::new();
        let mut discarded = Vec::new();
        loop {
            let mut answer = chat.clone().send().await?;
            let misfit = match self.fit(&answer) {
                Ok(value) => {
                    answer.warnings.extend(misfits.into_iter().map(Warning::AskedAgain));
                    return Ok(Structured { value, answer, discarded });
                }
                Err(misfit) => misfit,
            };
            if misfits.len() >= self.repairs || !misfit.can_be_mended() {
                let (model, answer) = (chat.model.id, Box::new(answer));
                return Err(Error::Misfit { model, misfit, answer });
            }
            chat.request.messages.extend(answer.to_message());
            chat.request.messages.push(self.complaint(&misfit));
            if let Some(state) = answer.state() {
                chat.state = Some(state.clone());
            }
            misfits.push(misfit);
            discarded.push(answer);
        }
    }

    fn fit(&self, answer: &ChatAnswer) -> Result<T, Misfit> {
        let value = answer.fit(&self.schema)?;
        let checked = self.check.as_ref().map_or(Ok(()), |check| check(&value));
        checked.map(|()| value).map_err(Misfit::check)
    }

    /// What the model is told of an answer that does not fit.
    fn complaint(&self, misfit: &Misfit) -> Message {
        let schema = self.schema.json().get();
        Message::user(if misfit.is_refusal() {
            format!(
                "Answer as far as you can, with nothing but JSON that follows this schema: {schema}"
            )
        } else {
            let detail = misfit.detail();
            format!(
                "That answer cannot be used: {detail}. Answer again, with nothing but JSON that follows this schema: {schema}"
            )
        })
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> IntoFuture for StructuredChat<T> {
    type Output = Result<Structured<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> Clone for StructuredChat<T> {
    fn clone(&self) -> Self {
        Self {
            chat: self.chat.clone(),
            schema: self.schema.clone(),
            repairs: self.repairs,
            check: self.check.clone(),
        }
    }
}

impl<T> fmt::Debug for StructuredChat<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructuredChat")
            .field("chat", &self.chat)
            .field("schema", &self.schema)
            .field("repairs", &self.repairs)
            .finish_non_exhaustive()
    }
}
