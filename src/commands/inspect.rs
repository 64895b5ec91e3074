//! What the ledger knows: batches, one batch, its records again.

mod course;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::commands::attach;
use crate::commands::batch::Batch;
use crate::commands::failure::Failure;
use crate::commands::further;
use crate::commands::ledger::open_ledger;
use crate::commands::moment::{local, utc};
use crate::commands::process::stdout::print;
use crate::commands::run::records;
use crate::config::Settings;
use crate::job::{
    BatchId, Cause, CauseKind, ContentHash, Group, Job, JobId, Saved, Service, Transition, apply, clean, path_text,
    plural,
};
use crate::ledger::{BatchRow, Ledger};
use crate::model::file_mark;
use crate::output::{Again, CaptionForm};

/// How many captions that were left alone are told.
const LEFT: usize = 20;

/// `fal-tui batches`.
pub(super) async fn batches(settings: &Settings, json: bool) -> Result<u8, Failure> {
    let ledger = open_ledger(&settings.home).await?;
    let (rows, held) = (ledger.batches().await?, ledger.held().await?);
    let running = |row: &BatchRow| held.iter().find(|held| held.batch == row.id);
    if json {
        let row = |row: &BatchRow| {
            let mut object = row_json(row);
            object.insert("running".to_owned(), running(row).is_some().into());
            object.insert("pid".to_owned(), running(row).and_then(|held| held.by.pid).into());
            let workers = held.iter().filter(|held| held.batch == row.id);
            let workers = workers.map(|held| json!({ "host": held.by.host, "pid": held.by.pid }));
            object.insert("workers".to_owned(), workers.collect());
            Value::Object(object).to_string()
        };
        return print(&lines(rows.iter().map(row)));
    }
    if rows.is_empty() {
        return print("the ledger knows no batch yet\n");
    }
    let text = |row: &BatchRow| {
        let mut text = row_text(row);
        if let Some(first) = running(row) {
            let is_reached = settings.home.ledger.is_some() || first.by.host.is_none();
            let back = if is_reached { format!(": {}", attach::back_to(row.id, settings)) } else { String::new() };
            writeln!(text, "      runs now {}{back}", attach::observe::workers(&held, row.id)).ok();
        }
        text
    };
    print(&rows.iter().map(text).collect::<String>())
}

/// `fal-tui show`.
pub(super) async fn show(settings: &Settings, id: BatchId, json: bool) -> Result<u8, Failure> {
    let ledger = open_ledger(&settings.home).await?;
    let row = ledger.batch(id).await?;
    let jobs = ledger.jobs(id).await?;
    let causes = causes(&jobs);
    let files = files(&ledger, &row.key.params).await?;
    if json {
        let mut object = row_json(&row);
        let causes: Map<_, _> =
            causes.iter().map(|(kind, (count, ..))| (kind.name().to_owned(), json!(count))).collect();
        object.insert("causes".to_owned(), Value::Object(causes));
        let overview = course::course(id, &jobs, &ledger.payments(None).await?);
        object.insert("overview".to_owned(), course::as_json(&overview));
        object.insert("files".to_owned(), files.iter().map(file_json).collect());
        object.insert("jobs".to_owned(), jobs.iter().map(job_json).collect());
        return print(&format!("{}\n", Value::Object(object)));
    }
    let mut text = row_text(&row);
    for (param, path, _) in &files {
        writeln!(text, "      {}=@{}", clean(param), clean(&path.to_string_lossy())).ok();
    }
    for (kind, (count, why, first)) in &causes {
        let (why, path) = (why.to_string(), first.photo.slash_path());
        writeln!(text, "  {count:>6} × {kind}: {} (first: {})", clean(&why), clean(&path)).ok();
    }
    for job in &jobs {
        text.push_str(&job_text(job));
    }
    print(&text)
}

