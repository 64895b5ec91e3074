//! Scenarios: what goes wrong, when and for which photo, as data. `docs/scenarios.md` has every
//! fault with an example; `tests/scenarios/` has files that tests use.
//!
//! `form` is the file as it is written, `fault` one of its faults, and `meaning` what that means; `when` decides which call a fault is
//! for, `effect` is what it does there, `damage`, `remake` and `picture` do it.

mod billing;
mod damage;
mod effect;
mod fault;
mod form;
mod keeps;
mod meaning;
mod picture;
mod remake;
mod when;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

pub(super) use billing::Billing;
pub(super) use damage::damaged;
pub(super) use effect::{Canned, Failure, Fault, Picture, Post, Reply, RunEffect};
pub(super) use keeps::Keeps;
pub(super) use picture::{redone, repaint};
pub(super) use remake::remade;
pub(super) use when::Subject;

use super::lock::lock;
use when::When;

/// What goes wrong, in order: the first fault that fits a call happens to it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// How fast the sandbox's time runs: 1 as the world's, 0 stands still until told otherwise.
    pub(super) clock_speed: f64,
    /// How long the queue keeps a result; as fal's documentation says, if nothing is said.
    pub(super) results_stay: Option<Duration>,
    /// What of a picture beside its pixels is heeded.
    pub(super) keeps: Keeps,
    /// How requests are billed.
    pub(super) billing: Billing,
    rules: Vec<Rule>,
}

/// One fault with its occasion.
#[derive(Debug, Clone)]
struct Rule {
    line: usize,
    when: When,
    fault: Fault,
}

impl Default for Scenario {
    /// Nothing goes wrong.
    fn default() -> Self {
        Self {
            clock_speed: 1.0,
            results_stay: None,
            keeps: Keeps::default(),
            billing: Billing::default(),
            rules: Vec::new(),
        }
    }
}

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("cannot read the scenario {path}")]
    Read {
        /// Which file.
        path: Box<str>,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no TOML, or has a key or value that scenarios do not have.
    #[error("{origin}: {message}")]
    Form {
        /// Which file.
        origin: Box<str>,
        /// What is wrong in which line.
        message: Box<str>,
    },
}

impl Scenario {
    /// Reads a scenario from a file.
    ///
    /// # Errors
    /// If the file cannot be read, or as [`Scenario::parse`].
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let origin = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| ScenarioError::Read { path: origin.as_str().into(), source })?;
        Self::parse(&text, &origin)
    }

    /// Reads a scenario from TOML; `origin` is what messages call it.
    ///
    /// # Errors
    /// If it is no TOML, or has an unknown key or a value that makes no sense; with the line.
    pub fn parse(text: &str, origin: &str) -> Result<Self, ScenarioError> {
        let wrong = |message: String| ScenarioError::Form { origin: origin.into(), message: message.into() };
        let form: form::ScenarioForm = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let line_of = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let rules = form.fault.into_iter().map(|fault| {
            let line = line_of(fault.span().start);
            let (when, fault) =
                fault.into_inner().into_parts().map_err(|message| wrong(format!("line {line}: {message}")))?;
            Ok(Rule { line, when, fault })
        });
        let posts = form.webhook.into_iter().map(|post| {
            let line = line_of(post.span().start);
            let (when, post) =
                post.into_inner().into_parts().map_err(|message| wrong(format!("line {line}: {message}")))?;
            Ok(Rule { line, when, fault: Fault::Webhook(post) })
        });
        let rules = rules.chain(posts);
        let clock_speed = form.clock_speed.unwrap_or(1.0);
        if !(0.0..=1e6).contains(&clock_speed) {
            return Err(wrong(format!("`clock_speed` is {clock_speed}: expected a number from 0 to 1000000")));
        }
        let results_stay = form.results_stay_s.map(Duration::try_from_secs_f64).transpose();
        let results_stay = results_stay.map_err(|_| wrong("`results_stay_s` is no number of seconds".to_owned()))?;
        let rules = rules.collect::<Result<_, _>>()?;
        Ok(Self { clock_speed, results_stay, keeps: form.keeps, billing: form.billing, rules })
    }
}

/// A scenario as it is played: who was hit how often.
#[derive(Debug)]
pub(super) struct Play {
    scenario: Scenario,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// How many calls each rule fitted, by its own scope.
    seen: HashMap<(usize, Box<str>), u64>,
    /// How often each rule happened.
    fired: HashMap<usize, u64>,
    /// Why the account may not submit, until it is unlocked.
    locked: Option<String>,
}

impl Play {
    /// Begins a scenario.
    pub(super) fn new(scenario: Scenario) -> Self {
        Self { scenario, memory: Mutex::default() }
    }

