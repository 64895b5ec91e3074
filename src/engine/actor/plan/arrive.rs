//! Photos become jobs as they are found, and meet what the ledger knows of them.

use std::path::Path;

use crate::engine::actor::Engine;
use crate::engine::event::What;
use crate::engine::job_table::JobTable;
use crate::intake::{Arrival, Found};
use crate::job::{Cause, CauseKind, Checkpoint, Group, Job, JobId, JobState, Met, Transition, meet};
use crate::plan::{LEFT_OUT, SkippedFile, Standing, skipped_file, without_photo};

impl Engine {
    /// Takes in the jobs of earlier runs. What was on its way goes on once its turn comes.
    pub(in crate::engine::actor) fn recall(&mut self, known: Vec<Box<Job>>) {
        for job in known {
            if job.id != self.jobs.next_id() {
                tracing::error!(job = %job.id, "the ledger's jobs have a gap; the rest is taken as new");
                break;
            }
            let id = job.id;
            self.planning.standings.push(Standing::at_start(&job, self.options.retry_failed.as_ref()));
            let seconds = job.state.saved().and_then(|saved| saved.inference_s);
            self.publisher.throughput.took(seconds, &job.photo.slash_path());
            self.jobs.push(job);
            self.know(id);
        }
        if self.options.manner.rests {
            // What others work on has not ended before it has there.
            self.course.resting = if self.course.observed.is_some() { 0 } else { self.jobs.totals().left() };
            return;
        }
        let ids: Vec<_> = self.jobs.iter().map(|job| job.id).collect();
        for id in &ids {
            self.consider_underway(*id);
        }
        for id in ids {
            self.pick_up(id);
        }
        // fal keeps results for a while only: those that are nearest to being forgotten go first.
        let job_table = &self.jobs;
        let asked = |id: &JobId| job_table.get(*id).and_then(|job| job.state.request()).map(|request| request.at);
        for queue in [&mut self.scheduler.to_save, &mut self.scheduler.to_answer, &mut self.scheduler.to_call] {
            queue.make_contiguous().sort_by_key(asked);
        }
    }

    /// Lets a job of an earlier run go on from what is known of it.
    pub(in crate::engine::actor) fn pick_up(&mut self, id: JobId) {
        let now = self.now();
        let Some(job) = self.jobs.get(id) else { return };
        let interrupted = || Cause::new(CauseKind::Network, "the last run ended in the middle");
        match &job.state {
            // Where folders are walked, a photo is begun only once it is met there.
            JobState::Pending => {
                if !self.options.walks {
                    self.consider(id);
                }
            }
            JobState::Skipped(_) | JobState::Cancelled(_) | JobState::Done(..) | JobState::Review(..) => {}
            JobState::Failed { .. } | JobState::Unread(..) => {
                if self.options.retry_failed.as_ref().is_some_and(|wanted| wanted.takes(job)) {
                    self.planning.selection.failed_before(job);
                    self.reopen(id);
                }
            }
            JobState::Uploading(_) => {
                let retry = Transition::Retry {
                    cause: interrupted(),
                    until: now,
                    checkpoint: Checkpoint::Nothing,
                    counts: false,
                };
                if self.happen(id, retry) {
                    self.wake_at(id, now);
                }
            }
            JobState::Uploaded(_, upload) => {
                let upload = upload.clone();
                if !self.is_done_elsewhere(id, &upload) {
                    self.scheduler.to_submit.push_back(id);
                }
            }
            // An intent without an id: the call may have been accepted. It is not made again.
            JobState::Submitting(..) => {
                self.happen(id, Transition::LoseReply);
                self.look_for_lost();
            }
            JobState::Unknown(..) => {
                // It may turn up yet, which costs nothing.
                if self.options.retry_failed.as_ref().is_some_and(|wanted| wanted.takes(job)) {
                    self.search.to_send.insert(id);
                }
                self.look_for_lost();
            }
            JobState::InQueue(..) | JobState::InProgress(..) => self.scheduler.to_call.push_back(id),
            JobState::Completed(..) => self.scheduler.to_answer.push_back(id),
            JobState::Saving(..) => self.scheduler.to_save.push_back(id),
            JobState::Waiting { until, checkpoint, .. } => {
                let until = *until;
                // What is paid for is fetched first: what kept it from being saved may be mended by now.
                if let Checkpoint::Answer(_, answer) = &**checkpoint {
                    let answer = (**answer).clone();
                    if self.happen(id, Transition::StartSave(answer)) {
                        self.scheduler.to_save.push_back(id);
                    }
                } else {
                    self.wake_at(id, until);
                }
            }
        }
    }

