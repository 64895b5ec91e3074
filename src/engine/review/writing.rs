//! Files that are to say what people think: written off the loop, a few at a time, once nobody has changed their mind for a
//! moment.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::job::{JobId, Opinion, Timestamp};
use crate::output::{CaptionForm, Captions};

/// How long nobody has decided anything before files are written.
const REST: Duration = Duration::from_millis(400);
/// Jobs whose files are written at a time.
const MOST: usize = 32;

/// Whose files are to be written.
#[derive(Debug, Default)]
pub(in crate::engine) struct Writing {
    /// With what those files say now.
    waiting: BTreeMap<JobId, Opinion>,
    due: Option<Timestamp>,
}

impl Writing {
    /// What is said of a job has changed, if its files say it.
    pub(in crate::engine) fn add(
        &mut self,
        captions: &Captions,
        id: JobId,
        was: Opinion,
        is_other_caption: bool,
        at: Timestamp,
    ) {
        let is_marked = captions.are_in(CaptionForm::Xmp) || captions.are_in(CaptionForm::Embed);
        if is_marked || (is_other_caption && captions.are_in(CaptionForm::Txt)) {
            // What the files say is what was before the first change.
            self.waiting.entry(id).or_insert(was);
            self.due = Some(at.plus(REST));
        }
    }

    /// When some are to be written.
    pub(in crate::engine) fn due(&self) -> Option<Timestamp> {
        self.due.filter(|_| !self.waiting.is_empty())
    }

    /// The next of them.
    pub(in crate::engine) fn take(&mut self) -> Vec<(JobId, Opinion)> {
        let mut next = Vec::new();
        while next.len() < MOST
            && let Some(first) = self.waiting.pop_first()
        {
            next.push(first);
        }
        next
    }
}
