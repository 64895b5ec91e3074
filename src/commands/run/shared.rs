//! A batch that many work on: how it is handed to them, and how jobs come to one of them.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::work::{Begun, Work};
use crate::commands::batch::Batch;
use crate::commands::earlier::remember::Remembered;
use crate::commands::failure::Failure;
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::{self, Clock, Deps, Event, Feed, What};
use crate::intake::Arrival;
use crate::job::{BatchId, JobState, Usd};
use crate::ledger::{Handover, Joined, Ledger, LedgerError, Opened, Share, Standing};
use crate::plan::CostModel;

/// Jobs that are taken at a time, at the most.
const MOST: u16 = 64;

/// How long until it is asked again whether there are jobs to be taken, where others have them all.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Jobs as this worker takes them, as many as are wanted; it ends once all that are left are its own.
fn taken(ledger: Ledger, batch: BatchId, share: watch::Receiver<Share>) -> mpsc::Receiver<Arrival> {
    let (found, arrivals) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(error) = take(&ledger, batch, share, &found).await {
            // What is recorded next fails for the same reason, and ends the run.
            tracing::error!(%error, "no more jobs are taken");
        }
    });
    arrivals
}

async fn take(
    ledger: &Ledger,
    batch: BatchId,
    mut share: watch::Receiver<Share>,
    found: &mpsc::Sender<Arrival>,
) -> Result<(), LedgerError> {
    let mut rounds = 0..;
    // Nobody listens any more once the run is being left.
    while let (Ok(room), Some(round)) = (found.reserve().await, rounds.next()) {
        let most = share.borrow_and_update().window.min(MOST);
        if most == 0 {
            // Others have all of the window; and nobody says more once the lease is gone.
            tokio::select! {
                changed = share.changed() => if changed.is_err() { return Ok(()) },
                () = sleep(ASK_AGAIN) => {}
            }
            if !ledger.take_jobs(batch, round, 0).await?.others {
                return Ok(());
            }
            continue;
        }
        let taken = ledger.take_jobs(batch, round, most).await?;
        match (taken.jobs.is_empty(), taken.others) {
            (false, _) => room.send(Arrival::Taken(taken.jobs)),
            (true, true) => {
                room.send(Arrival::Taken(Vec::new()));
                sleep(ASK_AGAIN).await;
            }
            (true, false) => return Ok(()),
        }
    }
    Ok(())
}

/// What is said to who works with a cap of their own: it is the batch's that holds.
fn not_its_own(own: Option<Usd>, of_batch: Option<Usd>) -> Option<Notice> {
    let own = own.filter(|own| Some(*own) != of_batch)?;
    let holds = of_batch.map_or("which has none".to_owned(), |cap| format!("{cap}"));
    Some(Notice {
        kind: NoticeKind::Changed,
        message: format!("your budget of {own} is not used: workers keep the cap of the batch, {holds}"),
        action: "fal-tui plan --enqueue --budget USD changes it for all of them".to_owned(),
    })
}

impl Work {
    /// Begins to work on a batch beside others.
    pub(super) async fn join(
        &self,
        batch: &Batch,
        remembered: Remembered,
        events: Option<mpsc::Sender<Event>>,
    ) -> Result<Begun, Failure> {
        let id = self.ledger.batch_of(&batch.key).await?.ok_or_else(|| Failure::refusal("the batch is gone"))?;
        let Joined { hold, part } = self.ledger.join(id).await?;
        let notice = not_its_own(self.settings.spending.budget, self.course.and_then(|course| course.cap));
        if let Some((notice, events)) = notice.zip(events.as_ref()) {
            let event = Event { at: Clock::start().now(), what: What::Notice(notice) };
            // Who does not listen does not mind.
            let _ = events.send(event).await;
        }
        let opened = Opened { id, resumed: true, hold };
        let post = self.ledger.post(id).await?;
        let mut options = self.options(batch, id);
        options.manner.paused = post.as_ref().is_some_and(|post| post.standing.paused);
        let found = taken(self.ledger.clone(), id, part.share.clone());
        let deps = self.deps(batch, &opened, remembered, mpsc::channel(1).1, events, None).await?;
        Ok(Begun { opened, handle: engine::start(options, Deps { feed: Feed::Taken(found, part), ..deps }), post })
    }
}

/// What a batch is handed over with.
#[derive(Debug)]
pub(super) struct Handing {
    window: u16,
    cap: Option<Usd>,
    cost: CostModel,
}

impl Handing {
    /// Of this cap and of one that was ordered from elsewhere the lower holds.
    pub(super) fn new(work: &Work, batch: &Batch, standing: Standing) -> Self {
        Self {
            window: work.settings.sending.concurrency,
            cap: work.settings.spending.budget.into_iter().chain(standing.cap).min(),
            cost: CostModel::new(work.price.clone(), batch.params.clone(), batch.model.clone()),
        }
    }

    /// Hands a batch over whose jobs are all in the ledger; gives what is said of it.
    ///
    /// # Errors
    /// If the ledger cannot be read or written.
    pub(super) async fn hand_over(mut self, ledger: &Ledger, batch: BatchId) -> Result<Notice, Failure> {
        let (mut held, mut waiting, mut last) = (Vec::new(), 0_usize, None);
        loop {
            let jobs = ledger.jobs_after(batch, last).await?;
            let Some(job) = jobs.last() else { break };
            last = Some(job.id);
            for job in &jobs {
                self.cost.recall(job);
                let is_open = job.state.is_reserved() || job.state.is_unpriced();
                held.extend(is_open.then(|| (job.id, self.cost.reserve(job).unwrap_or_default())));
                waiting += usize::from(job.state.closed().is_none() && !matches!(job.state, JobState::Skipped(_)));
            }
        }
        let handover = Handover { window: self.window, cap: self.cap, held };
        ledger.hand_over(batch, &handover).await?;
        let cap = self.cap.map_or("without a cap".to_owned(), |cap| format!("under a cap of {cap}"));
        Ok(Notice {
            kind: NoticeKind::Enqueued,
            message: format!(
                "batch {batch} waits for workers: {waiting} photos, {} at fal at once, {cap}",
                self.window
            ),
            action: format!("on any machine: fal-tui work {batch} --ledger {}", ledger.path().display()),
        })
    }
}
