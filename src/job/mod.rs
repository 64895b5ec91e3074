//! The ground floor: what a job is and how it may change.
//!
//! Pure values only. Nothing here reads a clock, a file or a socket; whatever needs the time or a
//! random number is handed it.

mod apply;
mod artifact;
mod cause;
mod claim;
mod cost;
mod count;
mod endpoint;
mod id;
mod max_failures;
mod money;
mod name;
mod natural;
mod photo;
mod request;
mod retry;
mod service;
mod state;
mod status;
mod stop;
mod text;
mod time;

pub use apply::{Impossible, Transition, apply};
pub use artifact::{Artifact, Given};
pub use cause::{Cause, CauseKind, Class, Shortage};
pub use claim::{Claim, PATIENCE, PaidCall, Rival, Standing, Terms, Turn, stands_in_the_way, turn};
pub use cost::{Cost, Spent};
pub use count::{count, plural};
pub use endpoint::{EndpointId, InvalidEndpoint};
pub use id::{BatchId, JobId};
pub use max_failures::MaxFailures;
pub use money::Usd;
pub use name::{name_text, path_of, path_text};
pub(crate) use natural::push_name;
pub use photo::{Format, Photo, Pixels, megapixels};
pub use request::{Answer, ContentHash, InvalidRequestId, Request, RequestId, SameAs, Saved, Upload};
pub use retry::RetryPolicy;
pub use service::Service;
pub use state::{Closed, Intent, Job, JobState, Kept, OwnParams, Run, Stage, Suspicion, Unread};
pub use status::{Group, Status};
pub use stop::Stop;
pub use text::{clean, is_turning, shortened};
pub use time::Timestamp;
