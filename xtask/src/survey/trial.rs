//! Tries the generated types on bodies.

use std::{collections::BTreeMap, error::Error};

use serde_json::Value;

use super::{
    assemble::Assembler,
    cargo,
    cases::{Case, Origin, cases},
    code,
    compare::{What, compare},
    found::{Finding, Survey},
    modules::Generated,
    package::{Package, Types},
    published::Node,
    schema::{Described, Way, of_member, spread},
    types as models,
    validity::Contradiction,
};

/// A case with the type that it is given to.
struct Tried<'a> {
    case: Case<'a>,
    module: String,
    of: usize,
    type_name: String,
}

pub(crate) fn run(
    assembler: &Assembler<'_>,
    package: &Package,
    generated: &Generated,
    survey: &mut Survey,
) -> Result<(), Box<dyn Error>> {
    let mut types = Types::default();
    let mut tried = Vec::new();
    let mut instances = Vec::new();
    for module in &generated.modules {
        let judged = models::judge(&module.outline)?;
        for change in module.outline.changes.iter().filter(|change| change.is_loss()) {
            let losses = survey.losses.entry(change.pass().to_owned()).or_default();
            losses.insert((change.pointer().to_owned(), change.what().to_owned()));
        }
        survey.types += module.outline.types.len();
        let within = |name: String| format!("{}::{name}", module.name);
        survey.unnamed.extend(judged.unnamed.into_iter().map(within));
        survey
            .aliases
            .extend(judged.aliases.into_iter().map(|(at, what)| (within(at), what)));
        for (name, values) in judged.instances {
            let of = types.number(&module.name, &format!("types::{name}"), Way::Received);
            instances.push((within(name), format!("{}\t{of}", module.name), values));
        }
        for line in code::floats(&module.outline.code) {
            let items = code::items(&module.outline.code);
            let item = code::item_of(&items, line).map(|item| format!("{}::{}", item.module, item.name));
            survey
                .floats
                .push(format!("src/{}.rs:{line} {}", module.name, item.unwrap_or_default()));
        }
        for operation in &module.operations {
            let Some(outline) = operation.of_outline(&module.outline) else {
                continue;
            };
            let cases = cases(assembler, operation, outline.enveloped);
            survey.invalid.extend(cases.invalid);
            survey.contradictory_envelopes.extend(cases.contradictory_envelopes);
            survey.without_result.extend(cases.without_result);
            for case in cases.valid {
                let of = match case.way {
                    Way::Sent => outline.body.clone(),
                    Way::Received => outline.has_json_value().then(|| outline.value.clone()),
                };
                survey.count(&case, of.is_some());
                let Some(of) = of else {
                    survey.untyped.insert(case.schema.pointer.clone());
                    continue;
                };
                tried.push(Tried {
                    of: types.number(&module.name, &of, case.way),
                    type_name: of,
                    module: module.name.clone(),
                    case,
                });
            }
        }
    }
    survey.contradictions = assembler.contradictions.borrow().clone();
    package.write_program(&types)?;
    let (mistakes, time) = cargo::build(package)?;
    survey.build_time = time;
    if let Some(mistake) = mistakes.first() {
        return Err(format!(
            "the program does not compile: {} (line {})",
            mistake.message, mistake.line
        )
        .into());
    }
    let bodies = tried
        .iter()
        .map(|tried| format!("{}\t{}\t{}", tried.module, tried.of, tried.case.value));
    let of_types = |(_, of, values): &(String, String, Vec<Value>)| {
        let line = |value: &Value| format!("{of}\t{value}");
        values.iter().map(line).collect::<Vec<_>>()
    };
    let lines = bodies.chain(instances.iter().flat_map(of_types)).collect();
    let answers = cargo::run(package, lines)?;
    let (of_bodies, mut of_values) = answers.split_at(tried.len());
    for (tried, answer) in tried.iter().zip(of_bodies) {
        judge(assembler, tried, answer, survey);
    }
    for (name, _, values) in instances {
        let (own, rest) = of_values.split_at(values.len());
        of_values = rest;
        if !own.iter().any(|answer| answer.starts_with('=')) {
            survey
                .uninhabited
                .push((name, own.first().cloned().unwrap_or_default()));
        }
    }
    Ok(())
}

impl<'a> Tried<'a> {
    fn described(&self, assembler: &Assembler<'a>) -> Described<'a> {
        let schema: Vec<Node<'a>> = vec![self.case.schema.clone()];
        match self.case.is_result {
            false => Described::By(schema),
            true => match of_member(&spread(assembler.document, schema, None), "result") {
                Described::By(nodes) => Described::By(nodes),
                _ => Described::Freely,
            },
        }
    }

    fn finding(&self, kind: String, schema: String, detail: String) -> Finding {
        Finding {
            kind,
            schema: if schema.is_empty() {
                self.case.schema.pointer.clone()
            } else {
                schema
            },
            operation: self.case.operation.call(),
            type_name: format!("{}::{}", self.module, self.type_name),
            origin: self.case.origin.clone(),
            way: self.case.way,
            detail,
        }
    }
}

fn judge<'a>(assembler: &Assembler<'a>, tried: &Tried<'a>, answer: &str, survey: &mut Survey) {
    let case = &tried.case;
    let counts = survey.counts(case);
    let got = match answer.split_at_checked(1) {
        Some(("=", text)) => text,
        Some((_, reason)) => {
            let kind = reason.split(':').next().unwrap_or_default().to_owned();
            survey
                .findings
                .push(tried.finding(kind, String::new(), reason.to_owned()));
            return;
        }
        None => return,
    };
    counts.read += 1;
    let got: Value = match serde_json::from_str(got) {
        Ok(got) => got,
        Err(cause) => {
            survey.findings.push(tried.finding(
                "what is written is not JSON".to_owned(),
                String::new(),
                cause.to_string(),
            ));
            return;
        }
    };
    let comparison = compare(
        assembler.document,
        tried.described(assembler),
        case.way,
        &case.value,
        &got,
    );
    counts.undescribed += comparison.undescribed;
    if comparison.differences.is_empty() {
        counts.same += 1;
    }
    for difference in comparison.differences {
        if difference.what == What::NumberText {
            survey.numbers += 1;
        }
        let detail = format!("{}: {}", difference.at, difference.detail);
        survey
            .findings
            .push(tried.finding(difference.what.text().to_owned(), difference.schema, detail));
    }
}

/// The contradictions of examples of single schemas, by their place.
pub(crate) type Contradictions = BTreeMap<String, Contradiction>;

/// Whether a body stands in the document.
pub(crate) fn is_documented(origin: &Origin) -> bool {
    matches!(origin, Origin::Documented(_))
}
