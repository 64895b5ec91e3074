//! What goes out: the snapshot at its times, events as they happen, tasks, attempts.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use crate::engine::actor::Engine;
use crate::engine::crew::Crew;
use crate::engine::event::{Event, What};
use crate::engine::publish::faces::door::Knock;
use crate::engine::publish::faces::sight::Sight;
use crate::engine::publish::near::near;
use crate::engine::publish::publisher::{PUBLISH, SAMPLE};
use crate::engine::publish::snapshot::{Seen, causes};
use crate::engine::publish::view_model;
use crate::engine::review::groups::Groups;
use crate::engine::snapshot::{Detail, Flow, Page, Phase, ReviewFacts, Snapshot};
use crate::engine::steps::stages::Outcome;
use crate::engine::table::Spec;
use crate::engine::tasks::{Pool, Step};
use crate::job::{Group, Job, JobId, JobState, Timestamp};
use crate::ledger::Attempt;

/// How long rows are gathered in one go, by the world's clock: a key that comes meanwhile waits for it.
const GATHER: Duration = Duration::from_millis(5);

impl Engine {
    /// Whether some face wants to hear everything.
    pub(super) fn is_told(&self) -> bool {
        self.publisher.events.is_some()
    }

    /// Tells the faces that want to hear everything.
    pub(super) fn tell(&mut self, what: What) {
        let event = Event { at: self.now(), what };
        self.publisher.tell(event);
    }

    /// Runs a stage; its outcome comes back to the loop.
    pub(super) fn spawn_stage(
        &mut self,
        step: Step,
        stage: impl Future<Output = Outcome> + Send + 'static,
    ) -> AbortHandle {
        match self.options.world.rehearse {
            None => self.scheduler.tasks.spawn(step, stage),
            Some(rehearse) => self.scheduler.tasks.spawn(step, async move {
                rehearse(step.name());
                stage.await
            }),
        }
    }

    /// Whether bytes of pictures are on the move.
    pub(super) fn is_moving(&self) -> bool {
        self.scheduler.tasks.count(Pool::Uploads) + self.scheduler.tasks.count(Pool::Saves) > 0
    }

    /// Writes down an attempt that ended.
    pub(super) fn attempted(&self, id: JobId, attempt: impl FnOnce(&Job) -> Option<Attempt>) {
        if let Some(attempt) = self.jobs.get(id).and_then(attempt) {
            self.stages.writer.attempt(attempt);
        }
    }

    /// Publishes the snapshot if something changed and the last one is long enough ago.
    pub(super) fn publish(&mut self, now: Timestamp) {
        if now.since(self.publisher.sampled_at) >= SAMPLE {
            self.sample(now);
        }
        self.publisher.dirty |= self.overview_due().is_some_and(|due| due <= now);
        // What a key asks for comes first.
        let (urgent, all_urgent) = self.publisher.faces.urgent();
        let begun = Instant::now();
        while !urgent && begun.elapsed() < GATHER && self.jobs.gather() {
            self.publisher.dirty = true;
        }
        if !self.publisher.faces.are_watched() {
            self.publisher.dirty = false;
            return;
        }
        let is_due = self.publisher.dirty && now.since(self.publisher.published_at) >= PUBLISH;
        if !urgent && !is_due {
            return;
        }
        // Who asked is told at once; the others, if there are any, at their time.
        let tells_all = is_due || all_urgent;
        if tells_all {
            self.publisher.dirty = false;
            self.publisher.published_at = now;
            let wanted: Vec<_> = self.publisher.faces.sights().map(|sight| self.spec(sight)).collect();
            self.jobs.keep_shown(&wanted);
        }
        for (face, mut sight) in self.publisher.faces.due(tells_all) {
            let snapshot = self.snapshot(&mut sight, now);
            self.publisher.faces.tell(face, sight, snapshot);
        }
    }

    /// Lets another face in.
    pub(super) fn let_in(&mut self, knock: Knock) {
        let mut sight = Sight::default();
        let first = self.snapshot(&mut sight, self.now());
        let ends = self.publisher.faces.add(knock.access, first, sight);
        knock.open(ends);
    }

    /// What a face shows. Before the start every photo waits: only paths tell them apart.
    fn spec(&self, sight: &Sight) -> Spec {
        Spec { only_paths: !self.course.started, ..sight.looker.spec() }
    }

