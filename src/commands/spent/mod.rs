//! `fal-tui spent`: what was paid, by day, batch or model, as the ledger knows it.

mod reconcile;

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use self::reconcile::reconcile;
use crate::cli::SpentBy;
use crate::commands::failure::Failure;
use crate::commands::ledger::open_ledger;
use crate::commands::moment::now;
use crate::commands::process::stdout::print;
use crate::commands::since::since;
use crate::config::Settings;
use crate::job::{Service, Spent, Timestamp, clean};
use crate::ledger::{BatchRow, Payment};

/// What is to be told.
#[derive(Debug)]
pub(super) struct Wish {
    /// From when on, as typed.
    pub(super) since: Option<String>,
    /// What is added up.
    pub(super) by: SpentBy,
    /// Whether it is compared with what fal billed.
    pub(super) reconcile: bool,
    /// One JSON object a line.
    pub(super) json: bool,
}

/// Where payments are told that no day is known of: ledgers of old formats kept none.
const UNDATED: &str = "day not kept";

/// Tells what was paid.
pub(super) async fn spent(settings: &Settings, wish: &Wish) -> Result<u8, Failure> {
    let from = match &wish.since {
        Some(text) => Some(since(text, now()).map_err(Failure::refusal)?),
        None => None,
    };
    let ledger = open_ledger(&settings.home).await?;
    let (batches, payments) = (ledger.batches().await?, ledger.payments(from).await?);
    if wish.reconcile {
        return reconcile(settings, &batches, &payments, from, wish.json).await;
    }
    let sums = add_up(&batches, &payments, wish.by, from.is_none());
    print(&if wish.json { as_json(&sums, wish.by) } else { as_text(&sums) })
}

/// Payments that belong together, and whom they went to.
type Key = (Service, String);

/// What payments come to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sum {
    requests: usize,
    spent: Spent,
}

/// Adds payments up. With `whole`, what a batch spent beyond its payments counts too: it is of a ledger that did
/// not date them.
fn add_up(batches: &[BatchRow], payments: &[Payment], by: SpentBy, whole: bool) -> BTreeMap<Key, Sum> {
    let known: HashMap<_, _> = batches.iter().map(|row| (row.id, row)).collect();
    let mut sums = BTreeMap::<Key, Sum>::new();
    let mut dated = HashMap::<_, Spent>::new();
    for payment in payments {
        let Some(row) = known.get(&payment.batch) else { continue };
        let sum = sums.entry((row.key.service.clone(), name(row, by, Some(payment.at)))).or_default();
        sum.requests += 1;
        sum.spent += payment.cost.into();
        *dated.entry(row.id).or_default() += payment.cost.into();
    }
    for row in batches.iter().filter(|_| whole) {
        let rest = row.spent.beyond(dated.get(&row.id).copied().unwrap_or_default());
        if rest != Spent::NOTHING {
            sums.entry((row.key.service.clone(), name(row, by, None))).or_default().spent += rest;
        }
    }
    sums
}

fn name(row: &BatchRow, by: SpentBy, at: Option<Timestamp>) -> String {
    match (by, at) {
        (SpentBy::Day, Some(at)) => day(at),
        (SpentBy::Day, None) => UNDATED.to_owned(),
        // Numbers are told in their order.
        (SpentBy::Batch, _) => format!("{:>6}", row.id.to_string()),
        (SpentBy::Model, _) => clean(&row.key.model).into_owned(),
    }
}

/// A day by this machine's clock.
fn day(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d").to_string()
}

fn as_json(sums: &BTreeMap<Key, Sum>, by: SpentBy) -> String {
    let key = match by {
        SpentBy::Day => "day",
        SpentBy::Batch => "batch",
        SpentBy::Model => "model",
    };
    let line = |((service, name), sum): (&Key, &Sum)| {
        let told = match by {
            SpentBy::Day if name == UNDATED => Value::Null,
            SpentBy::Batch => name.trim().parse::<u64>().map_or(Value::Null, Value::from),
            _ => Value::from(name.as_str()),
        };
        let mut object = json!({
            "v": 1, "service": service.name(), "requests": sum.requests, "spent_usd": sum.spent.likely().told(),
            "spent_known_usd": sum.spent.known.told(), "spent_assumed_usd": sum.spent.assumed.told(),
            "spent_at_most_usd": sum.spent.at_most.told(),
        });
        if let Value::Object(object) = &mut object {
            object.insert(key.to_owned(), told);
        }
        format!("{object}\n")
    };
    sums.iter().map(line).collect()
}

