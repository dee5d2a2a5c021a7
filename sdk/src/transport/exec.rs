//! Execution of calls: admission, attempts, retries.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::{Arc, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use http::Method;

use super::{
    attempt,
    cancel::Stop,
    pacing::{Pacer, Patience, Permit, Unsent},
    quota::Standing,
    retry,
    shared::Shared,
    trace,
};
use crate::{
    call::{Call, OperationInfo, RawResponse},
    config::{RequestOptions, Settings},
    error::Error,
    request::{Request, RequestBuilder},
};

/// What all calls of a client share: base URL, credentials, connections, the rate limit and the options.
///
/// It is cheap to clone, and its clones share connections and the rate limit.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
    settings: Arc<Settings>,
    /// What stops the calls, where they belong to a run.
    stop: Option<Stop>,
}

/// [`Shared`], and what it needs to work.
struct Inner {
    shared: Shared,
    pacer: Pacer,
}

/// A wait, which most calls do not have: a trait object is compiled once, and what holds one is small.
type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How far a call has come.
struct SoFar {
    operation: &'static OperationInfo,
    attempts: u32,
    /// Whether an attempt before this one may have made the change, though no response says so.
    unclear: bool,
    only_reads: bool,
}

impl Runtime {
    pub(crate) fn new(shared: Shared, settings: Settings) -> Self {
        let pacer = Pacer::default();
        Self {
            inner: Arc::new(Inner { shared, pacer }),
            settings: Arc::new(settings),
            stop: None,
        }
    }

    /// A request that a caller has put together.
    pub(crate) fn request(&self, operation: &'static OperationInfo, method: Method, url: &str) -> RequestBuilder<'_> {
        let Shared {
            base_url, credentials, ..
        } = &self.inner.shared;
        RequestBuilder::new(base_url, credentials.secrets(), operation, method, url)
    }

    /// Where requests go, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.inner.shared.base_url.as_str()
    }

