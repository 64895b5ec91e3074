//! The snapshot: what a face may know of a batch. Plain, serialisable values of a size that does not
//! depend on the number of jobs: totals, and the few rows that the face's query asks for.

mod action_preview;
mod canary;
mod cause;
mod comparison;
mod detail;
mod file;
mod overview;
mod query;
mod review;
mod row;
mod sent;
mod totals;
mod worker;

pub use action_preview::ActionPreview;
pub use canary::CanaryFigures;
pub use cause::CauseGroup;
pub use comparison::{Comparison, FolderPrice};
pub use detail::{Detail, LogLine, PastAttempt, RequestDetail, ResultDetail, TroubleDetail};
pub use file::PictureFile;
pub use overview::{Bin, Overview, Point, Seconds};
pub use query::{Also, Cursor, Order, Query, Tab};
pub use review::{GroupCounts, GroupKind, Judged, Near, ReviewFacts, Undone, Verdicts};
pub use row::{Choice, Elapsed, Money, Progress, Row, RowPicture, RowState};
pub use sent::{FileFacts, SentParams};
pub use totals::{Flow, Totals};
pub use worker::{Word, Worker};

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::plan::{
    Change, Costs, Disk, Earlier, Field, FolderChoice, LeftOut, LossNote, Notes, PhotoChoice, Plan, RuleNote, Same,
    Selection, SkippedFile, Skips, Ways,
};

use crate::job::{BatchId, Group, JobId, Usd};
use crate::model::{PriceSource, UnitPrice};

/// The newest state of a batch, as a face sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What does not change while it runs.
    pub batch: Arc<BatchFacts>,
    /// What it is doing.
    pub phase: Phase,
    /// Counts and sums over all jobs.
    pub totals: Totals,
    /// Speeds and what they lead to.
    pub flow: Flow,
    /// What would be sent, while the plan is made and waits to be confirmed, and afterwards.
    pub plan: Arc<Plan>,
    /// The rows that the query asked for.
    pub page: Page,
    /// All that is known of the job under the cursor, if the query asked for it.
    pub detail: Option<Arc<Detail>>,
    /// What needs a person, if anything does.
    pub notice: Option<Notice>,
    /// The failed jobs by cause, the most frequent first.
    pub causes: Vec<CauseGroup>,
    /// How many photos go first, before the rest waits for a word; `None` if all go at once.
    pub canary: Option<u16>,
    /// The answer to the newest [`Command::PreviewAction`](super::Command::PreviewAction).
    pub action_preview: Option<ActionPreview>,
    /// How many things that a face asked for could not be done so far, and why the last of them was not.
    pub refused: Option<(u64, String)>,
    /// The answer to the newest [`Command::Compare`](super::Command::Compare).
    pub comparison: Option<Arc<Comparison>>,
    /// How it goes over time, if the query asked for it; made anew once a second at most.
    pub overview: Option<Arc<Overview>>,
    /// What can be taken back of what was decided, and how many others could be decided of at once.
    pub review: ReviewFacts,
}

/// What does not change while a batch runs. Paths are cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFacts {
    /// Its number in the ledger.
    pub id: BatchId,
    /// The folders or files that it takes photos from.
    pub from: Vec<String>,
    /// The folder that pictures go to.
    pub to: String,
    /// The same as it is, absolute; for other programs.
    pub output: String,
    /// The model's endpoint id.
    pub endpoint: String,
    /// Every parameter as sent, name and value, in the model's order.
    pub params: SentParams,
    /// How results grow, as `×2`; none for models that do not enlarge.
    pub growth: Option<String>,
    /// The cap, if there is one.
    pub budget: Option<Usd>,
    /// What is named as the price while the one that counts is in doubt: on the plan it can be taken.
    pub named_price: Option<UnitPrice>,
    /// Whether it runs on a sandbox: nothing is charged.
    pub sandbox: bool,
    /// What is asked in fal's place, by its origin; `None` for fal itself and for the sandbox.
    pub elsewhere: Option<String>,
    /// The state directory, if a flag names it: commands about this batch need that flag, too.
    pub state_dir: Option<String>,
    /// Where the log is written.
    pub log_file: String,
    /// That fal has changed what the model takes since the batch was begun, in words.
    pub schema_changed: Option<String>,
    /// What few open files leave to be done at once, in words; `None` if there are enough.
    pub few_files: Option<String>,
}