/// The files that go along with its photos: the parameter, where it lay last, and what it holds.
async fn files(ledger: &Ledger, params: &str) -> Result<Vec<(String, PathBuf, ContentHash)>, Failure> {
    let mut files = Vec::new();
    for (param, content) in further::marks(params) {
        if let Some(path) = ledger.file(&content).await? {
            files.push((param, path, content));
        }
    }
    Ok(files)
}

fn file_json((param, path, content): &(String, PathBuf, ContentHash)) -> Value {
    json!({ "param": param, "path": path.to_string_lossy(), "content": file_mark(content) })
}

/// What kept photos from being done: how often, and the first of each kind.
fn causes(jobs: &[Job]) -> BTreeMap<CauseKind, (usize, Cause, &Job)> {
    let mut causes = BTreeMap::new();
    for job in jobs {
        let is_told = matches!(job.state.status().group(), Group::Failed | Group::Review | Group::Skipped);
        if let Some(why) = job.state.why().filter(|_| is_told) {
            causes.entry(why.kind).or_insert((0, why, job)).0 += 1;
        }
    }
    causes
}

/// A job's line: its result and what is odd about it, or why there is none.
fn job_text(job: &Job) -> String {
    let output = job.state.saved().map(|saved| format!("→ {}", saved.output().display()));
    // Its state says already that it was cancelled.
    let why = job.state.why().filter(|why| why.kind != CauseKind::Cancelled).map(|why| why.to_string());
    let request = job.state.stop().and_then(|stop| stop.request.as_ref()).map(|request| format!("(request {request})"));
    let note: Vec<_> = [output, why, request].into_iter().flatten().collect();
    let (path, note) = (job.photo.slash_path(), note.join("  "));
    let line = format!("  {:>6} {:<11} {}  {}", job.id, job.state.status(), clean(&path), clean(&note));
    format!("{}\n", line.trim_end())
}

/// `fal-tui report`.
pub(super) async fn report(settings: &Settings, id: BatchId) -> Result<u8, Failure> {
    let ledger = open_ledger(&settings.home).await?;
    let batch = Batch::known(&ledger, id).await?;
    let settings = &settings.with_written_kept(ledger.captions(id).await?.as_deref());
    let mut jobs = ledger.jobs(id).await?;
    let output = batch.output(settings)?;
    if settings.written.captions.are_in(CaptionForm::Embed) && ledger.is_worked_on(id).await? {
        return Err(Failure::refusal(format!(
            "batch {id} is worked on: its pictures are written to once that is over"
        )));
    }
    let Again { written, left, longer } = output.write_captions(&jobs, &batch.key.service)?;
    note_lengths(&ledger, id, &mut jobs, longer).await?;
    let files = further::names_of(&ledger, &batch.key.params, &jobs).await?;
    output.write_records(&jobs, &batch.key.terms(), files)?;
    let page = records::put_page(&ledger, id, &output, records::thumbs(settings), Arc::default()).await?;
    let page = page.map(|name| format!(", {name}")).unwrap_or_default();
    let folder = clean(&batch.key.output.to_string_lossy()).into_owned();
    let table = if settings.written.captions.are_in(CaptionForm::Csv) { ", captions.csv" } else { "" };
    let mut text = format!(
        "wrote metadata.jsonl, report.csv{table}{page} and {} in {folder}\n",
        plural(written, "caption", "captions")
    );
    // The first say what it is about.
    for why in left.iter().take(LEFT) {
        writeln!(text, "  {}", clean(why)).ok();
    }
    if left.len() > LEFT {
        writeln!(text, "  and {} more", left.len() - LEFT).ok();
    }
    print(&text)
}

