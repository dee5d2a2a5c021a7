//! A run: targets in, outcomes out.

use std::{
    error::Error as StdError,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::stream::{FusedStream, FuturesUnordered, Stream, StreamExt as _, TryStream};

use super::{Fleet, Progress};
use crate::{Client, Error, ErrorKind, transport::cancel::Stop};

/// How many targets that need nothing are passed over before others have their turn.
const PASSED_OVER: usize = 1000;

/// What became of a target.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<T, R> {
    /// The target, as the stream of targets gave it.
    pub target: T,
    /// What the operation gave.
    pub result: Result<Applied<R>, Error>,
}

/// What an operation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied<R> {
    /// What the operation gave.
    pub value: R,
    /// Whether it changed anything; `None` if it does not know.
    pub changed: Option<bool>,
}

impl<R> Applied<R> {
    /// A success of which it is not known whether it changed anything.
    pub fn new(value: R) -> Self {
        Self { value, changed: None }
    }

    /// Says whether anything was changed.
    #[must_use]
    pub fn changed(mut self, changed: bool) -> Self {
        self.changed = Some(changed);
        self
    }
}

/// The outcomes of a run, as a stream: one for each target, in the order in which they end.
///
/// Nothing happens unless it is polled, by [`next`](Run::next), for instance. When a run is dropped before its end, its
/// calls end with it; which targets were under way and have not been reported, [`Progress::in_flight`] tells.
#[must_use = "nothing is done before the run is polled"]
pub struct Run<S: TryStream, O, F, R> {
    fleet: Fleet,
    targets: Pin<Box<S>>,
    operation: O,
    skip: Option<Skip<S::Ok>>,
    under_way: FuturesUnordered<UnderWay<F>>,
    progress: Progress<S::Ok>,
    /// Why no more targets are begun.
    end: Option<End<S::Error>>,
    result: std::marker::PhantomData<fn() -> R>,
}

type Skip<T> = Box<dyn FnMut(&T) -> bool + Send>;

enum End<E> {
    Done,
    Stopped,
    Failure(String),
    Targets(E),
}

/// An operation under way, with the number under which its target is known.
struct UnderWay<F> {
    key: u64,
    stop: Stop,
    operation: Pin<Box<F>>,
}

impl<F: Future> Future for UnderWay<F> {
    type Output = (u64, Stop, F::Output);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = self.operation.as_mut().poll(context);
        outcome.map(|outcome| (self.key, self.stop.clone(), outcome))
    }
}

/// Why a run ended before all targets were done.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError<E> {
    /// The stream of targets failed; those that it had given were done.
    Targets(E),
    /// A failure concerned all targets, as [`Fleet::stop_when`] has it; it was reported with its target.
    Failure(String),
    /// [`Run::stop`] was called before all targets were done.
    Stopped,
    /// Not all outcomes were taken from the stream, or the operation panicked; [`Progress::in_flight`] tells for which
    /// targets there is none.
    Unfinished,
}

impl<E> fmt::Display for RunError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Targets(_) => f.write_str("the targets could not all be read"),
            Self::Failure(failure) => write!(f, "stopped by a failure that concerns all targets: {failure}"),
            Self::Stopped => f.write_str("stopped before all targets were done"),
            Self::Unfinished => f.write_str("not all outcomes were waited for"),
        }
    }
}

impl<E: StdError + 'static> StdError for RunError<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Targets(cause) => Some(cause),
            _ => None,
        }
    }
}

impl<S, O, F, R> Run<S, O, F, R>
where
    S: TryStream,
    S::Ok: Clone,
{
    pub(super) fn new(fleet: Fleet, targets: S, operation: O) -> Self {
        let progress = Progress::new(fleet.client.runtime().clone(), fleet.limit);
        Self {
            fleet,
            targets: Box::pin(targets),
            operation,
            skip: None,
            under_way: FuturesUnordered::new(),
            progress,
            end: None,
            result: std::marker::PhantomData,
        }
    }

    /// Which targets need nothing, such as those that a [journal](super::Journal) has; they are not reported.
    pub fn skip_if(mut self, needs_nothing: impl FnMut(&S::Ok) -> bool + Send + 'static) -> Self {
        self.skip = Some(Box::new(needs_nothing));
        self
    }

    /// How far the run is, to be asked from anywhere and at any time.
    #[must_use]
    pub fn progress(&self) -> Progress<S::Ok> {
        self.progress.clone()
    }

    /// Begins no more targets.
    ///
    /// What is under way is finished, and reported, as the stream goes on; calls that wait for the rate limit or to be
    /// repeated wait no longer. Targets for which nothing was sent are not reported.
    pub fn stop(&mut self) {
        self.end.get_or_insert(End::Stopped);
        self.fleet.stop.stop();
    }

    /// Says whether all targets were done, once the stream has ended.
    ///
    /// That some of them failed is no error here: their outcomes said so.
    ///
    /// # Errors
    ///
    /// [`RunError`], when the stream of targets failed, when the run was stopped, and when it has not ended.
    pub fn finish(self) -> Result<(), RunError<S::Error>> {
        // An operation that panicked is under way for good.
        let is_unfinished = self.progress.is_under_way();
        match self.end {
            None => Err(RunError::Unfinished),
            _ if is_unfinished => Err(RunError::Unfinished),
            Some(End::Done) => Ok(()),
            Some(End::Stopped) => Err(RunError::Stopped),
            Some(End::Failure(failure)) => Err(RunError::Failure(failure)),
            Some(End::Targets(cause)) => Err(RunError::Targets(cause)),
        }
    }
}

