//! Texts for people: values of callers and of the service, as errors show them.

/// A value as an error repeats it: in one line, and not the whole of a long one.
///
/// No character that a secret may have is escaped: one that was given as a value is to be told afterwards.
pub fn quoted(value: &str) -> String {
    const LIMIT: usize = 64;
    let mut quoted = String::from("`");
    for (index, c) in value.chars().enumerate() {
        if index == LIMIT {
            quoted.push('…');
            break;
        }
        match c.is_ascii_graphic() {
            true => quoted.push(c),
            false => quoted.extend(c.escape_debug()),
        }
    }
    quoted.push('`');
    quoted
}

/// A text that came over the wire, as one line of bounded length.
pub(crate) fn one_line(text: &str) -> String {
    const LIMIT: usize = 300;
    let mut line = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > LIMIT {
            let end = (0..=LIMIT).rev().find(|&end| line.is_char_boundary(end)).unwrap_or(0);
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_over_the_wire_is_shown_as_one_short_line() {
        assert_eq!(
            one_line("<html>\r\n  <b>\u{1b}[31m no\t</b>"),
            "<html> <b> [31m no </b>"
        );
        let long = one_line(&"ä".repeat(10_000));
        assert!(long.ends_with('…') && long.len() < 310);
        assert_eq!(one_line(""), "");
    }

    #[test]
    fn a_value_is_repeated_in_one_short_line() {
        assert_eq!(quoted("a\nb \u{2028}"), "`a\\nb \\u{2028}`");
        assert_eq!(quoted(r#""o'b\"#), r#"`"o'b\`"#);
        assert_eq!(quoted(&"ä".repeat(100)), format!("`{}…`", "ä".repeat(64)));
    }
}
