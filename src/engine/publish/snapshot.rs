//! The snapshot, made anew from the job table at a cost that does not depend on the number of jobs.

use std::sync::Arc;

use crate::engine::actor::Engine;
use crate::engine::actor::review::redo_params;
use crate::engine::publish::view_model;
use crate::engine::snapshot::{CauseGroup, Detail, Flow, Page, Phase, Snapshot};
use crate::engine::table::{Failures, Spec};
use crate::job::{CauseKind, Group, Timestamp, clean};
use crate::model::Params;

impl Engine {
    pub(in crate::engine) fn snapshot(&mut self, now: Timestamp) -> Snapshot {
        // A page in the order of what is sent goes by the plan as it is now.
        self.recount();
        let page = self.page();
        self.watch_cursor(page.current().map(|row| row.id).filter(|_| self.publisher.looker.wants_detail()));
        let totals = self.jobs.totals();
        let left = totals.of(Group::Pending) + totals.of(Group::Active) + totals.of(Group::Waiting);
        Snapshot {
            batch: Arc::clone(&self.facts),
            phase: self.phase(),
            flow: Flow { capped: self.is_capped(), ..self.publisher.throughput.flow(now, self.scheduler.window, left) },
            detail: self.detail(),
            totals: self.jobs.totals().clone(),
            plan: self.planned(),
            page,
            notice: self.notice(now),
            causes: self.causes(),
            action_preview: self.publisher.action_preview,
            canary: self.course.canary.wished(),
            comparison: self.publisher.comparison.clone(),
        }
    }

    fn page(&mut self) -> Page {
        // Before the start every photo waits: only paths tell them apart.
        self.jobs.show(Spec { only_paths: !self.course.started, ..self.publisher.looker.spec() });
        let page = self.publisher.looker.page(&self.jobs, &self.runtime, self.resilience.pause.is_some());
        if self.course.started { page } else { self.with_plan_rows(page) }
    }

    fn causes(&self) -> Vec<CauseGroup> {
        let group = |(kind, failures): (CauseKind, &Failures)| {
            let job = self.jobs.get(failures.example()?)?;
            Some(CauseGroup {
                kind,
                count: failures.len(),
                message: clean(&job.state.cause()?.to_string()).into_owned(),
                path: clean(&job.photo.slash_path()).into_owned(),
                price: failures.price(),
                paid: failures.paid(),
            })
        };
        self.jobs.causes().by_frequency().into_iter().filter_map(group).collect()
    }

    fn phase(&self) -> Phase {
        match &self.resilience.pause {
            _ if self.course.leaving.is_some() => Phase::Leaving,
            _ if !self.course.started => Phase::Planning,
            _ if self.is_finished() => Phase::Finished,
            Some(hold) => Phase::Paused(hold.by().to_owned()),
            None => Phase::Running,
        }
    }

    fn detail(&self) -> Option<Arc<Detail>> {
        let id = self.look_at()?;
        let job = self.jobs.get(id)?;
        let history = self.publisher.history.as_ref().filter(|history| history.of == id);
        let request_url = match job.state.request() {
            Some(request) => request.url.as_deref(),
            None => history.and_then(|history| history.trail.request_url.as_deref()),
        };
        let request = job.state.last_request_id();
        let request = request.map(|id| self.stages.fal.request_base(&self.options.model.endpoint, id, request_url));
        let work = self.jobs.work(job);
        let mut told = view_model::detail(job, self.runtime.get(&id), history, self.stages.output.root(), request);
        told.before.sent = work.sent.filter(|_| work.is_reduced);
        let own = self.jobs.own_params(job).map(Params::values);
        let redo = redo_params(&self.options.model, self.jobs.params_of(job), job);
        Some(Arc::new(Detail { own, redo, ..told }))
    }
}