impl<S, O, F, R> Unpin for Run<S, O, F, R> where S: TryStream {}

impl<S, O, F, R> Stream for Run<S, O, F, R>
where
    S: TryStream,
    S::Ok: Clone,
    O: FnMut(Client, S::Ok) -> F,
    F: Future<Output = Result<Applied<R>, Error>>,
{
    type Item = Outcome<S::Ok, R>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let run = self.get_mut();
        loop {
            run.begin(context);
            let (key, stop, result) = match run.under_way.poll_next_unpin(context) {
                Poll::Ready(Some(ended)) => ended,
                Poll::Ready(None) if run.end.is_some() => return Poll::Ready(None),
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            };
            if stop.came_first() && result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Stopped) {
                run.progress.give_up(key);
                run.end_early(End::Stopped);
                continue;
            }
            stop.sends();
            if let Err(error) = &result
                && (run.fleet.stop_when)(error)
            {
                run.end_early(End::Failure(error.to_string()));
                run.fleet.stop.stop();
            }
            if let Some(target) = run.progress.end(key, &result) {
                return Poll::Ready(Some(Outcome { target, result }));
            }
        }
    }
}

impl<S, O, F, R> Run<S, O, F, R>
where
    S: TryStream,
    S::Ok: Clone,
    O: FnMut(Client, S::Ok) -> F,
    F: Future<Output = Result<Applied<R>, Error>>,
{
    /// The next outcome, once there is one; `None` when the run has ended.
    ///
    /// It may be dropped and called again, as `select!` does, without any loss.
    pub async fn next(&mut self) -> Option<Outcome<S::Ok, R>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Notes why not all targets are done, unless that is known already.
    fn end_early(&mut self, why: End<S::Error>) {
        if matches!(self.end, None | Some(End::Done)) {
            self.end = Some(why);
        }
    }

    /// Begins as many targets as there may be under way and as there are.
    fn begin(&mut self, context: &mut Context<'_>) {
        let mut passed_over = 0;
        while self.end.is_none() && self.under_way.len() < self.fleet.concurrency {
            if self.fleet.limit.is_some_and(|limit| self.progress.begun() >= limit) {
                self.end = Some(End::Done);
                return;
            }
            match self.targets.as_mut().try_poll_next(context) {
                Poll::Ready(Some(Ok(target))) => {
                    if self.skip.as_mut().is_some_and(|needs_nothing| needs_nothing(&target)) {
                        self.progress.skip(self.targets.size_hint());
                        passed_over += 1;
                        if passed_over == PASSED_OVER {
                            context.waker().wake_by_ref();
                            return;
                        }
                        continue;
                    }
                    let key = self.progress.begin(target.clone(), self.targets.size_hint());
                    let least = self.targets.size_hint().0;
                    let most = self
                        .fleet
                        .limit
                        .map(|limit| limit.saturating_sub(self.progress.begun()) as usize);
                    let stop = self.fleet.stop.for_target(most.map_or(least, |most| most.min(least)));
                    let client = Client::from_runtime(self.fleet.client.runtime().with_stop(stop.clone()));
                    let operation = Box::pin((self.operation)(client, target));
                    self.under_way.push(UnderWay { key, stop, operation });
                }
                Poll::Ready(Some(Err(cause))) => self.end = Some(End::Targets(cause)),
                Poll::Ready(None) => {
                    self.progress.all_begun();
                    self.end = Some(End::Done);
                }
                Poll::Pending => return,
            }
        }
    }
}

impl<S, O, F, R> FusedStream for Run<S, O, F, R>
where
    S: TryStream,
    S::Ok: Clone,
    O: FnMut(Client, S::Ok) -> F,
    F: Future<Output = Result<Applied<R>, Error>>,
{
    fn is_terminated(&self) -> bool {
        self.end.is_some() && self.under_way.is_empty()
    }
}

impl<S: TryStream, O, F, R> fmt::Debug for Run<S, O, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("fleet", &self.fleet)
            .field("under_way", &self.under_way.len())
            .finish_non_exhaustive()
    }
}