    /// Whether photos may still come.
    pub(in crate::engine::actor) fn awaits_photos(&self) -> bool {
        self.planning.planner.is_walking() || self.options.manner.watches
    }

    /// Takes in what came of looking for photos; `None` if nothing more does.
    pub(in crate::engine::actor) fn arrival(&mut self, arrival: Option<Arrival>) {
        match arrival {
            Some(Arrival::Found(chunk)) => self.arrive(chunk),
            Some(Arrival::Taken(jobs)) => {
                if let Some(crew) = &mut self.course.crew {
                    crew.found(!jobs.is_empty());
                }
                self.take_jobs(jobs);
                self.say_need();
            }
            Some(Arrival::Gone(path)) => self.gone(&path),
            Some(Arrival::Walked) => self.all_found(),
            None => {
                if self.planning.planner.is_walking() {
                    self.all_found();
                }
                self.options.manner.watches = false;
            }
        }
    }

    /// A job is found by the path of its photo from here on.
    fn know(&mut self, id: JobId) {
        let Self { planning, jobs, .. } = self;
        if let Some(path) = path_of(jobs, id) {
            planning.known.insert(id, path, |id| path_of(jobs, id));
        }
    }

    /// Takes in photos that were found.
    fn arrive(&mut self, chunk: Vec<Found>) {
        let is_late = !self.planning.planner.is_walking();
        let mut new = Vec::new();
        for found in chunk {
            if found.has_own() {
                self.jobs.differ();
            }
            let path = &*found.photo().path;
            let Self { planning, jobs, .. } = self;
            let path_of = |id| path_of(jobs, id);
            let known = if is_late { planning.known.get(path, path_of) } else { planning.known.remove(path, path_of) };
            if let Some(id) = known {
                self.met_again(found.into_job(id));
            } else {
                let id = self.jobs.next_id();
                let mut job = found.into_job(id);
                self.planning.selection.found(&job);
                if self.course.started && self.is_left_out(&job) {
                    job.state = JobState::Skipped(LEFT_OUT.into());
                }
                new.push(job.clone());
                let is_photo = matches!(job.state, JobState::Pending);
                self.jobs.push(job);
                if is_late {
                    self.know(id);
                }
                self.count_in_plan(id);
                if is_photo {
                    self.consider(id);
                }
            }
        }
        self.stages.writer.add(new);
        self.publisher.dirty = true;
    }

    /// A photo that an earlier run knew: if the file is still the same, so is its job.
    fn met_again(&mut self, found: Job) {
        let Some(known) = self.jobs.get(found.id) else { return };
        let id = found.id;
        let is_late = !self.planning.planner.is_walking();
        let is_underway = !known.state.status().is_untouched() && known.state.closed().is_none();
        if is_late && is_underway && known.is_of_another_file(&found) {
            // It is left to arrive, and met once it has.
            self.planning.changed.insert(id, Box::new(found));
            return;
        }
        match meet(known, found) {
            Met::Same => {}
            Met::Renewed(job) => {
                // Only of what it is sent with would a later run not find out by itself.
                if known.own != job.own {
                    self.stages.writer.note(&job);
                }
                self.jobs.replace(job);
            }
            Met::Another { job, leaves_result } => self.give_way(job, leaves_result),
        }
        if let Some(job) = self.jobs.get(id) {
            self.planning.selection.found(job);
            if self.course.started && self.is_left_out(job) {
                self.skip_left_out(id);
            }
            if self.planning.planner.is_walking() {
                self.count_in_plan(id);
            } else if !self.course.started {
                self.planning.edit.changed();
            }
        }
        if self.jobs.get(id).is_some_and(|job| matches!(job.state, JobState::Pending)) {
            self.consider(id);
        }
    }

