//! What may be asked of a job in more than one place, each said once.

use super::{Group, JobState, Kept};

impl JobState {
    /// Whether no paid call was made for it that is still of use, and none is being made: it waits to be sent.
    #[must_use]
    pub fn is_unpaid(&self) -> bool {
        match self {
            Self::Pending => true,
            Self::Waiting { kept, .. } => matches!(**kept, Kept::Nothing | Kept::Upload(_)),
            _ => false,
        }
    }

    /// Whether it is still to be sent, or its photo on the way to be.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        match self.status().group() {
            Group::Pending => true,
            Group::Active | Group::Waiting => !self.is_reserved(),
            _ => false,
        }
    }
}