fn as_text(sums: &BTreeMap<Key, Sum>) -> String {
    if sums.is_empty() {
        return "the ledger knows of nothing that was paid for\n".to_owned();
    }
    let names = sums.keys().map(|key| whose(key).chars().count());
    let width = names.max().unwrap_or_default().max("at fal".len());
    let line = |name: &str, sum: Sum| {
        let requests = if sum.requests == 1 { "request" } else { "requests" };
        format!("{name:<width$}  {:>7} {requests:<8}  {:>12}\n", sum.requests, sum.spent.to_string())
    };
    let mut text: String = sums.iter().map(|(key, sum)| line(&whose(key), *sum)).collect();
    let paid = sums.iter().filter(|((service, _), _)| *service == Service::Fal);
    let paid: Vec<_> = paid.map(|(_, sum)| *sum).collect();
    if paid.len() != 1 || sums.len() > 1 {
        let total = paid.into_iter().fold(Sum::default(), |mut total, sum| {
            total.requests += sum.requests;
            total.spent += sum.spent;
            total
        });
        text.push_str(&line("at fal", total));
    }
    text
}

/// A row's name, and whom it went to if not to fal.
fn whose((service, name): &Key) -> String {
    if *service == Service::Fal { name.clone() } else { format!("{name}  ({})", clean(service.name())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{BatchId, Cost, Usd};
    use crate::ledger::BatchKey;

    fn usd(dollars: f64) -> Usd {
        Usd::from_f64(dollars).unwrap()
    }

    fn row(id: u32, model: &str, service: Service, spent: f64) -> BatchRow {
        BatchRow {
            id: BatchId(id.into()),
            key: BatchKey {
                roots: Vec::new(),
                output: std::path::PathBuf::from("out"),
                model: model.to_owned(),
                params: "{}".to_owned(),
                service,
            },
            counts: BTreeMap::new(),
            spent: Cost::Known(usd(spent)).into(),
            created: Timestamp(0),
            used: Timestamp(0),
        }
    }

    fn payment(batch: u32, at: i64, dollars: f64) -> Payment {
        Payment { batch: BatchId(batch.into()), at: Timestamp(at), request: None, cost: Cost::Known(usd(dollars)) }
    }

    #[test]
    fn what_has_no_day_is_counted_all_the_same_and_a_sandbox_never_in_the_total() {
        let batches = [
            row(1, "fal-ai/a", Service::Fal, 1.0),
            row(2, "fal-ai/b", Service::Fal, 0.5),
            row(3, "x", Service::Sandbox, 9.0),
        ];
        let payments = [payment(1, 0, 0.25), payment(1, 86_400_000 * 3, 0.25), payment(2, 0, 0.5), payment(3, 0, 9.0)];
        let days = add_up(&batches, &payments, SpentBy::Day, true);
        let undated = days[&(Service::Fal, UNDATED.to_owned())];
        assert_eq!((undated.requests, undated.spent.likely()), (0, usd(0.5)));
        assert_eq!(days.len(), 4, "{days:?}");
        let models = as_text(&add_up(&batches, &payments, SpentBy::Model, true));
        assert!(models.lines().any(|line| line.starts_with("fal-ai/a") && line.ends_with("$1.00")), "{models}");
        assert!(models.lines().any(|line| line.starts_with("x  (sandbox)") && line.ends_with("$9.00")), "{models}");
        assert!(models.lines().last().unwrap().ends_with("$1.50"), "{models}");
        let since = add_up(&batches, &payments, SpentBy::Batch, false);
        assert_eq!(since[&(Service::Fal, "     1".to_owned())].spent.likely(), usd(0.5));
        assert!(as_json(&since, SpentBy::Batch).contains("\"batch\":1}"));
    }
}
