//! What a survey found.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    cases::{Case, Invalid, Origin},
    modules::{Generated, Refused},
    schema::Way,
    trial::{Contradictions, is_documented},
};

/// What a survey found.
pub(crate) struct Survey {
    pub(crate) operations: usize,
    pub(crate) generated: usize,
    pub(crate) refused: Vec<Refused>,
    pub(crate) generate_time: Duration,
    pub(crate) check_time: Duration,
    pub(crate) build_time: Duration,
    /// The errors of the compiler, by the place.
    pub(crate) mistakes: Vec<(String, String)>,
    pub(crate) not_compiled: Vec<Refused>,
    /// By whether they are sent, and whether they are documented.
    pub(crate) counts: BTreeMap<(Way, bool), Counts>,
    /// The schemas of JSON bodies that the generated code has no type for.
    pub(crate) untyped: BTreeSet<String>,
    /// The schemas of envelopes in which no result is valid.
    pub(crate) contradictory_envelopes: BTreeSet<String>,
    /// The documented envelopes that have no result.
    pub(crate) without_result: Vec<String>,
    pub(crate) invalid: Vec<Invalid>,
    pub(crate) contradictions: Contradictions,
    pub(crate) findings: Vec<Finding>,
    /// What the passes lose: the place and what was done, by pass.
    pub(crate) losses: BTreeMap<String, BTreeSet<(String, String)>>,
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
    pub(crate) valid: usize,
    pub(crate) typed: usize,
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
            losses: BTreeMap::new(),
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

    pub(crate) fn compiled(&self) -> usize {
        self.generated - self.not_compiled.len()
    }

    /// How many members no schema describes.
    pub(crate) fn undescribed(&self) -> usize {
        self.counts.values().map(|counts| counts.undescribed).sum()
    }

    pub(crate) fn invalid_documented(&self) -> Vec<&Invalid> {
        self.invalid
            .iter()
            .filter(|invalid| is_documented(&invalid.origin))
            .collect()
    }

    pub(crate) fn invalid_assembled(&self) -> Vec<&Invalid> {
        self.invalid
            .iter()
            .filter(|invalid| !is_documented(&invalid.origin))
            .collect()
    }
}
