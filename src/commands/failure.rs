//! Failures of the program as a whole: what to print, and with which exit status to end.

use std::error::Error;
use std::io;

use crate::config::{NoKey, SettingsError};
use crate::engine::snapshot::{Notice, NoticeKind};
use crate::engine::{Ending, Summary};
use crate::fal::{AccountStop, ClientError, FalError};
use crate::headless::HeadlessError;
use crate::intake::IntakeError;
use crate::job::{Cause, CauseKind, Class};
use crate::ledger::LedgerError;
use crate::output::OutputError;
use crate::sandbox::{SandboxError, ScenarioError};
use crate::tui::keys::KeyMapError;
use crate::tui::{ThemeError, TuiError};

/// Why the program ends early.
#[derive(Debug)]
pub struct Failure {
    /// What happened, with its causes, and what to do; for stderr.
    pub message: String,
    /// The exit status, as documented.
    pub status: u8,
    /// What kind of notice it is to other programs, if it is one.
    pub kind: Option<NoticeKind>,
}

impl Failure {
    /// Wrong usage, settings or input: nothing was sent.
    pub(super) fn usage(error: &(dyn Error + 'static)) -> Self {
        Self { message: chain(error), status: 2, kind: None }
    }

    /// The same, in our own words.
    pub(super) fn refusal(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 2, kind: None }
    }

    /// The disk is full, or what a run came to could not be written down.
    pub(super) fn disk(error: &(dyn Error + 'static)) -> Self {
        Self { message: chain(error), status: 4, kind: Some(NoticeKind::DiskLow) }
    }

    /// There is no key, for a run that could do without one.
    pub(super) fn no_key(why: &NoKey) -> Self {
        let failure = Self::usage(why);
        let end = if why.is_wanting() { ", or try without one: `--sandbox`" } else { "" };
        Self { message: failure.message + end, ..failure }
    }

    /// What a run came to is not known.
    pub(super) fn unsaid(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: 4, kind: None }
    }

    /// A signal came before the run began.
    pub(super) fn signalled(signal: i32) -> Self {
        let message = "stopped before it began: nothing was sent\nhint: the same command begins again".to_owned();
        Self { message, status: u8::try_from(128 + signal).unwrap_or(1), kind: None }
    }

    /// The same once a run is over: 2 says that nothing was sent, so that what ended the run holds
    /// unless it was never started.
    pub(super) fn after(self, summary: &Summary) -> Self {
        let status = match (self.status, summary.ending) {
            (status, Ending::NotStarted) => status,
            (2, _) => summary.exit_status(),
            (status, _) => status,
        };
        Self { status, ..self }
    }

    /// The notice that it is to other programs.
    pub(super) fn notice(&self) -> Option<Notice> {
        let (message, action) = self.message.split_once("\nhint:").unwrap_or((&self.message, ""));
        Some(Notice { kind: self.kind?, message: message.to_owned(), action: action.trim().to_owned() })
    }

    /// fal could not be asked at all.
    pub(super) fn of_fal(error: &FalError) -> Self {
        match (error.class, error.cause.kind) {
            (Class::Account, CauseKind::KeyRefused) => Self {
                message: format!(
                    "fal refused the key: {}\nhint: check FAL_KEY; keys are made at fal.ai/dashboard/keys",
                    error.cause
                ),
                status: 3,
                kind: Some(NoticeKind::KeyRefused),
            },
            (Class::Account, _) => {
                let (kind, hint) = match AccountStop::of(&error.cause) {
                    AccountStop::Balance | AccountStop::Key => {
                        (NoticeKind::AccountLocked, "\nhint: see fal.ai/dashboard/billing")
                    }
                    AccountStop::Admin => {
                        (NoticeKind::AccountAdminLocked, "\nhint: only fal's support can lift it: ask there")
                    }
                    AccountStop::Access => (
                        NoticeKind::KeyForbidden,
                        "\nhint: see the key's permissions at fal.ai/dashboard/keys, and whether the account has access to the model",
                    ),
                    AccountStop::Other => (NoticeKind::AccountLocked, ""),
                };
                Self {
                    message: format!("the account cannot be used: {}{hint}", error.cause),
                    status: 3,
                    kind: Some(kind),
                }
            }
            _ => Self {
                message: format!(
                    "fal cannot be reached: {}\nhint: {}; nothing was sent",
                    error.cause,
                    mend(&error.cause)
                ),
                status: 5,
                kind: Some(NoticeKind::Offline),
            },
        }
    }
}

/// What may help where a host cannot be reached, or gives no answer that is fal's.
fn mend(cause: &Cause) -> &'static str {
    if cause.http.is_some() {
        "it answers, though not as it should: try again later"
    } else if cause.message.contains("certificate: UnknownIssuer") {
        "does a proxy here have a CA of its own? add that CA to the system's trust store, or on Linux let SSL_CERT_FILE name a PEM file with it"
    } else if cause.message.contains("certificate: Expired") || cause.message.contains("certificate: NotValidYet") {
        "check this machine's clock"
    } else {
        "check the network and HTTPS_PROXY"
    }
}

/// A message and its causes in a row; a hint keeps its own line at the end.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    let (mut message, hint) = match text.split_once("\nhint:") {
        Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
        None => (text, None),
    };
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        let said = cause_text.lines().next().unwrap_or_default();
        if !message.contains(said) {
            message = format!("{message}: {said}");
        }
        source = cause.source();
    }
    match hint {
        Some(hint) => format!("{message}\nhint:{hint}"),
        None => message,
    }
}

/// A closed pipe is no failure.
#[expect(clippy::needless_pass_by_value, reason = "for `or_else`")]
pub(super) fn quiet_pipe(error: io::Error) -> Result<u8, Failure> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(0) } else { Err(Failure::usage(&error)) }
}

macro_rules! of_usage {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::usage(&error)
            }
        })+
    };
}

of_usage!(
    ScenarioError,
    SettingsError,
    IntakeError,
    ClientError,
    SandboxError,
    KeyMapError,
    ThemeError,
    TuiError,
    NoKey,
);

impl From<HeadlessError> for Failure {
    fn from(error: HeadlessError) -> Self {
        Self::disk(&error)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        if matches!(error, LedgerError::Full { .. }) { Self::disk(&error) } else { Self::usage(&error) }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        if matches!(error, OutputError::Disk { .. }) { Self::disk(&error) } else { Self::usage(&error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the folder\nhint: make it")]
    struct Outer(#[source] io::Error);

    #[test]
    fn causes_stand_behind_the_message_and_the_hint_last() {
        let error = Outer(io::Error::other("permission denied"));
        assert_eq!(
            mend(&Cause::new(CauseKind::Network, "status: connection refused")),
            "check the network and HTTPS_PROXY"
        );
        let issuer = Cause::new(CauseKind::Network, "status: invalid peer certificate: UnknownIssuer");
        assert!(mend(&issuer).contains("SSL_CERT_FILE"), "{}", mend(&issuer));
        assert_eq!(Failure::usage(&error).message, "cannot open the folder: permission denied\nhint: make it");
    }
}
