//! The table of names that a person chose, `openapi/names.json`.

use std::{fs, io::ErrorKind, path::Path};

use serde_json::{Map, Value};

use super::words::identifier;

/// Where the table lies.
pub(crate) const FILE: &str = "openapi/names.json";

/// Names that come before those of the rule.
#[derive(Debug, Default)]
pub(crate) struct Table {
    services: Map<String, Value>,
    components: Map<String, Value>,
    operations: Map<String, Value>,
}

impl Table {
    /// The table of the project; empty if it has none.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        match fs::read_to_string(root.join(FILE)) {
            Ok(text) => Self::parse(&text).map_err(|reason| format!("{FILE}: {reason}")),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(format!("{FILE}: {cause}")),
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let root: Value = serde_json::from_str(text).map_err(|cause| format!("not JSON: {cause}"))?;
        let mut this = Self::default();
        for (member, names) in root.as_object().ok_or("it is not an object")? {
            let Some(names) = names.as_object() else {
                return Err(format!("`{member}` is not an object"));
            };
            for (published, name) in names {
                let is_name = |name: &&str| {
                    let first = name.chars().next();
                    first.is_some_and(|first| first.is_ascii_alphabetic())
                        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                };
                if name.as_str().filter(is_name).is_none() {
                    return Err(format!("`{member}`: `{published}`: {name} is no name for Rust"));
                }
            }
            match member.as_str() {
                "services" => this.services = names.clone(),
                "components" => {
                    let mut seen = std::collections::BTreeMap::new();
                    for (published, name) in names {
                        if let Some(other) = seen.insert(identifier(name.as_str().unwrap_or_default()), published) {
                            return Err(format!("`{other}` and `{published}` have one name, {name}"));
                        }
                    }
                    this.components = names.clone();
                }
                "operations" => this.operations = names.clone(),
                _ => {
                    return Err(format!(
                        "`{member}` is none of `services`, `components` and `operations`"
                    ));
                }
            }
        }
        Ok(this)
    }

    /// What a service is called in front of a name.
    pub(crate) fn service(&self, published: &str) -> Option<&str> {
        self.services.get(published)?.as_str()
    }

    /// The name of a component, by its own or by `kind/name` where components of two kinds have one name.
    pub(crate) fn component(&self, kind: &str, published: &str) -> Option<&str> {
        let of_kind = self.components.get(&format!("{kind}/{published}"));
        of_kind.or_else(|| self.components.get(published))?.as_str()
    }

    /// The name of an operation, by its published id.
    pub(crate) fn operation(&self, published: &str) -> Option<&str> {
        self.operations.get(published)?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_is_refused() {
        let reason = Table::parse(r#"{ "operations": { "a": "1b" } }"#).unwrap_err();
        assert_eq!(reason, r#"`operations`: `a`: "1b" is no name for Rust"#);
        assert!(Table::parse(r#"{ "schemas": {} }"#).unwrap_err().contains("none of"));
        let twice = r#"{ "components": { "a": "Same", "b": "same" } }"#;
        assert!(Table::parse(twice).unwrap_err().contains("have one name"));
    }
}