    /// What happens to a call of this kind, if anything.
    pub(super) fn pick(&self, kind: &str, subject: impl FnOnce() -> Subject) -> Option<Fault> {
        if !self.scenario.rules.iter().any(|rule| rule.when.calls.contains(&kind)) {
            return None;
        }
        let subject = &subject();
        let mut memory = lock(&self.memory);
        for (index, rule) in self.scenario.rules.iter().enumerate() {
            if !rule.when.fits(kind, subject) {
                continue;
            }
            let seen = memory.seen.entry((index, rule.when.scope(kind, subject))).or_default();
            *seen += 1;
            if rule.when.in_window(*seen) {
                *memory.fired.entry(index).or_default() += 1;
                return Some(rule.fault.clone());
            }
        }
        None
    }

    /// The account may not submit from now on.
    pub(super) fn lock_account(&self, reason: &str) {
        lock(&self.memory).locked = Some(reason.to_owned());
    }

    /// The account may submit again.
    pub(super) fn unlock_account(&self) {
        lock(&self.memory).locked = None;
    }

    /// Why the account may not submit.
    pub(super) fn locked(&self) -> Option<String> {
        lock(&self.memory).locked.clone()
    }

    /// How often each fault happened, by its line.
    pub(super) fn fired(&self) -> Value {
        let memory = lock(&self.memory);
        let rules = self.scenario.rules.iter().enumerate();
        rules
            .map(|(index, rule)| json!({ "line": rule.line, "fired": memory.fired.get(&index).unwrap_or(&0) }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Scenario::parse(text, "a.toml").unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_line() {
        let text = message("[[fault]]\ncall = \"submit\"\nstatus = 503\n\nstauts = 4\n");
        assert!(text.contains("a.toml: ") && text.contains("line 5") && text.contains("stauts"), "{text}");
        let text = message("speed = 1\n");
        assert!(text.contains("line 1") && text.contains("speed"), "{text}");
    }

    #[test]
    fn what_makes_no_sense_is_an_error_with_the_line_of_its_fault() {
        for (fault, why) in [
            ("call = \"submitt\"\nhang = true", "submitt"),
            ("call = []\nhang = true", "call"),
            ("call = \"submit\"", "does nothing"),
            ("call = \"submit\"\nhang = true\nstatus = 500", "`hang`"),
            ("call = \"submit\"\nstatus = 42", "42"),
            ("call = \"submit\"\ncarried_out = true", "`carried_out`"),
            ("call = \"submit\"\npicture = \"black\"", "`picture`"),
            ("call = \"status\"\nlog = [\"x\"]", "`log`"),
            ("call = \"run\"\nhang = true", "`hang`"),
            ("call = [\"run\", \"submit\"]\nstatus = 500", "run"),
            ("call = \"submit\"\nhang = true\nfile = \"[\"", "`file`"),
            ("call = \"submit\"\nhang = true\nattempt = \"3..1\"", "`attempt`"),
            ("call = \"download\"\ncut_at = \"150%\"", "`cut_at`"),
        ] {
            let text = message(&format!("# a comment\n\n[[fault]]\n{fault}\n"));
            assert!(text.contains("line 3") && text.contains(why), "{fault}: {text}");
        }
    }

    #[test]
    fn the_first_fault_that_fits_happens_and_only_in_its_window() {
        let text = "[[fault]]\ncall = \"status\"\nfile = \"a*\"\nafter = 1\nfirst = 2\nstatus = 503\n\
                    [[fault]]\ncall = [\"status\", \"result\"]\nstatus = 500\nper = \"all\"\nafter = 1\n";
        let play = Play::new(Scenario::parse(text, "x").unwrap());
        let of = |file: &str| Subject { file: Some(file.into()), ..Subject::default() };
        let status = |kind, file| match play.pick(kind, || of(file)) {
            Some(Fault::Call(effect::Effect { reply: Reply::Canned(answer), .. })) => answer.status.as_u16(),
            None => 0,
            other => panic!("{other:?}"),
        };
        // The second rule sees only what the first leaves.
        assert_eq!([0; 4].map(|_: u16| status("status", "a.jpg")), [0, 503, 503, 500]);
        assert_eq!(status("status", "b.jpg"), 500);
        assert_eq!(status("submit", "b.jpg"), 0);
        assert_eq!(status("status", "a2.jpg"), 500, "each file has its own count for the first rule");
        assert_eq!(status("status", "a2.jpg"), 503);
        assert_eq!(play.fired(), json!([{ "line": 1, "fired": 3 }, { "line": 7, "fired": 3 }]));
    }
}
