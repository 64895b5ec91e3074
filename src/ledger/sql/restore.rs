//! A job's row read back into the very value that was written.
//!
//! sqlx copies every value of a row of SQLite's by itself and frees it on another thread, which for the forty
//! of a job costs more than all of SQLite. So the database lays them out as one JSON text a row, and only
//! what JSON cannot hold exactly, bytes and fractions, comes beside it.

use std::path::Path;
use std::time::Duration;

use super::columns::artifacts;
use super::columns::files::Beside;
use super::columns::money::cost;
use super::database::{Cells, Sql};
use crate::job::{
    Answer, BatchId, Cause, CauseKind, Checkpoint, Closed, ContentHash, FileKind, FilePath, Format, Intent, Job, JobId,
    JobState, Opinion, OwnParams, Photo, Pixels, Request, RequestId, Run, Saved, SavedFile, Stage, Stars, Status, Stop,
    Suspicion, Timestamp, Unread, Upload, Verdict,
};
use crate::ledger::LedgerError;
use crate::os;
use serde::{Deserialize, Deserializer};

macro_rules! told {
    ($($(#[$how:meta])* $column:ident: $type:ty,)+) => {
        /// What a row tells as JSON, field by column.
        #[derive(Deserialize)]
        struct Told { $($(#[$how])* $column: $type,)+ }

        /// Its columns, in the order of its fields.
        const TOLD: &[&str] = &[$(stringify!($column)),+];
    };
}

told! {
    batch: BatchId,
    job: u32,
    #[serde(deserialize_with = "format")]
    format: Option<Format>,
    width: Option<u32>,
    height: Option<u32>,
    bytes: u64,
    modified_ms: Timestamp,
    shares_stem: u8,
    status: Status,
    attempt: u16,
    began_ms: Option<Timestamp>,
    ended_ms: Option<Timestamp>,
    took_ms: Option<u64>,
    until_ms: Option<Timestamp>,
    stage: Option<Stage>,
    queue_position: Option<u32>,
    cause_kind: Option<CauseKind>,
    cause_http: Option<u16>,
    cause_message: Option<Box<str>>,
    suspicion: Option<Box<str>>,
    skip_reason: Option<Box<str>>,
    upload_url: Option<Box<str>>,
    upload_ms: Option<Timestamp>,
    intent_ms: Option<Timestamp>,
    request_id: Option<RequestId>,
    request_url: Option<Box<str>>,
    submitted_ms: Option<Timestamp>,
    started_ms: Option<Timestamp>,
    result_url: Option<Box<str>>,
    result_width: Option<u32>,
    result_height: Option<u32>,
    seed: Option<i64>,
    caption: Option<Box<str>>,
    out_format: Option<Box<str>>,
    out_width: Option<u32>,
    out_height: Option<u32>,
    out_bytes: Option<u64>,
    cost_nanos: Option<i64>,
    most_nanos: Option<i64>,
    same_as: Option<Box<str>>,
    own_params: Option<Box<str>>,
    stopped_at: Option<Stage>,
    unread: Option<Box<str>>,
    artifacts: Option<Box<str>>,
    files: Option<Box<str>>,
    stars: Option<u8>,
    verdict: Option<Verdict>,
    edited: Option<Box<str>>,
}

/// The list of what [`job`] reads.
pub(in crate::ledger) fn list<C: Sql>() -> String {
    let (before, after) = C::JSON;
    format!("{before}{}{after}, path, source, content, inference_s, billed_units, output", TOLD.join(", "))
}

/// How many columns that are.
pub(super) const COLUMNS: usize = 7;

/// Which of them is the hash of the photo's bytes.
pub(super) const CONTENT: usize = 3;

/// Reads a row that begins with [`list`].
///
/// # Errors
/// [`LedgerError::Unreadable`] if a column holds what this version cannot make sense of.
pub(in crate::ledger) fn job(row: &impl Cells) -> Result<(BatchId, Job), LedgerError> {
    let text = row.text(0).ok().flatten().unwrap_or_default();
    read(text, row).map_err(|odd| {
        let (batch, job) = whose(text);
        odd.of(batch, job)
    })
}

fn read(text: &str, row: &impl Cells) -> Result<(BatchId, Job), Odd> {
    let told: Told = serde_json::from_str(text)?;
    let (batch, id) = (told.batch, job_id(told.job));
    let mut fields = Fields { told, row };
    let own = fields.told.own_params.take().map(OwnParams);
    let opinion = fields.opinion();
    Ok((batch, Job { id, photo: fields.photo()?, state: fields.state()?, own, opinion }))
}

/// Reads what an earlier result of a job left on the disk, from a row that begins with [`list`] and
/// has such.
///
/// # Errors
/// As [`job`].
pub(super) fn replaced(row: &impl Cells) -> Result<(JobId, Saved), LedgerError> {
    on_disk(row).map(|(id, _, saved)| (id, saved))
}

/// Reads what a job left on the disk, whatever became of it since, and the photo that it is of.
///
/// # Errors
/// As [`job`].
pub(super) fn left(row: &impl Cells) -> Result<(Box<Path>, Saved), LedgerError> {
    on_disk(row).map(|(_, path, saved)| (path, saved))
}

fn on_disk(row: &impl Cells) -> Result<(JobId, Box<Path>, Saved), LedgerError> {
    let text = row.text(0).ok().flatten().unwrap_or_default();
    let read = || {
        let told: Told = serde_json::from_str(text)?;
        let id = job_id(told.job);
        let mut fields = Fields { told, row };
        Ok((id, fields.path(1, "path")?, *fields.saved()?))
    };
    read().map_err(|odd: Odd| {
        let (batch, job) = whose(text);
        odd.of(batch, job)
    })
}

/// The batch and the job of a row that is not readable as a whole.
fn whose(text: &str) -> (BatchId, JobId) {
    let fields: Vec<serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    let number = |place: usize| fields.get(place).and_then(serde_json::Value::as_i64).unwrap_or_default();
    (BatchId(number(0)), job_id(u32::try_from(number(1)).unwrap_or_default()))
}

/// The job that has this number.
pub(super) fn job_id(number: u32) -> JobId {
    JobId::at((number as usize).saturating_sub(1))
}

/// What makes no sense about a row.
pub(super) struct Odd(String);

impl Odd {
    /// The error that says which row it is.
    pub(super) fn of(self, batch: BatchId, job: JobId) -> LedgerError {
        LedgerError::Unreadable { batch, job, detail: self.0 }
    }
}

impl<E: std::error::Error> From<E> for Odd {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

fn present<T>(value: Option<T>, column: &str) -> Result<T, Odd> {
    value.ok_or_else(|| Odd(format!("`{column}` is missing")))
}

fn pixels(width: Option<u32>, height: Option<u32>) -> Option<Pixels> {
    width.zip(height).map(|(width, height)| Pixels { width, height })
}

fn format<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Format>, D::Error> {
    let Some(word) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let known = Format::from_extension(&word).map(Some);
    known.ok_or_else(|| serde::de::Error::custom(format_args!("unknown format `{word}`")))
}

/// A row by its columns. Texts are taken out, not copied: each belongs to one part of one state.
struct Fields<'r, R> {
    told: Told,
    row: &'r R,
}

impl<R: Cells> Fields<'_, R> {
    fn path(&self, index: usize, column: &str) -> Result<Box<Path>, Odd> {
        let bytes = present(self.row.bytes(index)?, column)?;
        Ok(os::path_of_stored(bytes.to_vec()).into_boxed_path())
    }

    fn opinion(&mut self) -> Option<Box<Opinion>> {
        let Told { stars, verdict, edited, .. } = &mut self.told;
        Opinion { stars: stars.map(Stars::new).unwrap_or_default(), verdict: *verdict, caption: edited.take() }.told()
    }

    fn photo(&self) -> Result<Photo, Odd> {
        Ok(Photo {
            path: self.path(1, "path")?,
            source: self.path(2, "source")?,
            format: self.told.format,
            pixels: pixels(self.told.width, self.told.height),
            bytes: self.told.bytes,
            modified: self.told.modified_ms,
            shares_stem: self.told.shares_stem != 0,
            losses: crate::job::Losses::NONE,
        })
    }

    fn state(&mut self) -> Result<JobState, Odd> {
        Ok(match self.told.status {
            Status::Pending => JobState::Pending,
            Status::Uploading => JobState::Uploading(self.run()?),
            Status::Uploaded => JobState::Uploaded(self.run()?, Box::new(self.upload()?)),
            Status::Submitting => JobState::Submitting(self.run()?, self.intent()?),
            Status::Unknown => JobState::Unknown(self.run()?, self.intent()?),
            Status::InQueue => JobState::InQueue(self.run()?, self.request()?, self.told.queue_position),
            Status::InProgress => {
                let since = present(self.told.started_ms, "started_ms")?;
                JobState::InProgress(self.run()?, self.request()?, since)
            }
            Status::Completed => JobState::Completed(self.run()?, self.request()?, self.inference()?),
            Status::Saving => JobState::Saving(self.run()?, self.request()?, self.answer()?),
            Status::Waiting => JobState::Waiting {
                run: self.run()?,
                until: present(self.told.until_ms, "until_ms")?,
                cause: self.cause()?,
                stop: self.stop(),
                checkpoint: self.kept()?,
            },
            Status::Failed => JobState::Failed {
                closed: self.closed()?,
                cause: self.cause()?,
                stop: self.stop(),
                checkpoint: self.kept()?,
            },
            Status::Done => JobState::Done(self.closed()?, self.saved()?),
            Status::Review => {
                let why = Suspicion(present(self.told.suspicion.take(), "suspicion")?);
                match self.told.unread.take() {
                    Some(answer) => JobState::Unread(self.closed()?, self.request()?, Box::new(Unread { why, answer })),
                    None => JobState::Review(self.closed()?, self.saved()?, why),
                }
            }
            Status::Cancelled => JobState::Cancelled(self.closed()?),
            Status::Skipped => JobState::Skipped(present(self.told.skip_reason.take(), "skip_reason")?),
        })
    }

    fn run(&self) -> Result<Run, Odd> {
        Ok(Run { began: present(self.told.began_ms, "began_ms")?, attempt: self.told.attempt })
    }

    fn closed(&self) -> Result<Closed, Odd> {
        Ok(Closed {
            at: present(self.told.ended_ms, "ended_ms")?,
            took: Duration::from_millis(present(self.told.took_ms, "took_ms")?),
            attempts: self.told.attempt,
        })
    }

    fn cause(&mut self) -> Result<Box<Cause>, Odd> {
        Ok(Box::new(Cause {
            kind: present(self.told.cause_kind, "cause_kind")?,
            http: self.told.cause_http,
            message: present(self.told.cause_message.take(), "cause_message")?,
        }))
    }

    /// The row keeps the last request's id until there is another one.
    fn stop(&self) -> Option<Box<Stop>> {
        let stage = self.told.stopped_at?;
        let request = self.told.request_id.as_ref().filter(|_| stage.is_at_fal()).cloned();
        Some(Box::new(Stop { stage, request }))
    }

    fn kept(&mut self) -> Result<Box<Checkpoint>, Odd> {
        Ok(Box::new(match present(self.told.stage, "stage")? {
            Stage::Upload => Checkpoint::Nothing,
            Stage::Submit => Checkpoint::Upload(self.upload()?),
            Stage::Follow => Checkpoint::Request(self.request()?),
            Stage::Save => Checkpoint::Answer(self.request()?, self.answer()?),
        }))
    }

    fn content(&self) -> Result<Option<ContentHash>, Odd> {
        let content = self.row.bytes(CONTENT)?;
        Ok(content.map(<[u8; 32]>::try_from).transpose()?.map(ContentHash))
    }

    fn upload(&mut self) -> Result<Upload, Odd> {
        Ok(Upload {
            url: present(self.told.upload_url.take(), "upload_url")?,
            at: present(self.told.upload_ms, "upload_ms")?,
            content: present(self.content()?, "content")?,
        })
    }

    fn intent(&mut self) -> Result<Box<Intent>, Odd> {
        Ok(Box::new(Intent { upload: self.upload()?, at: present(self.told.intent_ms, "intent_ms")? }))
    }

    fn request(&mut self) -> Result<Box<Request>, Odd> {
        Ok(Box::new(Request {
            id: present(self.told.request_id.take(), "request_id")?,
            url: self.told.request_url.take(),
            at: present(self.told.submitted_ms, "submitted_ms")?,
            upload: self.upload()?,
        }))
    }

    fn inference(&self) -> Result<Option<f64>, Odd> {
        Ok(self.row.real(4)?)
    }

    fn answer(&mut self) -> Result<Box<Answer>, Odd> {
        Ok(Box::new(Answer {
            artifacts: match self.told.artifacts.take() {
                Some(list) => serde_json::from_str(&list)?,
                None => artifacts::of_columns(
                    &present(self.told.result_url.take(), "result_url")?,
                    pixels(self.told.result_width, self.told.result_height),
                    self.told.caption.take().as_deref(),
                ),
            },
            seed: self.told.seed,
            inference_s: self.inference()?,
            billed_units: self.row.real(5)?,
            whole: None,
        }))
    }

    fn saved(&mut self) -> Result<Box<Saved>, Odd> {
        let beside = match self.told.files.take() {
            Some(beside) => serde_json::from_str(&beside)?,
            None => Beside::of_columns(self.told.caption.as_deref()),
        };
        let extension = present(self.told.out_format.take(), "out_format")?;
        Ok(Box::new(Saved {
            request: present(self.told.request_id.take(), "request_id")?,
            first: SavedFile {
                role: beside.role.into(),
                path: FilePath(self.path(6, "output")?.into()),
                kind: FileKind::of(&extension, pixels(self.told.out_width, self.told.out_height)),
                bytes: present(self.told.out_bytes, "out_bytes")?,
            },
            further: beside.further.into(),
            texts: beside.texts.into(),
            seed: self.told.seed,
            inference_s: self.inference()?,
            cost: cost(self.told.cost_nanos, self.told.most_nanos),
            content: self.content()?,
            same_as: self.told.same_as.take(),
        }))
    }
}
