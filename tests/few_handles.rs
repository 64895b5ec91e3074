//! Few file handles: what is paid for is saved, or nothing is sent at all.

#![cfg(unix)]

mod common;

use std::process::Command;

use common::{Stage, run};

/// The stage's run with at most so many handles.
fn limited(stage: &Stage, handles: &str) -> common::Run {
    let inner = stage.command(&["--json", "--yes"]);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit $1; shift; exec \"$@\"", "sh", handles]);
    command.arg(inner.get_program()).args(inner.get_args()).arg(stage.photos()).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(stage.dir.path());
    run(&mut command)
}

#[test]
fn too_few_are_refused_before_anything_is_sent() {
    let stage = Stage::new();
    stage.small_photos(30);
    let told = limited(&stage, "-n 40");
    told.assert_status(2);
    assert!(told.stderr.contains("ulimit -n"), "{}", told.stderr);
    assert_eq!(stage.stats()["submits"], 0, "{}", stage.stats());
}

#[test]
fn with_just_enough_all_that_is_paid_for_is_saved() {
    for handles in ["-n 56", "-n 64", "-n 90"] {
        let stage = Stage::new();
        stage.small_photos(60);
        let told = limited(&stage, handles);
        told.assert_status(0);
        assert_eq!(told.summary()["done"], 60, "{handles}: {}", told.stderr);
    }
}

#[test]
fn a_low_soft_limit_is_raised_to_the_hard_one() {
    let stage = Stage::new();
    stage.small_photos(8);
    limited(&stage, "-S -n 20").assert_status(0);
}
