//! Pages of batches: jobs that are made up, and what a page has become in a real browser.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    reason = "tests and a bench use some of it"
)]

use std::path::Path;
use std::process::{Command, Stdio};

use fal_tui::job::{
    Closed, ContentHash, Cost, FileKind, FilePath, Job, JobId, JobState, Losses, NamedText, Photo, Pixels, RequestId,
    Saved, SavedFile, Timestamp, Usd,
};

/// What a page has become in Chromium, which `.ci/run` installs; `None` where there is none.
pub(crate) fn opened(page: &Path, hash: &str) -> Option<String> {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok());
    let Some(browser) = browser else {
        println!("skipped: there is no Chromium");
        return None;
    };
    let home = tempfile::tempdir().unwrap();
    let url = format!("{}{hash}", url::Url::from_file_path(page).unwrap());
    let flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=1200,900",
        "--virtual-time-budget=4000",
        "--dump-dom",
    ];
    let shown = Command::new(browser)
        .args(flags)
        .arg(format!("--user-data-dir={}", home.path().display()))
        .arg(url)
        .env("HOME", home.path())
        .output()
        .unwrap();
    Some(String::from_utf8(shown.stdout).unwrap())
}

/// What stands behind an attribute's name in a page.
pub(crate) fn said<'a>(dom: &'a str, attribute: &str) -> &'a str {
    let (_, rest) = dom.split_once(&format!("{attribute}=\"")).unwrap_or_else(|| panic!("no {attribute}: {dom}"));
    rest.split_once('"').unwrap().0
}

/// A photo that is done.
pub(crate) fn job(number: usize) -> Job {
    let path = format!("folder {}/IMG_{number}.jpg", number % 20);
    let photo = Photo {
        path: Path::new(&path).into(),
        source: Path::new("/photos").join(&path).into(),
        format: None,
        pixels: Some(Pixels::new(4000, 3000)),
        bytes: 1,
        modified: Timestamp(0),
        shares_stem: false,
        losses: Losses::NONE,
    };
    let ended = i64::try_from(number).unwrap();
    let closed = Closed {
        at: Timestamp(1_760_000_000_000 + ended * 900),
        took: std::time::Duration::from_secs(20),
        attempts: 1,
    };
    let saved = Saved {
        request: RequestId::new(&format!("r-{number}")).unwrap(),
        first: SavedFile {
            role: "image".into(),
            path: FilePath(Path::new(&path).with_extension("png")),
            kind: FileKind::of("png", Some(Pixels::new(8000, 6000))),
            bytes: 1,
        },
        further: [].into(),
        texts: [NamedText {
            role: "caption".into(),
            text: "A wide sandy beach at low tide, two people walk along it.".into(),
        }]
        .into(),
        seed: Some(7),
        inference_s: Some(12.5),
        cost: Some(Cost::Known(Usd::from_nanos(4_800_000_000))),
        content: Some(ContentHash([0; 32])),
        same_as: None,
    };
    Job { id: JobId::at(number), photo, state: JobState::Done(closed, saved.into()), own: None, opinion: None }
}
