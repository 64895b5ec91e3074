//! Costs as rows hold them: what is told in one column, and the most that it may have been in another
//! where fal did not say.

use crate::job::{Cost, Spent, Usd};

/// A cost as its two columns, billionths of a USD. The second is NULL where fal said the first.
pub(in crate::ledger) fn nanos(cost: Option<Cost>) -> (Option<i64>, Option<i64>) {
    let most = match cost {
        Some(Cost::Assumed { at_most, .. }) => Some(at_most.nanos()),
        Some(Cost::Known(_)) | None => None,
    };
    (cost.map(|cost| cost.likely().nanos()), most)
}

/// A cost from its two columns.
pub(in crate::ledger) fn cost(cost: Option<i64>, most: Option<i64>) -> Option<Cost> {
    let likely = cost.map(Usd::from_nanos)?;
    Some(most.map_or(Cost::Known(likely), |most| Cost::assumed(likely, Usd::from_nanos(most))))
}

/// What becomes of the money in the row of a job that is known already. A request is paid for once: what it
/// cost stays in its columns for as long as the job's row is about it, whatever state comes, and is put to what
/// was paid before as soon as the row is about another request. A result that cost nothing is a copy, be it of
/// this job's own request, which stays paid.
pub(in crate::ledger) fn on_known_job() -> String {
    let is_other = "(excluded.request_id IS NOT NULL AND excluded.request_id IS DISTINCT FROM jobs.request_id)";
    let is_copy = "(excluded.output IS NOT NULL AND coalesce(excluded.cost_nanos, 0) = 0)";
    let goes = format!("({is_other} OR {is_copy})");
    let stays = format!("(excluded.output IS NULL AND NOT {is_other})");
    let before = |column, was: &str| format!("{column} = jobs.{column} + CASE WHEN {goes} THEN {was} ELSE 0 END");
    let now = |column| format!("{column} = CASE WHEN {stays} THEN jobs.{column} ELSE excluded.{column} END");
    [
        before("paid_before_nanos", "coalesce(jobs.cost_nanos, 0)"),
        before(
            "assumed_before_nanos",
            "CASE WHEN jobs.most_nanos IS NULL THEN 0 ELSE coalesce(jobs.cost_nanos, 0) END",
        ),
        before("most_before_nanos", "coalesce(jobs.most_nanos, jobs.cost_nanos, 0)"),
        now("cost_nanos"),
        now("most_nanos"),
    ]
    .join(",\n")
}

/// The sums of three columns over jobs: what is told, what of that fal did not say, and the most.
pub(in crate::ledger) const OF_JOBS: &str = "CAST(coalesce(sum(cost_nanos), 0) + sum(paid_before_nanos) AS BIGINT),
    CAST(coalesce(sum(CASE WHEN most_nanos IS NULL THEN 0 ELSE cost_nanos END), 0) + sum(assumed_before_nanos) AS BIGINT),
    CAST(coalesce(sum(coalesce(most_nanos, cost_nanos)), 0) + sum(most_before_nanos) AS BIGINT)";

/// The same over attempts.
pub(in crate::ledger) const OF_ATTEMPTS: &str = "CAST(sum(cost_nanos) AS BIGINT),
    CAST(sum(CASE WHEN most_nanos IS NULL THEN 0 ELSE cost_nanos END) AS BIGINT),
    CAST(sum(coalesce(most_nanos, cost_nanos)) AS BIGINT)";

/// A sum from the sums of three columns: what is told, what of that fal did not say, and the most.
pub(in crate::ledger) fn spent(told: i64, assumed: i64, most: i64) -> Spent {
    let [told, assumed, at_most] = [told, assumed, most].map(Usd::from_nanos);
    Spent { known: told.saturating_sub(assumed), assumed, at_most }
}
