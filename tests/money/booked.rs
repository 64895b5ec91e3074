//! Whatever fal bills and does not say, the ledger counts no less against a cap: by whatever way it came there,
//! and from run to run.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::fs;

use fal_tui::job::Usd;
use fal_tui::ledger::Ledger;
use fal_tui::plan::Failed;
use serde_json::Value;

use super::bench::{Bench, Given};
use super::common::{self, Run, Stage};
use super::{on_a_paused_clock, stage, stats};

/// Nobody is told what is billed, which is whole megapixels, and for a run that fails as well.
const SILENT: &str = "[billing]\ntold = false\nwhole = true\nfailed_units = 1\n";

fn billed(stage: &Stage) -> f64 {
    stats(stage)["usd"].as_f64().unwrap()
}

/// What a run, or the list of batches, says that is spent: known, assumed, and at the most.
fn spent(told: &Value) -> [f64; 3] {
    let of = |name: &str| told[name].as_f64().unwrap_or_else(|| panic!("no `{name}`: {told}"));
    let [all, known, assumed] = ["spent_usd", "spent_known_usd", "spent_assumed_usd"].map(of);
    assert!((all - known - assumed).abs() < 1e-9, "{told}");
    [known, assumed, of("spent_at_most_usd")]
}

/// Small photos that are not there yet, each billed a megapixel: as many as there are to be then.
fn photos(stage: &Stage, count: u8) {
    for n in 1..=count {
        let path = stage.photos().join(format!("tiny-{n}.png"));
        if !path.exists() {
            let picture = image::RgbImage::from_pixel(24, 16, image::Rgb([n * 9, 90, 200]));
            picture.save(path).unwrap();
        }
    }
}

