//! How large a number, how long a text and how many entries a parameter takes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// From here on not every whole number is one of its own: as a bound it is none.
const EXACT: f64 = 9e15;

/// The range of a number, as a schema has it; no bound where it names none.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Bounds {
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
    /// Whether the least itself is out.
    pub above: bool,
    /// Whether the most itself is out.
    pub below: bool,
    /// What it must be a multiple of.
    pub step: Option<f64>,
}

impl Bounds {
    /// Both ends are in.
    #[must_use]
    pub fn new(min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max), ..Self::default() }
    }

    /// Whether a number is within.
    #[must_use]
    pub fn hold(&self, number: f64) -> bool {
        let is_high = self.min.is_none_or(|min| if self.above { number > min } else { number >= min });
        let is_low = self.max.is_none_or(|max| if self.below { number < max } else { number <= max });
        let is_step = self.step.filter(|step| *step > 0.0).is_none_or(|step| {
            let steps = number / step;
            (steps - steps.round()).abs() < 1e-9 * steps.abs().max(1.0)
        });
        number.is_finite() && is_high && is_low && is_step
    }

    /// How far it is from the least to the most, if both are named.
    #[must_use]
    pub fn span(&self) -> Option<f64> {
        self.min.zip(self.max).map(|(min, max)| max - min).filter(|span| span.is_finite() && *span > 0.0)
    }

    /// The nearest number that is within, but for the step.
    #[must_use]
    pub fn clamp(&self, number: f64) -> f64 {
        let number = self.min.map_or(number, |min| number.max(min));
        self.max.map_or(number, |max| number.min(max))
    }
}

impl fmt::Display for Bounds {
    /// Nothing where there is no bound, else with a blank before it: ` from 1 to 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let min = self.min.filter(|min| min.abs() < EXACT);
        let max = self.max.filter(|max| max.abs() < EXACT);
        match (min, max) {
            (Some(min), Some(max)) if !self.above && !self.below => write!(f, " from {min} to {max}")?,
            (min, max) => {
                let and = if min.is_some() && max.is_some() { " and" } else { "" };
                if let Some(min) = min {
                    write!(f, " {} {min}", if self.above { "above" } else { "of at least" })?;
                }
                if let Some(max) = max {
                    write!(f, "{and} {} {max}", if self.below { "below" } else { "of at most" })?;
                }
            }
        }
        match self.step {
            Some(step) if step > 0.0 => write!(f, ", a multiple of {step}"),
            _ => Ok(()),
        }
    }
}

/// How many of something there may be; no bound where a schema names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Length {
    /// The fewest.
    pub min: usize,
    /// The most.
    pub max: Option<usize>,
}

impl Length {
    /// Whether so many are within.
    #[must_use]
    pub fn holds(self, count: usize) -> bool {
        count >= self.min && self.max.is_none_or(|max| count <= max)
    }

    /// In words, with what is counted: ` of 3 to 10 characters`; nothing where there is no bound.
    #[must_use]
    pub fn words(self, what: &str) -> String {
        match self {
            Self { min: 0, max: None } => String::new(),
            Self { min: 0, max: Some(max) } => format!(" of at most {max} {what}"),
            Self { min, max: None } => format!(" of at least {min} {what}"),
            Self { min, max: Some(max) } if min == max => format!(" of {min} {what}"),
            Self { min, max: Some(max) } => format!(" of {min} to {max} {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_and_say_what_they_are() {
        let open = Bounds { above: true, below: true, ..Bounds::new(0.0, 1.0) };
        assert!(!open.hold(0.0) && !open.hold(1.0) && open.hold(0.5) && !open.hold(f64::NAN));
        assert_eq!(open.to_string(), " above 0 and below 1");
        assert_eq!(Bounds::new(1.0, 4.0).to_string(), " from 1 to 4");
        assert_eq!(Bounds { min: Some(0.0), ..Bounds::default() }.to_string(), " of at least 0");
        let eights = Bounds { step: Some(8.0), ..Bounds::new(0.0, 64.0) };
        assert!(eights.hold(24.0) && !eights.hold(25.0));
        assert_eq!(eights.to_string(), " from 0 to 64, a multiple of 8");
        let tenths = Bounds { step: Some(0.1), ..Bounds::default() };
        assert!(tenths.hold(0.3) && tenths.hold(12.7) && !tenths.hold(0.35));
        assert_eq!(Bounds { max: Some(9.3e18), ..Bounds::default() }.to_string(), "");
    }

    #[test]
    fn lengths_say_what_they_are() {
        let words = |min, max| Length { min, max }.words("characters");
        assert_eq!(
            [words(0, None), words(3, Some(9)), words(2, Some(2))],
            ["", " of 3 to 9 characters", " of 2 characters"]
        );
    }
}
