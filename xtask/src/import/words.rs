//! The words of a name, and the ways to write them.

/// The words of a name in small letters, whatever stands between them.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut is_within = false;
    let characters: Vec<char> = name.chars().collect();
    for (at, c) in characters.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            is_within = false;
            continue;
        }
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1);
        let is_hump = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase()
                        && after.is_some_and(char::is_ascii_lowercase)
                        && is_word(&characters, at))
            });
        match found.last_mut().filter(|_| is_within && !is_hump) {
            Some(word) => word.push(c.to_ascii_lowercase()),
            None => found.push(c.to_ascii_lowercase().to_string()),
        }
        is_within = true;
    }
    found
}

/// Whether a capital after capitals begins a word, and is not the last of an abbreviation in the plural.
fn is_word(characters: &[char], at: usize) -> bool {
    let rest = &characters[at + 1..];
    let small = rest.iter().take_while(|c| c.is_ascii_lowercase()).count();
    !(small == 1 && rest[0] == 's')
}

pub(crate) fn pascal(words: &[String]) -> String {
    let capital = |word: &String| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    words.iter().map(capital).collect()
}

pub(crate) fn snake(name: &str) -> String {
    words(name).join("_")
}

/// A name without what Rust's and the document's way to write it differ in.
pub(crate) fn identifier(name: &str) -> String {
    let characters = name.chars().filter(|c| c.is_alphanumeric());
    characters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_punctuation_and_by_capitals() {
        assert_eq!(words("api-response_singleId"), ["api", "response", "single", "id"]);
        assert_eq!(words("DatasetUploadStatus"), ["dataset", "upload", "status"]);
        assert_eq!(words("HTTPRequest v2"), ["http", "request", "v2"]);
        assert_eq!(words("listDNSs"), ["list", "dnss"]);
        assert_eq!(pascal(&words("zone-id")), "ZoneId");
        assert_eq!(snake("listZoneRulesets"), "list_zone_rulesets");
    }
}