fn is_about(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

/// The newest batch of the ledger, as `batches` and `show` tell it.
fn listed(stage: &Stage) -> Value {
    let told = |args: &[&str]| common::run(&mut stage.command(args));
    let listed = told(&["batches", "--json"]);
    let first: Value = serde_json::from_str(listed.stdout.lines().next().unwrap()).unwrap();
    let shown = told(&["show", &first["batch"].to_string(), "--json"]);
    let shown: Value = serde_json::from_str(shown.stdout.lines().next().unwrap()).unwrap();
    assert!(spent(&shown).into_iter().zip(spent(&first)).all(|(one, other)| is_about(one, other)), "{shown}");
    first
}

#[test]
fn what_is_recovered_into_a_new_ledger_counts_at_its_most() {
    let stage = stage(SILENT);
    photos(&stage, 4);
    stage.run(&[]).assert_status(0);
    assert!(is_about(billed(&stage), 0.4));
    fs::remove_dir_all(stage.dir.path().join(".local/state/fal-tui")).unwrap();
    fs::remove_dir_all(stage.output()).unwrap();
    common::run(stage.command(&["recover"]).arg(stage.photos())).assert_status(0);
    let [known, assumed, most] = spent(&listed(&stage));
    assert!(known == 0.0 && assumed < 0.1 && is_about(most, 0.4), "{known}, {assumed}, {most}");

    photos(&stage, 8);
    let plan = common::run(stage.command(&["plan", "--json", "--budget", "0.65"]).arg(stage.photos()));
    let plan: Value = serde_json::from_str(plan.stdout.trim()).unwrap();
    assert_eq!((&plan["photos"], &plan["may_leave"]), (&4.into(), &2.into()), "{plan}");
    stage.run(&["--budget", "0.65"]).assert_status(4);
    assert!(is_about(billed(&stage), 0.6), "two more, and no third: {}", billed(&stage));
}

#[test]
fn files_that_come_back_from_the_same_requests_are_not_paid_for_twice() {
    let stage = stage("[billing]\nwhole = true\n");
    photos(&stage, 3);
    stage.run(&[]).assert_status(0);
    let before = spent(&listed(&stage));
    assert!(is_about(before[0], 0.3) && before[1] == 0.0, "fal said all of it: {before:?}");
    fs::remove_dir_all(stage.output()).unwrap();
    common::run(&mut stage.command(&["recover"])).assert_status(0);
    let [known, assumed, most] = spent(&listed(&stage));
    assert!(is_about(most, 0.3) && known + assumed <= 0.3, "{known}, {assumed}, {most}");
}

#[test]
fn a_run_without_a_cap_counts_for_one_with_a_cap() {
    let stage = stage(SILENT);
    photos(&stage, 6);
    let told: Run = stage.run(&[]);
    let [known, assumed, most] = spent(&told.summary());
    assert!(known == 0.0 && assumed < 0.1 && is_about(most, billed(&stage)), "{known}, {assumed}, {most}");
    photos(&stage, 12);
    let capped = stage.run(&["--budget", "0.95"]);
    capped.assert_status(4);
    assert!(is_about(billed(&stage), 0.9), "{}", billed(&stage));
    assert!(capped.stderr.contains("may turn out to be $0.90"), "{}", capped.stderr);
    // And once more without one, and with one again.
    stage.run(&[]).assert_status(0);
    photos(&stage, 13);
    stage.run(&["--budget", "1.25"]).assert_status(4);
    assert!(is_about(billed(&stage), 1.2), "{}", billed(&stage));
    let lines = common::run(stage.command(&["--headless", "--yes", "--budget", "1.25"]).arg(stage.photos()));
    let told = format!("{}{}", lines.stdout, lines.stderr);
    assert!(told.contains("spent     ≈$") && told.contains("$1.20 at the most, since fal did not say"), "{told}");
}

#[test]
fn whatever_fails_and_is_killed_no_less_is_counted_than_was_billed() {
    const CAP: f64 = 3.0;
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let stage = stage(&format!(
        "{SILENT}[[fault]]\ncall = \"run\"\nfile = \"dear-*[13579].png\"\nattempt = \"1..2\"\nfail = {{ type = \"content_policy_violation\" }}\n"
    ));
    stage.dear_photos(12);
    for life in 0..8 {
        // With a cap and without: what one leaves behind counts in the other.
        let budget = (life % 2 == 1).then_some(CAP);
        let (window, crash_after) = (Some(rng.u16(1..6)), rng.u32(5..200));
        on_a_paused_clock(async {
            // What failed may have been paid for, and is sent again.
            let retry_failed = Some(Failed::default());
            let given = Given { budget, window, retry_failed, ..Given::default() };
            let mut bench = Bench::start(&stage, given).await;
            for _ in 0..crash_after {
                bench.pass().await;
            }
            bench.crash().await;
        });
        // What a later run finds: what is spent, and what it has to reserve for.
        on_a_paused_clock(async {
            let given = Given { waits_to_start: true, stay: true, ..Given::default() };
            let mut bench = Bench::start(&stage, given).await;
            bench.until("all is read", |bench| bench.snapshot().totals.all() == 12).await;
            let used = bench.snapshot().totals.used().unwrap().as_f64();
            bench.crash().await;
            assert!(billed(&stage) <= used + 1e-9, "life {life}: {} billed, {used} counted", billed(&stage));
        });
    }
    on_a_paused_clock(async {
        let mut bench = Bench::start(&stage, Given::default()).await;
        for _ in 0..200 {
            if !bench.has_ended() {
                bench.leap(std::time::Duration::from_secs(5)).await;
            }
        }
        let summary = bench.end().await;
        let counted = summary.spent.at_most + summary.reserved;
        assert!(billed(&stage) <= counted.as_f64() + 1e-9, "{} billed, {summary:?}", billed(&stage));
        assert_eq!(summary.spent.known, Usd::ZERO);
        let ledger = Ledger::open(&stage.dir.path().join("state")).await.unwrap();
        let row = ledger.batches().await.unwrap().remove(0);
        assert_eq!(row.spent, summary.spent, "the ledger says what the run said");
    });
}
