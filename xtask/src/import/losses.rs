//! What the generated code says less of the imported operations than the published document, in short.

use std::io::{self, Write};

use cloudflare_sdk_codegen::Change;

/// Prints a line for each kind of loss, with the first of its places.
pub(super) fn print(changes: &[Change], out: &mut dyn Write) -> io::Result<()> {
    let losses = changes.iter().filter(|change| change.is_loss());
    let losses = in_short(losses.map(|change| (change.what(), change.pointer())));
    losses.iter().try_for_each(|line| writeln!(out, "lost: {line}"))
}

/// A line for each thing that was done, in the order of the first places.
fn in_short<'c>(losses: impl Iterator<Item = (&'c str, &'c str)>) -> Vec<String> {
    let mut found: Vec<(&str, &str, usize)> = Vec::new();
    for (what, pointer) in losses {
        match found.iter_mut().find(|(other, _, _)| *other == what) {
            Some((_, _, more)) => *more += 1,
            None => found.push((what, pointer, 0)),
        }
    }
    let line = |(what, pointer, more)| match more {
        0 => format!("{what}: {pointer}"),
        1 => format!("{what}: {pointer} and one more place"),
        _ => format!("{what}: {pointer} and {more} more places"),
    };
    found.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loss_is_told_once_with_its_first_place() {
        let losses = [
            ("took out a", "/1"),
            ("took out b", "/2"),
            ("took out a", "/3"),
            ("took out a", "/4"),
        ];
        let lines = in_short(losses.into_iter());
        assert_eq!(lines, ["took out a: /1 and 2 more places", "took out b: /2"]);
    }
}
