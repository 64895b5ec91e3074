//! What the ledger knows of a picture: a result on disk, a request at fal, or an answer that was lost.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::job::{
    BatchId, ContentHash, Intent, JobId, JobState, PaidCall, Photo, Request, Rival, SameAs, Saved, Service, Terms,
    Timestamp, Turn, path_text, stands_in_the_way, turn,
};
use crate::ledger::{Found, Ledger, LedgerError};
use crate::model::Sizing;
use crate::output::{Memory, Record};
use crate::storage::is_file_of;

use super::kin::kin;

/// What a photo gets in place of a paid call of its own.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// Whose it is.
    pub(crate) same_as: SameAs,
    /// Its own result, which lies in the output folder with its record.
    pub(crate) in_place: Option<Box<Record>>,
    /// A result on disk, which is copied.
    pub(crate) copy: Option<(PathBuf, Box<Saved>)>,
    /// The request at fal, which is followed where there is nothing to copy.
    pub(crate) request: Option<Request>,
    /// Whether some batch counts what that request cost already.
    pub(crate) is_settled: bool,
    /// Whether that request, or a lost call, may be somebody else's concern: it is waited for.
    pub(crate) is_claimed: bool,
    /// A paid call whose answer was lost.
    pub(crate) lost: Option<Intent>,
}

impl Origin {
    pub(crate) fn of(same_as: SameAs) -> Self {
        Self { same_as, in_place: None, copy: None, request: None, is_settled: false, is_claimed: false, lost: None }
    }

    /// Whether it is of any use.
    pub(crate) fn is_some(&self) -> bool {
        self.in_place.is_some() || self.copy.is_some() || self.request.is_some() || self.lost.is_some()
    }
}

/// A photo that waits for what others pay for.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// Which.
    pub(crate) whose: JobId,
    pub(crate) content: ContentHash,
    /// For how long.
    pub(crate) waited: Duration,
    /// Calls that came to nothing for it.
    pub(crate) settled: HashSet<PaidCall>,
}

/// What has become of them.
#[derive(Debug)]
pub(crate) enum Look {
    /// Somebody is still at it.
    Wait,
    /// Nobody is: it is sent. These calls are of no use.
    Free(Vec<PaidCall>),
    /// There is something to be had.
    Take(Box<Origin>),
}

/// What was found for a photo.
#[derive(Debug)]
pub(crate) struct Sought {
    pub(crate) origin: Option<Origin>,
    /// Whether its own result lay in the output folder and was changed since, or is gone.
    pub(crate) is_changed: bool,
}

/// What makes a picture's result the one that is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) terms: Arc<Terms>,
    /// How large photos are sent.
    pub(crate) sizing: Sizing,
    /// What the output folder knows and the ledger does not.
    pub(crate) memory: Arc<Memory>,
    /// The batch that asks.
    pub(crate) batch: BatchId,
    /// Whether others work on it, too: else what goes on in it is known to its engine.
    pub(crate) shares: bool,
}

