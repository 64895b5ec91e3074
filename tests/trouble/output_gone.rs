//! A run whose output cannot be written: what is at fal is said elsewhere, and nothing says that
//! nothing was sent.

#![cfg(unix)]

use std::fs::File;
use std::process::Stdio;
use std::time::Duration;

use crate::common::{Stage, fast};
use fal_tui::sandbox::Options;

fn slow() -> Stage {
    let stage = Stage::with(Options { latency: Duration::from_mins(1), ..fast() });
    stage.small_photos(3);
    stage
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_stdout_ends_with_the_disks_status_and_the_summary_on_stderr() {
    let stage = slow();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let told =
        stage.command(&["--headless", "--yes"]).arg(stage.photos()).stdin(Stdio::null()).stdout(full).output().unwrap();
    let stderr = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(4), "{stderr}");
    assert!(stderr.contains("cannot be written") && stderr.contains("batch 1"), "{stderr}");
}

#[test]
fn a_reader_who_goes_away_is_told_on_stderr_what_is_left() {
    let stage = slow();
    let mut child = stage
        .command(&["--json", "--yes"])
        .arg(stage.photos())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    stage.until("all are at fal", |stats| stats["accepted"] == 3);
    drop(child.stdout.take());
    // The next event finds nobody: the sandbox says that it works on something.
    let told = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("3 at fal, picked up then"), "{stderr}");
    assert!(stage.output().join("report.csv").exists());
}
