//! Parts of the snapshot, made anew from the job table at a cost that does not depend on the number of jobs.

use std::collections::HashMap;

use crate::engine::job_table::JobTable;
use crate::engine::publish::attempt_history::AttemptHistory;
use crate::engine::publish::view_model;
use crate::engine::runtime::Runtime;
use crate::engine::snapshot::{CauseGroup, Detail, Field};
use crate::engine::steps::stages::Stages;
use crate::engine::table::Failures;
use crate::intake::{Rule, RuleValue, Rules};
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
    pub(in crate::engine) rules: &'a Rules,
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
        Some(Detail { own, ruled: self.ruled(job), redo, ..told })
    }

    /// Which rules say what a job is sent with: those whose values it has.
    fn ruled(&self, job: &Job) -> Vec<(String, String)> {
        let holding = self.rules.of(&job.photo.source);
        let params = self.jobs.params_of(job);
        let told = |rule: &Rule| format!("{} ({})", rule.told(), rule.place());
        if let Some(rule) = holding.skipped_by.and_then(|number| self.rules.iter().nth(number)) {
            return vec![("skipped".to_owned(), told(rule))];
        }
        let given = |(value, rule): (&RuleValue, &Rule)| {
            let as_said = params.typed(self.model, [(&*value.name, &*value.text)]).ok()?;
            let is_his = as_said.get(&value.name) == params.get(&value.name);
            is_his.then(|| (clean(&format!("{}={}", value.name, value.text)).into_owned(), told(rule)))
        };
        holding.values.into_iter().filter_map(given).collect()
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
