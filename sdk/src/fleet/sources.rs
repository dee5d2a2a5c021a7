//! Targets that the program has, and targets in a text.

use std::{
    convert::Infallible,
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Seek as _},
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
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

/// The lines of a file, such as one of zone ids: without white space around them, empty ones, and those that begin with
/// `#`.
///
/// It is read in a thread of its own, a few lines ahead. Before that its lines are counted, so that a run knows how many
/// targets come.
///
/// # Errors
///
/// When the file cannot be opened. That it cannot be read is told as the stream goes on.
///
/// # Examples
///
/// ```no_run
/// use cloudflare_sdk::fleet;
///
/// # fn example() -> std::io::Result<()> {
/// let zones = fleet::file("zones.txt")?;
/// # Ok(())
/// # }
/// ```
pub fn file(path: impl AsRef<Path>) -> io::Result<Lines> {
    let mut file = File::open(path)?;
    // A pipe can be read only once.
    let may_be_counted = file.metadata()?.is_file();
    Ok(Lines::of(move |lines| {
        if may_be_counted {
            let count = targets(BufReader::new(&file)).map_while(Result::ok).count();
            lines.counted.store(count, Ordering::SeqCst);
            file.rewind()?;
        }
        lines.send(BufReader::new(file))
    }))
}

/// The lines of a text, such as the standard input; in other respects as [`file`](fn@file), but they are not counted.
///
/// # Examples
///
/// ```no_run
/// use std::io::{BufReader, stdin};
///
/// use cloudflare_sdk::fleet;
///
/// let zones = fleet::lines(BufReader::new(stdin()));
/// ```
pub fn lines(text: impl BufRead + Send + 'static) -> Lines {
    Lines::of(move |lines| lines.send(text))
}

/// The lines of a text that are targets.
fn targets(text: impl BufRead) -> impl Iterator<Item = io::Result<String>> {
    let lines = text.lines().map(|line| Ok(line?.trim().to_owned()));
    lines.filter(|line: &io::Result<String>| {
        let is_target = |line: &String| !line.is_empty() && !line.starts_with('#');
        line.as_ref().map_or(true, is_target)
    })
}

/// The lines of a text; made by [`file`](fn@file) and [`lines`].
#[must_use = "nothing is done before it is polled"]
pub struct Lines {
    receiver: mpsc::Receiver<io::Result<String>>,
    counted: Arc<AtomicUsize>,
    given: usize,
}

/// Where the thread that reads puts the lines.
struct Sender {
    sender: mpsc::Sender<io::Result<String>>,
    /// How many there are; none that can be as long as it is not known.
    counted: Arc<AtomicUsize>,
}

impl Sender {
    fn send(&self, text: impl BufRead) -> io::Result<()> {
        for line in targets(text) {
            // Nobody listens any longer.
            if self.sender.blocking_send(Ok(line?)).is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl Lines {
    fn of(read: impl FnOnce(&Sender) -> io::Result<()> + Send + 'static) -> Self {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let counted = Arc::new(AtomicUsize::new(usize::MAX));
        let lines = Sender {
            sender,
            counted: Arc::clone(&counted),
        };
        thread::spawn(move || {
            if let Err(cause) = read(&lines) {
                // Whoever listened has gone, or hears it: there is nothing else to do.
                let _ = lines.sender.blocking_send(Err(cause));
            }
        });
        Self {
            receiver,
            counted,
            given: 0,
        }
    }
}

impl Stream for Lines {
    type Item = io::Result<String>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let line = self.receiver.poll_recv(context);
        if let Poll::Ready(Some(Ok(_))) = line {
            self.given += 1;
        }
        line
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self.counted.load(Ordering::SeqCst) {
            usize::MAX => (0, None),
            counted => {
                let left = counted.saturating_sub(self.given);
                (left, Some(left))
            }
        }
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
