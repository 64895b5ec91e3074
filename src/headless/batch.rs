//! The `batch` event: how a run ended, the last that is told of it.

use serde::Serialize;

use super::words::{known, seconds};
use crate::engine::Summary;
use crate::engine::snapshot::{CauseGroup, Notice};
use crate::job::{BatchId, CauseKind};

/// Jobs that failed for one cause.
#[derive(Serialize)]
struct CausesBody<'a> {
    kind: CauseKind,
    count: usize,
    message: &'a str,
    path: &'a str,
    hint: &'static str,
}

impl<'a> CausesBody<'a> {
    fn of(group: &'a CauseGroup) -> Self {
        let CauseGroup { kind, count, message, path, .. } = group;
        Self { kind: *kind, count: *count, message, path, hint: kind.advice().1 }
    }
}

#[derive(Default, Serialize)]
pub(super) struct BatchBody<'a> {
    batch: Option<BatchId>,
    #[serde(flatten)]
    what: Option<WhatBody<'a>>,
    #[serde(flatten)]
    counts: CountsBody,
    spent_usd: Option<f64>,
    spent_known_usd: Option<f64>,
    spent_assumed_usd: Option<f64>,
    spent_at_most_usd: Option<f64>,
    reserved_usd: Option<f64>,
    elapsed_s: f64,
    causes: Vec<CausesBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhooks: Option<WebhooksBody>,
    /// Why it did not begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    exit: u8,
}

/// How many jobs came to what.
#[derive(Default, Serialize)]
struct CountsBody {
    done: usize,
    failed: usize,
    review: usize,
    skipped: usize,
    cancelled: usize,
    unknown: usize,
    left: usize,
}

/// How many webhooks came to what.
#[derive(Serialize)]
struct WebhooksBody {
    heard: u64,
    forged: u64,
    late: u64,
    replayed: u64,
    unread: u64,
    unsure: u64,
}

/// What was run, and where its results are.
#[derive(Serialize)]
struct WhatBody<'a> {
    model: &'a str,
    output: &'a str,
}

impl<'a> BatchBody<'a> {
    /// Of a run that began. `exit` is the process's status.
    pub(super) fn of(summary: &'a Summary, exit: u8) -> Self {
        Self {
            batch: known(summary.facts.id),
            what: Some(WhatBody { model: &summary.facts.endpoint, output: &summary.facts.output }),
            counts: CountsBody {
                done: summary.done,
                failed: summary.failed,
                review: summary.review,
                skipped: summary.skipped,
                cancelled: summary.cancelled,
                unknown: summary.unknown,
                left: summary.left,
            },
            spent_usd: summary.spent.likely().told(),
            spent_known_usd: summary.spent.known.told(),
            spent_assumed_usd: summary.spent.assumed.told(),
            spent_at_most_usd: summary.spent.at_most.told(),
            reserved_usd: summary.reserved.told(),
            elapsed_s: seconds(summary.elapsed),
            causes: summary.causes.iter().map(CausesBody::of).collect(),
            webhooks: summary.webhooks.map(|counts| WebhooksBody {
                heard: counts.heard,
                forged: counts.forged,
                late: counts.late,
                replayed: counts.replayed,
                unread: counts.unread,
                unsure: counts.unsure,
            }),
            message: None,
            exit,
        }
    }

    /// Of one that did not.
    pub(super) fn early(batch: Option<BatchId>, notice: Option<&'a Notice>, exit: u8) -> Self {
        let message = notice.map(|notice| &*notice.message);
        Self { batch: batch.and_then(known), message, exit, ..Self::default() }
    }
}
