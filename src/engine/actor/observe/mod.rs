//! A batch that others work on: it is shown as they bring it on, and what a person asks is passed on to them.

use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;

use crate::engine::actor::Engine;
use crate::engine::asking::UNCOUNTABLE;
use crate::engine::command::Command;
use crate::engine::observing::{Sighting, Stand};
use crate::engine::resilience::pause::PauseReason;
use crate::job::{Job, Timestamp};

/// What is asked of results that others save.
const DECIDED_THERE: &str =
    "that is decided where the batch runs, or by `fal-tui review` once it has ended: nothing is changed from here";

impl Engine {
    /// Whether something may still come in.
    pub(super) fn awaits(&self) -> bool {
        self.course.observed.is_some() || self.awaits_photos()
    }

    /// Before anything is begun: what was asked from elsewhere holds.
    pub(super) fn begin_as_asked(&mut self) {
        if self.course.observed.is_some() {
            // No photos are found here.
            self.all_found();
        } else if self.options.manner.paused {
            self.hold(PauseReason::User);
        }
    }

    /// Takes in what was seen of a batch that others work on; `None` if nothing more will be.
    pub(in crate::engine::actor) fn sighted(&mut self, sighting: Option<Sighting>) {
        let now = self.now();
        self.publisher.dirty = true;
        match sighting {
            Some(Sighting::Stand(stand)) => self.take_in(*stand, now),
            Some(Sighting::Away(why)) => {
                if let Some(observed) = &mut self.course.observed {
                    observed.away = Some((now, why));
                }
            }
            Some(Sighting::Told(what)) => self.publisher.refuse(&what),
            // Who looks for us is gone: so are we.
            None => self.leave(crate::engine::command::Leave::Running, None),
        }
    }

    fn take_in(&mut self, stand: Stand, now: Timestamp) {
        let Some(observed) = &mut self.course.observed else { return };
        let Stand { jobs, besides, workers, standing } = stand;
        observed.away = None;
        observed.standing = standing;
        self.jobs.spent_elsewhere(std::mem::replace(&mut observed.besides, besides), besides);
        observed.early.extend(jobs.into_iter().map(|job| (job.id, job)));
        let said = |worker: &crate::engine::snapshot::Worker| worker.word.as_ref().map(|word| (word.window, word.cap));
        let words: Vec<_> = workers.iter().filter(|worker| !worker.is_lost).filter_map(said).collect();
        let began = workers.iter().map(|worker| worker.began).min();
        observed.workers = Arc::new(workers);
        let window = words.iter().fold(0_u16, |sum, (window, _)| sum.saturating_add(*window));
        if let Some(window) = standing.window.or(Some(window).filter(|window| *window > 0)) {
            self.scheduler.window = window;
        }
        let is_said = standing.window.is_none() && !words.is_empty();
        let cap = if is_said { words.iter().find_map(|(_, cap)| *cap) } else { standing.cap };
        if self.facts.budget != cap {
            Arc::make_mut(&mut self.facts).budget = cap;
        }
        if let Some(began) = began.filter(|_| self.jobs.totals().left() > 0) {
            self.publisher.throughput.begin(began);
        }
        self.take_in_order(now);
    }

    /// Jobs are counted on from the last: one that is seen before those that came before it waits for them.
    fn take_in_order(&mut self, now: Timestamp) {
        while let Some(observed) = &mut self.course.observed
            && let Some(first) = observed.early.first_entry().filter(|first| *first.key() <= self.jobs.next_id())
        {
            let job = first.remove();
            self.take_in_one(job, now);
        }
        self.note_spent(now);
    }

    fn take_in_one(&mut self, job: Job, now: Timestamp) {
        let id = job.id;
        let before = self.jobs.get(id);
        if before == Some(&job) {
            return;
        }
        let was_saved = before.is_some_and(|before| before.state.saved().is_some());
        if let Some(saved) = job.state.saved().filter(|_| !was_saved) {
            self.publisher.throughput.saved(now);
            self.publisher.throughput.took(saved.inference_s, &job.photo.slash_path());
        }
        self.publisher.outdate_history(id);
        self.jobs.observe(job);
    }

    /// Passes on what a person asks to those who work on the batch.
    pub(super) fn pass_on(&mut self, command: Command) {
        if !command.is_order() {
            self.publisher.refuse(DECIDED_THERE);
            return;
        }
        let Some(observed) = &self.course.observed else { return };
        let is_shared = observed.standing.window.is_some();
        if is_shared && command.sets_cap() && self.jobs.price().is_some() && !self.jobs.is_countable() {
            self.publisher.refuse(UNCOUNTABLE);
            return;
        }
        match observed.orders.try_send(command) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                self.publisher
                    .refuse("the ledger does not answer: what was asked before still waits, and this is not done");
            }
            Err(TrySendError::Closed(_)) => self.publisher.refuse("nobody passes it on any more: this is not done"),
        }
    }
}