impl Wanted {
    /// Looks for what an earlier run paid for, of a photo by its path. Blocks nobody; looks at the files that
    /// it names.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) async fn find(
        &self,
        ledger: &Ledger,
        photo: &Photo,
        content: ContentHash,
        whose: Option<JobId>,
    ) -> Result<Sought, LedgerError> {
        let pixels = photo.pixels;
        let photo = &*photo.path;
        let (in_place, is_changed) = match self.memory.of(photo, content) {
            Some(record) if self.is_there(record.clone()).await => (Some(Box::new(record.clone())), false),
            record => (None, record.is_some()),
        };
        let Terms { model, params, service } = &*self.terms;
        let mut found = ledger.by_content(&content, model, params, service).await?;
        for (params, fit) in kin(ledger, &self.terms).await? {
            if pixels.is_some_and(|pixels| self.sizing.with(fit).sent(pixels) == self.sizing.sent(pixels)) {
                found.extend(ledger.by_content(&content, model, &params, service).await?);
            }
        }
        let found: Vec<_> = found.into_iter().filter(|found| !self.is_own(found, whose)).collect();
        // Whether somebody is at it shows when it comes to that.
        let claimed = |origin: Origin| Origin { is_claimed: !origin.is_settled && origin.copy.is_none(), ..origin };
        let mut origin = self.origin(found, content).await.map(claimed);
        let of = |photo: &Path| Origin::of(SameAs { photo: path_text(photo).into(), content });
        if in_place.is_some() {
            origin.get_or_insert_with(|| of(photo)).in_place = in_place;
        } else if origin.is_none()
            && let Some(record) = self.memory.alike(content)
            && self.is_there(record.clone()).await
        {
            let copy = (self.memory.path_of(record), Box::new(record.saved()));
            origin = Some(Origin { copy: Some(copy), ..of(&record.photo) });
        }
        Ok(Sought { origin, is_changed })
    }

    async fn is_there(&self, record: Record) -> bool {
        let memory = Arc::clone(&self.memory);
        tokio::task::spawn_blocking(move || memory.is_whole(&record)).await.unwrap_or(false)
    }

    /// What has become of others' paid calls for a picture that has waited for them so long.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub(crate) async fn look(&self, ledger: &Ledger, waiting: &Waiting) -> Result<Look, LedgerError> {
        let Terms { model, params, service } = &*self.terms;
        let found = ledger.by_content(&waiting.content, model, params, service).await?;
        let (mut rivals, mut rows) = (Vec::new(), Vec::new());
        for found in found {
            let is_another = found.batch != self.batch || (self.shares && found.job.id != waiting.whose);
            let Some(claim) = found.job.state.claim().filter(|_| is_another && !found.is_former) else { continue };
            if stands_in_the_way(&claim, &waiting.settled) {
                let is_alive = ledger.is_worked_on(found.batch).await?;
                rivals.push(Rival { batch: found.batch, claim, is_alive });
                rows.push(found);
            }
        }
        match turn(&rivals, &waiting.settled, waiting.waited) {
            Turn::Wait(_) => return Ok(Look::Wait),
            Turn::Free => return Ok(Look::Free(Vec::new())),
            Turn::Take => {}
        }
        let origin = self.origin(rows, waiting.content).await;
        let useless = || rivals.into_iter().map(|rival| rival.claim.call).collect();
        Ok(origin.map_or_else(|| Look::Free(useless()), |origin| Look::Take(Box::new(origin))))
    }

    async fn origin(&self, found: Vec<Found>, content: ContentHash) -> Option<Origin> {
        let first = found.first()?;
        let mut origin = Origin::of(self.same_as(first, content));
        let looked = tokio::task::spawn_blocking(move || whole(found));
        let (found, on_disk) = looked.await.unwrap_or_default();
        if let Some((place, path)) = on_disk
            && let Some((found, saved)) = found.get(place).and_then(|found| Some((found, found.job.state.saved()?)))
        {
            origin.same_as = self.same_as(found, content);
            origin.copy = Some((path, Box::new(saved.clone())));
        }
        // A sandbox in this process knows nothing of what earlier ones were asked.
        if self.terms.service != Service::Sandbox {
            self.find_request(&found, &mut origin);
        }
        origin.is_some().then_some(origin)
    }

    fn find_request(&self, found: &[Found], origin: &mut Origin) {
        if let Some((of, request)) = found.iter().find_map(|found| Some((found, settled(found)?))) {
            (origin.request, origin.is_settled) = (Some(request), true);
            if origin.copy.is_none() {
                origin.same_as = self.same_as(of, origin.same_as.content);
            }
        } else if let Some((of, request)) = found.iter().find_map(|found| Some((found, found.job.state.request()?))) {
            origin.request = Some(request.clone());
            origin.same_as = self.same_as(of, origin.same_as.content);
        } else if origin.copy.is_none() {
            origin.lost = found.iter().find_map(|found| match &found.job.state {
                JobState::Unknown(_, intent) | JobState::Submitting(_, intent) => Some((**intent).clone()),
                _ => None,
            });
        }
    }

    fn is_own(&self, found: &Found, whose: Option<JobId>) -> bool {
        let is_ours = found.batch == self.batch && !found.is_former;
        // A photo that was saved anew, as it was, has its result already: of itself, as it was before.
        let has_result = found.job.state.saved().is_some();
        is_ours && (Some(found.job.id) == whose && !has_result || found.job.state.closed().is_none())
    }

    fn same_as(&self, found: &Found, content: ContentHash) -> SameAs {
        let path = found.job.photo.slash_path();
        let photo = if found.batch == self.batch { path } else { format!("{path} of batch {}", found.batch) };
        SameAs { photo: photo.into(), content }
    }
}

/// The first result that is on disk as it was saved: which, and where. It blocks.
fn whole(found: Vec<Found>) -> (Vec<Found>, Option<(usize, PathBuf)>) {
    let whole = found.iter().enumerate().find_map(|(place, found)| {
        let saved = found.job.state.saved().filter(|_| found.has_file)?;
        let path = found.output.join(saved.output());
        is_file_of(&path, saved.first.bytes).then_some((place, path))
    });
    (found, whole)
}

/// The request of a result that was saved, to be fetched again from fal.
fn settled(found: &Found) -> Option<Request> {
    let saved = found.job.state.saved()?;
    let upload = found.upload.clone()?;
    Some(Request { id: saved.request.clone(), url: None, at: Timestamp(upload.at.0), upload })
}
