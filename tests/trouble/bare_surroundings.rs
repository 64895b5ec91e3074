//! Where there is nothing that a program is used to: no home, no terminal, no standard streams, no reader.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says what it leaves out")]

use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{Run, Stage, fast, run};
use fal_tui::sandbox::Options;

/// The program for a user whom the system does not know, so that nothing says where its home is.
fn homeless(stage: &Stage, variables: &[(&str, &Path)], args: &[&str]) -> Option<Run> {
    let of_nobody = |program: &str| {
        let mut command = Command::new("unshare");
        command.env_clear().env("PATH", "/usr/bin:/bin").args(["--user", "--map-user=54321", "--", program]);
        command
    };
    if !of_nobody("true").status().is_ok_and(|status| status.success()) {
        eprintln!("left out: this system lets nobody be another user (`unshare --user --map-user`)");
        return None;
    }
    let plain = stage.command(&[&["--json", "--yes"], args].concat());
    let mut command = of_nobody(plain.get_program().to_str().unwrap());
    command.args(plain.get_args()).arg(stage.photos());
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env_remove("HOME").envs(variables.iter().copied()).current_dir(stage.dir.path());
    Some(run(&mut command))
}

#[test]
fn without_a_home_it_says_what_it_needs_and_takes_any_of_it() {
    let stage = Stage::new();
    stage.small_photos(1);
    let Some(none) = homeless(&stage, &[], &[]) else { return };
    none.assert_status(2);
    for way in ["HOME", "XDG_STATE_HOME", "--state-dir"] {
        assert!(none.stderr.contains(way), "{}", none.stderr);
    }
    assert_eq!(stage.stats()["submits"], 0);
    // A folder that depends on where one stands is none.
    homeless(&stage, &[("XDG_STATE_HOME", Path::new("here"))], &[]).unwrap().assert_status(2);

    let (kept, said) = (stage.dir.path().join("state"), stage.dir.path().join("said"));
    homeless(&stage, &[("XDG_STATE_HOME", &kept)], &[]).unwrap().assert_status(0);
    assert!(kept.join("fal-tui").is_dir());
    homeless(&stage, &[], &["--state-dir", said.to_str().unwrap(), "-p", "steps=9"]).unwrap().assert_status(0);
    assert!(said.is_dir());
    // The config file counts where only it is somewhere.
    let config = stage.dir.path().join("config/fal-tui");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "concurency = 4\n").unwrap();
    let config = stage.dir.path().join("config");
    let odd = homeless(&stage, &[("XDG_STATE_HOME", &kept), ("XDG_CONFIG_HOME", &config)], &[]).unwrap();
    odd.assert_status(2);
    assert!(odd.stderr.contains("concurrency"), "{}", odd.stderr);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn without_standard_streams_and_without_a_terminal_the_work_is_done() {
    let stage = Stage::new();
    stage.small_photos(3);
    let plain = stage.command(&[]);
    let program = plain.get_program().to_str().unwrap().to_owned();
    for (form, steps) in [("--headless", 8), ("--json", 9)] {
        let mut command = Command::new("/bin/sh");
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let line =
            format!("exec '{program}' {form} --yes -p steps={steps} '{}' <&- >&- 2>&-", stage.photos().display());
        let status = command.current_dir(stage.dir.path()).args(["-c", &line]).status().unwrap();
        assert!(status.success(), "{form}: {status}");
    }
    assert_eq!(stage.stats()["accepted"], 6);
    let shown = run(stage.command(&["batches", "--json"]).stdin(Stdio::null()));
    assert_eq!(shown.stdout.matches("\"DONE\":3").count(), 2, "{}", shown.stdout);
}

/// What a shell says of a pipe.
fn piped(stage: &Stage, line: &str) -> Run {
    let plain = stage.command(&[]);
    let mut command = Command::new("/bin/sh");
    command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PROGRAM", plain.get_program()).env("PHOTOS", stage.photos()).current_dir(stage.dir.path());
    run(command.args(["-c", line]))
}

#[test]
fn what_is_piped_into_head_loses_nothing() {
    let stage = Stage::with(Options { runners: 2, ..fast() });
    stage.small_photos(12);
    for form in ["--headless", "--json"] {
        let ran =
            piped(&stage, &format!("{{ \"$PROGRAM\" {form} --yes \"$PHOTOS\"; echo \"ended $?\" >&2; }} | head -n 2"));
        assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
        let how = ran.stderr.lines().find_map(|line| line.strip_prefix("ended ")).unwrap().to_owned();
        assert!(["130", "0"].contains(&&*how) && !ran.stderr.contains("panicked"), "{form}: {}", ran.stderr);
    }
    // All of it may go to one who reads no more.
    let ran = piped(&stage, "{ \"$PROGRAM\" --headless --yes \"$PHOTOS\" 2>&1; } | head -n 1");
    assert_eq!(ran.stdout.lines().count(), 1);
    for line in ["plan \"$PHOTOS\"", "--help", "show 1 --json", "config"] {
        let ran = piped(&stage, &format!("\"$PROGRAM\" {line} | head -n 1"));
        assert!(ran.stdout.lines().count() == 1 && ran.stderr.is_empty(), "{line}: {}", ran.stderr);
    }
    let whole = stage.run(&[]);
    whole.assert_status(0);
    assert_eq!((&whole.summary()["done"], &stage.stats()["accepted"]), (&12.into(), &12.into()));
}
