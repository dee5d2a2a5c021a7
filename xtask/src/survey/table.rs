//! What a survey found, as a table and as JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    cases::{Case, Invalid, Origin},
    modules::{Generated, Refused},
    schema::Way,
    trial::{Contradictions, is_documented},
};

/// What a survey found.
pub(crate) struct Survey {
    operations: usize,
    generated: usize,
    refused: Vec<Refused>,
    generate_time: Duration,
    pub(crate) check_time: Duration,
    pub(crate) build_time: Duration,
    /// The errors of the compiler, by the place.
    pub(crate) mistakes: Vec<(String, String)>,
    pub(crate) not_compiled: Vec<Refused>,
    /// By whether they are sent, and whether they are documented.
    counts: BTreeMap<(Way, bool), Counts>,
    /// The schemas of JSON bodies that the generated code has no type for.
    pub(crate) untyped: BTreeSet<String>,
    /// The schemas of envelopes in which no result is valid.
    pub(crate) contradictory_envelopes: BTreeSet<String>,
    /// The documented envelopes that have no result.
    pub(crate) without_result: Vec<String>,
    pub(crate) invalid: Vec<Invalid>,
    pub(crate) contradictions: Contradictions,
    pub(crate) findings: Vec<Finding>,
    pub(crate) types: usize,
    /// Types that read none of the values of their schema, with why not.
    pub(crate) uninhabited: Vec<(String, String)>,
    /// Types that are not what their schema says, by the place in the document after the passes.
    pub(crate) aliases: Vec<(String, String)>,
    /// Types without a schema of their name, of which only what is in bodies is tried.
    pub(crate) unnamed: Vec<String>,
    /// Where generated code has a floating-point number.
    pub(crate) floats: Vec<String>,
    /// How many numbers changed their text in what is sent.
    pub(crate) numbers: usize,
}

/// What became of the valid bodies of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    valid: usize,
    typed: usize,
    pub(crate) read: usize,
    pub(crate) same: usize,
    pub(crate) undescribed: usize,
}

/// A body that did not pass as it should.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) kind: String,
    /// The pointer of the schema at fault.
    pub(crate) schema: String,
    pub(crate) operation: String,
    pub(crate) type_name: String,
    pub(crate) origin: Origin,
    pub(crate) way: Way,
    pub(crate) detail: String,
}

/// How many of a kind are printed.
const SHOWN: usize = 12;

impl Survey {
    pub(crate) fn new(operations: usize, generated: &Generated) -> Self {
        Self {
            operations,
            generated: generated.modules.iter().map(|module| module.operations.len()).sum(),
            refused: generated.refused.clone(),
            generate_time: generated.time,
            check_time: Duration::ZERO,
            build_time: Duration::ZERO,
            mistakes: Vec::new(),
            not_compiled: Vec::new(),
            counts: BTreeMap::new(),
            untyped: BTreeSet::new(),
            contradictory_envelopes: BTreeSet::new(),
            without_result: Vec::new(),
            invalid: Vec::new(),
            contradictions: Contradictions::new(),
            findings: Vec::new(),
            types: 0,
            uninhabited: Vec::new(),
            aliases: Vec::new(),
            unnamed: Vec::new(),
            floats: Vec::new(),
            numbers: 0,
        }
    }

    pub(crate) fn counts(&mut self, case: &Case<'_>) -> &mut Counts {
        self.counts.entry((case.way, is_documented(&case.origin))).or_default()
    }

    pub(crate) fn count(&mut self, case: &Case<'_>, is_typed: bool) {
        let counts = self.counts(case);
        counts.valid += 1;
        counts.typed += usize::from(is_typed);
    }

    /// Whether all was generated and compiled, and all that is valid came out as it went in.
    pub(crate) fn is_right(&self) -> bool {
        self.uninhabited.is_empty()
            && self.aliases.is_empty()
            && self.refused.is_empty()
            && self.not_compiled.is_empty()
            && self.findings.is_empty()
            && self.floats.is_empty()
    }

    fn compiled(&self) -> usize {
        self.generated - self.not_compiled.len()
    }

    fn total(&self, count: impl Fn(&Counts) -> usize) -> usize {
        self.counts.values().map(count).sum()
    }

    fn invalid_documented(&self) -> Vec<&Invalid> {
        self.invalid
            .iter()
            .filter(|invalid| is_documented(&invalid.origin))
            .collect()
    }

    fn invalid_assembled(&self) -> Vec<&Invalid> {
        self.invalid
            .iter()
            .filter(|invalid| !is_documented(&invalid.origin))
            .collect()
    }

