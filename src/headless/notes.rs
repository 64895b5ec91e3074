//! What a plan says beside its counts, as JSON.

use serde::Serialize;

use crate::engine::snapshot::{LossNote, Notes};
use crate::job::{Loss, Usd};

/// What is said beside the counts: as lines, and what will be lost by kind.
#[derive(Serialize)]
pub(super) struct NotesBody<'a> {
    notes: Vec<String>,
    losses: Vec<LossBody<'a>>,
    reduced: usize,
    as_they_come: usize,
}

#[derive(Serialize)]
struct LossBody<'a> {
    kind: Loss,
    count: usize,
    left_out: usize,
    paths: &'a [String],
    dearest_usd: Option<f64>,
    /// Only of what could be lost and is not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    kept: bool,
}

fn loss(note: &LossNote) -> LossBody<'_> {
    let dearest_usd = note.dearest.and_then(Usd::told);
    LossBody {
        kind: note.loss,
        count: note.photos,
        left_out: note.out,
        paths: &note.paths,
        dearest_usd,
        kept: note.kept,
    }
}

impl<'a> NotesBody<'a> {
    pub(super) fn of(notes: &'a Notes) -> Self {
        Self {
            notes: notes.lines().collect(),
            losses: notes.losses.iter().map(loss).collect(),
            reduced: notes.reduced,
            as_they_come: notes.as_they_come,
        }
    }
}
