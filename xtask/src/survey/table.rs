//! What a survey found, as a table and with the causes.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::{
    cases::{Invalid, Origin},
    found::Survey,
    schema::Way,
    validity::Contradiction,
};

/// How many of a kind are printed.
const SHOWN: usize = 12;

impl Survey {
    /// Prints the table, then each cause.
    pub(crate) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "| figure | number |\n|---|---|")?;
        for (name, number) in self.figures() {
            writeln!(out, "| {name} | {number} |")?;
        }
        self.print_refused(out)?;
        self.print_findings(out)?;
        self.print_contradictions(out)
    }

    pub(crate) fn figures(&self) -> Vec<(String, String)> {
        let mut figures = Vec::new();
        let mut add = |name: &str, number: String| figures.push((name.to_owned(), number));
        for (name, number) in [
            ("operations", self.operations),
            ("generated", self.generated),
            ("compiled", self.compiled()),
            ("refused", self.operations - self.compiled()),
            ("JSON bodies without a type", self.untyped.len()),
        ] {
            add(name, number.to_string());
        }
        for ((way, documented), counts) in &self.counts {
            let way = match way {
                Way::Sent => "sent",
                Way::Received => "received",
            };
            let origin = if *documented { "documented" } else { "assembled" };
            for (what, number) in [
                ("valid", counts.valid),
                ("with a type", counts.typed),
                ("deserialised", counts.read),
                ("round-tripped", counts.same),
            ] {
                add(&format!("{origin} bodies {way}, {what}"), number.to_string());
            }
        }
        for (name, number) in [
            ("members that no schema describes", self.undescribed()),
            (
                "documented bodies that contradict their schema",
                self.invalid_documented().len(),
            ),
            ("assembled bodies that are not valid", self.invalid_assembled().len()),
            (
                "single examples and defaults that contradict their schema",
                self.contradictions.len(),
            ),
            (
                "envelopes in which no result is valid, so that it was tried alone",
                self.contradictory_envelopes.len(),
            ),
            ("documented successes without a result", self.without_result.len()),
            ("types", self.types),
            ("types that nothing can be read into", self.uninhabited.len()),
            ("types that are not of their schema", self.aliases.len()),
            ("types without a schema of their name", self.unnamed.len()),
            ("floating-point types", self.floats.len()),
            ("numbers that change their text", self.numbers),
        ] {
            add(name, number.to_string());
        }
        for (pass, losses) in &self.losses {
            add(&format!("lost by the pass `{pass}`"), losses.len().to_string());
        }
        for (name, time) in [
            ("time to generate", self.generate_time),
            ("time of cargo check", self.check_time),
            ("time of cargo build", self.build_time),
        ] {
            add(name, format!("{:.1} s", time.as_secs_f64()));
        }
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
        for (pass, losses) in &self.losses {
            writeln!(out, "\n## Lost by the pass `{pass}`: {}\n", losses.len())?;
            for (what, group) in grouped(losses.iter().map(|(place, what)| (kind(what), place))) {
                let places = list(group.iter().map(|place| place.as_str()));
                writeln!(out, "- {} × {what}: {places}", group.len())?;
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
            let line = |invalid: &&Invalid| {
                let Contradiction { at, reason } = &invalid.contradiction;
                (format!("{} at `{at}`: {reason}", invalid.pointer), ())
            };
            for (line, group) in grouped(assembled.iter().map(line)) {
                writeln!(out, "- {} × {line}", group.len())?;
            }
        }
        Ok(())
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
