//! What a person said of a job's result, and what is said of its picture by that.

use super::{Opinion, Stars, Verdict};
use crate::job::{Job, Saved};

impl Job {
    /// What a person said of it.
    #[must_use]
    pub fn said(&self) -> Opinion {
        self.opinion.as_deref().cloned().unwrap_or_default()
    }

    /// How good its result is, as a person said.
    #[must_use]
    pub fn stars(&self) -> Stars {
        self.opinion.as_ref().map_or(Stars::NONE, |opinion| opinion.stars)
    }

    /// A person's yes or no to its result.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.opinion.as_ref().and_then(|opinion| opinion.verdict)
    }

    /// What is said of its picture: a person's words, else the model's.
    #[must_use]
    pub fn caption(&self) -> Option<&str> {
        let edited = self.opinion.as_ref().and_then(|opinion| opinion.caption.as_deref());
        edited.or_else(|| self.state.saved().and_then(Saved::caption))
    }
}
