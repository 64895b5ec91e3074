//! A job's row read back into the very value that was written.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use super::columns::Column;
use super::record::stage_from_name;
use super::{LedgerError, path};
use crate::job::{
    Answer, BatchId, Cause, CauseKind, Closed, ContentHash, Format, Intent, Job, JobId, JobState, Kept, Photo, Pixels,
    Request, RequestId, Run, Saved, Stage, Status, Suspicion, Timestamp, Upload, Usd,
};

/// Reads a row that lists [`columns::LIST`](super::columns::LIST).
///
/// # Errors
/// [`LedgerError::Unreadable`] if a column holds what this version cannot make sense of.
pub(super) fn job(row: &SqliteRow) -> Result<(BatchId, Job), LedgerError> {
    let fields = Fields(row);
    let batch = BatchId(fields.opt(Column::Batch).ok().flatten().unwrap_or_default());
    let id = job_id(fields.opt(Column::Job).ok().flatten().unwrap_or_default());
    let read = || Ok(Job { id, photo: fields.photo()?, state: fields.state()? });
    match read() {
        Ok(job) => Ok((batch, job)),
        Err(Odd(detail)) => Err(LedgerError::Unreadable { batch, job: id, detail }),
    }
}

/// The job that has this number.
pub(super) fn job_id(number: u32) -> JobId {
    JobId::at((number as usize).saturating_sub(1))
}

/// What makes no sense about a row.
pub(super) struct Odd(pub(super) String);

impl Odd {
    fn missing(column: Column) -> Self {
        Self(format!("`{}` is missing", column.name()))
    }

    fn word(column: impl fmt::Display, word: &str) -> Self {
        Self(format!("`{column}` is `{word}`, which this version does not know"))
    }
}

/// A row by its columns.
struct Fields<'r>(&'r SqliteRow);

