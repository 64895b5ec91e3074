//! What needs a person, as JSON has it.

use serde::Serialize;

use crate::engine::snapshot::{CanaryFigures, Notice, NoticeKind};
use crate::job::Usd;

#[derive(Serialize)]
pub(super) struct NoticeBody<'a> {
    pub(super) kind: NoticeKind,
    pub(super) message: &'a str,
    pub(super) action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) canary: Option<CanaryBody>,
}

pub(super) fn notice_body(Notice { kind, message, action }: &Notice) -> NoticeBody<'_> {
    NoticeBody { kind: *kind, message, action, canary: None }
}

/// What came of the photos that went first.
#[derive(Serialize)]
pub(super) struct CanaryBody {
    photos: usize,
    done: usize,
    failed: usize,
    review: usize,
    planned_usd: Option<f64>,
    spent_usd: Option<f64>,
    price_held: Option<bool>,
    photo_s: Option<f64>,
    left: usize,
    left_usd: Option<f64>,
}

pub(super) fn canary_body(figures: &CanaryFigures) -> CanaryBody {
    CanaryBody {
        photos: figures.photos,
        done: figures.done,
        failed: figures.failed,
        review: figures.review,
        planned_usd: figures.planned.and_then(Usd::told),
        spent_usd: figures.spent.likely().told(),
        price_held: figures.price_held,
        photo_s: figures.seconds,
        left: figures.left,
        left_usd: figures.left_usd.and_then(Usd::told),
    }
}
