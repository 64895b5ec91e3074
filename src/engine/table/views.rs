//! The filters and orders that faces ask for: each is gathered once, however many faces show it, and none that nobody shows.

use super::view::{Spec, View};

/// Every view that some face shows, and which of them is asked now.
#[derive(Debug, Default)]
pub(crate) struct Views {
    views: Vec<View>,
    /// What is asked now; nothing if the index answers it.
    asked: Option<Spec>,
}

impl Views {
    /// From now on this is asked. True if it is to be gathered from the start.
    pub(crate) fn ask(&mut self, spec: Spec) -> bool {
        let is_plain = spec.is_plain();
        let is_new = !is_plain && self.views.iter().all(|view| *view.spec() != spec);
        if is_new {
            // The newest is gathered first: somebody waits for it.
            self.views.insert(0, View::new(spec.clone()));
        }
        self.asked = (!is_plain).then_some(spec);
        is_new
    }

    /// Forgets what nobody asks for any more.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&View) -> bool) {
        self.views.retain(wanted);
    }

    /// The one that is asked now; `None` if the index answers.
    pub(crate) fn asked(&self) -> Option<&View> {
        let spec = self.asked.as_ref()?;
        self.views.iter().find(|view| view.spec() == spec)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &View> {
        self.views.iter()
    }

    /// All of them, as jobs change.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut View> {
        self.views.iter_mut()
    }
}
