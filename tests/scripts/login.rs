//! Keys that are stored: from a pipe or a prompt, never shown, readable by their owner alone.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::common::terminal::Term;
use crate::common::{Run, Stage, run};

/// The program with the sandbox and no key.
fn keyless(stage: &Stage, args: &[&str]) -> Command {
    let mut command = stage.command(args);
    command.env_remove("FAL_KEY");
    command
}

fn piped(command: &mut Command, text: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn kept(stage: &Stage, name: &str) -> PathBuf {
    stage.dir.path().join(".local/share/fal-tui/keys").join(name)
}

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_key_from_a_pipe_is_kept_for_its_owner_and_used() {
    let stage = Stage::new();
    stage.small_photos(1);
    let photos = stage.photos();
    let without = run(keyless(&stage, &["--json", "--yes"]).arg(&photos));
    without.assert_status(2);
    assert!(without.stderr.contains("fal-tui login"), "{}", without.stderr);

    let told = piped(&mut keyless(&stage, &["login"]), "  sesame:key\n");
    told.assert_status(0);
    assert!(told.stdout.contains("fal knows it") && !told.stdout.contains("sesame"), "{}", told.stdout);
    let file = kept(&stage, "default");
    assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("sesame:key\n", 0o600));
    assert_eq!(mode(file.parent().unwrap()), 0o700);

    run(keyless(&stage, &["--json", "--yes"]).arg(&photos)).assert_status(0);
    let shown = run(&mut keyless(&stage, &["config"]));
    assert!(shown.stdout.contains("stored by `fal-tui login`") && !shown.stdout.contains("sesame"), "{}", shown.stdout);
    // The environment's wins, even where it is bad.
    let other = run(keyless(&stage, &["--json", "--yes", "-p", "steps=9"]).env("FAL_KEY", "bad:key").arg(&photos));
    other.assert_status(3);

    let gone = run(&mut keyless(&stage, &["logout"]));
    assert!(gone.status == 0 && gone.stdout.contains("is removed") && !file.exists(), "{}", gone.stdout);
    assert!(run(&mut keyless(&stage, &["logout"])).stdout.contains("no key is stored"));
}

#[test]
fn keys_have_names_and_one_that_others_can_read_is_not_used() {
    let stage = Stage::new();
    stage.small_photos(1);
    let photos = stage.photos();
    piped(&mut keyless(&stage, &["login", "--profile", "work"]), "work:key").assert_status(0);
    let of = |args: &[&str]| run(keyless(&stage, &[&["--json", "--yes"], args].concat()).arg(&photos));
    of(&[]).assert_status(2);
    let none = of(&["--profile", "home"]);
    assert!(none.status == 2 && none.stderr.contains("`fal-tui login --profile home`"), "{}", none.stderr);
    assert!(of(&["--profile", "../work"]).stderr.contains("takes letters, digits"));
    of(&["--profile", "work"]).assert_status(0);
    fs::set_permissions(kept(&stage, "work"), fs::Permissions::from_mode(0o644)).unwrap();
    let open = of(&["--profile", "work"]);
    assert!(open.status == 2 && open.stderr.contains("chmod 600"), "{}", open.stderr);
}

#[test]
fn what_is_no_key_is_not_stored_and_not_repeated() {
    let stage = Stage::new();
    for (text, status) in [("", 2), ("two words", 2), ("bad:key", 3)] {
        let told = piped(&mut keyless(&stage, &["login"]), text);
        told.assert_status(status);
        assert!(text.is_empty() || !told.stderr.contains(text), "{}", told.stderr);
        assert!(!kept(&stage, "default").exists(), "{text:?}");
    }
    // An argument is no way to give one.
    assert_eq!(run(&mut keyless(&stage, &["login", "sesame:key"])).status, 2);
}

#[test]
fn a_prompt_shows_nothing_of_what_is_typed() {
    let stage = Stage::new();
    let mut term = Term::start(&keyless(&stage, &["login"]), (100, 12));
    let modes = term.modes();
    term.wait_for("it is not shown");
    term.wait("a terminal that shows nothing", |_| term.modes() != modes);
    term.press("sesamx\x7fe:key\r");
    term.wait_for("fal knows it");
    assert!(term.wait_exit().success());
    assert!(!term.text().contains("sesam"), "{}", term.text());
    assert_eq!(term.modes(), modes, "it is given back");
    assert_eq!(fs::read_to_string(kept(&stage, "default")).unwrap(), "sesame:key\n");

    let mut term = Term::start(&keyless(&stage, &["login", "--profile", "other"]), (100, 12));
    term.wait_for("it is not shown");
    term.wait("a terminal that shows nothing", |_| term.modes() != modes);
    term.press("half\x03");
    term.wait_for("nothing was stored");
    assert_eq!(term.wait_exit().exit_code(), 2);
    assert!(!kept(&stage, "other").exists());
}
