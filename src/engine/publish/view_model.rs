//! Jobs as the values that faces get: a line of the table, an event, a detail.

use std::borrow::Cow;
use std::path::Path;

use crate::engine::event::JobChange;
use crate::engine::job_table::JobTable;
use crate::engine::publish::attempt_history::AttemptHistory;
use crate::engine::publish::wording::{note, row_state};
use crate::engine::runtime::Runtime;
use crate::engine::snapshot::{
    Detail, Elapsed, Judged, Money, PictureFile, RequestDetail, ResultDetail, Row, RowPicture, TroubleDetail,
};
use crate::job::{
    Answer, Checkpoint, FilePath, Job, JobState, NamedText, Saved, Timestamp, clean, inlined, is_signed, one_line,
};
use crate::ledger::Trail;

/// A job as a line of the table. While no more are begun (`held`), what only lies there has no clock.
pub(in crate::engine) fn row(job_table: &JobTable, job: &Job, live: Option<&Runtime>, held: bool) -> Row {
    let state = &job.state;
    let lies = state.is_final() || (held && !state.is_moving());
    let saved = state.saved();
    let work = job_table.work(job);
    let cost = match saved {
        Some(saved) => saved.cost.map(Money::from),
        None if state.came_to_nothing() => None,
        None => job_table.expected(job).map(Money::Estimated),
    };
    Row {
        id: job.id,
        path: clean(&job.photo.slash_path()).into_owned(),
        state: row_state(job, live, lies),
        elapsed: match (state.run(), state.closed()) {
            (Some(run), _) if !lies => Elapsed::Since(run.began),
            (None, Some(closed)) if closed.attempts > 0 => Elapsed::Took(closed.took),
            _ => Elapsed::None,
        },
        attempt: state.attempt(),
        input: work.sent,
        output: saved.map_or(work.pixels, Saved::pixels),
        cost,
        note: note(job).map_or_else(|| live.map(Runtime::last_words).unwrap_or_default(), told_in_row),
        progress: live
            .filter(|live| matches!(state, JobState::InProgress(..)) && live.trouble.is_none())
            .and_then(|live| live.log.progress().cloned()),
        losses: job.photo.losses,
        choice: None,
        picture: None,
        judged: Judged { stars: job.stars(), verdict: job.verdict() },
    }
}

/// What shows a job: its result below `root`, else its photo; `None` if the size of neither is known.
pub(in crate::engine) fn picture(job: &Job, root: &Path) -> Option<Box<RowPicture>> {
    let result = job.state.saved().and_then(|saved| {
        let (file, stamp) = (FilePath(root.join(saved.output())), saved.request.to_string());
        Some(RowPicture { file, pixels: saved.pixels()?, stamp })
    });
    let photo = || {
        let file = FilePath(job.photo.source.to_path_buf());
        Some(RowPicture { file, pixels: job.photo.pixels?, stamp: String::new() })
    };
    result.or_else(photo).map(Box::new)
}

/// As much of a note as the widest row has room for: every snapshot carries those of its page.
fn told_in_row(note: Cow<'_, str>) -> String {
    const MOST: usize = 1024;
    if note.len() <= MOST { note.into_owned() } else { note.chars().take(MOST).collect() }
}

/// A job's new state as an event.
pub(in crate::engine) fn change(job: &Job, at: Timestamp) -> JobChange {
    let state = &job.state;
    let saved = state.saved();
    let answer = match state {
        JobState::Saving(_, _, answer) => Some(&**answer),
        _ => None,
    };
    JobChange {
        id: job.id,
        path: job.photo.slash_path(),
        status: state.status(),
        attempt: state.attempt().max(1),
        request_id: state.last_request_id().cloned(),
        queue_position: if let JobState::InQueue(_, _, position) = state { *position } else { None },
        cause: state.why(),
        retry_in: if let JobState::Waiting { until, .. } = state { Some(until.since(at)) } else { None },
        files: saved.into_iter().flat_map(Saved::files).cloned().collect(),
        texts: saved.map_or_else(|| answer.map(Answer::named_texts).unwrap_or_default(), |saved| texts(job, saved)),
        seed: saved.map_or_else(|| answer.and_then(|answer| answer.seed), |saved| saved.seed),
        inference_s: match state {
            JobState::Completed(_, _, inference_s) => *inference_s,
            _ => saved.and_then(|saved| saved.inference_s),
        },
        cost: saved.and_then(|saved| saved.cost),
        same_as: saved.and_then(|saved| saved.same_as.clone()),
    }
}

/// What is said of a picture: a person's words in place of the first of the model's.
fn texts(job: &Job, saved: &Saved) -> Box<[NamedText]> {
    let mut texts = saved.texts.clone();
    if let Some((first, text)) = texts.first_mut().zip(job.caption()) {
        first.text = text.into();
    }
    texts
}

