//! Targets from an operation that lists them, page by page.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    hash::Hash,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::stream::Stream;

use super::Seen;
use crate::{Client, Error, Response};

/// How often the list is read again because it changed while it was read.
const MOST_PASSES: u32 = 5;

/// The items of a list that comes in numbered pages, read while they are used.
///
/// `fetch` is given a clone of the client and the number of a page, from 1 on. What it gives has to hold the page in
/// its value, and [`result_info`](Response::result_info) beside it. A page is read when the items of the one before are
/// used up.
///
/// A list may change while it is read: items move from one page to another, so that one appears twice, or on none.
/// [`unique_by`](Pages::unique_by) gives each item once, and reads the list again when the number of its items changed
/// meanwhile. Without it, items come as the pages have them.
///
/// # Examples
///
/// ```no_run
/// use cloudflare_sdk::{fleet, types::Zone};
/// use futures_util::TryStreamExt as _;
///
/// # async fn example(client: cloudflare_sdk::Client) -> Result<(), cloudflare_sdk::Error> {
/// let mut zones = fleet::pages(&client, |client, page| async move {
///     client.zones_list().page(page).per_page(50u64).send().await
/// })
/// .unique_by(|zone: &Zone| zone.id.to_string());
/// while let Some(zone) = zones.try_next().await? {
///     println!("{}", zone.name);
/// }
/// # Ok(())
/// # }
/// ```
pub fn pages<T, F, Fut>(client: &Client, fetch: F) -> Pages<T, F, Fut>
where
    F: FnMut(Client, u64) -> Fut,
    Fut: Future<Output = Result<Response<Vec<T>>, Error>>,
{
    Pages {
        client: client.clone(),
        fetch,
        is_new: None,
        page: 1,
        fetching: None,
        items: VecDeque::new(),
        pass: 1,
        total: None,
        has_changed: false,
        given: 0,
        is_over: false,
    }
}

/// The items of a list; made by [`pages`].
#[must_use = "nothing is read before it is polled"]
pub struct Pages<T, F, Fut> {
    client: Client,
    fetch: F,
    /// Says of an item whether it is a new one.
    is_new: Option<IsNew<T>>,
    page: u64,
    fetching: Option<Pin<Box<Fut>>>,
    items: VecDeque<T>,
    pass: u32,
    /// How many items there are in all, as the latest page said, and whether an earlier page of the pass said otherwise.
    total: Option<u64>,
    has_changed: bool,
    given: u64,
    is_over: bool,
}

type IsNew<T> = Box<dyn FnMut(&T) -> bool + Send>;

impl<T, F, Fut> Pages<T, F, Fut> {
    /// Gives of the items that have the same key the first one only.
    ///
    /// Some 20 bytes of each item are kept in memory.
    pub fn unique_by<K: Hash>(mut self, mut key: impl FnMut(&T) -> K + Send + 'static) -> Self {
        let mut seen = Seen::new();
        self.is_new = Some(Box::new(move |item| seen.insert(&key(item))));
        self
    }

    fn take_in(&mut self, response: Response<Vec<T>>) {
        let info = response.result_info().cloned().unwrap_or_default();
        let items = response.into_inner();
        let is_last = items.is_empty()
            || match (info.total_pages, info.per_page) {
                (Some(pages), _) => self.page >= pages,
                (None, Some(size)) => (items.len() as u64) < size,
                (None, None) => false,
            };
        if let Some(total) = info.total_count {
            self.has_changed |= self.total.is_some_and(|before| before != total);
            self.total = Some(total);
        }
        self.items = items.into();
        if let Some(is_new) = &mut self.is_new {
            self.items.retain(is_new);
        }
        self.page += 1;
        if is_last {
            // What moved to a page that had been read already is found this way.
            self.is_over = !self.has_changed || self.is_new.is_none() || self.pass >= MOST_PASSES;
            (self.page, self.has_changed) = (1, false);
            self.pass += 1;
        }
    }
}

