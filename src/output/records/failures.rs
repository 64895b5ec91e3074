//! `failures.csv`: what failed, why, what to do, and where the photos are. It is there only if something failed.

use crate::job::{Group, Job, JobState, Photo, Service, Stage, as_cell, one_line, path_text};

/// The columns.
pub(super) const COLUMNS: [&str; 11] =
    ["path", "photo", "state", "cause", "message", "hint", "http", "stage", "attempts", "request_id", "service"];
/// Which of them is the photo's path below its own folder.
const PHOTO: usize = 1;

/// Whether a file with these columns is one of ours.
pub(super) fn is_ours<'a>(columns: impl Iterator<Item = &'a [u8]>) -> bool {
    columns.eq(COLUMNS.iter().map(|name| name.as_bytes()))
}

/// The photo that a line is about.
pub(super) fn named(record: &csv::ByteRecord) -> String {
    crate::job::of_cell(&String::from_utf8_lossy(record.get(PHOTO).unwrap_or_default())).to_owned()
}

/// A photo's true path, as it can be given to another run.
fn whole_path(photo: &Photo) -> String {
    let text = path_text(&photo.source);
    // The root is a part of its own.
    text.strip_prefix('/').filter(|rest| rest.starts_with('/')).map_or(text.clone(), str::to_owned)
}

/// A job's line, if it failed or nobody knows what became of it.
pub(super) fn line(job: &Job, service: &Service) -> Option<[String; 11]> {
    let is_lost = matches!(job.state, JobState::Unknown(..) | JobState::Unread(..));
    if job.state.status().group() != Group::Failed && !is_lost {
        return None;
    }
    let why = job.state.why()?;
    let stage = job.state.stop().map(|stop| stop.stage).or_else(|| job.state.stage()).map(|stage| match stage {
        Stage::Upload => "upload",
        Stage::Submit => "submit",
        Stage::Follow => "follow",
        Stage::Save => "save",
    });
    let cells = [
        whole_path(&job.photo),
        job.photo.slash_path(),
        job.state.status().name().to_owned(),
        why.kind.name().to_owned(),
        one_line(&why.message),
        why.kind.hint(),
        why.http.map(|http| http.to_string()).unwrap_or_default(),
        stage.unwrap_or_default().to_owned(),
        job.state.attempt().to_string(),
        job.state.last_request_id().map(ToString::to_string).unwrap_or_default(),
        service.name().to_owned(),
    ];
    Some(cells.map(as_cell))
}
