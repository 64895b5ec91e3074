//! What a person makes of a result: it is accepted, rejected, or made again with other parameters.

use serde_json::Value;

use crate::engine::actor::Engine;
use crate::engine::snapshot::ActionPreview;
use crate::job::{JobId, JobState, Saved, Suspicion, Transition};

impl Engine {
    /// A person is content with a result that wanted a look.
    pub(super) fn accept(&mut self, id: JobId) {
        self.happen(id, Transition::Approve);
    }

    /// A person is not content with a result. It stays where it is until another one takes its place.
    pub(super) fn reject(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(id) else { return };
        let why = rejected(&job.state);
        if matches!(job.state, JobState::Unread(..)) {
            // Its request is followed no more: from now on it counts as spent.
            self.write_off(id, "its answer was rejected");
        }
        self.happen(id, Transition::Reject(why));
    }

    /// Makes a result again with other parameters. The one that is there stays until the new one is
    /// whole.
    pub(super) fn redo(&mut self, id: JobId, changes: &[(String, Option<Value>)]) {
        let Some(job) = self.jobs.get(id) else { return };
        let params = match self.jobs.params_of(job).changed(&self.options.model, changes) {
            Ok(params) => params,
            Err(error) => {
                tracing::warn!(job = %id, %error, "not sent again");
                return;
            }
        };
        let (job, previous) = (job.clone(), job.state.saved().cloned());
        match self.jobs.redo(id, params, self.now()) {
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
        self.dedup.insist(id);
        self.runtime.entry(id).or_default().renew();
        let now = self.now();
        self.changed(id, now);
        self.wake_at(id, now);
    }

    /// What making a result again with other parameters would cost.
    pub(super) fn preview_redo(&mut self, seq: u64, id: JobId, changes: &[(String, Option<Value>)]) {
        let price = || {
            let job = self.jobs.get(id)?;
            let params = self.jobs.params_of(job).changed(&self.options.model, changes).ok()?;
            self.jobs.price()?.estimate(params.work(job.photo.pixels))
        };
        let preview = ActionPreview { seq, again: 1, anew: 1, price: price(), ..ActionPreview::default() };
        self.publisher.action_preview = Some(preview);
    }

    /// Why a result of a redone job wants a look: to be compared.
    pub(super) fn to_compare(
        &self,
        id: JobId,
        saved: &Saved,
        found: Option<Suspicion>,
        replaces: bool,
    ) -> Option<Suspicion> {
        // A photo may have parameters of its own from the start: only a result that takes another's place was made again.
        if !replaces {
            return found;
        }
        let Some(own) = self.jobs.get(id).and_then(|job| self.jobs.own_params(job)) else { return found };
        let with = self.options.model.differences(own, self.jobs.params(), saved.seed).join(", ");
        let with = if with.is_empty() { with } else { format!(" with {with}") };
        let text = format!("redone{with}: compare and accept");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Closed, Timestamp, saved_samples};

    #[test]
    fn what_is_rejected_keeps_what_was_odd_about_it() {
        let closed = Closed { at: Timestamp(1), took: std::time::Duration::ZERO, attempts: 1 };
        let saved = saved_samples::saved("r1", saved_samples::png("a.png", 320, 240, 9), None);
        let review = |why| JobState::Review(closed, Box::new(saved.clone()), why);
        let odd = Suspicion("is 320×240, expected 640×480".into());
        let both = Suspicion("rejected by you; is 320×240, expected 640×480".into());
        assert_eq!(rejected(&review(odd)), both);
        assert_eq!(rejected(&review(both.clone())), both, "once is enough");
        assert_eq!(&*rejected(&JobState::Done(closed, Box::new(saved))).0, "rejected by you");
    }
}
