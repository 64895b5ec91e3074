//! What a person makes of a result: it is accepted, rejected, or made again with other parameters.

use serde_json::Value;

use crate::engine::actor::Engine;
use crate::engine::effect::{Effect, told};
use crate::engine::review::groups::Groups;
use crate::engine::review::history::Was;
use crate::engine::snapshot::ActionPreview;
use crate::engine::steps::say;
use crate::engine::steps::stages::{Outcome, Written};
use crate::engine::table::Spec;
use crate::engine::tasks::{Pool, Step};
use crate::job::{
    Group, Job, JobId, JobState, LONGEST_CAPTION, Opinion, Saved, Stars, Suspicion, Timestamp, Transition, Verdict,
    one_line,
};

impl Engine {
    /// A person is content with results, or is not. They stay where they are until others take their place.
    pub(super) fn judge(&mut self, ids: Vec<JobId>, verdict: Verdict) {
        let step: Vec<_> = ids.into_iter().filter_map(|id| self.judge_one(id, verdict)).collect();
        self.course.review.history.push(step);
    }

    fn judge_one(&mut self, id: JobId, verdict: Verdict) -> Option<Was> {
        let job = self.jobs.get(id)?;
        let was = Was::of(job);
        let is_to_be_looked_at = matches!(job.state, JobState::Review(..));
        match verdict {
            Verdict::Accepted if is_to_be_looked_at => drop(self.happen(id, Transition::Approve)),
            Verdict::Accepted => {}
            Verdict::Rejected => {
                let odd = match &job.state {
                    JobState::Review(_, _, why) => Some(why.clone()),
                    _ => None,
                };
                let why = Suspicion::rejected(odd);
                if matches!(job.state, JobState::Unread(..)) {
                    // Its request is followed no more: from now on it counts as spent.
                    self.write_off(id, "its answer was rejected");
                }
                self.happen(id, Transition::Reject(why));
            }
        }
        let opinion = Opinion { verdict: Some(verdict), ..was.as_ref()?.opinion.clone() };
        self.say(id, opinion);
        was.filter(|was| self.jobs.get(id).and_then(Was::of).as_ref() != Some(was))
    }

    /// How good results are.
    pub(super) fn rate(&mut self, ids: Vec<JobId>, stars: Stars) {
        let mut step = Vec::new();
        for id in ids {
            let Some(was) = self.jobs.get(id).and_then(Was::of) else { continue };
            if self.say(id, Opinion { stars, ..was.opinion.clone() }) {
                step.push(was);
            }
        }
        self.course.review.history.push(step);
    }

    /// What is said of a photo's result, on one line; with nothing, what the model said.
    pub(super) fn say_caption(&mut self, id: JobId, text: &str) {
        let Some((was, job)) = self.jobs.get(id).and_then(|job| Some((Was::of(job)?, job))) else { return };
        let text = one_line(text);
        let models = job.state.saved().and_then(Saved::caption).map(one_line);
        let caption = Some(text).filter(|text| !text.is_empty() && Some(text) != models.as_ref());
        if caption.as_ref().is_some_and(|text| text.len() > LONGEST_CAPTION) {
            self.publisher.refuse("a caption has at most 64 KiB: it stays as it was");
            return;
        }
        if self.say(id, Opinion { caption: caption.map(Into::into), ..was.opinion.clone() }) {
            self.course.review.history.push(vec![was]);
        }
    }

    /// Takes in what a person says, has the ledger and the folder record it, and the files say it. False if it is nothing
    /// new.
    fn say(&mut self, id: JobId, opinion: Opinion) -> bool {
        let now = self.now();
        let Some(was) = self.jobs.say(id, opinion) else { return false };
        let Some(job) = self.jobs.get(id) else { return false };
        self.stages.writer.note(job);
        let is_other_caption = was.caption.as_deref() != job.said().caption.as_deref();
        self.course.review.writing.add(&self.stages.output.written().captions, id, was, is_other_caption, now);
        self.note_in_folder(id);
        self.changed(id, now);
        true
    }

    /// Counts whom a decision about many would be about.
    pub(super) fn count_groups(&mut self, seq: u64, like: Option<JobId>, marked: &[JobId]) {
        let Some(sight) = self.publisher.faces.asking() else { return };
        let tab = sight.looker.query().tab;
        self.jobs.show(Spec { only_paths: !self.course.started, ..sight.looker.spec() });
        let shown = self.jobs.ids(tab);
        let jobs = &self.jobs;
        let all = jobs.index().members(Group::Review).filter_map(|id| jobs.get(id));
        let [marked, shown] = [marked, &shown].map(|ids| ids.iter().filter_map(|id| jobs.get(*id)));
        let like = like.and_then(|id| jobs.get(id));
        sight.groups = Some(Groups::gather(seq, marked, shown, all, like));
    }

    /// Takes the last decision back, as far as the results are still the same.
    pub(super) fn undo(&mut self) {
        let Some(step) = self.course.review.history.pop() else { return };
        let mut undone = Vec::new();
        for was in step {
            let Some(now) = self.jobs.get(was.id).and_then(Was::of).filter(|now| now.request == was.request) else {
                continue;
            };
            if now.why != was.why {
                let back = was.why.clone().map_or(Transition::Approve, Transition::Reject);
                self.happen(was.id, back);
            }
            self.say(was.id, was.opinion);
            undone.push(was.id);
        }
        if let (Some(first), Some(sight)) = (undone.first(), self.publisher.faces.asking()) {
            sight.undid(*first, undone.len());
        }
    }

    /// Begins to write the files of some that were decided of, once it is time.
    pub(super) fn write_what_was_said(&mut self, now: Timestamp) {
        let is_free = self.scheduler.tasks.count(Pool::Words) == 0;
        if is_free && self.course.review.writing.due().is_some_and(|due| due <= now) {
            let jobs = self.next_to_write();
            self.spawn_stage(Step::Say, say::run(self.stages.clone(), jobs));
        }
    }

    fn next_to_write(&mut self) -> Vec<(Job, Opinion)> {
        let next = self.course.review.writing.take().into_iter();
        next.filter_map(|(id, was)| Some((self.jobs.get(id)?.clone(), was))).collect()
    }

    /// Files say it, or do not.
    pub(super) fn said_again(&mut self, written: Vec<Written>) {
        for (id, result) in written {
            let left = match result {
                Ok(again) => {
                    for (id, saved) in again.longer {
                        self.happen(id, Transition::Rewrite(saved));
                    }
                    again.left
                }
                Err(error) => vec![told("what was decided is not in its files", &error)],
            };
            for note in left {
                self.publisher.refuse(&note);
                self.perform(id, vec![Effect::Remark(note)]);
            }
        }
    }

    /// Whoever leaves has what they decided in the files.
    pub(super) async fn end_writing(&mut self) {
        loop {
            let jobs = self.next_to_write();
            if jobs.is_empty() {
                return;
            }
            if let Outcome::SaidAgain(written) = say::run(self.stages.clone(), jobs).await {
                self.said_again(written);
            }
        }
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
        if let Some(of_photo) = job.opinion.as_ref().map(|opinion| opinion.as_ref().clone().of_photo()) {
            // Another result is judged anew, and what was thought of this one goes from its files while it has them.
            self.say(id, of_photo.map(|opinion| *opinion).unwrap_or_default());
        }
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
        if let Some(sight) = self.publisher.faces.asking() {
            sight.action_preview = Some(preview);
        }
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
