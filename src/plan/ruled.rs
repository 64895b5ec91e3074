//! How many photos go by which rule.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::known::BY_RULE;
use crate::intake::{Rule, Rules};
use crate::job::{Job, JobState, clean, count};

/// A rule, and how many photos it is about. Text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleNote {
    /// Where it stands: `fal-tui.toml, line 3`.
    pub place: String,
    /// Its globs: `hero/**`.
    pub globs: String,
    /// Whether it leaves photos out.
    pub skips: bool,
    /// What it sets, name and value.
    pub sets: Vec<(String, String)>,
    /// The names of what it would set, if nobody had said otherwise for this run.
    pub beaten: Vec<String>,
    /// Photos that it leaves out, or else that it is about and that are not left out.
    pub photos: usize,
}

impl RuleNote {
    fn of(rule: &Rule, photos: usize) -> Self {
        let cleaned = |text: &str| clean(text).into_owned();
        Self {
            place: rule.place(),
            globs: rule.told(),
            skips: rule.skip == Some(true),
            sets: rule.values.iter().map(|value| (cleaned(&value.name), cleaned(&value.text))).collect(),
            beaten: rule.beaten.iter().map(|name| cleaned(name)).collect(),
            photos,
        }
    }

    /// The note for a person: `12 by the rule hero/** (fal-tui.toml, line 3): steps=9`.
    #[must_use]
    pub fn told(&self) -> String {
        let mut does: Vec<_> = self.sets.iter().map(|(name, value)| format!("{name}={value}")).collect();
        does.extend(self.skips.then(|| "skipped".to_owned()));
        if !self.beaten.is_empty() {
            does.push(format!("{} as was said for this run", self.beaten.join(", ")));
        }
        if does.is_empty() {
            does.push("taken in again".to_owned());
        }
        format!("{} by the rule {} ({}): {}", count(self.photos), self.globs, self.place, does.join(" "))
    }
}

/// Counts them.
#[derive(Debug, Default)]
pub(super) struct Ruled {
    rules: Arc<Rules>,
    photos: Vec<usize>,
}

impl Ruled {
    pub(super) fn new(rules: Arc<Rules>) -> Self {
        let photos = vec![0; rules.iter().count()];
        Self { rules, photos }
    }

    /// The same rules, and nothing counted.
    pub(super) fn anew(&self) -> Self {
        Self::new(Arc::clone(&self.rules))
    }

    /// Counts a photo that was found.
    pub(super) fn add(&mut self, job: &Job) {
        let is_skipped = match &job.state {
            JobState::Skipped(reason) if **reason == *BY_RULE => true,
            JobState::Skipped(_) => return,
            _ => false,
        };
        if self.rules.is_empty() {
            return;
        }
        let holding = self.rules.of(&job.photo.source);
        let numbers = if is_skipped { holding.skipped_by.into_iter().collect() } else { holding.matching };
        for number in numbers {
            if let Some(photos) = self.photos.get_mut(number) {
                *photos += 1;
            }
        }
    }

    /// What is to be said.
    pub(super) fn notes(&self) -> Vec<RuleNote> {
        self.rules.iter().zip(&self.photos).map(|(rule, photos)| RuleNote::of(rule, *photos)).collect()
    }
}