impl BatchFacts {
    /// Whose price it is that a batch reckons with, as every face says it.
    #[must_use]
    pub fn price_words(&self, source: PriceSource) -> Cow<'static, str> {
        match (source, &self.elsewhere) {
            (PriceSource::Doubted(doubt), _) => format!("in doubt: {}; the highest counts", doubt.words()).into(),
            (PriceSource::Learned(usd), _) => format!("a photo took {usd} so far on the whole").into(),
            _ if self.sandbox => "the sandbox's price".into(),
            (PriceSource::Live, Some(origin)) => format!("the price of {origin}").into(),
            (PriceSource::Live, None) => "live, as fal says now".into(),
            (PriceSource::BuiltIn, elsewhere) => {
                let asked = elsewhere.as_deref().unwrap_or("fal");
                format!("list price, built in; {asked} was not asked or did not answer").into()
            }
        }
    }
}

/// What a batch is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Photos are being found, or the plan waits for [`Command::Start`](super::Command::Start).
    Planning,
    /// Jobs are on their way.
    Running,
    /// No new jobs are begun; by whom or what it was paused.
    Paused(String),
    /// Leaving: state is being saved.
    Leaving,
    /// Every job has ended, and photos that appear are waited for.
    Watching,
    /// Every job has ended.
    Finished,
}

/// Some rows of the table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Page {
    /// The query that it answers.
    pub query: Query,
    /// How many rows the query's tab and filter leave in all.
    pub total: usize,
    /// The place of the first row here, from 0.
    pub first: usize,
    /// The place of the first row of the page, from 0: those before it are here only because the query
    /// asked for more.
    pub top: usize,
    /// At most `query.height` rows from `top` on, the cursor's among them, and `query.more` on either side.
    pub rows: Vec<Row>,
    /// The place of the cursor's row, from 0; `None` if there are no rows.
    pub cursor: Option<usize>,
    /// Whether rows are still being found or sorted: more may come.
    pub gathering: bool,
    /// The jobs of all rows, in no order, if the query asks for them and all are found.
    pub ids: Option<Arc<Vec<JobId>>>,
    /// How many rows the filter leaves of each [`Group`], in the order of [`Group::ALL`]; `None` without a
    /// filter.
    pub found: Option<[usize; Group::ALL.len()]>,
    /// The pictures of the rows around the cursor, in their order, if the query asks for them.
    pub near: Vec<Near>,
}

impl Page {
    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.rows.get(self.cursor?.checked_sub(self.first)?)
    }
}

/// Something that needs a person: what happened, and what goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which kind.
    pub kind: NoticeKind,
    /// What happened and what was done about it.
    pub message: String,
    /// What to do.
    pub action: String,
}

/// The kinds of notice, by the names that JSON gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The account's balance is used up, or fal stops it for a reason of its own.
    AccountLocked,
    /// fal has locked the account.
    AccountAdminLocked,
    /// The key may not do this, or the account not use the model.
    KeyForbidden,
    /// fal refused the key.
    KeyRefused,
    /// The next submit would pass the cap.
    BudgetReached,
    /// Too many failures of one cause.
    Failures,
    /// The disk is nearly full.
    DiskLow,
    /// A file that goes along with every photo is not as it was.
    FileChanged,
    /// fal cannot be reached.
    Offline,
    /// The server that has the ledger does not answer.
    LedgerAway,
    /// Asked to slow down.
    RateLimited,
    /// What held everything back is over. The snapshot carries it for a few seconds.
    Resumed,
    /// fal has changed what the model takes since the batch was begun.
    SchemaChanged,
    /// The photos that went first have come in.
    CanaryDone,
    /// This machine has no more open files, memory or threads to give.
    ResourcesLow,
    /// Nothing happened for a while: what is waited for.
    Waiting,
    /// Nobody works on the batch now, as those see who look on from elsewhere.
    Unattended,
    /// All that is there has ended, and photos that appear are waited for.
    Watching,
    /// A person paused it, from an attached dashboard.
    Paused,
    /// A person set another cap or window, from an attached dashboard; or the batch's holds in place of a worker's own.
    Changed,
    /// Webhooks came that are not believed.
    WebhookRefused,
    /// Webhooks stay away that should have come.
    WebhooksMissed,
    /// How many requests the account runs at once.
    AtOnce,
    /// The batch is handed to workers.
    Enqueued,
}

impl NoticeKind {
    /// Whether what it tells is over by itself.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(
            self,
            Self::Offline
                | Self::LedgerAway
                | Self::RateLimited
                | Self::ResourcesLow
                | Self::Waiting
                | Self::Unattended
        )
    }

    /// Whether it holds nothing back, nor ever did.
    #[must_use]
    pub fn is_said_in_passing(self) -> bool {
        matches!(
            self,
            Self::Resumed
                | Self::SchemaChanged
                | Self::Watching
                | Self::Paused
                | Self::Changed
                | Self::WebhookRefused
                | Self::WebhooksMissed
                | Self::AtOnce
        )
    }

    /// Whether nothing goes on before a person does something.
    #[must_use]
    pub fn needs_a_person(self) -> bool {
        !self.passes() && !self.is_said_in_passing()
    }
}