impl<'r> Fields<'r> {
    fn opt<T: Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: Column) -> Result<Option<T>, Odd> {
        self.0.try_get(column as usize).map_err(|error| Odd(format!("`{}`: {error}", column.name())))
    }

    fn get<T: Decode<'r, Sqlite> + Type<Sqlite>>(&self, column: Column) -> Result<T, Odd> {
        self.opt(column)?.ok_or_else(|| Odd::missing(column))
    }

    fn text(&self, column: Column) -> Result<Option<Box<str>>, Odd> {
        Ok(self.opt::<&str>(column)?.map(Into::into))
    }

    fn time(&self, column: Column) -> Result<Timestamp, Odd> {
        self.get(column).map(Timestamp)
    }

    fn path(&self, column: Column) -> Result<Box<Path>, Odd> {
        self.get(column).map(|bytes| path::from_bytes(bytes).into_boxed_path())
    }

    fn length(&self, column: Column) -> Result<u64, Odd> {
        Ok(u64::try_from(self.get::<i64>(column)?).unwrap_or(0))
    }

    fn pixels(&self, width: Column, height: Column) -> Result<Option<Pixels>, Odd> {
        Ok(self.opt(width)?.zip(self.opt(height)?).map(|(width, height)| Pixels { width, height }))
    }

    fn format(&self, column: Column) -> Result<Option<Format>, Odd> {
        let Some(word) = self.opt::<&str>(column)? else { return Ok(None) };
        Format::from_extension(word).map(Some).ok_or_else(|| Odd::word(column.name(), word))
    }

    fn photo(&self) -> Result<Photo, Odd> {
        Ok(Photo {
            path: self.path(Column::Path)?,
            source: self.path(Column::Source)?,
            format: self.format(Column::Format)?,
            pixels: self.pixels(Column::Width, Column::Height)?,
            bytes: self.length(Column::Bytes)?,
            modified: self.time(Column::Modified)?,
            shares_stem: self.get(Column::SharesStem)?,
        })
    }

    fn state(&self) -> Result<JobState, Odd> {
        let word = self.get::<&str>(Column::Status)?;
        Ok(match Status::from_name(word).ok_or_else(|| Odd::word(Column::Status.name(), word))? {
            Status::Pending => JobState::Pending,
            Status::Uploading => JobState::Uploading(self.run()?),
            Status::Uploaded => JobState::Uploaded(self.run()?, Box::new(self.upload()?)),
            Status::Submitting => JobState::Submitting(self.run()?, Box::new(self.intent()?)),
            Status::Unknown => JobState::Unknown(self.run()?, Box::new(self.intent()?)),
            Status::InQueue => {
                JobState::InQueue(self.run()?, Box::new(self.request()?), self.opt(Column::QueuePosition)?)
            }
            Status::InProgress => {
                JobState::InProgress(self.run()?, Box::new(self.request()?), self.time(Column::Started)?)
            }
            Status::Completed => {
                JobState::Completed(self.run()?, Box::new(self.request()?), self.opt(Column::Inference)?)
            }
            Status::Saving => JobState::Saving(self.run()?, Box::new(self.request()?), Box::new(self.answer()?)),
            Status::Waiting => JobState::Waiting {
                run: self.run()?,
                until: self.time(Column::Until)?,
                cause: Box::new(self.cause()?),
                kept: Box::new(self.kept()?),
            },
            Status::Failed => JobState::Failed {
                closed: self.closed()?,
                cause: Box::new(self.cause()?),
                kept: Box::new(self.kept()?),
            },
            Status::Done => JobState::Done(self.closed()?, Box::new(self.saved()?)),
            Status::Review => {
                let why = self.text(Column::Suspicion)?.ok_or_else(|| Odd::missing(Column::Suspicion))?;
                JobState::Review(self.closed()?, Box::new(self.saved()?), Suspicion(why))
            }
            Status::Cancelled => JobState::Cancelled(self.closed()?),
            Status::Skipped => {
                JobState::Skipped(self.text(Column::SkipReason)?.ok_or_else(|| Odd::missing(Column::SkipReason))?)
            }
        })
    }

    fn run(&self) -> Result<Run, Odd> {
        Ok(Run { began: self.time(Column::Began)?, attempt: self.get(Column::Attempt)? })
    }

    fn closed(&self) -> Result<Closed, Odd> {
        let took = Duration::from_millis(self.length(Column::Took)?);
        Ok(Closed { at: self.time(Column::Ended)?, took, attempts: self.get(Column::Attempt)? })
    }

    fn cause(&self) -> Result<Cause, Odd> {
        let kind = cause_kind(self.get(Column::CauseKind)?)?;
        let message = self.text(Column::CauseMessage)?.ok_or_else(|| Odd::missing(Column::CauseMessage))?;
        Ok(Cause { kind, http: self.opt(Column::CauseHttp)?, message })
    }

    fn kept(&self) -> Result<Kept, Odd> {
        Ok(match stage(self.get(Column::Stage)?)? {
            Stage::Upload => Kept::Nothing,
            Stage::Submit => Kept::Upload(self.upload()?),
            Stage::Follow => Kept::Request(Box::new(self.request()?)),
            Stage::Save => Kept::Answer(Box::new(self.request()?), Box::new(self.answer()?)),
        })
    }

    fn upload(&self) -> Result<Upload, Odd> {
        let content = self.get::<&[u8]>(Column::Content)?;
        let content = content.try_into().map_err(|_| Odd("`content` is no hash".to_owned()))?;
        let url = self.text(Column::UploadUrl)?.ok_or_else(|| Odd::missing(Column::UploadUrl))?;
        Ok(Upload { url, at: self.time(Column::UploadAt)?, content: ContentHash(content) })
    }

    fn intent(&self) -> Result<Intent, Odd> {
        Ok(Intent { upload: self.upload()?, at: self.time(Column::Intent)? })
    }

    fn request_id(&self) -> Result<RequestId, Odd> {
        request_id(self.get(Column::RequestId)?)
    }

    fn request(&self) -> Result<Request, Odd> {
        Ok(Request {
            id: self.request_id()?,
            url: self.text(Column::RequestUrl)?,
            at: self.time(Column::Submitted)?,
            upload: self.upload()?,
        })
    }

    fn answer(&self) -> Result<Answer, Odd> {
        Ok(Answer {
            url: self.text(Column::ResultUrl)?.ok_or_else(|| Odd::missing(Column::ResultUrl))?,
            pixels: self.pixels(Column::ResultWidth, Column::ResultHeight)?,
            seed: self.opt(Column::Seed)?,
            caption: self.text(Column::Caption)?,
            inference_s: self.opt(Column::Inference)?,
            billed_units: self.opt(Column::BilledUnits)?,
        })
    }

    fn saved(&self) -> Result<Saved, Odd> {
        Ok(Saved {
            request: self.request_id()?,
            output: self.path(Column::Output)?,
            format: self.format(Column::OutFormat)?.ok_or_else(|| Odd::missing(Column::OutFormat))?,
            pixels: self.pixels(Column::OutWidth, Column::OutHeight)?.ok_or_else(|| Odd::missing(Column::OutWidth))?,
            bytes: self.length(Column::OutBytes)?,
            seed: self.opt(Column::Seed)?,
            caption: self.text(Column::Caption)?,
            inference_s: self.opt(Column::Inference)?,
            cost: self.opt(Column::Cost)?.map(Usd::from_nanos),
        })
    }
}

/// The kind of failure that has this name.
pub(super) fn cause_kind(name: &str) -> Result<CauseKind, Odd> {
    CauseKind::from_name(name).ok_or_else(|| Odd::word("cause_kind", name))
}

/// The step that has this name.
pub(super) fn stage(name: &str) -> Result<Stage, Odd> {
    stage_from_name(name).ok_or_else(|| Odd::word("stage", name))
}

/// The request that has this id.
pub(super) fn request_id(id: &str) -> Result<RequestId, Odd> {
    RequestId::new(id).map_err(|error| Odd(error.to_string()))
}
