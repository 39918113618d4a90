//! Lists of any length as a stream: page after page, one entry after another.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use oci_wire::resources::{
    ContainerFileList, ContainerList, FileList, ItemList, VectorStoreFileList, VectorStoreList,
};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::error::{Error, ErrorKind};
use crate::responses::Listing;

/// The entries of a list, in its order. A page is asked for when the entries of the one before are taken.
///
/// The next page begins after the last entry of the one before, so what is added or removed meanwhile neither repeats nor hides
/// an entry. Each page is a call of its own, with its own retries and deadlines.
///
/// An error ends it. [`next_page`](Self::next_page) then still says which page failed, and a list that begins there goes on
/// without losing or repeating an entry. A list that says that there is more, and not where, or a page that ends where it began,
/// is [`ErrorKind::Malformed`], never a short success. Dropping it cancels the request for the page that is under way.
///
/// ```no_run
/// # async fn run(client: oci_transport::Client) -> Result<(), oci_transport::Error> {
/// let mut items = client.conversations().items("conv_1").all(oci_transport::Listing::default());
/// while let Some(item) = items.next().await {
///     println!("{:?}", item?);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct Items<T, L = Listing> {
    ask: Ask<T, L>,
    ready: VecDeque<T>,
    listing: L,
    go_on: GoOn<L>,
    state: State<T>,
}

enum State<T> {
    /// The page of `listing` is to be asked for.
    Next,
    /// It has been asked for.
    Asked(PageFuture<T>),
    /// No page follows.
    Last,
}

/// Asks for one page.
type Ask<T, L> = Box<dyn Fn(L) -> PageFuture<T> + Send + Sync>;
/// Makes a listing begin at the place of the next page; `false` if it begins there already.
type GoOn<L> = fn(&mut L, &str) -> bool;
type PageFuture<T> = Pin<Box<dyn Future<Output = Result<Entries<T>, Error>> + Send>>;

/// A page of any list.
pub(crate) struct Entries<T> {
    pub(crate) data: Vec<T>,
    /// Where the next page begins.
    pub(crate) next: Option<String>,
    pub(crate) has_more: bool,
}

impl<T> Items<T> {
    /// The entries of the pages that `ask` answers with.
    pub(crate) fn new<P, A, F>(listing: Listing, ask: A) -> Self
    where
        P: Into<Entries<T>>,
        A: Fn(Listing) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Answer<P>, Error>> + Send + 'static,
    {
        let go_on = |listing: &mut Listing, after: &str| {
            let before = listing.after.replace(after.to_owned());
            before != listing.after
        };
        Self::over(listing, go_on, ask, |page| page.into_inner().into())
    }
}

impl<T, L: Clone> Items<T, L> {
    /// The same for lists of any kind.
    pub(crate) fn over<P, A, F, E>(listing: L, go_on: GoOn<L>, ask: A, entries: E) -> Self
    where
        A: Fn(L) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Answer<P>, Error>> + Send + 'static,
        E: Fn(Answer<P>) -> Entries<T> + Copy + Send + Sync + 'static,
    {
        let ask = move |listing| -> PageFuture<T> {
            let page = ask(listing);
            Box::pin(async move { Ok(entries(page.await?)) })
        };
        Self { ask: Box::new(ask), ready: VecDeque::new(), listing, go_on, state: State::Next }
    }

    /// The next entry; `None` at the end. Dropping the future loses nothing.
    ///
    /// # Errors
    /// [`Error`] of the page that was asked for, after which nothing more comes.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|cx| self.poll_entry(cx)).await
    }

    /// All entries that are left.
    ///
    /// # Errors
    /// As for [`next`](Self::next). The entries before the error are dropped.
    pub async fn collect(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(entry) = self.next().await {
            all.push(entry?);
        }
        Ok(all)
    }

    fn poll_entry(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(entry) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(entry)));
            }
            match &mut self.state {
                State::Last => return Poll::Ready(None),
                State::Next => self.state = State::Asked((self.ask)(self.listing.clone())),
                State::Asked(page) => {
                    let page = ready!(page.as_mut().poll(cx));
                    self.state = State::Last;
                    if let Err(error) = page.and_then(|page| self.take(page)) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
        }
    }

    /// Takes over the entries of a page, and where the next one begins.
    fn take(&mut self, page: Entries<T>) -> Result<(), Error> {
        if page.has_more {
            let message = match page.next {
                Some(next) if (self.go_on)(&mut self.listing, &next) => {
                    self.state = State::Next;
                    self.ready = page.data.into();
                    return Ok(());
                }
                Some(_) => "expected a page that goes on, found one that ends where it began",
                None => {
                    "expected the id of the last entry of a page that is not the last, found none"
                }
            };
            return Err(Error::new(ErrorKind::Malformed, message));
        }
        self.ready = page.data.into();
        Ok(())
    }
}