    pub(crate) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "| figure | number |\n|---|---|")?;
        for (name, number) in self.figures() {
            writeln!(out, "| {name} | {number} |")?;
        }
        self.print_refused(out)?;
        self.print_findings(out)?;
        self.print_contradictions(out)
    }

    fn figures(&self) -> Vec<(String, String)> {
        let mut figures = vec![
            ("operations".to_owned(), self.operations.to_string()),
            ("generated".to_owned(), self.generated.to_string()),
            ("compiled".to_owned(), self.compiled().to_string()),
            ("refused".to_owned(), (self.operations - self.compiled()).to_string()),
            (
                "JSON bodies without a type".to_owned(),
                self.untyped.iter().collect::<BTreeSet<_>>().len().to_string(),
            ),
        ];
        for ((way, documented), counts) in &self.counts {
            let way = match way {
                Way::Sent => "sent",
                Way::Received => "received",
            };
            let origin = if *documented { "documented" } else { "assembled" };
            let name = |what: &str| format!("{origin} bodies {way}, {what}");
            figures.extend([
                (name("valid"), counts.valid.to_string()),
                (name("with a type"), counts.typed.to_string()),
                (name("deserialised"), counts.read.to_string()),
                (name("round-tripped"), counts.same.to_string()),
            ]);
        }
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        figures.extend([
            (
                "members that no schema describes".to_owned(),
                self.total(|counts| counts.undescribed).to_string(),
            ),
            (
                "documented bodies that contradict their schema".to_owned(),
                self.invalid_documented().len().to_string(),
            ),
            (
                "assembled bodies that are not valid".to_owned(),
                self.invalid_assembled().len().to_string(),
            ),
            (
                "single examples and defaults that contradict their schema".to_owned(),
                self.contradictions.len().to_string(),
            ),
            (
                "envelopes in which no result is valid, so that it was tried alone".to_owned(),
                self.contradictory_envelopes.len().to_string(),
            ),
            (
                "documented successes without a result".to_owned(),
                self.without_result.len().to_string(),
            ),
            ("types".to_owned(), self.types.to_string()),
            (
                "types that nothing can be read into".to_owned(),
                self.uninhabited.len().to_string(),
            ),
            (
                "types that are not of their schema".to_owned(),
                self.aliases.len().to_string(),
            ),
            (
                "types without a schema of their name".to_owned(),
                self.unnamed.len().to_string(),
            ),
            ("floating-point types".to_owned(), self.floats.len().to_string()),
            ("numbers that change their text".to_owned(), self.numbers.to_string()),
            ("time to generate".to_owned(), seconds(self.generate_time)),
            ("time of cargo check".to_owned(), seconds(self.check_time)),
            ("time of cargo build".to_owned(), seconds(self.build_time)),
        ]);
        figures
    }

    fn print_refused(&self, out: &mut dyn Write) -> io::Result<()> {
        for (title, refused) in [("Not generated", &self.refused), ("Not compiled", &self.not_compiled)] {
            if refused.is_empty() {
                continue;
            }
            writeln!(out, "\n## {title}: {}\n", refused.len())?;
            let groups = grouped(refused.iter().map(|refused| (kind(&refused.reason), refused)));
            for (kind, group) in groups {
                writeln!(out, "- {} × {kind}", group.len())?;
                for refused in group.iter().take(SHOWN) {
                    let call = refused.operation.call();
                    writeln!(out, "  - {call}: {} at {}", refused.reason, refused.pointer)?;
                }
            }
        }
        if !self.mistakes.is_empty() {
            writeln!(out, "\n## Errors of the compiler: {}\n", self.mistakes.len())?;
            for (kind, group) in grouped(self.mistakes.iter().map(|(place, message)| (kind(message), place))) {
                writeln!(
                    out,
                    "- {} × {kind}: {}",
                    group.len(),
                    list(group.iter().map(|place| place.as_str()))
                )?;
            }
        }
        Ok(())
    }

    fn print_findings(&self, out: &mut dyn Write) -> io::Result<()> {
        for (title, found) in [
            ("Types that nothing can be read into", &self.uninhabited),
            ("Types that are not of their schema", &self.aliases),
        ] {
            if found.is_empty() {
                continue;
            }
            writeln!(out, "\n## {title}: {}\n", found.len())?;
            for (place, what) in found.iter().take(4 * SHOWN) {
                writeln!(out, "- {place}: {what}")?;
            }
        }
        if !self.unnamed.is_empty() {
            writeln!(
                out,
                "\n## Types without a schema of their name: {}\n",
                self.unnamed.len()
            )?;
            writeln!(out, "{}", list(self.unnamed.iter().map(String::as_str)))?;
        }
        if !self.floats.is_empty() {
            writeln!(out, "\n## Floating-point types: {}\n", self.floats.len())?;
            writeln!(out, "{}", list(self.floats.iter().map(String::as_str)))?;
        }
        if !self.untyped.is_empty() {
            writeln!(out, "\n## JSON bodies without a type: {}\n", self.untyped.len())?;
            for place in self.untyped.iter().take(4 * SHOWN) {
                writeln!(out, "- {place}")?;
            }
        }
        for (kind, group) in grouped(self.findings.iter().map(|finding| (finding.kind.clone(), finding))) {
            writeln!(out, "\n## {kind}: {}\n", group.len())?;
            let by_schema = grouped(group.iter().map(|finding| (finding.schema.clone(), *finding)));
            for (schema, group) in by_schema.iter().take(4 * SHOWN) {
                let Some(first) = group.first() else { continue };
                let origin = match &first.origin {
                    Origin::Documented(pointer) => format!("documented at {pointer}"),
                    Origin::Assembled(how) => format!("assembled: {how}"),
                };
                let way = if first.way == Way::Sent { "sent" } else { "received" };
                writeln!(
                    out,
                    "- {} × {schema}\n  - {} {way} by {}, {origin}\n  - {}",
                    group.len(),
                    first.type_name,
                    first.operation,
                    first.detail
                )?;
            }
            if by_schema.len() > 4 * SHOWN {
                writeln!(out, "- and {} more schemas", by_schema.len() - 4 * SHOWN)?;
            }
        }
        Ok(())
    }

    fn print_contradictions(&self, out: &mut dyn Write) -> io::Result<()> {
        let documented = self.invalid_documented();
        if !documented.is_empty() {
            writeln!(
                out,
                "\n## Documented bodies that contradict their schema: {}\n",
                documented.len()
            )?;
            for invalid in documented {
                let at = &invalid.contradiction.at;
                writeln!(out, "- {} at `{at}`: {}", invalid.pointer, invalid.contradiction.reason)?;
            }
        }
        if !self.contradictions.is_empty() {
            writeln!(
                out,
                "\n## Single examples and defaults that contradict their schema: {}\n",
                self.contradictions.len()
            )?;
            for (pointer, contradiction) in &self.contradictions {
                writeln!(out, "- {pointer} at `{}`: {}", contradiction.at, contradiction.reason)?;
            }
        }
        let assembled = self.invalid_assembled();
        if !assembled.is_empty() {
            writeln!(out, "\n## Assembled bodies that are not valid: {}\n", assembled.len())?;
            let groups = grouped(assembled.iter().map(|invalid| (invalid.pointer.clone(), *invalid)));
            for (pointer, group) in groups.iter().take(4 * SHOWN) {
                let Some(first) = group.first() else { continue };
                writeln!(
                    out,
                    "- {} × {pointer} at `{}`: {}",
                    group.len(),
                    first.contradiction.at,
                    first.contradiction.reason
                )?;
            }
        }
        Ok(())
    }

    /// All of it, for machines.
    pub(crate) fn json(&self) -> Value {
        let refused = |refused: &[Refused]| -> Value {
            let each = refused.iter().map(|refused| {
                json!({
                    "operation": refused.operation.pointer,
                    "pointer": refused.pointer,
                    "reason": refused.reason,
                })
            });
            each.collect()
        };
        let origin = |origin: &Origin| match origin {
            Origin::Documented(pointer) => json!({ "documented": pointer }),
            Origin::Assembled(how) => json!({ "assembled": how }),
        };
        json!({
            "figures": self.figures().into_iter().map(|(name, number)| (name, number.into())).collect::<serde_json::Map<_, _>>(),
            "right": self.is_right(),
            "not_generated": refused(&self.refused),
            "not_compiled": refused(&self.not_compiled),
            "errors_of_the_compiler": self.mistakes.iter().map(|(place, message)| json!({ "place": place, "message": message })).collect::<Value>(),
            "floats": self.floats,
            "untyped": self.untyped,
            "findings": self.findings.iter().map(|finding| json!({
                "kind": finding.kind,
                "schema": finding.schema,
                "operation": finding.operation,
                "type": finding.type_name,
                "sent": finding.way == Way::Sent,
                "origin": origin(&finding.origin),
                "detail": finding.detail,
            })).collect::<Value>(),
            "invalid": self.invalid.iter().map(|invalid| json!({
                "pointer": invalid.pointer,
                "origin": origin(&invalid.origin),
                "at": invalid.contradiction.at,
                "reason": invalid.contradiction.reason,
            })).collect::<Value>(),
            "contradictions": self.contradictions.iter().map(|(pointer, contradiction)| json!({
                "pointer": pointer,
                "at": contradiction.at,
                "reason": contradiction.reason,
            })).collect::<Value>(),
        })
    }
}

/// Groups, the largest first.
fn grouped<T>(items: impl Iterator<Item = (String, T)>) -> Vec<(String, Vec<T>)> {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    items.for_each(|(key, item)| groups.entry(key).or_default().push(item));
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.len()));
    groups
}

/// A reason without what is particular in it: what stands in quotes, and numbers.
fn kind(reason: &str) -> String {
    let mut kind = String::new();
    let mut parts = reason.split('`');
    while let Some(plain) = parts.next() {
        kind += plain;
        if parts.next().is_some() {
            kind += "…";
        }
    }
    let kind: String = kind.chars().take(120).collect();
    kind.split(" (src/").next().unwrap_or_default().to_owned()
}

/// Some of the items, and how many more there are.
fn list<'a>(items: impl ExactSizeIterator<Item = &'a str>) -> String {
    let length = items.len();
    let shown: Vec<_> = items.take(SHOWN).collect();
    let more = if length > SHOWN {
        format!(" and {} more", length - SHOWN)
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}
