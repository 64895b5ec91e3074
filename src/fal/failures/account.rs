//! Why an account may not go on: fal gives one status for all of it, and no type, so that its words have
//! to tell (fal docs: errors; its public issues).

use crate::job::{Cause, CauseKind};

/// Its own people have locked the account: only its support opens it again.
pub(super) const ADMIN: &[&str] = &["admin lock", "admin_lock", "locked by an admin", "locked by admin"];
/// The balance is used up.
pub(super) const BALANCE: &[&str] = &["exhausted balance", "top up", "top_up", "insufficient balance"];
/// The key lacks the permission, or the account the model.
pub(super) const ACCESS: &[&str] = &["access denied", "permission", "not authorized", "scope"];

/// Why an account may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStop {
    /// fal does not know the key.
    Key,
    /// The balance is used up.
    Balance,
    /// fal has locked the account.
    Admin,
    /// The key may not do this, or the account not use the model.
    Access,
    /// Something else, such as a limit that its team has set: fal's own words say what.
    Other,
}

impl AccountStop {
    /// What a cause of the account says.
    #[must_use]
    pub fn of(cause: &Cause) -> Self {
        let words = cause.message.to_lowercase();
        let says = |known: &[&str]| known.iter().any(|word| words.contains(word));
        match cause.kind {
            CauseKind::KeyRefused => Self::Key,
            CauseKind::Forbidden => Self::Access,
            _ if says(ADMIN) => Self::Admin,
            _ if says(BALANCE) => Self::Balance,
            _ => Self::Other,
        }
    }
}
