//! The names of states, and the groups that people count them in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A state's name, as JSON and the ledger write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "`JobState` says what each means")]
pub enum Status {
    Pending,
    Uploading,
    Uploaded,
    Submitting,
    InQueue,
    InProgress,
    Completed,
    Saving,
    Waiting,
    Done,
    Review,
    Failed,
    Cancelled,
    Skipped,
    Unknown,
}

impl Status {
    /// Every status, in the order of a job's life.
    pub const ALL: [Self; 15] = [
        Self::Pending,
        Self::Uploading,
        Self::Uploaded,
        Self::Submitting,
        Self::InQueue,
        Self::InProgress,
        Self::Completed,
        Self::Saving,
        Self::Waiting,
        Self::Done,
        Self::Review,
        Self::Failed,
        Self::Cancelled,
        Self::Skipped,
        Self::Unknown,
    ];

    /// The name in JSON and in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Uploading => "UPLOADING",
            Self::Uploaded => "UPLOADED",
            Self::Submitting => "SUBMITTING",
            Self::InQueue => "IN_QUEUE",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::Saving => "SAVING",
            Self::Waiting => "WAITING",
            Self::Done => "DONE",
            Self::Review => "REVIEW",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Skipped => "SKIPPED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Reads a name back from the ledger.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether nothing was sent for it: its photo may be another one next time.
    #[must_use]
    pub fn is_untouched(self) -> bool {
        matches!(self, Self::Pending | Self::Skipped)
    }

    /// Whether its result is on the disk. A review without a picture has none, which only its state says.
    #[must_use]
    pub fn has_result(self) -> bool {
        matches!(self, Self::Done | Self::Review)
    }

    /// Whether it came to an end after its photo was taken up.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Review | Self::Failed | Self::Cancelled | Self::Unknown)
    }

    /// The group that it is counted in.
    #[must_use]
    pub fn group(self) -> Group {
        match self {
            Self::Pending => Group::Pending,
            Self::Uploading
            | Self::Uploaded
            | Self::Submitting
            | Self::InQueue
            | Self::InProgress
            | Self::Completed
            | Self::Saving => Group::Active,
            Self::Waiting => Group::Waiting,
            Self::Done => Group::Done,
            Self::Review | Self::Unknown => Group::Review,
            Self::Failed => Group::Failed,
            Self::Cancelled => Group::Cancelled,
            Self::Skipped => Group::Skipped,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// States that people count together, in the order in which a table sorted by status shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// On its way.
    Active,
    /// Between two attempts.
    Waiting,
    /// Failed.
    Failed,
    /// Wants a person: odd results, and paid calls whose answer was lost.
    Review,
    /// Not begun.
    Pending,
    /// On disk.
    Done,
    /// Stopped by the user.
    Cancelled,
    /// Never sent.
    Skipped,
}

impl Group {
    /// Every group, in the table's order.
    pub const ALL: [Self; 8] = [
        Self::Active,
        Self::Waiting,
        Self::Failed,
        Self::Review,
        Self::Pending,
        Self::Done,
        Self::Cancelled,
        Self::Skipped,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_ones_in_json_and_read_back() {
        for status in Status::ALL {
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{}\"", status.name()));
            assert_eq!(Status::from_name(status.name()), Some(status));
            assert_eq!(format!("{status:<11}|").chars().count(), 12, "it stands in columns");
        }
        for (place, group) in Group::ALL.into_iter().enumerate() {
            assert_eq!(group as usize, place);
        }
    }
}
