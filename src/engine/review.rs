//! What a person makes of a result: it is accepted, rejected, or made again with other parameters.

use serde_json::Value;

use super::board::RedoParam;
use super::run::Engine;
use crate::job::{Job, JobId, JobState, Saved, Suspicion, Transition};
use crate::model::{Model, Params};

/// What a person may change for another go: what makes another picture of the same size and price.
const REDO: [&str; 2] = ["seed", "creativity"];

impl Engine {
    /// A person is content with a result that wanted a look.
    pub(super) fn accept(&mut self, id: JobId) {
        self.happen(id, Transition::Approve);
    }

    /// A person is not content with a result. It stays where it is until another one takes its place.
    pub(super) fn reject(&mut self, id: JobId) {
        let Some(job) = self.roster.get(id) else { return };
        let why = rejected(&job.state);
        if matches!(job.state, JobState::Unread(..)) {
            // Its request is followed no more: from now on it counts as spent.
            self.write_off(id, "its answer was rejected");
        }
        self.happen(id, Transition::Reject(why));
    }

    /// Makes a result again with other parameters. The one that is there stays until the new one is
    /// whole.
    pub(super) fn redo(&mut self, id: JobId, changes: &[(String, String)]) {
        let Some(job) = self.roster.get(id) else { return };
        let params = match changed(&self.setup.model, self.roster.params_of(job), changes) {
            Ok(params) => params,
            Err(error) => {
                tracing::warn!(job = %id, %error, "not sent again");
                return;
            }
        };
        let (job, previous) = (job.clone(), job.state.saved().cloned());
        match self.roster.redo(id, params, self.now()) {
            Ok(Some(job)) => self.stages.writer.note(job),
            Ok(None) => return,
            Err(impossible) => {
                tracing::warn!(job = %id, %impossible, "dropped");
                return;
            }
        }
        if let Some(saved) = previous {
            self.previous.insert(id, Box::new(saved));
        }
        // Nobody else gets a copy of what comes of it, nor it of anybody's.
        self.forget_twin(&job);
        self.live.entry(id).or_default().renew();
        let now = self.now();
        self.changed(id, now);
        self.wake_at(id, now);
    }

    /// Why a result of a redone job wants a look: to be compared.
    pub(super) fn to_compare(&self, id: JobId, saved: &Saved, found: Option<Suspicion>) -> Option<Suspicion> {
        let Some(own) = self.roster.get(id).and_then(|job| self.roster.own_params(job)) else { return found };
        let text = redone(own, self.roster.params(), saved);
        Some(Suspicion(match found {
            Some(Suspicion(odd)) => format!("{odd}; {text}").into(),
            None => text.into(),
        }))
    }
}

/// A person's no, and what was odd about the result before.
fn rejected(state: &JobState) -> Suspicion {
    const NO: &str = "rejected by you";
    match state {
        JobState::Review(_, _, why) if why.0.starts_with(NO) => why.clone(),
        JobState::Review(_, _, Suspicion(odd)) => Suspicion(format!("{NO}; {odd}").into()),
        _ => Suspicion(NO.into()),
    }
}

/// Parameters with some of them changed; an empty value leaves one to the model.
fn changed(model: &Model, params: &Params, changes: &[(String, String)]) -> Result<Params, crate::model::ParamError> {
    let is_changed = |name: &str| changes.iter().any(|(changed, _)| changed == name);
    let kept = params.iter().filter(|(name, _)| !is_changed(name)).map(|(name, value)| format!("{name}={value}"));
    let given = changes.iter().filter(|(_, value)| !value.trim().is_empty());
    let pairs: Vec<_> = kept.chain(given.map(|(name, value)| format!("{name}={value}"))).collect();
    Params::parse(model, pairs.iter().map(String::as_str))
}

fn redone(own: &Params, batch: &Params, saved: &Saved) -> String {
    let value = |params: &Params, name: &str| params.iter().find(|(known, _)| *known == name).map(|(_, v)| v.clone());
    let others = own.iter().filter(|(name, set)| *name != "seed" && value(batch, name).as_ref() != Some(*set));
    let mut with: Vec<_> = others.map(|(name, set)| format!("{name} {set}")).collect();
    let seed = value(own, "seed").or(saved.seed.map(Value::from));
    with.extend(seed.map(|seed| format!("seed {seed}")));
    let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(", ")) };
    format!("redone{with}: compare and accept")
}

/// Parameters as faces show them.
pub(super) fn told_params(params: &Params) -> Vec<(String, String)> {
    let told = |set: &Value| set.as_str().map_or_else(|| set.to_string(), str::to_owned);
    params.iter().map(|(name, set)| (name.to_owned(), told(set))).collect()
}

/// What of a finished job can be changed for another go.
pub(super) fn redo_params(model: &Model, params: &Params, job: &Job) -> Vec<RedoParam> {
    if job.state.saved().is_none() {
        return Vec::new();
    }
    let value = |name: &str| params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
    let of_model = |name: &&str| model.params.iter().find(|spec| spec.name == **name).cloned();
    REDO.iter().filter_map(of_model).map(|spec| RedoParam { value: value(&spec.name), spec }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Closed, Format, Pixels, RequestId, Timestamp};

    #[test]
    fn what_is_rejected_keeps_what_was_odd_about_it() {
        let closed = Closed { at: Timestamp(1), took: std::time::Duration::ZERO, attempts: 1 };
        let saved = Saved {
            request: RequestId::new("r1").unwrap(),
            output: std::path::Path::new("a.png").into(),
            format: Format::Png,
            pixels: Pixels::new(320, 240),
            bytes: 9,
            seed: None,
            caption: None,
            inference_s: None,
            cost: None,
            same_as: None,
        };
        let review = |why| JobState::Review(closed, Box::new(saved.clone()), why);
        let odd = Suspicion("is 320×240, expected 640×480".into());
        let both = Suspicion("rejected by you; is 320×240, expected 640×480".into());
        assert_eq!(rejected(&review(odd)), both);
        assert_eq!(rejected(&review(both.clone())), both, "once is enough");
        assert_eq!(&*rejected(&JobState::Done(closed, Box::new(saved))).0, "rejected by you");
    }
}