    pub(super) fn sample(&mut self, now: Timestamp) {
        self.publisher.sampled_at = now;
        self.publisher.throughput.sample(now, self.publisher.up.load(Relaxed), self.publisher.down.load(Relaxed));
        self.note_stand(now);
        self.say_need();
        // The others' requests stand in the same queue.
        let others = self.course.crew.as_ref().map_or(1.0, Crew::factor);
        let rate = self.publisher.throughput.per_second(now).map(|rate| rate * others);
        self.scheduler.poll_interval.flow(rate);
        if self.is_moving() {
            self.publisher.dirty = true;
        }
    }

    /// Notes what is spent and how long the queue is, for charts.
    fn note_stand(&mut self, now: Timestamp) {
        let waits = |id| match self.jobs.get(id).map(|job| &job.state) {
            Some(JobState::InQueue(_, _, position)) => *position,
            _ => None,
        };
        let positions = self.jobs.index().members(Group::Active).filter_map(waits);
        self.publisher.throughput.stands(now, self.jobs.totals().spent.likely(), positions);
    }

    /// Notes what is spent, as something was.
    pub(super) fn note_spent(&mut self, now: Timestamp) {
        self.publisher.throughput.stands(now, self.jobs.totals().spent.likely(), std::iter::empty());
    }

    /// When whom looks at the course of the batch is to see more of it.
    pub(super) fn overview_due(&self) -> Option<Timestamp> {
        let mut sights = self.publisher.faces.sights();
        self.publisher.throughput.overview_due().filter(|_| sights.any(|sight| sight.looker.wants_overview()))
    }

    fn snapshot(&mut self, sight: &mut Sight, now: Timestamp) -> Snapshot {
        // A page in the order of what is sent goes by the plan as it is now.
        self.recount();
        let page = self.page(sight);
        self.watch_cursor(sight, page.current().map(|row| row.id).filter(|_| sight.looker.wants_detail()));
        let left = self.jobs.totals().left();
        Snapshot {
            batch: Arc::clone(&self.facts),
            phase: self.phase(),
            flow: Flow {
                capped: self.is_capped(),
                at_once: self.scheduler.account.at_once(),
                workers: self
                    .course
                    .observed
                    .as_ref()
                    .map(|observed| Arc::clone(&observed.workers))
                    .unwrap_or_default(),
                ..self.publisher.throughput.flow(now, self.scheduler.window, left)
            },
            detail: self.detail(sight),
            totals: self.jobs.totals().clone(),
            plan: self.planned(),
            page,
            notice: self.notice(now),
            causes: causes(&self.jobs),
            action_preview: sight.action_preview,
            canary: self.course.canary.wished(),
            refused: sight.refused.clone(),
            comparison: sight.comparison.clone(),
            overview: sight.looker.wants_overview().then(|| self.publisher.throughput.overview(now)),
            review: ReviewFacts {
                steps: self.course.review.history.len(),
                undone: sight.undone.clone(),
                groups: sight.groups.as_ref().map(Groups::counts),
            },
        }
    }

    fn page(&mut self, sight: &mut Sight) -> Page {
        self.jobs.show(self.spec(sight));
        let mut page = sight.looker.page(&self.jobs, &self.runtime, self.resilience.pause.is_some());
        if sight.looker.wants_pictures() {
            for row in &mut page.rows {
                let job = self.jobs.get(row.id);
                row.picture = job.and_then(|job| view_model::picture(job, self.stages.output.root()));
            }
        }
        let near = near(&self.jobs, &page, self.stages.output.root());
        let page = Page { near, ..page };
        if self.course.started { page } else { self.with_plan_rows(page) }
    }

    fn phase(&self) -> Phase {
        let observed = self.course.observed.as_ref().filter(|_| self.course.leaving.is_none() && !self.is_finished());
        if let Some(observed) = observed {
            return observed.phase();
        }
        match &self.resilience.pause {
            _ if self.course.leaving.is_some() => Phase::Leaving,
            _ if !self.course.started => Phase::Planning,
            _ if self.is_finished() => Phase::Finished,
            None if self.is_done() => Phase::Watching,
            Some(hold) => Phase::Paused(hold.by().to_owned()),
            None => Phase::Running,
        }
    }

    fn detail(&self, sight: &Sight) -> Option<Arc<Detail>> {
        let seen = Seen {
            jobs: &self.jobs,
            runtime: &self.runtime,
            history: sight.history.as_ref(),
            stages: &self.stages,
            model: &self.options.model,
            rules: &self.options.rules,
        };
        seen.detail(sight.watched?).map(Arc::new)
    }
}
