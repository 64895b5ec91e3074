//! What failed, by cause: the list, what is usually to be done, and sending a group again.

use crate::engine::snapshot::CauseGroup;
use crate::job::CauseKind;

/// The list of causes. The cursor stays on its cause while others come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Causes {
    pub(super) on: Option<CauseKind>,
    /// Where the cursor is if its cause is gone.
    pub(super) at: usize,
}

impl Causes {
    /// Where the cursor is, if there is anything to be on.
    pub(crate) fn at(self, groups: &[CauseGroup]) -> Option<usize> {
        let of_cause = self.on.and_then(|kind| groups.iter().position(|group| group.kind == kind));
        Some(of_cause.unwrap_or(self.at).min(groups.len().checked_sub(1)?))
    }

    pub(crate) fn move_by(&mut self, rows: isize, groups: &[CauseGroup]) {
        let Some(at) = self.at(groups) else { return };
        self.at = at.saturating_add_signed(rows).min(groups.len() - 1);
        self.on = groups.get(self.at).map(|group| group.kind);
    }
}
