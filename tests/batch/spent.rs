//! `fal-tui spent`: what was paid is told from the ledger, to the last request.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use crate::common::{Stage, run};
use serde_json::Value;

/// What `spent` says of the stage's ledger, a line an object.
fn told(stage: &Stage, args: &[&str]) -> Vec<Value> {
    let told = run(stage.command(&["spent", "--json"]).args(args));
    told.assert_status(0);
    told.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_way_of_adding_up_comes_to_what_the_runs_said_and_the_sandbox_billed() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let first = stage.run(&[]).assert_status(0).summary()["spent_usd"].as_f64().unwrap();
    stage.photo("coffee.png", "cup.png");
    stage.run(&["-p", "upscale_factor=1"]).assert_status(0);
    let billed = stage.stats()["usd"].as_f64().unwrap();

    for by in ["day", "batch", "model"] {
        let lines = told(&stage, &["--by", by]);
        let sum: f64 = lines.iter().map(|line| line["spent_usd"].as_f64().unwrap()).sum();
        assert!((sum - billed).abs() < 1e-6, "{by}: {sum} of {billed}; {lines:?}");
        assert_eq!(lines.iter().map(|line| line["requests"].as_u64().unwrap()).sum::<u64>(), 3, "{by}: {lines:?}");
        assert!(lines.iter().all(|line| line["v"] == 1 && !line[by].is_null()), "{by}: {lines:?}");
    }
    let of_first = told(&stage, &["--by", "batch"]).into_iter().find(|line| line["batch"] == 1).unwrap();
    assert!((of_first["spent_usd"].as_f64().unwrap() - first).abs() < 1e-6, "{of_first}");
    assert_eq!(told(&stage, &["--since", "2999-01-01"]), [] as [Value; 0]);
    assert_eq!(told(&stage, &["--since", "1h"]).len(), told(&stage, &[]).len());

    let text = run(&mut stage.command(&["spent"])).stdout;
    let total = text.lines().last().unwrap();
    assert!(total.starts_with("at fal") && total.ends_with("$0.00"), "no stand-in is fal: {text}");
    assert_eq!(run(&mut stage.command(&["spent", "--since", "soon"])).status, 2);
}

#[test]
fn the_ledger_is_compared_with_what_was_billed_request_by_request() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    stage.run(&[]).assert_status(0);
    let agrees = run(&mut stage.command(&["spent", "--reconcile"]));
    agrees.assert_status(0);
    assert!(agrees.stdout.contains("2 requests agree, 0 differ"), "{}", agrees.stdout);

    // What another ledger paid for, this one does not know.
    stage.photo("retina.jpg", "eye.jpg");
    stage.run(&["--state-dir", "elsewhere"]).assert_status(0);
    let differs = run(&mut stage.command(&["spent", "--reconcile", "--json"]));
    differs.assert_status(1);
    let lines: Vec<Value> = differs.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [line, total] = lines.try_into().unwrap();
    assert_eq!((&line["what"], &line["ledger_usd"]), (&"not in the ledger".into(), &Value::Null));
    assert!(line["billed_usd"].as_f64().unwrap() > 0.0 && line["request_id"].is_string(), "{line}");
    assert_eq!((&total["agree"], &total["differ"]), (&2.into(), &1.into()));
    let told = run(&mut stage.command(&["spent", "--reconcile"]));
    assert!(told.stdout.contains("not in the ledger"), "{}", told.stdout);

    // A key that is good for all else may not read it; one that is bad is refused as ever.
    let plain = run(stage.command(&["spent", "--reconcile"]).env("FAL_KEY", "plain"));
    plain.assert_status(3);
    assert!(plain.stderr.contains("takes one with ADMIN scope") && plain.stdout.is_empty(), "{}", plain.stderr);
    let bad = run(stage.command(&["spent", "--reconcile"]).env("FAL_KEY", "bad"));
    bad.assert_status(3);
    assert!(!bad.stderr.contains("ADMIN"), "{}", bad.stderr);
    run(stage.command(&["spent", "--reconcile"]).env_remove("FAL_KEY")).assert_status(2);
}
