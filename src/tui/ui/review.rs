//! The review: results over the whole screen, one after the other.

use crate::engine::snapshot::{Order, Tab};
use crate::job::{Stars, Verdict};

/// A review that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Review {
    /// What the table showed before, and in which order: it does again afterwards.
    pub(crate) before: (Tab, Order, bool),
    /// Whether a decision goes on to the next by itself.
    pub(crate) goes_on: bool,
}

/// A verdict's symbol and word.
pub(crate) fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "✓ accepted",
        Verdict::Rejected => "✗ rejected",
    }
}

/// Five stars, so many of them full.
pub(crate) fn stars(stars: Stars) -> String {
    let full = usize::from(stars.get());
    format!("{}{}", "★".repeat(full), "☆".repeat(usize::from(Stars::MOST) - full))
}
