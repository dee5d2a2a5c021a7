//! The figures, as they are printed.

use std::fmt;

/// Figures with their goals.
pub struct Table(Vec<Row>);

struct Row {
    figure: String,
    floor: f64,
    sdk: f64,
    goal: Goal,
}

/// What the ratio of the SDK to the floor is to be.
#[derive(Clone, Copy)]
pub enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// Told for the sake of knowing.
    None,
}

impl Table {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a figure.
    pub fn add(&mut self, figure: impl Into<String>, floor: f64, sdk: f64, goal: Goal) {
        let figure = figure.into();
        self.0.push(Row {
            figure,
            floor,
            sdk,
            goal,
        });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<48} {:>12} {:>12} {:>8}  goal", "figure", "floor", "SDK", "ratio")?;
        for row in &self.0 {
            let ratio = row.sdk / row.floor;
            let goal = match row.goal {
                Goal::AtMost(most) => format!("at most {most}, {}", verdict(ratio <= most)),
                Goal::AtLeast(least) => format!("at least {least}, {}", verdict(ratio >= least)),
                Goal::None => "none".to_owned(),
            };
            writeln!(
                f,
                "{:<48} {:>12.1} {:>12.1} {:>8.3}  {goal}",
                row.figure, row.floor, row.sdk, ratio
            )?;
        }
        Ok(())
    }
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}
