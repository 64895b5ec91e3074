//! Photos that are decided of together: the marked ones, those that the filter leaves, those with the same reason.

use crate::engine::snapshot::{GroupCounts, GroupKind};
use crate::job::{Job, JobId, Suspicion};

/// The groups that a face was last told of: what it decides is about just these.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Groups {
    seq: u64,
    marked: Vec<JobId>,
    shown: Vec<JobId>,
    alike: Vec<JobId>,
    /// Why those that are alike want a look.
    reason: Option<String>,
}

impl Groups {
    /// Those with a result among the marked and the shown, and all that want a look for the reason of `of`.
    pub(in crate::engine) fn gather<'a>(
        seq: u64,
        marked: impl Iterator<Item = &'a Job>,
        shown: impl Iterator<Item = &'a Job>,
        all: impl Iterator<Item = &'a Job>,
        of: Option<&Job>,
    ) -> Self {
        fn ids<'a>(jobs: impl Iterator<Item = &'a Job>) -> Vec<JobId> {
            jobs.filter(|job| job.state.saved().is_some()).map(|job| job.id).collect()
        }
        let reason = of.and_then(|job| job.state.suspicion());
        let kind = reason.map(kind);
        let alike = ids(all.filter(|job| kind.is_some() && job.state.suspicion().map(self::kind) == kind));
        Self {
            seq,
            marked: ids(marked),
            shown: ids(shown),
            alike,
            reason: reason.map(|why| crate::job::clean(&why.0).into_owned()),
        }
    }

    /// What a face is told of them.
    pub(in crate::engine) fn counts(&self) -> GroupCounts {
        GroupCounts {
            seq: self.seq,
            marked: self.marked.len(),
            shown: self.shown.len(),
            alike: self.alike.len(),
            reason: self.reason.clone(),
        }
    }

    /// Takes one out, if it is what was told with this number.
    pub(in crate::engine) fn take(&mut self, seq: u64, kind: GroupKind) -> Option<Vec<JobId>> {
        if seq != self.seq {
            return None;
        }
        Some(std::mem::take(match kind {
            GroupKind::Marked => &mut self.marked,
            GroupKind::Shown => &mut self.shown,
            GroupKind::Alike => &mut self.alike,
        }))
    }
}

/// A reason without the numbers in it: results of the wrong size have one, whatever sizes those are.
fn kind(why: &Suspicion) -> String {
    let mut kind = String::with_capacity(why.0.len());
    for c in why.0.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !kind.ends_with('#') {
            kind.push(c);
        }
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_make_no_other_reason() {
        let of = |text: &str| kind(&Suspicion(text.into()));
        assert_eq!(of("is 640×427, expected 1280×854"), of("is 12×9, expected 1×1"));
        assert_ne!(of("is 640×427, expected 1280×854"), of("is all black"));
    }
}
