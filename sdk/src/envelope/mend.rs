//! Texts that JSON cannot hold, made such that it can.

/// A body in which everything that is no character is U+FFFD: bytes that are not UTF-8, and halves of surrogate pairs.
///
/// A message that was cut to a length may end in half a character, which must not cost all errors.
pub(super) fn mend(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut mended = String::with_capacity(text.len());
    let mut rest = &*text;
    // Backslashes stand in texts only.
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                mended.push(char::REPLACEMENT_CHARACTER);
                rest = &escape[6..];
                continue;
            }
            // What is escaped may be another backslash.
            _ => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        mended.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    mended.push_str(rest);
    mended
}

/// The unit of UTF-16 that a text begins with as an escape.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_character_is_replaced() {
        for (text, mended) in [
            (
                r"plain \n \u00e4 \ud83d\ude00 \\ud800 \",
                r"plain \n \u00e4 \ud83d\ude00 \\ud800 \",
            ),
            (r"\ud800", "\u{fffd}"),
            (r"\uDC00\ud800\n", "\u{fffd}\u{fffd}\\n"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}\\ud83d\\ude00"),
            (r"\ud8", r"\ud8"),
            ("\\\u{e4}\\u\u{e4}\u{e4}", "\\\u{e4}\\u\u{e4}\u{e4}"),
        ] {
            assert_eq!(mend(text.as_bytes()), mended, "{text}");
        }
        assert_eq!(mend(b"a\xffb"), "a\u{fffd}b");
    }
}
