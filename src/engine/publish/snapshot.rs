//! Parts of the snapshot, made anew from the job table at a cost that does not depend on the number of jobs.

use std::collections::HashMap;

use crate::engine::job_table::JobTable;
use crate::engine::publish::attempt_history::AttemptHistory;
use crate::engine::publish::view_model;
use crate::engine::runtime::Runtime;
use crate::engine::snapshot::{CauseGroup, Detail, Field};
use crate::engine::steps::stages::Stages;
use crate::engine::table::Failures;
use crate::job::{CauseKind, Job, JobId, clean};
use crate::model::{Model, ParamSpec, Params};

/// What failed, by cause, the most frequent first.
pub(in crate::engine) fn causes(jobs: &JobTable) -> Vec<CauseGroup> {
    let group = |(kind, failures): (CauseKind, &Failures)| {
        let job = jobs.get(failures.example()?)?;
        Some(CauseGroup {
            kind,
            count: failures.len(),
            message: clean(&job.state.cause()?.to_string()).into_owned(),
            path: clean(&job.photo.slash_path()).into_owned(),
            price: failures.price(),
            paid: failures.paid(),
        })
    };
    jobs.causes().by_frequency().into_iter().filter_map(group).collect()
}

/// What a job's detail is made of.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Seen<'a> {
    pub(in crate::engine) jobs: &'a JobTable,
    pub(in crate::engine) runtime: &'a HashMap<JobId, Runtime>,
    pub(in crate::engine) history: Option<&'a AttemptHistory>,
    pub(in crate::engine) stages: &'a Stages,
    pub(in crate::engine) model: &'a Model,
}

impl Seen<'_> {
    /// All that is known of a job.
    pub(in crate::engine) fn detail(&self, id: JobId) -> Option<Detail> {
        let job = self.jobs.get(id)?;
        let history = self.history.filter(|history| history.of == id);
        let request_url = match job.state.request() {
            Some(request) => request.url.as_deref(),
            None => history.and_then(|history| history.trail.request_url.as_deref()),
        };
        let request = job.state.last_request_id();
        let request = request.map(|id| self.stages.fal.request_base(&self.model.endpoint, id, request_url));
        let work = self.jobs.work(job);
        let mut told = view_model::detail(job, self.runtime.get(&id), history, self.stages.output.root(), request);
        told.before.sent = work.sent.filter(|_| work.is_reduced);
        let own = self.jobs.own_params(job).map(Params::values);
        let redo = redo_params(self.model, self.jobs.params_of(job), job);
        Some(Detail { own, redo, ..told })
    }
}

/// What of a finished job can be changed for another go.
fn redo_params(model: &Model, params: &Params, job: &Job) -> Vec<Field> {
    if job.state.saved().is_none() {
        return Vec::new();
    }
    let param =
        |(spec, value): (&ParamSpec, Option<&serde_json::Value>)| Field { spec: spec.clone(), value: value.cloned() };
    model.redo(params).map(param).collect()
}
