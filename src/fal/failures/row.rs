//! A row of the table of failures: what it is for, and what follows.

use crate::fal::call::{Call, Scope};
use crate::job::{CauseKind, Class};

/// A kind of failure, and everything that follows from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// What it is, in words; no two rows have the same.
    pub(crate) name: &'static str,
    /// The calls that it can happen to; any if there are none.
    pub(crate) calls: &'static [Call],
    /// What came of the call.
    pub(crate) fault: Fault,
    /// The `detail[].type` or `error_type` that it came with, one of these; any or none if there are none.
    pub(crate) types: &'static [&'static str],
    /// What else marks it.
    pub(crate) sign: Sign,

    /// What people and programs are told that it is.
    pub(crate) kind: CauseKind,
    /// Whether and from where it goes on.
    pub(crate) class: Class,
    /// What is spent: the call alone, or the request at fal, so that a new one is made.
    pub(crate) scope: Scope,
    /// How often it is tried again, and at whose cost.
    pub(crate) patience: Patience,
    /// Whether fal may bill it where no header says so.
    pub(crate) billing: Billing,
    /// What to tell in place of fal's own words, where those do not say what to do.
    pub(crate) says: Option<&'static str>,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An answer with a status from the first to the last.
    Status(u16, u16),
    /// No connection: nothing was delivered.
    Unconnected,
    /// The connection broke after the call was begun.
    Broken,
    /// No answer, or none to its end, in time.
    Silent,
    /// A good status with something else than fal's JSON.
    Unreadable,
    /// Sent elsewhere, where we do not go.
    Redirected,
    /// The picture is not whole, or no picture.
    Damaged,
    /// The result names no picture.
    Pictureless,
}

/// What marks an answer besides its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Nothing.
    None,
    /// It is fal's own word on the request: it has fal's request id, or an error type.
    Outcome,
    /// It lacks fal's request id: something in front of fal said it.
    Front,
    /// The start deadline that we set has passed.
    Deadline,
    /// fal says that trying again is of no use.
    NoRetry,
    /// It has an error type, whichever.
    Typed,
    /// Its words say so, in small letters: one of these is among them. fal gives the account's troubles no
    /// type (fal docs: errors).
    Words(&'static [&'static str]),
}

/// How often a transient failure is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As long as it lasts: it is the same for everybody, and no attempt is spent.
    Connectivity,
    /// As long as nothing else gets through; if other calls do, it is the job's own.
    Shared,
    /// `--retries` times: it is the job's own.
    Own,
    /// As [`Shared`](Self::Shared), and then eight times at the least: what is paid for is fetched.
    Paid,
    /// As [`Paid`](Self::Paid), after about an hour: the host of what is paid for is gone, and not the job's
    /// own file.
    Host,
}

/// Whether a failure may cost something (fal docs: pricing). Whatever `X-Fal-Billable-Units` says holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Billing {
    /// No.
    Never,
    /// It may have spent time on a runner; taken for billed.
    Perhaps,
}

impl Row {
    pub(super) const fn new(name: &'static str, calls: &'static [Call], fault: Fault) -> Self {
        Self {
            name,
            calls,
            fault,
            types: &[],
            sign: Sign::None,
            kind: CauseKind::BadResponse,
            class: Class::Permanent,
            scope: Scope::Call,
            patience: Patience::Own,
            billing: Billing::Never,
            says: None,
        }
    }

    pub(super) const fn types(self, types: &'static [&'static str]) -> Self {
        Self { types, ..self }
    }

    pub(super) const fn sign(self, sign: Sign) -> Self {
        Self { sign, ..self }
    }

    pub(super) const fn is(self, kind: CauseKind) -> Self {
        Self { kind, ..self }
    }

    pub(super) const fn saying(self, says: &'static str) -> Self {
        Self { says: Some(says), ..self }
    }

    /// The same call is made again.
    pub(super) const fn again(self, patience: Patience) -> Self {
        Self { class: Class::Transient { after: None }, patience, ..self }
    }

    /// A new request is made, with the same upload.
    pub(super) const fn anew(self) -> Self {
        Self { class: Class::Transient { after: None }, scope: Scope::Request, ..self }
    }

    /// A new request is made, with a new upload.
    pub(super) const fn upload_again(self) -> Self {
        Self { class: Class::Reupload, scope: Scope::Request, ..self }
    }

    /// The photo fails; a person's retry makes a new request.
    pub(super) const fn ended(self) -> Self {
        Self { class: Class::Permanent, scope: Scope::Request, ..self }
    }

    /// Nothing new is begun for anybody.
    pub(super) const fn account(self) -> Self {
        Self { class: Class::Account, ..self }
    }

    /// It is looked for in what fal remembers, and not made again.
    pub(super) const fn look_up(self) -> Self {
        Self { class: Class::Ambiguous, billing: Billing::Perhaps, ..self }
    }

    /// It is asked for again a little later.
    pub(super) const fn not_ready(self) -> Self {
        Self { class: Class::NotReady, ..self }
    }

    /// The job ends as cancelled.
    pub(super) const fn cancelled(self) -> Self {
        Self { class: Class::Cancelled, scope: Scope::Request, billing: Billing::Perhaps, ..self }
    }

    pub(super) const fn perhaps_billed(self) -> Self {
        Self { billing: Billing::Perhaps, ..self }
    }
}