    /// Another photo has the place of a known one.
    fn give_way(&mut self, job: Job, leaves_result: bool) {
        let id = job.id;
        let Some(known) = self.jobs.get(id).cloned() else { return };
        if let Some(saved) = known.state.saved() {
            self.previous.insert(id, Box::new(saved.clone()));
        }
        self.forget_twin(&known);
        // What was paid for the old photo and is not saved is not this one's.
        self.write_off(id, "another photo took its place");
        if leaves_result {
            self.stages.writer.give_way(&job);
        } else {
            self.stages.writer.note(&job);
        }
        if let Some(standing) = self.planning.standings.get_mut(id.index()) {
            *standing = Standing::of(&job.state);
        }
        self.jobs.replace(job);
    }

    /// Every photo has been found. What was to be sent and is no longer there is not.
    pub(in crate::engine::actor) fn all_found(&mut self) {
        let gone = std::mem::take(&mut self.planning.known);
        for id in gone.iter() {
            let Some(job) = self.jobs.get(id) else { continue };
            if self.options.walks
                && let Some(transition) = without_photo(&job.state)
            {
                self.note_of_plan(id, transition);
            }
            if !self.is_changed() {
                self.count_in_plan(id);
            }
        }
        self.planning.planner.end();
        if self.options.manner.watches {
            let ids: Vec<_> = self.jobs.iter().map(|job| job.id).collect();
            for id in ids {
                self.know(id);
            }
        }
        self.publisher.dirty = true;
    }

    /// A photo is no longer where it was, or a whole folder. What of it is not begun is not sent.
    fn gone(&mut self, path: &Path) {
        let path_of = |id| path_of(&self.jobs, id);
        let known = &self.planning.known;
        let ids: Vec<JobId> = match known.get(path, path_of) {
            Some(id) => vec![id],
            None => known.iter().filter(|id| path_of(*id).is_some_and(|known| known.starts_with(path))).collect(),
        };
        for id in ids {
            self.planning.changed.remove(&id);
            let Some(transition) = self.jobs.get(id).and_then(|job| without_photo(&job.state)) else { continue };
            if self.course.started {
                self.happen(id, transition);
            } else {
                self.note_of_plan(id, transition);
                self.planning.edit.changed();
            }
        }
        self.publisher.dirty = true;
    }

    /// A job has ended: its photo may have become another meanwhile.
    pub(in crate::engine::actor) fn meet_changed(&mut self, id: JobId) {
        if let Some(found) = self.planning.changed.remove(&id) {
            self.met_again(*found);
        }
    }

    /// Tells the plan, once, when it is whole: with what turned out to be the same picture as another, unless
    /// the run ends before that.
    pub(in crate::engine::actor) fn tell_plan(&mut self, settled: bool) {
        // A worker knows a part of it only.
        let is_whole = self.course.crew.is_none();
        if is_whole && self.is_told() && self.planning.planner.is_to_be_told(settled) {
            let what = What::Planned { facts: self.facts.clone(), plan: self.planned(), skipped: self.skipped() };
            self.tell(what);
        }
    }

    fn skipped(&self) -> Vec<SkippedFile> {
        let jobs = self.jobs.index().members(Group::Skipped).filter_map(|id| self.jobs.get(id));
        jobs.filter_map(skipped_file).collect()
    }
}

/// The path of a job's photo below its folder.
fn path_of(jobs: &JobTable, id: JobId) -> Option<&Path> {
    jobs.get(id).map(|job| &*job.photo.path)
}