    /// A runtime that makes calls with these options, and those of this runtime where they say nothing.
    ///
    /// It shares connections and the rate limit with this one.
    #[must_use]
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            settings: Arc::new(self.settings.with(options)),
            stop: self.stop.clone(),
        }
    }

    /// A runtime whose calls do not wait once they are stopped.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) fn with_stop(&self, stop: Stop) -> Self {
        Self {
            stop: Some(stop),
            ..self.clone()
        }
    }

    /// Lets the run that the calls belong to know that one is sent.
    fn tell_of_sending(&self) {
        if let Some(stop) = &self.stop {
            stop.sends();
        }
    }

    /// The present, by the clock of the client.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) fn now(&self) -> Instant {
        self.inner.shared.clock.now()
    }

    /// How the rate limit stands that leaves least.
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) fn standing(&self, now: Instant) -> Option<Standing> {
        self.inner.pacer.standing(now)
    }

    /// How many calls of the run that the calls belong to were not sent yet.
    fn unsent(&self) -> Option<&AtomicUsize> {
        if let Some(stop) = &self.stop {
            return Some(stop.unsent());
        }
        None
    }

    /// Waits for a future, unless the calls are stopped first.
    async fn unless_stopped<F: Future>(&self, future: F) -> Option<F::Output> {
        if let Some(stop) = &self.stop {
            return stop.unless_stopped(future).await;
        }
        Some(future.await)
    }

    /// Sends a request, as often as the options allow, and reads its response; for generated code.
    ///
    /// It gives a trait object, so that all of it is compiled once, with the SDK: else each program would compile it anew,
    /// and again for each of its units. Futures are kept small here, which the cache of a processor rewards: what is there
    /// on every call is borrowed by the futures within, and what waits is in one of its own that is made where there is a
    /// wait.
    #[doc(hidden)]
    pub fn exec(
        &self,
        mut request: Request,
        operation: &'static OperationInfo,
    ) -> Boxed<'_, Result<RawResponse, Error>> {
        Box::pin(async move {
            let span = trace::call(&request.method, operation, &self.inner.shared.base_url);
            let mut calls = pin!(self.repeat(&mut request, operation));
            // As `Instrument` does, which would be a larger future, and slower where nobody listens.
            let mut outcome = poll_fn(|context| {
                let _entered = span.enter();
                calls.as_mut().poll(context)
            })
            .await;
            if !span.is_disabled() {
                trace::end(&span, &outcome);
            }
            if let Ok(response) = &mut outcome {
                response.call.span = Some(span);
            }
            outcome
        })
    }

    /// Makes attempts until one is final.
    async fn repeat(&self, request: &mut Request, operation: &'static OperationInfo) -> Result<RawResponse, Error> {
        let (shared, settings) = (&self.inner.shared, &*self.settings);
        let clock = &*shared.clock;
        let started = clock.now();
        let deadline = settings.total_timeout.and_then(|timeout| started.checked_add(timeout));
        let patience = Patience {
            deadline,
            longest: settings.max_retry_after,
            unsent: self.unsent(),
        };
        let mut so_far = SoFar {
            operation,
            attempts: 0,
            unclear: false,
            only_reads: request.method.is_safe(),
        };
        let mut asked = started;
        let mut permit = match self.admit_at_once(asked, patience) {
            Some(permit) => permit,
            None => match self.admit(asked, patience).await {
                Ok(permit) => permit,
                Err(reason) => return Err(reason.into_error(self.call(&so_far))),
            },
        };
        loop {
            let sent = permit.sent();
            let left = deadline.map(|deadline| deadline.saturating_duration_since(sent));
            let timeout = left.map_or(settings.timeout, |left| left.min(settings.timeout));
            let is_repeatable = request.is_repeatable();
            so_far.attempts += 1;
            self.tell_of_sending();
            let outcome = attempt::attempt(shared, settings, request, timeout, self.call(&so_far)).await;
            let now = clock.now();
            let is_held = permit.finish(now, &attempt::told(&outcome)) && settings.pacing;
            let attempt = retry::Attempt {
                verdict: retry::judge(&outcome),
                number: so_far.attempts,
                idempotent: settings.idempotent.unwrap_or(operation.idempotent),
                retry_after: attempt::retry_after(&outcome),
                now,
                deadline,
            };
            let wait = match is_repeatable {
                true => retry::wait(&attempt, settings, &*shared.jitter),
                false => None,
            };
            trace::attempt(
                &outcome,
                &trace::Attempt {
                    resend_count: so_far.attempts - 1,
                    paced: sent.saturating_duration_since(asked),
                    took: now.saturating_duration_since(sent),
                    wait,
                },
            );
            let Some(wait) = wait else {
                return outcome;
            };
            so_far.unclear |= attempt.verdict == retry::Verdict::Unclear;
            (asked, permit) = match self.admit_again(now, wait, is_held, patience).await {
                Some(next) => next,
                None => return outcome,
            };
        }
    }

    /// Waits until the next attempt may be made, and says since when it could have been, unless none may.
    ///
    /// Where the limit holds all calls back, that says when, more precisely than the seconds of `Retry-After`.
    fn admit_again<'a>(
        &'a self,
        now: Instant,
        wait: Duration,
        is_held: bool,
        patience: Patience<'a>,
    ) -> Boxed<'a, Option<(Instant, Permit<'a>)>> {
        Box::pin(async move {
            let clock = &*self.inner.shared.clock;
            if !wait.is_zero() && !is_held {
                self.unless_stopped(clock.sleep(wait)).await?;
            }
            let begun = clock.now();
            let permit = self.admit(begun, patience).await.ok()?;
            let asked = now.checked_add(wait).filter(|_| is_held);
            Some((asked.unwrap_or(begun), permit))
        })
    }

    /// What a response or an error is to keep of the call.
    fn call(&self, so_far: &SoFar) -> Call {
        Call {
            operation: Some(so_far.operation),
            attempts: so_far.attempts,
            unclear: so_far.unclear,
            only_reads: so_far.only_reads,
            secrets: Some(self.inner.shared.credentials.secrets().clone()),
            span: None,
        }
    }

    /// Lets a request leave, if it need not wait.
    fn admit_at_once(&self, now: Instant, patience: Patience<'_>) -> Option<Permit<'_>> {
        if self.stop.as_ref().is_some_and(|stop| stop.is_stopped()) {
            return None;
        }
        let Inner { shared, pacer } = &*self.inner;
        match self.settings.pacing {
            true => pacer.admit_at_once(&*shared.clock, now, patience),
            false => (!patience.is_over(now)).then(|| pacer.send(&*shared.clock, now)),
        }
    }

    /// Waits until a request may leave.
    fn admit<'a>(&'a self, now: Instant, patience: Patience<'a>) -> Boxed<'a, Result<Permit<'a>, Unsent>> {
        Box::pin(async move {
            let Inner { shared, pacer } = &*self.inner;
            let admitted = self.unless_stopped(async {
                match self.settings.pacing {
                    false if patience.is_over(now) => Err(Unsent::Late),
                    false => Ok(pacer.send(&*shared.clock, now)),
                    true => pacer.admit(&*shared.clock, now, patience).await,
                }
            });
            admitted.await.unwrap_or(Err(Unsent::Stopped))
        })
    }

    /// A call without a request, for tests of what comes before and after.
    #[cfg(test)]
    #[allow(dead_code, reason = "used by the feature `fleet`")]
    pub(crate) async fn pretend(
        &self,
        exchange: impl Future<Output = (http::StatusCode, http::HeaderMap)>,
    ) -> Result<http::StatusCode, Error> {
        let patience = Patience {
            deadline: None,
            longest: self.settings.max_retry_after,
            unsent: self.unsent(),
        };
        let admitted = self.admit(self.now(), patience).await;
        let permit = admitted.map_err(|reason| reason.into_error(Call::default()))?;
        self.tell_of_sending();
        let (status, headers) = exchange.await;
        let outcome = super::quota::Outcome::Answered {
            status,
            headers: &headers,
            retry_after: None,
        };
        permit.finish(self.now(), &outcome);
        Ok(status)
    }
}

impl Runtime {
    /// The error of a request that cannot be made; for generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn refuse(&self, operation: &'static OperationInfo, reason: String) -> Error {
        Error::invalid_request(operation, self.inner.shared.credentials.secrets(), &reason)
    }
}

/// The verbs, for generated code.
macro_rules! verbs {
    ($($name:ident $method:ident)*) => {
        impl Runtime {
            $(
                #[doc(hidden)]
                pub fn $name(&self, operation: &'static OperationInfo, url: String) -> RequestBuilder<'_> {
                    self.request(operation, Method::$method, &url)
                }
            )*
        }
    };
}

verbs!(get GET put PUT post POST delete DELETE options OPTIONS head HEAD patch PATCH trace TRACE);

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = &self.inner.shared;
        f.debug_struct("Runtime")
            .field("base_url", &shared.base_url)
            .field("credentials", &shared.credentials)
            .field("user_agent", &shared.user_agent)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
