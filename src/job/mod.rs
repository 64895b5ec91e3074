//! The ground floor: what a job is and how it may change.
//!
//! Pure values only. Nothing here reads a clock, a file or a socket; whatever needs the time or a
//! random number is handed it.

mod apply;
mod cause;
mod claim;
mod endpoint;
mod further;
mod id;
mod max_failures;
mod meet;
mod money;
mod opinion;
mod photo;
mod result;
mod retry;
mod service;
mod state;
mod status;
mod stop;
mod text;
mod time;

pub use apply::{Impossible, Transition, apply};
pub use cause::{Cause, CauseKind, Class, Shortage};
pub use claim::{Claim, PATIENCE, PaidCall, Rival, Standing, Terms, Turn, stands_in_the_way, turn};
pub use endpoint::{EndpointId, InvalidEndpoint};
pub use further::FurtherFile;
pub use id::{BatchId, JobId};
pub use max_failures::MaxFailures;
pub use meet::{Met, meet};
pub use money::{Cost, Spent, Usd};
pub use opinion::{LONGEST_CAPTION, Opinion, Stars, Verdict};
pub use photo::{Format, Loss, Losses, Photo, Pixels, megapixels};
#[cfg(test)]
pub(crate) use result::saved_samples;
pub use result::{
    Answer, Artifact, ContentHash, FileKind, Given, InvalidRequestId, NamedText, Request, RequestId, SameAs, Saved,
    SavedFile, Upload, Way, inline_key, inline_mark, inlined, is_same_upload, is_signed, marked, signed_mark, told_by,
    without_signatures,
};
pub use retry::RetryPolicy;
pub use service::Service;
pub use state::{Checkpoint, Closed, Intent, Job, JobState, OwnParams, Run, Stage, Suspicion, Unread};
pub use status::{Group, Status};
pub use stop::Stop;
pub(crate) use text::push_name;
pub use text::{
    FilePath, Seen, as_cell, clean, count, is_turning, name_text, of_cell, one_line, path_of, path_text, plural,
    shortened,
};
pub use time::Timestamp;
