//! Same picture, same money: a photo that holds what another one holds gets a copy of that one's
//! result, or where there is none to copy, follows its request.

use std::path::PathBuf;

use crate::engine::dedup::state::Dedup;
use crate::engine::effect::{Effect, Effects, told};
use crate::engine::job_table::JobTable;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::steps::stages::Outcome;
use crate::job::{Cause, CauseKind, Checkpoint, Cost, JobId, PaidCall, Photo, Pixels, Saved, Transition};
use crate::output::{Expect, Made, Output, OutputError, Placed, Record};
use crate::plan::{ANOTHER_TRY, Origin};

/// What comes of the next photo that gets a result without being sent.
#[derive(Debug)]
pub(in crate::engine) enum Next {
    /// None does, yet.
    Nobody,
    /// This one's is copied, or taken as it lies there.
    Copy(JobId, Copying),
    /// There is none to copy: what follows for it.
    Effects(JobId, Effects),
}

/// A result that is to be a photo's.
#[derive(Debug)]
pub(in crate::engine) struct Copying {
    photo: Photo,
    promised: Option<Pixels>,
    origin: Box<Origin>,
    from: From,
}

/// Where it lies.
#[derive(Debug)]
enum From {
    /// Where this photo's own belongs.
    Place(Box<Record>),
    /// Elsewhere.
    Other(PathBuf, Box<Saved>),
}

impl Copying {
    /// Copies it, or looks at it where it lies. What it takes the place of is `previous`.
    pub(in crate::engine) async fn run(self, id: JobId, output: Output, previous: Option<Box<Saved>>) -> Outcome {
        let Self { photo, promised, origin, from } = self;
        let (of, saved) = match from {
            From::Place(record) => {
                let placed = output.adopt(&photo, &record, promised).await;
                return Outcome::Copied(origin, placed);
            }
            From::Other(of, saved) => (of, saved),
        };
        let made = Made { index: id.number(), seed: saved.seed, request: saved.request.as_str() };
        let expect = Expect { pixels: promised, previous: previous.as_deref(), caption: saved.caption(), made };
        let placed = loop {
            match output.duplicate(&photo, of.clone(), &saved, expect).await {
                Err(error) if error.shortage().is_some() => tokio::time::sleep(ANOTHER_TRY).await,
                placed => break placed,
            }
        };
        Outcome::Copied(origin, placed)
    }
}

impl Dedup {
    /// The next photo that gets a result without being sent.
    pub(in crate::engine) fn next_copy(&mut self, jobs: &JobTable) -> Next {
        let Some((id, origin)) = self.to_copy.pop_front() else { return Next::Nobody };
        let Some(job) = jobs.get(id).filter(|job| job.state.is_unpaid()) else { return Next::Effects(id, Vec::new()) };
        let from = if let Some(record) = origin.in_place.clone() {
            From::Place(record)
        } else if let Some((of, saved)) = origin.copy.clone() {
            From::Other(of, saved)
        } else {
            return Next::Effects(id, self.adopt(id, *origin));
        };
        let promised = jobs.params().output_size(job.photo.pixels);
        Next::Copy(id, Copying { photo: job.photo.clone(), promised, origin, from })
    }

    /// What follows for a photo from what became of the copy.
    pub(in crate::engine) fn copied(
        &mut self,
        id: JobId,
        mut origin: Box<Origin>,
        result: Result<Placed, OutputError>,
        jobs: &JobTable,
    ) -> Effects {
        if !jobs.get(id).is_some_and(|job| job.state.is_unpaid()) {
            return Vec::new();
        }
        if let Some(record) = origin.in_place.take() {
            return match result {
                Ok(placed) => found_in_place(id, *record, placed),
                Err(why) => {
                    tracing::info!(job = %id, %why, "what lies in the output folder is not its result");
                    self.to_copy.push_front((id, origin));
                    if self.remembered.lose(id) { vec![Effect::Replan] } else { Vec::new() }
                }
            };
        }
        let Some((_, of)) = origin.copy.take() else { return Vec::new() };
        match result {
            Ok(placed) => {
                let saved = Saved {
                    first: placed.first,
                    further: placed.further,
                    cost: Some(Cost::NOTHING),
                    content: Some(origin.same_as.content),
                    same_as: Some(origin.same_as.photo),
                    ..*of
                };
                let reuse = Transition::Reuse(saved, placed.suspicion);
                vec![Effect::Displaced, Effect::Change(reuse, vec![Effect::NoteInFolder, Effect::Record])]
            }
            Err(OutputError::BadResult(why)) => {
                tracing::info!(job = %id, why, "a result that was to be used again cannot be");
                self.awaited.settle(id, PaidCall::Request(of.request.clone()));
                self.adopt(id, *origin)
            }
            Err(error @ OutputError::Disk { .. }) => {
                // It is looked at anew, and copied once there is room.
                self.duplicates.look_again(id);
                vec![Effect::Pause(PauseReason::Disk(told("a result could not be copied", &error)))]
            }
            Err(error @ (OutputError::LocalFile { .. } | OutputError::Folder { .. })) => {
                let cause = Cause::new(CauseKind::LocalFile, told("the result could not be copied", &error));
                vec![Effect::Fail(cause, Checkpoint::Nothing)]
            }
        }
    }

    /// Follows the request that an earlier run made of the same picture; if there is none, the photo is
    /// sent.
    fn adopt(&mut self, id: JobId, origin: Origin) -> Effects {
        if origin.is_claimed {
            return vec![Effect::AwaitRival(None)];
        }
        if let Some(request) = origin.request {
            tracing::info!(job = %id, request = %request.id, of = %origin.same_as.photo, "a request is used again");
            self.borrowed.insert(id, (origin.same_as, origin.is_settled));
            // What is not paid for yet will be billed, once, and has to fit under the cap: no batch counts yet what it
            // costs, and this one will.
            let costs = if origin.is_settled { Effect::Reused } else { Effect::Pays };
            vec![costs, Effect::Change(Transition::Adopt(request), vec![Effect::Record])]
        } else if let Some(intent) = origin.lost {
            let then = vec![Effect::LookForLost, Effect::Record];
            vec![Effect::Pays, Effect::Change(Transition::Inherit(intent), then)]
        } else {
            vec![Effect::Send]
        }
    }

    /// Whether a request of another job came to nothing for this one, at a cost that no other batch counts: then it
    /// is sent for itself. False if the request is its own.
    pub(in crate::engine) fn gives_back(&mut self, id: JobId, cause: &Cause) -> bool {
        if matches!(cause.kind, CauseKind::LocalFile | CauseKind::Disk | CauseKind::Internal)
            || self.borrowed.remove(&id).is_none()
        {
            return false;
        }
        self.insist(id);
        true
    }
}

/// A job's result in the folder was looked at and is as it was saved.
fn found_in_place(id: JobId, record: Record, placed: Placed) -> Effects {
    let saved = Saved { first: placed.first, further: placed.further, ..record.saved() };
    tracing::info!(job = %id, request = %saved.request, "found in the output folder");
    let doubt = record.opinion.doubt(placed.suspicion);
    vec![
        Effect::MadeWith(record.own),
        Effect::JudgedAs(record.opinion),
        Effect::Displaced,
        // What it cost then counts again: no ledger knows it.
        Effect::Pays,
        Effect::Change(Transition::Reuse(saved, doubt), Vec::new()),
    ]
}
