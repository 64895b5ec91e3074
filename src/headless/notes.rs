//! What a plan says beside its counts, as JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::snapshot::{LossNote, Notes, RuleNote, Ways};
use crate::job::{Loss, Usd};

/// What is said beside the counts: as lines, and what will be lost by kind.
#[derive(Serialize)]
pub(super) struct NotesBody<'a> {
    notes: Vec<String>,
    rules: Vec<RuleBody<'a>>,
    ways: Ways,
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

/// A rule, and how many photos go by it.
#[derive(Serialize)]
struct RuleBody<'a> {
    place: &'a str,
    #[serde(rename = "match")]
    globs: &'a str,
    skips: bool,
    sets: BTreeMap<&'a str, &'a str>,
    beaten: &'a [String],
    photos: usize,
}

impl<'a> RuleBody<'a> {
    fn of(RuleNote { place, globs, skips, sets, beaten, photos }: &'a RuleNote) -> Self {
        let sets = sets.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Self { place, globs, skips: *skips, sets, beaten, photos: *photos }
    }
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
            rules: notes.rules.iter().map(RuleBody::of).collect(),
            ways: notes.ways,
            losses: notes.losses.iter().map(loss).collect(),
            reduced: notes.reduced,
            as_they_come: notes.as_they_come,
        }
    }
}
