//! Targets that the program has, and targets in a text.

use std::{
    convert::Infallible,
    fmt,
    io::{self, BufRead},
    pin::Pin,
    task::{Context, Poll},
    thread,
};

use futures_util::stream::{self, Iter, Stream};
use tokio::sync::mpsc;

/// How many lines are read ahead.
const AHEAD: usize = 64;

/// Targets that the program has already, or makes as they are asked for.
///
/// # Examples
///
/// ```no_run
/// use cloudflare_sdk::{Client, fleet::{self, Applied}};
///
/// # async fn example(client: Client) {
/// let zones = fleet::each(["023e105f4ecef8ad9ca31a8372d0c353", "353c0d2737a8ac13d9ca31a8372d0c3e"]);
/// let mut run = client.fleet().run(zones, |client, zone| async move {
///     Ok(Applied::new(client.ssl_automatic_mode_get().zone_id(zone).send().await?.into_inner()))
/// });
/// while let Some(outcome) = run.next().await {
///     println!("{}: {:?}", outcome.target, outcome.result);
/// }
/// # }
/// ```
pub fn each<I: IntoIterator>(targets: I) -> Each<I::IntoIter> {
    Each(stream::iter(targets))
}

/// Targets that the program has; made by [`each`].
#[derive(Debug)]
#[must_use = "nothing is done before it is polled"]
pub struct Each<I>(Iter<I>);

impl<I: Iterator> Unpin for Each<I> {}

impl<I: Iterator> Stream for Each<I> {
    type Item = Result<I::Item, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(context).map(|target| target.map(Ok))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// The lines of a text, such as a file of zone ids: without white space around them, empty ones, and those that begin
/// with `#`.
///
/// It is read in a thread of its own, a few lines ahead, so that a terminal or a pipe holds up nothing else.
///
/// # Examples
///
/// ```no_run
/// use std::{fs::File, io::BufReader};
///
/// use cloudflare_sdk::fleet;
///
/// # fn example() -> std::io::Result<()> {
/// let zones = fleet::lines(BufReader::new(File::open("zones.txt")?));
/// # Ok(())
/// # }
/// ```
pub fn lines(text: impl BufRead + Send + 'static) -> Lines {
    let (sender, receiver) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        for line in text.lines() {
            let line = match line {
                Ok(line) => line.trim().to_owned(),
                Err(cause) => {
                    // Whoever listened has gone, or hears it: there is nothing else to do.
                    let _ = sender.blocking_send(Err(cause));
                    return;
                }
            };
            let is_target = !line.is_empty() && !line.starts_with('#');
            if is_target && sender.blocking_send(Ok(line)).is_err() {
                return;
            }
        }
    });
    Lines(receiver)
}

/// The lines of a text; made by [`lines`].
#[must_use = "nothing is done before it is polled"]
pub struct Lines(mpsc::Receiver<io::Result<String>>);

impl Stream for Lines {
    type Item = io::Result<String>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;

    #[tokio::test]
    async fn of_a_text_the_lines_that_say_something_are_targets() {
        let text: &[u8] = b"# zones\n\n 023e105f4ecef8ad9ca31a8372d0c353 \r\na\n\t#b\nc";
        let found: Vec<_> = lines(text).try_collect().await.unwrap();
        assert_eq!(found, ["023e105f4ecef8ad9ca31a8372d0c353", "a", "c"]);
    }

    #[tokio::test]
    async fn a_text_that_cannot_be_read_is_an_error() {
        let error = lines(&b"a\n\xff\n"[..]).try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
