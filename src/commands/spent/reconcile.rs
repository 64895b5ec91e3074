//! `fal-tui spent --reconcile`: what the ledger says was paid beside what fal says it billed, request by request.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::commands::failure::Failure;
use crate::commands::moment::{local, now, utc};
use crate::commands::process::stdout::print;
use crate::config::Settings;
use crate::fal::{Billed, Fal, FalError};
use crate::job::{CauseKind, EndpointId, RequestId, Timestamp, Usd, plural};
use crate::ledger::{BatchRow, Payment};
use crate::model::Model;

/// How far back fal tells what it billed (fal docs: platform, billing events).
const REACH: Duration = Duration::from_hours(90 * 24);
/// What ended less long ago may not be in fal's list yet.
const LATE: Duration = Duration::from_mins(15);
/// Amounts that differ by less are one: sums of fractions.
const SAME: i64 = 1_000;
/// The status of a comparison that found differences.
const DIFFERS: u8 = 1;

/// A request, by both accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    request: RequestId,
    at: Option<Timestamp>,
    /// What the ledger takes it to have cost.
    told: Option<Usd>,
    /// What fal billed.
    billed: Option<Usd>,
}

impl Line {
    fn differs(&self) -> bool {
        match (self.told, self.billed) {
            (Some(told), Some(billed)) => (told.nanos() - billed.nanos()).abs() >= SAME,
            _ => true,
        }
    }

    fn what(&self, now: Timestamp) -> &'static str {
        match (self.told, self.billed) {
            (Some(_), Some(_)) => "differs",
            (Some(_), None) if self.at.is_some_and(|at| now.since(at) < LATE) => "not billed yet",
            (Some(_), None) => "not billed",
            (None, _) => "not in the ledger",
        }
    }
}

/// Compares the two accounts since `from`.
pub(super) async fn reconcile(
    settings: &Settings,
    batches: &[BatchRow],
    payments: &[Payment],
    from: Option<Timestamp>,
    json: bool,
) -> Result<u8, Failure> {
    let key = settings.key.clone().map_err(|why| Failure::no_key(&why))?;
    let fal = Fal::new(settings.hosts.clone(), key)?;
    let now = now();
    let earliest = Timestamp(now.0.saturating_sub(i64::try_from(REACH.as_millis()).unwrap_or(i64::MAX)));
    let start = from.unwrap_or(earliest).max(earliest);
    let billed = match fal.billed(start, Timestamp(now.0.saturating_add(60_000))).await {
        Ok(billed) => billed,
        Err(error) => return Err(unread(&fal, error).await),
    };
    let service = settings.service();
    let is_asked = |payment: &&Payment| {
        payment.at >= start && batches.iter().any(|row| row.id == payment.batch && row.key.service == service)
    };
    let payments: Vec<_> = payments.iter().filter(is_asked).collect();
    let without_id = payments.iter().filter(|payment| payment.request.is_none()).count();
    let lines = lines(&payments, &billed);
    let differ: Vec<_> = lines.iter().filter(|line| line.differs()).collect();
    print(&if json {
        as_json(&lines, &differ, without_id, now)
    } else {
        as_text(&lines, &differ, (without_id, start), now)
    })?;
    Ok(if differ.is_empty() { 0 } else { DIFFERS })
}

/// Why fal's account cannot be read. A key that is good for all else has not the scope for it.
async fn unread(fal: &Fal, error: FalError) -> Failure {
    let is_refused = matches!(error.cause.kind, CauseKind::KeyRefused | CauseKind::Forbidden);
    let endpoint = EndpointId::new(Model::DEFAULT).ok().filter(|_| is_refused);
    let is_good = match endpoint {
        Some(endpoint) => fal.price(&endpoint).await.is_ok(),
        None => false,
    };
    if !is_good {
        return Failure::of_fal(&error);
    }
    let told = "this key may not read what fal billed: that takes one with ADMIN scope\n\
                hint: make one at fal.ai/dashboard/keys and give it for this command alone, as FAL_KEY; `fal-tui spent` tells what the ledger knows";
    Failure { status: 3, ..Failure::refusal(told) }
}

