//! What a survey found, for machines.

use serde_json::{Map, Value, json};

use super::{cases::Origin, found::Survey, modules::Refused, schema::Way};

impl Survey {
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
        let places = |found: &[(String, String)]| -> Value {
            let each = found
                .iter()
                .map(|(place, what)| json!({ "place": place, "what": what }));
            each.collect()
        };
        let losses = self.losses.iter().map(|(pass, losses)| {
            let each = losses
                .iter()
                .map(|(place, what)| json!({ "place": place, "what": what }));
            (pass.clone(), each.collect())
        });
        let figures = self.figures().into_iter().map(|(name, number)| (name, number.into()));
        json!({
            "figures": figures.collect::<Map<_, _>>(),
            "right": self.is_right(),
            "not_generated": refused(&self.refused),
            "not_compiled": refused(&self.not_compiled),
            "errors_of_the_compiler": places(&self.mistakes),
            "uninhabited": places(&self.uninhabited),
            "aliases": places(&self.aliases),
            "losses": losses.collect::<Map<_, _>>(),
            "unnamed": self.unnamed,
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
