//! The config file that is written for a person, and what `doctor` finds.

use std::fs;

use crate::common::{Stage, run};
use serde_json::Value;

#[test]
fn a_config_file_is_written_once_and_every_line_of_it_can_be_set() {
    let stage = Stage::new();
    let written = run(&mut stage.command(&["config", "--init"]));
    written.assert_status(0);
    let file = stage.dir.path().join(".config/fal-tui/config.toml");
    assert!(written.stdout.contains(file.to_str().unwrap()), "{}", written.stdout);
    let text = fs::read_to_string(&file).unwrap();
    let plain = run(&mut stage.command(&["config"]));
    plain.assert_status(0);
    assert!(!plain.stdout.contains("config file, line"), "none is set: {}", plain.stdout);
    assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");

    // It is not written over.
    fs::write(&file, "concurrency = 3\n").unwrap();
    let again = run(&mut stage.command(&["config", "--init"]));
    again.assert_status(2);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "concurrency = 3\n");

    let is_setting = |line: &&str| {
        let name = line.strip_prefix("# ").and_then(|line| line.split_once(" = ")).map_or("", |(name, _)| name);
        line.starts_with("# [")
            || (!name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || "-_".contains(c)))
    };
    let set: Vec<_> = text.lines().filter(is_setting).filter_map(|line| line.strip_prefix("# ")).collect();
    assert!(set.len() > 40, "{set:?}");
    fs::write(&file, set.join("\n")).unwrap();
    let all = run(&mut stage.command(&["config"]));
    all.assert_status(0);
    let from_file = all.stdout.lines().filter(|line| line.contains("config file, line")).count();
    assert!(from_file > 40, "{}", all.stdout);
}

#[test]
fn doctor_says_what_it_found_and_what_to_do() {
    let stage = Stage::new();
    let ca = stage.dir.path().join("ca.pem");
    fs::write(&ca, "no certificate").unwrap();
    let told = run(stage
        .command(&["doctor", "--json"])
        .env("TERM", "xterm-kitty")
        .env("HTTPS_PROXY", "http://me:sesame@127.0.0.1:9")
        .env("NO_PROXY", "127.0.0.1"));
    assert!(!told.stdout.contains("sesame"), "{}", told.stdout);
    let found: Vec<Value> = told.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |check: &str| found.iter().find(|one| one["check"] == check).unwrap_or(&Value::Null).clone();
    assert_eq!((&of("clock")["verdict"], &of("latency")["verdict"]), (&"fine".into(), &"fine".into()), "{found:#?}");
    assert!(of("proxy")["message"].as_str().unwrap().contains("http://127.0.0.1:9 (HTTPS_PROXY)"));
    let chosen = of("chosen")["message"].to_string();
    assert!(chosen.contains("alerts by OSC 9") && chosen.contains("TERM=xterm-kitty"), "{chosen}");
    assert!(of("handles")["message"].is_string() && of("terminal")["message"].is_string(), "{found:#?}");

    let told = run(stage.command(&["doctor"]).env("SSL_CERT_FILE", &ca));
    assert!(
        told.stdout.contains("holds no certificate") && told.stdout.contains("hint: name a PEM file"),
        "{}",
        told.stdout
    );
}