fn lines(payments: &[&Payment], billed: &[Billed]) -> Vec<Line> {
    let mut lines: BTreeMap<&str, Line> = BTreeMap::new();
    let empty = |request: &RequestId, at| Line { request: request.clone(), at, told: None, billed: None };
    for payment in payments {
        let Some(request) = &payment.request else { continue };
        let line = lines.entry(request.as_str()).or_insert_with(|| empty(request, Some(payment.at)));
        line.told = Some(line.told.unwrap_or_default() + payment.cost.likely());
    }
    for event in billed {
        let line = lines.entry(event.request.as_str()).or_insert_with(|| empty(&event.request, event.at));
        line.billed = Some(line.billed.unwrap_or_default() + event.usd);
    }
    let mut lines: Vec<_> = lines.into_values().collect();
    lines.sort_by(|a, b| (a.at, a.request.as_str()).cmp(&(b.at, b.request.as_str())));
    lines
}

fn sum(lines: &[Line], of: impl Fn(&Line) -> Option<Usd>) -> Usd {
    lines.iter().filter_map(of).fold(Usd::ZERO, |sum, usd| sum + usd)
}

fn as_json(lines: &[Line], differ: &[&Line], without_id: usize, now: Timestamp) -> String {
    let line = |line: &&Line| {
        let at = line.at.and_then(utc);
        json!({
            "v": 1, "request_id": line.request, "at": at, "ledger_usd": line.told.and_then(Usd::told),
            "billed_usd": line.billed.and_then(Usd::told), "what": line.what(now),
        })
    };
    let total = json!({
        "v": 1, "requests": lines.len(), "agree": lines.len() - differ.len(), "differ": differ.len(),
        "ledger_usd": sum(lines, |line| line.told).told(), "billed_usd": sum(lines, |line| line.billed).told(),
        "without_request_id": without_id,
    });
    let lines: Vec<_> = differ.iter().map(line).chain([total]).map(|line: Value| line.to_string() + "\n").collect();
    lines.concat()
}

fn as_text(lines: &[Line], differ: &[&Line], (without_id, start): (usize, Timestamp), now: Timestamp) -> String {
    let amount = |usd: Option<Usd>| usd.map_or_else(|| "-".to_owned(), |usd| usd.to_string());
    let mut text: Vec<String> = Vec::new();
    for line in differ {
        let (at, request) = (line.at.map(local).unwrap_or_default(), line.request.as_str());
        let (told, billed) = (amount(line.told), amount(line.billed));
        text.push(format!("{request:<36}  {at:<16}  ledger {told:>9}  billed {billed:>9}  {}\n", line.what(now)));
    }
    let (told, billed) = (sum(lines, |line| line.told), sum(lines, |line| line.billed));
    let agree = plural(lines.len() - differ.len(), "request agrees", "requests agree");
    let (since, differing) = (local(start), plural(differ.len(), "differs", "differ"));
    text.push(format!("since {since}: {agree}, {differing}; ledger {told}, billed {billed}\n"));
    if without_id > 0 {
        let them = plural(without_id, "payment has", "payments have");
        text.push(format!("{them} no request id in the ledger, and cannot be compared\n"));
    }
    if differ.iter().any(|line| line.what(now) == "not billed yet") {
        text.push("fal lists a request some minutes after it has ended: ask again for those\n".to_owned());
    }
    text.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{BatchId, Cost};

    #[test]
    fn each_request_is_told_of_by_both_accounts() {
        let id = |n: u32| RequestId::new(&format!("r{n}")).unwrap();
        let usd = |nanos: i64| Usd::from_nanos(nanos);
        let paid = |n: u32, nanos| Payment {
            batch: BatchId(1),
            at: Timestamp(i64::from(n)),
            request: Some(id(n)),
            cost: Cost::Known(usd(nanos)),
        };
        let billed = |n: u32, nanos| Billed {
            request: id(n),
            endpoint: "m".to_owned(),
            at: Some(Timestamp(i64::from(n))),
            usd: usd(nanos),
        };
        let payments = [paid(1, 5_000_000), paid(2, 5_000_000), paid(3, 7_000_000)];
        let events = [billed(1, 5_000_000), billed(2, 6_000_000), billed(4, 1_000_000)];
        let payments: Vec<_> = payments.iter().collect();
        let lines = lines(&payments, &events);
        let now = Timestamp(i64::from(u32::MAX));
        let told: Vec<_> = lines.iter().map(|line| if line.differs() { line.what(now) } else { "agrees" }).collect();
        assert_eq!(told, ["agrees", "differs", "not billed", "not in the ledger"]);
        assert_eq!(lines[2].what(Timestamp(4)), "not billed yet");
    }
}