/// Pictures in which more is said now have another length, by which they are known as ours.
async fn note_lengths(
    ledger: &Ledger,
    batch: BatchId,
    jobs: &mut [Job],
    longer: Vec<(JobId, Saved)>,
) -> Result<(), Failure> {
    let writer = ledger.writer(batch);
    for (id, saved) in longer {
        let Some(job) = jobs.get_mut(id.index()).filter(|job| job.id == id) else { continue };
        let at = job.state.closed().map(|closed| closed.at).unwrap_or_default();
        if let Ok(state) = apply(&job.state, Transition::Rewrite(saved), at) {
            job.state = state;
            writer.note(job);
        }
    }
    Ok(writer.flush().await?)
}

fn lines(texts: impl Iterator<Item = String>) -> String {
    texts.flat_map(|text| [text, "\n".to_owned()]).collect()
}

fn row_text(row: &BatchRow) -> String {
    let roots: Vec<_> = row.key.roots.iter().map(|root| clean(&root.to_string_lossy()).into_owned()).collect();
    let counts: Vec<_> =
        row.counts.iter().map(|(status, count)| format!("{count} {}", status.name().to_lowercase())).collect();
    let service = &row.key.service;
    let service = if *service == Service::Fal { String::new() } else { format!("  ({})", clean(service.name())) };
    format!(
        "{:>4}  {}  {} → {}  {}{service}\n      {}  {} spent\n",
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
        "params": params, "service": row.key.service.name(), "sandbox": row.key.service == Service::Sandbox, "created": utc(row.created), "used": utc(row.used),
        "spent_usd": row.spent.likely().told(), "spent_known_usd": row.spent.known.told(),
        "spent_assumed_usd": row.spent.assumed.told(), "spent_at_most_usd": row.spent.at_most.told(), "states": counts,
    });
    if let Value::Object(object) = object { object } else { Map::new() }
}

fn job_json(job: &Job) -> Value {
    let saved = job.state.saved();
    json!({
        "job": job.id, "path": job.photo.slash_path(), "state": job.state.status(), "attempt": job.state.attempt(),
        "request_id": job.state.last_request_id(), "output": saved.map(|saved| path_text(saved.output())),
        "caption": saved.and_then(|_| job.caption()), "stars": job.stars().rated(), "verdict": job.verdict(),
        "cost_usd": saved.and_then(|saved| saved.cost).map(|cost| cost.likely().as_f64()),
        "cause": job.state.why().map(|cause| json!({"kind": cause.kind, "http": cause.http, "message": cause.message})),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::job::{ContentHash, Intent, JobId, JobState, Photo, Run, Timestamp, Upload};

    fn job(number: usize, state: JobState) -> Job {
        let photo = Photo {
            path: Path::new("a b.jpg").into(),
            source: Path::new("/photos/a b.jpg").into(),
            format: None,
            pixels: None,
            bytes: 1,
            modified: Timestamp(0),
            shares_stem: false,
            losses: crate::job::Losses::NONE,
        };
        Job { id: JobId::at(number), photo, state, own: None, opinion: None }
    }

    #[test]
    fn what_is_not_done_says_why_and_stands_in_columns() {
        let upload = Upload { url: "u".into(), at: Timestamp(1), content: ContentHash([0; 32]) };
        let lost =
            JobState::Unknown(Run { began: Timestamp(1), attempt: 1 }, Intent { upload, at: Timestamp(2) }.into());
        let jobs = [job(0, lost), job(9, JobState::Skipped("is empty".into())), job(2, JobState::Pending)];
        let text: String = jobs.iter().map(job_text).collect();
        let wanted = [
            "       1 UNKNOWN     a b.jpg  the answer to the paid call was lost",
            "      10 SKIPPED     a b.jpg  is empty",
            "       3 PENDING     a b.jpg",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), wanted);
        let told: Vec<_> = causes(&jobs).into_iter().map(|(kind, (count, ..))| (kind, count)).collect();
        assert_eq!(told, [(CauseKind::LocalFile, 1), (CauseKind::UnknownOutcome, 1)]);
        assert_eq!(job_json(&jobs[1])["cause"]["message"], "is empty");
    }
}