impl<T, F, Fut> Unpin for Pages<T, F, Fut> {}

impl<T, F, Fut> Stream for Pages<T, F, Fut>
where
    F: FnMut(Client, u64) -> Fut,
    Fut: Future<Output = Result<Response<Vec<T>>, Error>>,
{
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let pages = self.get_mut();
        loop {
            if let Some(item) = pages.items.pop_front() {
                pages.given += 1;
                return Poll::Ready(Some(Ok(item)));
            }
            if pages.is_over {
                return Poll::Ready(None);
            }
            let fetching = match &mut pages.fetching {
                Some(fetching) => fetching,
                None => {
                    let page = (pages.fetch)(pages.client.clone(), pages.page);
                    pages.fetching.insert(Box::pin(page))
                }
            };
            let Poll::Ready(page) = fetching.as_mut().poll(context) else {
                return Poll::Pending;
            };
            pages.fetching = None;
            match page {
                Ok(response) => pages.take_in(response),
                Err(error) => {
                    pages.is_over = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }

    /// Exact as far as the list says how many items it has.
    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_over {
            return (self.items.len(), Some(self.items.len()));
        }
        let left = self
            .total
            .and_then(|total| usize::try_from(total.saturating_sub(self.given)).ok());
        (left.unwrap_or(self.items.len()), left)
    }
}

impl<T, F, Fut> fmt::Debug for Pages<T, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("page", &self.page)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, TryStreamExt as _};

    use super::*;
    use crate::{ErrorKind, ResultInfo};

    fn client() -> Client {
        let token = "Sn3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY";
        Client::builder().api_token(token).unwrap().build().unwrap()
    }

    /// The page of a list, with as many items as there may be on one.
    fn page(list: &[u32], number: u64, size: usize) -> Response<Vec<u32>> {
        let items = list.chunks(size).nth(number as usize - 1).unwrap_or_default().to_vec();
        let info = ResultInfo {
            page: Some(number),
            per_page: Some(size as u64),
            total_count: Some(list.len() as u64),
            total_pages: Some(list.len().div_ceil(size) as u64),
            ..ResultInfo::default()
        };
        Response::new(items).with_result_info(info)
    }

    #[tokio::test]
    async fn all_items_of_all_pages_are_given_in_their_order() {
        for length in [0u32, 1, 2, 3, 4, 7] {
            let list: Vec<_> = (0..length).collect();
            let expected = list.clone();
            let items = pages(&client(), |_, number| {
                let page = page(&list, number, 2);
                async move { Ok(page) }
            });
            assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), expected);
        }
    }

    /// One that comes first moves all others, so that one item of each page is on the next one as well; one that goes
    /// moves one of each page to the page before, where it is missed.
    #[tokio::test]
    async fn while_the_list_moves_each_item_is_given_once() {
        let (mut list, mut calls) = ((0..20).collect::<Vec<u32>>(), 0);
        let items = pages(&client(), |_, number| {
            calls += 1;
            match calls {
                3 => list.insert(0, 100),
                6 => drop(list.remove(1)),
                _ => {}
            }
            let page = page(&list, number, 2);
            async move { Ok(page) }
        })
        .unique_by(|item| *item);
        let mut found: Vec<_> = items.try_collect().await.unwrap();
        found.sort_unstable();
        let mut expected: Vec<_> = (0..20).chain([100]).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[tokio::test]
    async fn a_page_that_cannot_be_read_ends_the_list() {
        let items = pages(&client(), |_, number| async move {
            match number {
                1 => Ok(page(&[1, 2, 3], 1, 2)),
                _ => Err(Error::new(ErrorKind::Timeout, "late")),
            }
        });
        let found: Vec<_> = items.map(|item| item.ok()).collect().await;
        assert_eq!(found, [Some(1), Some(2), None]);
    }
}
