//! Names of parameters that are names of setters, and paths that have these.

use std::collections::BTreeSet;

use crate::facts::{identifier, is_word, snake};

/// The methods of a builder that are not setters of parameters.
const OF_BUILDER: [&str; 9] = [
    "body",
    "body_as",
    "body_map",
    "clone",
    "new",
    "other_parts",
    "part",
    "raw_body",
    "send",
];

/// A path as progenitor takes it.
pub(super) struct Path {
    pub(super) text: String,
    /// The names in the path as it is published, each with what it is called.
    pub(super) names: Vec<(String, String)>,
}

impl Path {
    pub(super) fn new(published: &str) -> Self {
        let mut path = Self {
            text: String::new(),
            names: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        let mut rest = published;
        while let Some((before, after)) = rest.split_once('{') {
            path.literal(before);
            rest = match after.split_once('}') {
                Some((name, after)) => {
                    let known = path.names.iter().find(|(other, _)| other == name);
                    let alias = match known.map(|(_, alias)| alias.clone()) {
                        Some(alias) => alias,
                        None => {
                            let alias = distinct(name, "path", &mut seen);
                            path.names.push((name.to_owned(), alias.clone()));
                            alias
                        }
                    };
                    path.text += &format!("{{{alias}}}");
                    after
                }
                None => {
                    path.text += "%7B";
                    after
                }
            };
        }
        path.literal(rest);
        path
    }

    /// Adds what is between parameters: what would end the path, or be taken for a parameter, is encoded.
    fn literal(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '#' => self.text += "%23",
                '}' => self.text += "%7D",
                // Progenitor drops a slash after another.
                '/' if self.text.ends_with('/') => {}
                c => self.text.push(c),
            }
        }
    }
}

/// The name for a parameter: its own, if that is a name and nothing else has it.
pub(super) fn distinct(name: &str, place: &str, seen: &mut BTreeSet<String>) -> String {
    let is_name =
        name.is_ascii() && !name.contains(['/', '{']) && !identifier(name).is_empty() && !matches!(name, "+1" | "-1");
    let base = if is_name {
        name.to_owned()
    } else {
        "parameter".to_owned()
    };
    if is_name && !OF_BUILDER.contains(&snake(name).as_str()) && seen.insert(identifier(name)) {
        return base;
    }
    let base = match is_name {
        true => format!("{}_{place}", snake(name).trim_end_matches('_')),
        false => base,
    };
    let mut alias = base.clone();
    let mut number = 2;
    while !seen.insert(identifier(&alias)) || !is_word(&alias) && number < 3 {
        alias = format!("{base}_{number}");
        number += 1;
    }
    alias
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn the_names_in_a_path_are_names_of_setters() {
        let of = |published: &str| {
            let path = Path::new(published);
            let names = path.names.into_iter().map(|(name, alias)| format!("{name}={alias}"));
            (path.text, names.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(
            of("/a/{b}.{c}/{b}"),
            ("/a/{b}.{c}/{b}".to_owned(), "b=b c=c".to_owned())
        );
        assert_eq!(
            of("/{a-b}/{a_b}/{new}"),
            (
                "/{a-b}/{a_b_path}/{new_path}".to_owned(),
                "a-b=a-b a_b=a_b_path new=new_path".to_owned()
            )
        );
        assert_eq!(of("/a//b#c}/{d"), ("/a/b%23c%7D/%7Bd".to_owned(), String::new()));
        assert_eq!(
            of("/{a/b}/{}"),
            (
                "/{parameter}/{parameter_2}".to_owned(),
                "a/b=parameter =parameter_2".to_owned()
            )
        );
    }
}
