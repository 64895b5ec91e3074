//! What the ledger knows: batches, one batch, its records again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::batch::Batch;
use super::{Failure, print};
use crate::job::{BatchId, CauseKind, Job, Status, Timestamp, clean};
use crate::ledger::{BatchRow, Ledger};
use crate::output::Output;
use crate::settings::Settings;

/// `fal-tui batches`.
pub(super) async fn batches(settings: &Settings, json: bool) -> Result<u8, Failure> {
    let rows = Ledger::open(&settings.state_dir).await?.batches().await?;
    if json {
        return print(&lines(rows.iter().map(|row| Value::Object(row_json(row)).to_string())));
    }
    if rows.is_empty() {
        return print("the ledger knows no batch yet\n");
    }
    print(&rows.iter().map(row_text).collect::<String>())
}

/// `fal-tui show`.
pub(super) async fn show(settings: &Settings, id: BatchId, json: bool) -> Result<u8, Failure> {
    let ledger = Ledger::open(&settings.state_dir).await?;
    let row = ledger.batch(id).await?;
    let jobs = ledger.jobs(id).await?;
    let mut causes: BTreeMap<CauseKind, (usize, &Job)> = BTreeMap::new();
    for job in &jobs {
        if let Some(cause) = job.state.cause().filter(|_| job.state.status() == Status::Failed) {
            causes.entry(cause.kind).or_insert((0, job)).0 += 1;
        }
    }
    if json {
        let mut object = row_json(&row);
        let causes: Map<_, _> =
            causes.iter().map(|(kind, (count, _))| (kind.name().to_owned(), json!(count))).collect();
        object.insert("causes".to_owned(), Value::Object(causes));
        object.insert("jobs".to_owned(), jobs.iter().map(job_json).collect());
        return print(&format!("{}\n", Value::Object(object)));
    }
    let mut text = row_text(&row);
    for (kind, (count, first)) in &causes {
        let message = first.state.cause().map(ToString::to_string).unwrap_or_default();
        writeln!(text, "  {count:>6} × {kind}: {message} (first: {})", clean(&first.photo.slash_path())).ok();
    }
    for job in &jobs {
        let note = job.state.cause().map(ToString::to_string);
        let output = job.state.saved().map(|saved| format!("→ {}", clean(&saved.output.to_string_lossy())));
        let note = note.or(output).unwrap_or_default();
        writeln!(text, "  {:>6} {:<11} {} {note}", job.id, job.state.status(), clean(&job.photo.slash_path())).ok();
    }
    print(&text)
}

/// `fal-tui report`.
pub(super) async fn report(settings: &Settings, id: BatchId) -> Result<u8, Failure> {
    let ledger = Ledger::open(&settings.state_dir).await?;
    let batch = Batch::known(&ledger, id).await?;
    let jobs = ledger.jobs(id).await?;
    let output = Output::open(&batch.key.output, settings.captions)?;
    let captions = output.write_captions(&jobs)?;
    output.write_records(&jobs)?;
    let folder = clean(&batch.key.output.to_string_lossy()).into_owned();
    print(&format!("wrote metadata.jsonl, report.csv and {captions} captions that were missing in {folder}\n"))
}

fn lines(texts: impl Iterator<Item = String>) -> String {
    texts.flat_map(|text| [text, "\n".to_owned()]).collect()
}

fn row_text(row: &BatchRow) -> String {
    let roots: Vec<_> = row.key.roots.iter().map(|root| clean(&root.to_string_lossy()).into_owned()).collect();
    let counts: Vec<_> =
        row.counts.iter().map(|(status, count)| format!("{count} {}", status.name().to_lowercase())).collect();
    let sandbox = if row.key.sandbox { "  (sandbox)" } else { "" };
    format!(
        "{:>4}  {}  {} → {}  {}{sandbox}\n      {}  {} spent\n",
        row.id,
        local(row.used),
        roots.join(", "),
        clean(&row.key.output.to_string_lossy()),
        clean(&row.key.model),
        counts.join(", "),
        row.spent,
    )
}

fn row_json(row: &BatchRow) -> Map<String, Value> {
    let counts: Map<_, _> = row.counts.iter().map(|(status, count)| (status.name().to_owned(), json!(count))).collect();
    let roots: Vec<_> = row.key.roots.iter().map(|root| root.to_string_lossy()).collect();
    let params: Value = serde_json::from_str(&row.key.params).unwrap_or_default();
    let object = json!({
        "v": 1, "batch": row.id, "paths": roots, "output": row.key.output.to_string_lossy(), "model": row.key.model,
        "params": params, "sandbox": row.key.sandbox, "created": utc(row.created), "used": utc(row.used),
        "spent_usd": row.spent.as_f64(), "states": counts,
    });
    if let Value::Object(object) = object { object } else { Map::new() }
}

fn job_json(job: &Job) -> Value {
    let saved = job.state.saved();
    json!({
        "job": job.id, "path": job.photo.slash_path(), "state": job.state.status(), "attempt": job.state.attempt(),
        "request_id": job.state.request_id(), "output": saved.map(|saved| saved.output.to_string_lossy()),
        "caption": saved.and_then(|saved| saved.caption.as_deref()), "cost_usd": saved.and_then(|saved| saved.cost).map(crate::job::Usd::as_f64),
        "cause": job.state.cause().map(|cause| json!({"kind": cause.kind, "http": cause.http, "message": cause.message})),
    })
}

fn utc(at: Timestamp) -> Option<String> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|at| at.to_string())
}

fn local(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