impl<T, L> Items<T, L> {
    /// Which page is asked for next, or under way, or was when an error came; the last page at the end.
    #[must_use]
    pub fn next_page(&self) -> &L {
        &self.listing
    }
}

/// The id of an entry of any kind, as JSON has it.
pub(crate) fn id_of<T: Serialize>(entry: &T) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let text = serde_json::to_vec(entry).ok()?;
    Some(serde_json::from_slice::<Named>(&text).ok()?.id)
}

// Entries are never pinned in place: the one future in here is behind a box.
impl<T, L> Unpin for Items<T, L> {}

impl<T, L: Clone> Stream for Items<T, L> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_entry(cx)
    }
}

impl<T, L: fmt::Debug> fmt::Debug for Items<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("ready", &self.ready.len())
            .field("next_page", &self.listing)
            .finish_non_exhaustive()
    }
}

macro_rules! pages {
    ($($list:ty => $entry:ty),* $(,)?) => { $(
        impl From<$list> for Entries<$entry> {
            fn from(list: $list) -> Self {
                let has_more = list.has_more == Some(true);
                let last = || list.data.last().and_then(id_of);
                let next = if has_more { list.last_id.or_else(last) } else { None };
                Self { data: list.data, next, has_more }
            }
        }
    )* };
}

pages! {
    ItemList => oci_wire::responses::Item,
    FileList => oci_wire::resources::FileObject,
    VectorStoreList => oci_wire::resources::VectorStore,
    VectorStoreFileList => oci_wire::resources::VectorStoreFile,
    ContainerList => oci_wire::resources::Container,
    ContainerFileList => oci_wire::resources::ContainerFile,
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use oci_wire::resources::FileObject;

    use super::*;

    type Asked = Arc<Mutex<Vec<Option<String>>>>;

    /// Files of the pages that are given as JSON, and the cursors that they were asked for with.
    fn items(pages: &'static [&'static str]) -> (Items<FileObject>, Asked) {
        let asked = Asked::default();
        let log = asked.clone();
        let ask = move |listing: Listing| {
            let mut log = log.lock().unwrap();
            let page = pages.get(log.len()).copied();
            log.push(listing.after);
            async move {
                let gone = || Error::new(ErrorKind::Connect, "no connection to the service");
                let list: FileList = serde_json::from_str(page.ok_or_else(gone)?).unwrap();
                Ok(Answer::new(list, None, &http::HeaderMap::new()))
            }
        };
        (Items::new(Listing::default(), ask), asked)
    }

    #[tokio::test]
    async fn pages_follow_one_another_until_there_is_no_more() {
        let (items, asked) = items(&[
            r#"{"data":[{"id":"a"},{"id":"b"}],"last_id":"b","has_more":true}"#,
            r#"{"data":[],"last_id":"c","has_more":true}"#,
            r#"{"data":[{"id":"d"}],"has_more":true}"#,
            r#"{"data":[{"id":"e"}],"last_id":"e","has_more":false}"#,
        ]);
        let all = items.collect().await.unwrap();
        let ids: Vec<_> = all.iter().map(|file| file.id.as_deref().unwrap()).collect();
        assert_eq!(ids, ["a", "b", "d", "e"]);
        let cursors = [None, Some("b"), Some("c"), Some("d")].map(|id| id.map(str::to_owned));
        assert_eq!(*asked.lock().unwrap(), cursors);
    }

    #[tokio::test]
    async fn the_next_page_is_asked_for_only_when_it_is_needed() {
        let (mut items, asked) = items(&[r#"{"data":[{"id":"a"}],"last_id":"a","has_more":true}"#]);
        assert!(asked.lock().unwrap().is_empty());
        items.next().await.unwrap().unwrap();
        assert_eq!(asked.lock().unwrap().len(), 1);
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert_eq!(items.next_page().after.as_deref(), Some("a"), "it can go on from here");
        assert!(items.next().await.is_none(), "an error ends it");
    }

    #[tokio::test]
    async fn a_list_that_does_not_go_on_is_no_short_success() {
        let (mut nowhere, _) = items(&[r#"{"data":[],"has_more":true}"#]);
        let error = nowhere.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error:?}");

        let page = r#"{"data":[{"id":"a"}],"last_id":"a","has_more":true}"#;
        let (mut circle, _) = items(Box::leak(Box::new([page, page])));
        circle.next().await.unwrap().unwrap();
        let error = circle.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error:?}");
        assert!(circle.next().await.is_none());
    }
}
