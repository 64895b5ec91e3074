//! All that is known of one job, for the lower pane.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::PictureFile;
use crate::job::{Cause, Cost, JobId, Losses, Stage, Timestamp};
use crate::plan::Field;

/// All that is known of the job under the cursor. All text is cleaned for a terminal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// Which job.
    pub id: JobId,
    /// The photo, below its folder.
    pub path: String,
    /// The photo's file.
    pub source: String,
    /// The photo's file as it is.
    pub before: PictureFile,
    /// What of it will be lost.
    pub losses: Losses,
    /// The photo's length, bytes.
    pub photo_bytes: u64,
    /// What is at fal of it.
    pub request: RequestDetail,
    /// What came of it.
    pub result: ResultDetail,
    /// What is odd or went wrong.
    pub trouble: TroubleDetail,
    /// What the runner said, oldest first; the last few hundred lines.
    pub logs: Vec<LogLine>,
    /// Attempts that ended, with a result or without, oldest first.
    pub attempts: Vec<PastAttempt>,
    /// Its own parameters, name and value, where it was sent again with others than its batch's.
    pub own: Option<Vec<(String, Value)>>,
    /// Which rules gave it what: name and value, and the rule, `hero/** (fal-tui.toml, line 3)`.
    pub ruled: Vec<(String, String)>,
    /// What can be changed to have its result made again; empty while it has none.
    pub redo: Vec<Field>,
}

/// What is at fal of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RequestDetail {
    /// fal's id of its request, else of the last one that failed.
    pub id: Option<String>,
    /// Where fal answers about the request.
    pub url: Option<String>,
    /// The photo's URL in fal's storage.
    pub upload_url: Option<String>,
    /// The result's URL in fal's storage.
    pub result_url: Option<String>,
    /// All that fal answered, as JSON; `None` where a ledger of an earlier version has only parts of it.
    pub answer: Option<String>,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ResultDetail {
    /// Its files, once saved; the first stands for all.
    pub files: Vec<String>,
    /// The picture's file as it is, once saved.
    pub after: Option<PictureFile>,
    /// The length of the first of its files, bytes, once saved.
    pub bytes: Option<u64>,
    /// The whole caption; of a model that says more, each text by its name.
    pub caption: Option<String>,
    /// What is said of the picture, on one line and as it is written: a person's words, else the model's.
    pub said: Option<String>,
    /// The seed that was used.
    pub seed: Option<i64>,
    /// Time on the runner, seconds.
    pub inference_s: Option<f64>,
    /// What it cost.
    pub cost: Option<Cost>,
}

/// What is odd about a job, or why it waits or failed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TroubleDetail {
    /// Why it waits or failed, whole.
    pub cause: Option<Cause>,
    /// Which step did not work.
    pub stage: Option<Stage>,
    /// What odd thing was found.
    pub suspicion: Option<String>,
    /// What fal answered that is not understood, as it came.
    pub unread: Option<String>,
}

/// Something that a runner said (fal docs: queue status with logs).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When, as the runner wrote it; cleaned.
    pub timestamp: String,
    /// `INFO`, `STDERR`, …; cleaned.
    pub level: String,
    /// What; cleaned.
    pub message: String,
}

/// An attempt that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAttempt {
    /// Which, from 1.
    pub attempt: u16,
    /// When it ended.
    pub at: Timestamp,
    /// How long it took, from the end of the one before.
    pub took: Duration,
    /// At which step.
    pub stage: Stage,
    /// Why it ended without a result; `None` if it has one.
    pub cause: Option<Cause>,
    /// fal's id of its request.
    pub request: Option<String>,
    /// What it cost, where it cost anything.
    pub cost: Option<Cost>,
}
