//! The names that things of a document have in Rust, as typify gives them, and better ones where those would not do.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// The name of the type, or the variant, that typify makes of a name of the document.
pub(crate) fn type_name(name: &str) -> String {
    let name = spaced(name).to_upper_camel_case();
    usable(if name.starts_with(|c: char| !c.is_alphabetic()) || name.is_empty() {
        format!("X{name}")
    } else {
        name
    })
}

/// The name of the member that typify makes of a name of the document.
pub(crate) fn member_name(name: &str) -> String {
    let name = spaced(name).to_snake_case();
    usable(match name.chars().next() {
        None => "x".to_owned(),
        Some(c) if c.is_alphabetic() => name,
        Some(_) => format!("x{name}"),
    })
}

fn spaced(name: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    name.replace('\'', "").replace(|c| !word(c), "-")
}

/// A name that is a keyword gets an underscore.
fn usable(name: String) -> String {
    match syn::parse_str::<syn::Ident>(&name) {
        Ok(_) if name != "gen" => name,
        _ => format!("{name}_"),
    }
}

/// Whether typify's name for `name` says what `name` says: letters, digits and what is between words.
pub(crate) fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || " -_./:".contains(c))
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// A name in words for a text that may be made of signs: `<=` is less than or equal.
pub(crate) fn spelled(text: &str) -> String {
    match text {
        "" => return "Empty".to_owned(),
        _ if text.trim().is_empty() => return "Blank".to_owned(),
        _ => {}
    }
    let mut words = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let pairs = [
            ("<=", "LessThanOrEqual"),
            (">=", "GreaterThanOrEqual"),
            ("!=", "NotEqual"),
            ("==", "Equal"),
            ("&&", "And"),
            ("||", "Or"),
        ];
        if let Some((sign, word)) = pairs.iter().find(|(sign, _)| rest.starts_with(sign)) {
            words += &format!(" {word} ");
            rest = &rest[sign.len()..];
            continue;
        }
        match sign(c) {
            Some(word) => words += &format!(" {word} "),
            None if c.is_ascii_alphanumeric() => words.push(c),
            // A point between digits is part of a number, not the end of a word.
            None if c.is_ascii() => words.push(' '),
            None => words += &format!(" U{:X} ", u32::from(c)),
        }
        rest = &rest[c.len_utf8()..];
    }
    let name = words.split_whitespace().fold(String::new(), |mut name, word| {
        // Two numbers in a row would read as one.
        if name.ends_with(|c: char| c.is_ascii_digit()) && word.starts_with(|c: char| c.is_ascii_digit()) {
            name.push('_');
        }
        let word = if word.chars().all(|c| c.is_ascii_digit()) {
            word.to_owned()
        } else {
            type_name_of_word(word)
        };
        name + &word
    });
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(c) if c.is_ascii_digit() => format!("V{name}"),
        Some(_) => usable(name),
    }
}

fn type_name_of_word(word: &str) -> String {
    let begins_with_digit = word.starts_with(|c: char| c.is_ascii_digit());
    let name = word.to_upper_camel_case();
    if begins_with_digit {
        name.to_ascii_lowercase()
    } else {
        name
    }
}

fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        '<' => "LessThan",
        '>' => "GreaterThan",
        '=' => "Equal",
        '!' => "Not",
        '+' => "Plus",
        '*' => "Star",
        '%' => "Percent",
        '&' => "And",
        '|' => "Or",
        '$' => "Dollar",
        '@' => "At",
        '#' => "Hash",
        '~' => "Tilde",
        '^' => "Caret",
        '?' => "QuestionMark",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_typify_gives() {
        for (name, of_type, of_member) in [
            (
                "cache_api-response-single-id",
                "CacheApiResponseSingleId",
                "cache_api_response_single_id",
            ),
            ("account.id", "AccountId", "account_id"),
            ("createdOn", "CreatedOn", "created_on"),
            ("type", "Type", "type_"),
            ("self", "Self_", "self_"),
            ("1.0", "X10", "x1_0"),
            ("<", "X", "x"),
        ] {
            assert_eq!(
                (type_name(name).as_str(), member_name(name).as_str()),
                (of_type, of_member),
                "{name}"
            );
        }
    }

    #[test]
    fn signs_are_spelled() {
        for (text, name) in [
            ("", "Empty"),
            (" ", "Blank"),
            ("<", "LessThan"),
            ("<=", "LessThanOrEqual"),
            ("1.0", "V1_0"),
            ("+1", "Plus1"),
            ("7d", "V7d"),
            ("a*b", "AStarB"),
            ("ä", "Ue4"),
            ("...", "Empty"),
        ] {
            assert_eq!(spelled(text), name, "{text}");
        }
    }
}
