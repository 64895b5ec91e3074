//! The pictures of rows near the cursor, for a face that makes them ahead.

use std::path::Path;

use crate::engine::job_table::JobTable;
use crate::engine::snapshot::{Also, Near, Page};
use crate::job::{Saved, one_line};

/// Rows before the cursor's.
const BEFORE: usize = 1;
/// Rows behind it.
const BEHIND: usize = 3;

/// Those of a page whose face wants them; `root` is the output folder.
pub(in crate::engine) fn near(jobs: &JobTable, page: &Page, root: &Path) -> Vec<Near> {
    let Some(cursor) = page.cursor.filter(|_| page.query.also == Also::Near) else { return Vec::new() };
    let jobs = jobs.at(&page.query, cursor.saturating_sub(BEFORE)..cursor + BEHIND + 1);
    let near = jobs.into_iter().map(|job| {
        let saved = job.state.saved();
        let after = |saved: &Saved| Some(Near::file(root.join(saved.output()), Some(saved.pixels()?)));
        Near {
            id: job.id,
            before: Near::file(job.photo.source.to_path_buf(), job.photo.pixels),
            after: saved.and_then(after),
            // A picture that says more of itself looks the same.
            said: saved.and_then(|_| job.caption()).map(one_line),
            stamp: saved.map(|saved| saved.request.to_string()).unwrap_or_default(),
        }
    });
    near.collect()
}
