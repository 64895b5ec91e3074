//! What sending jobs again or cancelling them would come to, counted before anybody is asked.

use crate::engine::job_table::JobTable;
use crate::engine::snapshot::ActionPreview;
use crate::job::{JobId, JobState, Usd};

/// Counts what could be done with these jobs.
pub(in crate::engine) fn preview_action(job_table: &JobTable, seq: u64, jobs: &[JobId]) -> ActionPreview {
    let mut action_preview = ActionPreview { seq, price: Some(Usd::ZERO), ..ActionPreview::default() };
    for job in jobs.iter().filter_map(|id| job_table.get(*id)) {
        let state = &job.state;
        if may_reopen(state) {
            action_preview.again += 1;
            let anew = matches!(state, JobState::Review(..) | JobState::Unknown(..));
            action_preview.anew += usize::from(anew);
            if state.is_reserved() && !anew {
                action_preview.paid += 1;
            } else {
                let price = if anew { job_table.estimate(job) } else { job_table.expected(job) };
                action_preview.price = action_preview.price.zip(price).map(|(sum, price)| sum + price);
            }
        }
        action_preview.stoppable += usize::from(may_cancel(state));
        action_preview.running += usize::from(may_cancel(state) && may_run(state));
    }
    action_preview
}

/// Whether a job can be given another go.
pub(in crate::engine) fn may_reopen(state: &JobState) -> bool {
    matches!(
        state,
        JobState::Failed { .. }
            | JobState::Review(..)
            | JobState::Unread(..)
            | JobState::Cancelled(_)
            | JobState::Unknown(..)
    )
}

/// Whether a job can be stopped: it was not sent, or fal can be asked to.
pub(in crate::engine) fn may_cancel(state: &JobState) -> bool {
    match state {
        JobState::Pending | JobState::Uploaded(..) | JobState::Uploading(_) => true,
        JobState::Waiting { checkpoint, .. } if checkpoint.request().is_none() => true,
        state => state.is_at_fal(),
    }
}

/// Whether fal may be at work on it: then stopping it may come too late.
fn may_run(state: &JobState) -> bool {
    state.is_at_fal() && !matches!(state, JobState::InQueue(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Cause, CauseKind, Checkpoint, EndpointId, Job, Photo, Timestamp, Transition};
    use crate::model::{Model, Params};

    #[test]
    fn only_what_can_be_done_is_counted_and_priced() {
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let mut job_table = JobTable::new(None, Params::parse(&model, []).unwrap(), model.clone());
        let path: Box<std::path::Path> = std::path::Path::new("a.jpg").into();
        for i in 0..5 {
            let photo = Photo {
                source: path.clone(),
                path: path.clone(),
                format: None,
                pixels: None,
                bytes: 1,
                modified: Timestamp(0),
                shares_stem: false,
                losses: crate::job::Losses::NONE,
            };
            let state = if i == 4 { JobState::Skipped("empty".into()) } else { JobState::Pending };
            job_table.push(Job { id: JobId::at(i), photo, state, own: None, opinion: None });
        }
        job_table.apply(JobId::at(1), Transition::StartUpload, Timestamp(1)).unwrap();
        let cause = Cause::new(CauseKind::LocalFile, "gone");
        job_table
            .apply(JobId::at(1), Transition::Fail { cause, checkpoint: Checkpoint::Nothing }, Timestamp(2))
            .unwrap();
        job_table.apply(JobId::at(2), Transition::StartUpload, Timestamp(1)).unwrap();
        let all: Vec<_> = (0..9).map(JobId::at).collect();
        let action_preview = preview_action(&job_table, 7, &all);
        assert_eq!(
            (action_preview.seq, action_preview.again, action_preview.stoppable, action_preview.running),
            (7, 1, 3, 0)
        );
        assert_eq!(
            (action_preview.paid, action_preview.anew, action_preview.price),
            (0, 0, None),
            "its size is not known"
        );
        assert_eq!(
            preview_action(&job_table, 8, &all[4..5]),
            ActionPreview { seq: 8, price: Some(Usd::ZERO), ..ActionPreview::default() }
        );
    }
}