/// What a model said: its caption, or if it said more, all of it by name.
fn whole_text(job: &Job, saved: &Saved) -> Option<String> {
    if saved.texts.len() < 2 {
        return job.caption().map(|caption| clean(caption).into_owned());
    }
    // A person's words stand in the first one's place.
    let first = job.caption().into_iter().chain(saved.texts.iter().skip(1).map(|said| &*said.text));
    let texts = saved.texts.iter().zip(first).map(|(said, text)| format!("{}: {}", clean(&said.role), clean(text)));
    Some(texts.collect::<Vec<_>>().join("\n"))
}

/// All that is known of a job. `root` is the output folder, `request_url` where its request is.
pub(in crate::engine) fn detail(
    job: &Job,
    live: Option<&Runtime>,
    history: Option<&AttemptHistory>,
    root: &Path,
    request_url: Option<String>,
) -> Detail {
    let state = &job.state;
    let saved = state.saved();
    let upload = match state {
        JobState::Uploaded(_, upload) => Some(&**upload),
        JobState::Submitting(_, intent) | JobState::Unknown(_, intent) => Some(&intent.upload),
        JobState::Waiting { checkpoint, .. } | JobState::Failed { checkpoint, .. } => match &**checkpoint {
            Checkpoint::Upload(upload) => Some(upload),
            checkpoint => checkpoint.request().map(|request| &request.upload),
        },
        _ => state.request().map(|request| &request.upload),
    };
    let result = match state {
        JobState::Saving(_, _, answer) => answer.picture(),
        JobState::Waiting { checkpoint, .. } | JobState::Failed { checkpoint, .. } => match &**checkpoint {
            Checkpoint::Answer(_, answer) => answer.picture(),
            _ => None,
        },
        _ => None,
    };
    let of_trail = |part: fn(&Trail) -> Option<&str>| part(&history?.trail);
    // Only of a job that has its own result is it known to be the one that was last fetched.
    let own_result = saved.filter(|saved| saved.same_as.is_none());
    let of_result = own_result.and_then(|_| of_trail(|trail| trail.result_url.as_deref()));
    let cleaned = |text: &str| clean(text).into_owned();
    Detail {
        id: job.id,
        path: clean(&job.photo.slash_path()).into_owned(),
        source: clean(&job.photo.source.to_string_lossy()).into_owned(),
        before: PictureFile { path: FilePath(job.photo.source.to_path_buf()), pixels: job.photo.pixels, sent: None },
        losses: job.photo.losses,
        photo_bytes: job.photo.bytes,
        logs: live.map(|live| live.log.lines().cloned().collect()).unwrap_or_default(),
        attempts: history.map(|history| history.attempts.clone()).unwrap_or_default(),
        own: None,
        ruled: Vec::new(),
        redo: Vec::new(),
        request: RequestDetail {
            id: state.last_request_id().map(ToString::to_string),
            upload_url: upload.map(|upload| &*upload.url).or(of_trail(|trail| trail.upload_url.as_deref())).map(
                |url| match url {
                    _ if inlined(url).is_some() => INLINE.to_owned(),
                    _ if is_signed(url) => SIGNED.to_owned(),
                    _ => cleaned(url),
                },
            ),
            result_url: result.map(|(url, _)| url).or(of_result).map(cleaned),
            answer: own_result.and_then(|_| of_trail(|trail| trail.answer.as_deref())).map(pretty),
            url: request_url,
        },
        result: ResultDetail {
            files: saved
                .into_iter()
                .flat_map(Saved::files)
                .map(|file| cleaned(&root.join(&file.path).to_string_lossy()))
                .collect(),
            after: saved.and_then(|saved| {
                let pixels = saved.pixels()?;
                Some(PictureFile { path: FilePath(root.join(saved.output())), pixels: Some(pixels), sent: None })
            }),
            caption: saved.and_then(|saved| whole_text(job, saved)),
            said: saved.and_then(|_| job.caption()).map(one_line),
            seed: saved.and_then(|saved| saved.seed),
            inference_s: saved.and_then(|saved| saved.inference_s),
            cost: saved.and_then(|saved| saved.cost),
            bytes: saved.map(|saved| saved.first.bytes),
        },
        trouble: TroubleDetail {
            cause: state.cause().cloned(),
            stage: state.stop().map(|stop| stop.stage),
            suspicion: state.suspicion().map(|odd| clean(&odd.0).into_owned()),
            unread: if let JobState::Unread(_, _, unread) = state { Some(cleaned_lines(&unread.answer)) } else { None },
        },
    }
}

/// What stands for the URL of a photo that stood in the request.
const INLINE: &str = "in the request itself, as a data URI";
/// What is shown in place of a signed one.
const SIGNED: &str = "one that its store signed, which is kept nowhere";

/// JSON as people read it, a part a line; one that was cut as it is.
fn pretty(answer: &str) -> String {
    let whole = serde_json::from_str::<serde_json::Value>(answer);
    let told = whole.ok().and_then(|whole| serde_json::to_string_pretty(&whole).ok());
    cleaned_lines(told.as_deref().unwrap_or(answer))
}

/// A text of more than one line, made harmless line by line.
fn cleaned_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
