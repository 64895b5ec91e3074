//! What the records and the page of 100,000 photos cost, and how soon a browser shows a page of 10,000. Reported, never
//! asserted in a test.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement")]

#[path = "../tests/common/page.rs"]
mod made;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use fal_tui::job::{Job, Service, Terms};
use fal_tui::output::{Captions, Facts, FileNames, Output};
use fal_tui::picture::Thumbs;
use made::{job, opened, said};

/// Photos in the batch; a small number may be given for a look at whether it works.
const PHOTOS: usize = 100_000;
/// So many are in hand at once, as in a run.
const CHUNK: usize = 1000;
/// Photos on the page that a browser opens.
const SHOWN: usize = 10_000;

fn main() {
    let asked = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let photos: usize = asked.unwrap_or(PHOTOS);
    let jobs: Vec<_> = (0..photos).map(job).collect();
    let dir = tempfile::tempdir().unwrap();
    let output = Output::open(dir.path(), Captions::default()).unwrap();
    let terms =
        Terms { model: "fal-ai/flux-vision-upscaler".to_owned(), params: "{}".to_owned(), service: Service::Fal };

    for time in ["first", "again"] {
        let begun = Instant::now();
        output.write_records(&jobs, &terms, FileNames::default()).unwrap();
        println!("records of {photos} photos, {time}: {:.2} s", begun.elapsed().as_secs_f64());
    }
    let begun = Instant::now();
    let name = page(&output, &jobs);
    let bytes = fs::metadata(dir.path().join(&name)).unwrap().len();
    println!("page of {photos} photos without pictures: {:.2} s, {} kB", begun.elapsed().as_secs_f64(), bytes / 1000);

    let dir = tempfile::tempdir().unwrap();
    let output = Output::open(dir.path(), Captions::default()).unwrap();
    let shown = jobs.get(..SHOWN).unwrap_or(&jobs);
    let name = page(&output, shown);
    opens(&dir.path().join(name), shown.len());
}

fn page(output: &Output, jobs: &[Job]) -> String {
    let facts = Facts { title: "many".to_owned(), about: "Batch 1".to_owned(), spent: "$48,000.00".to_owned() };
    let mut page = output.page(&facts, Arc::new(Thumbs::new(None))).unwrap();
    for jobs in jobs.chunks(CHUNK) {
        page.add(jobs, &AtomicBool::new(false)).unwrap();
    }
    page.finish().unwrap()
}

/// How long a page takes in Chromium from its address to its first rows.
fn opens(page: &Path, photos: usize) {
    for _ in 0..3 {
        let Some(dom) = opened(page, "") else { return };
        println!("a page of {photos} in Chromium: rows after {} ms", said(&dom, "data-ready-ms"));
    }
}
