//! What goes out: the snapshot at its times, events as they happen, tasks, attempts.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use crate::engine::actor::Engine;
use crate::engine::event::{Event, What};
use crate::engine::publish::near::near;
use crate::engine::publish::publisher::{PUBLISH, SAMPLE};
use crate::engine::publish::snapshot::{Seen, causes};
use crate::engine::publish::view_model;
use crate::engine::snapshot::{Detail, Flow, Page, Phase, Snapshot};
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
        let urgent = self.publisher.looker.take_urgent();
        let begun = Instant::now();
        while !urgent && begun.elapsed() < GATHER && self.jobs.gather() {
            self.publisher.dirty = true;
        }
        if self.publisher.snapshot.is_closed() {
            self.publisher.dirty = false;
            return;
        }
        if !urgent && (!self.publisher.dirty || now.since(self.publisher.published_at) < PUBLISH) {
            return;
        }
        self.publisher.dirty = false;
        self.publisher.published_at = now;
        let snapshot = self.snapshot(now);
        self.publisher.snapshot.send_replace(Arc::new(snapshot));
    }

    pub(super) fn sample(&mut self, now: Timestamp) {
        self.publisher.sampled_at = now;
        self.publisher.throughput.sample(now, self.publisher.up.load(Relaxed), self.publisher.down.load(Relaxed));
        self.note_stand(now);
        self.scheduler.poll_interval.flow(self.publisher.throughput.per_second(now));
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
        self.publisher.throughput.overview_due().filter(|_| self.publisher.looker.wants_overview())
    }

    fn snapshot(&mut self, now: Timestamp) -> Snapshot {
        // A page in the order of what is sent goes by the plan as it is now.
        self.recount();
        let page = self.page();
        self.watch_cursor(page.current().map(|row| row.id).filter(|_| self.publisher.looker.wants_detail()));
        let left = self.jobs.totals().left();
        Snapshot {
            batch: Arc::clone(&self.facts),
            phase: self.phase(),
            flow: Flow { capped: self.is_capped(), ..self.publisher.throughput.flow(now, self.scheduler.window, left) },
            detail: self.detail(),
            totals: self.jobs.totals().clone(),
            plan: self.planned(),
            page,
            notice: self.notice(now),
            causes: causes(&self.jobs),
            action_preview: self.publisher.action_preview,
            canary: self.course.canary.wished(),
            refused: self.publisher.refused.clone(),
            comparison: self.publisher.comparison.clone(),
            overview: self.publisher.looker.wants_overview().then(|| self.publisher.throughput.overview(now)),
            review: self.course.review.facts(),
        }
    }

    fn page(&mut self) -> Page {
        // Before the start every photo waits: only paths tell them apart.
        self.jobs.show(Spec { only_paths: !self.course.started, ..self.publisher.looker.spec() });
        let mut page = self.publisher.looker.page(&self.jobs, &self.runtime, self.resilience.pause.is_some());
        if self.publisher.looker.wants_pictures() {
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
        match &self.resilience.pause {
            _ if self.course.leaving.is_some() => Phase::Leaving,
            _ if !self.course.started => Phase::Planning,
            _ if self.is_finished() => Phase::Finished,
            None if self.is_done() => Phase::Watching,
            Some(hold) => Phase::Paused(hold.by().to_owned()),
            None => Phase::Running,
        }
    }

    fn detail(&self) -> Option<Arc<Detail>> {
        let seen = Seen {
            jobs: &self.jobs,
            runtime: &self.runtime,
            history: self.publisher.history.as_ref(),
            stages: &self.stages,
            model: &self.options.model,
            rules: &self.options.rules,
        };
        seen.detail(self.look_at()?).map(Arc::new)
    }
}
