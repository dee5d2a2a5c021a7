//! Generated code as text: which item a line is of, and which operations have to do with an item.

use std::collections::{BTreeMap, BTreeSet};

use cloudflare_sdk_codegen::Outline;

use super::published::call;

/// An item of generated code.
#[derive(Debug)]
pub(crate) struct Item<'a> {
    /// The modules that it is in, such as `types`.
    pub(crate) module: String,
    /// Its name, or that of the type that it is an `impl` of.
    pub(crate) name: &'a str,
    /// Its last line, counted from 1.
    last: usize,
    text: Vec<&'a str>,
}

/// The items of formatted code, which begin and end at the indentation of their module.
pub(crate) fn items(code: &str) -> Vec<Item<'_>> {
    let mut found = Vec::new();
    let mut modules: Vec<&str> = Vec::new();
    let mut text: Vec<&str> = Vec::new();
    let mut name = None;
    for (index, line) in code.lines().enumerate() {
        let indentation = line.len() - line.trim_start().len();
        let content = line.trim_start();
        if content.is_empty() || content.starts_with("//") {
            continue;
        }
        let depth = modules.len();
        if indentation + 4 == 4 * depth && content == "}" {
            modules.pop();
            text.clear();
            continue;
        }
        if indentation == 4 * depth
            && name.is_none()
            && let Some(module) = content
                .strip_prefix("pub mod ")
                .and_then(|rest| rest.strip_suffix(" {"))
        {
            modules.push(module);
            text.clear();
            continue;
        }
        text.push(content);
        if indentation != 4 * depth {
            continue;
        }
        name = name.or_else(|| named(content));
        if content.starts_with('#') || !(content.ends_with(['}', ';']) || content == ">") {
            continue;
        }
        if let Some(name) = name.take() {
            found.push(Item {
                module: modules.join("::"),
                name,
                last: index + 1,
                text: std::mem::take(&mut text),
            });
        }
        text.clear();
    }
    found
}

/// The name that an item's first line says.
fn named(line: &str) -> Option<&str> {
    let word = |text: &'_ str| -> Option<usize> {
        let end = text
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(text.len());
        (end > 0).then_some(end)
    };
    for keyword in ["struct ", "enum ", "type ", "trait ", "const ", "fn ", "use "] {
        for visibility in ["pub ", "pub(crate) ", "pub async ", ""] {
            if let Some(rest) = line
                .strip_prefix(visibility)
                .and_then(|line| line.strip_prefix(keyword))
            {
                return word(rest).map(|end| &rest[..end]).or(Some(""));
            }
        }
    }
    let rest = line.strip_prefix("impl")?;
    let of = match rest.split_once(" for ") {
        Some((_, of)) => of,
        // The generics of the `impl` itself come before.
        None if rest.starts_with('<') => rest.split_once("> ")?.1,
        None => rest.trim_start(),
    };
    let path = of.split(['<', ' ', '{']).next().unwrap_or_default();
    path.rsplit("::").next()
}

/// The item that a line is of.
pub(crate) fn item_of<'i, 'a>(items: &'i [Item<'a>], line: usize) -> Option<&'i Item<'a>> {
    items.iter().find(|item| item.last >= line)
}

/// The operations that need the item, each as its method and path; all of them where that is not known.
pub(crate) fn operations_of(outline: &Outline, items: &[Item<'_>], item: &Item<'_>) -> Vec<String> {
    let all = || {
        outline
            .operations
            .iter()
            .map(|operation| call(&operation.method, &operation.path))
            .collect()
    };
    if item.module == "builder" {
        let of_builder = outline
            .operations
            .iter()
            .filter(|operation| operation.builder == item.name);
        let found: Vec<_> = of_builder
            .map(|operation| call(&operation.method, &operation.path))
            .collect();
        return if found.is_empty() { all() } else { found };
    }
    if !item.module.starts_with("types") {
        return all();
    }
    let mut words: BTreeMap<(bool, &str), BTreeSet<&str>> = BTreeMap::new();
    for item in items {
        let is_type = item.module.starts_with("types");
        let own = words.entry((is_type, item.name)).or_default();
        own.extend(
            item.text
                .iter()
                .flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_'))),
        );
    }
    let needs = |operation: &str| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = words.get(&(false, operation)).into_iter().flatten().copied().collect();
        while let Some(word) = open.pop() {
            if word == item.name {
                return true;
            }
            if let Some(more) = words.get(&(true, word))
                && seen.insert(word)
            {
                open.extend(more);
            }
        }
        false
    };
    let needing = outline.operations.iter().filter(|operation| needs(&operation.builder));
    let found: Vec<_> = needing
        .map(|operation| call(&operation.method, &operation.path))
        .collect();
    if found.is_empty() { all() } else { found }
}

/// The lines that have a number with a fraction in them as a type.
pub(crate) fn floats(code: &str) -> Vec<usize> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let has_float = |line: &str| {
        line.split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .any(|word| matches!(word, "f32" | "f64"))
    };
    let lines = code
        .lines()
        .enumerate()
        .filter(|(_, line)| is_code(line) && has_float(line));
    lines.map(|(index, _)| index + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "\
pub struct Client {
    runtime: Runtime,
}
impl Client {
    pub fn a(&self) -> builder::A {
        builder::A::new(self)
    }
}
/// Types.
pub mod types {
    /// One.
    #[derive(Clone)]
    pub struct One {
        pub two: Two,
    }
    impl ::std::fmt::Display for Two {
        fn fmt(&self) {}
    }
    pub struct Two(f64);
    pub mod builder {
        pub struct Three {
            three: f64,
        }
    }
}
/// Builders of f64.
pub mod builder {
    pub struct A<'a> {
        one: super::types::One,
    }
    impl<'a> A<'a> {
        pub fn new() {}
    }
}
";

    #[test]
    fn a_line_is_told_to_be_of_an_item() {
        let items = items(CODE);
        let of = |line| item_of(&items, line).map(|item| (item.module.as_str(), item.name));
        assert_eq!(of(2), Some(("", "Client")));
        assert_eq!(of(12), Some(("types", "One")));
        assert_eq!(of(14), Some(("types", "One")));
        assert_eq!(of(17), Some(("types", "Two")));
        assert_eq!(of(22), Some(("types::builder", "Three")));
        assert_eq!(of(28), Some(("builder", "A")));
        assert_eq!(of(31), Some(("builder", "A")));
    }

    #[test]
    fn floating_point_types_are_found_in_code_alone() {
        assert_eq!(floats(CODE), [19, 22]);
    }
}
