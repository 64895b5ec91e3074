//! Same picture, same money: whatever a photo is called and wherever it lies, it is paid for once.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::time::Duration;

use crate::common::{self, Run, Stage, fast, run, size, start};
use fal_tui::sandbox::{Options, Scenario};
use serde_json::Value;

/// One picture under three names, and another one.
fn with_duplicates(options: Options) -> Stage {
    let stage = Stage::with(options);
    stage
        .photo("chelsea.png", "a/cat.png")
        .photo("coffee.png", "b/cup.png")
        .photo("chelsea.png", "b/same cat.png")
        .photo("chelsea.png", "c/cat.png");
    stage
}

fn reused(told: &Run) -> Vec<Value> {
    let done = |event: &Value| event["event"] == "job" && event["state"] == "DONE" && event["same_as"].is_string();
    told.events().into_iter().filter(done).collect()
}

/// A folder whose photos were sent, renamed as a whole.
fn renamed(stage: &Stage) -> String {
    let to = stage.dir.path().join("holiday");
    fs::rename(stage.photos(), &to).unwrap();
    to.to_str().unwrap().to_owned()
}

#[test]
fn duplicates_in_a_folder_are_paid_for_once_and_each_gets_its_picture_and_caption() {
    let stage = with_duplicates(fast());
    let told = stage.run(&["-c", "4"]);
    told.assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["calls"]["upload"]), (&2.into(), &2.into()), "{stats:#}");
    let caption = fs::read(stage.output().join("a/cat.txt")).unwrap();
    for name in ["a/cat", "b/same cat", "c/cat"] {
        assert_eq!(size(&stage.output().join(name).with_extension("png")), (902, 600), "{name}");
        assert_eq!(fs::read(stage.output().join(name).with_extension("txt")).unwrap(), caption, "{name}");
    }
    let reused = reused(&told);
    assert_eq!(reused.len(), 2, "{}", told.stdout);
    for event in &reused {
        assert_eq!((&event["same_as"], &event["cost_usd"]), (&"a/cat.png".into(), &0.0.into()), "{event}");
        let way = told.states(event["path"].as_str().unwrap());
        assert_eq!(way, ["DONE"], "nothing of it is uploaded");
    }
    let (ours, theirs) = (told.summary()["spent_usd"].as_f64().unwrap(), stats["usd"].as_f64().unwrap());
    assert!((ours - theirs).abs() < 0.001, "{ours} and {theirs}");
    // Each is a file of its own: who edits one does not change another.
    fs::write(stage.output().join("c/cat.png"), "edited").unwrap();
    assert_eq!(size(&stage.output().join("a/cat.png")), (902, 600));
    // And they stay done.
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn of_two_in_flight_at_once_the_second_waits_for_the_first() {
    let stage = with_duplicates(Options { latency: Duration::from_millis(900), runners: 8, ..fast() });
    let told = stage.run(&["-c", "8"]);
    told.assert_status(0);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
    let place = |path: &str| {
        let done = |event: &Value| event["path"] == path && event["state"] == "DONE";
        told.events().iter().position(done).unwrap()
    };
    assert!(place("a/cat.png") < place("b/same cat.png") && place("a/cat.png") < place("c/cat.png"));
}

#[test]
fn where_the_first_fails_the_second_goes() {
    let scenario = "[[fault]]\ncall = \"run\"\nfile = \"first*\"\nfail = { type = \"image_load_error\" }\n";
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "x").unwrap()), ..fast() });
    stage.photo("chelsea.png", "1/first.png").photo("chelsea.png", "2/second.png").photo("chelsea.png", "3/third.png");
    let told = stage.run(&["-c", "4"]);
    told.assert_status(1);
    assert_eq!(told.last("1/first.png")["state"], "FAILED");
    assert_eq!(told.last("2/second.png")["state"], "DONE");
    assert_eq!(told.last("3/third.png")["same_as"], "2/second.png", "{}", told.stdout);
    assert_eq!(stage.stats()["accepted"], 2);
    // The one that failed gets the picture, too, once it is asked for.
    let again = stage.run(&["--retry-failed"]);
    again.assert_status(0);
    assert_eq!(again.last("1/first.png")["same_as"], "2/second.png", "{}", again.stdout);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn a_renamed_folder_costs_nothing() {
    let stage = with_duplicates(fast());
    stage.run(&[]).assert_status(0);
    let folder = renamed(&stage);
    let plan = run(&mut stage.command(&["plan", "--json", &folder]));
    let plan: Value = serde_json::from_str(plan.assert_status(0).stdout.trim()).unwrap();
    assert_eq!((&plan["photos"], &plan["duplicates"], &plan["estimate_usd"]), (&0.into(), &4.into(), &0.0.into()));

    let told = run(&mut stage.command(&["--json", "--yes", &folder]));
    told.assert_status(0);
    assert_eq!((told.summary()["done"].clone(), told.summary()["spent_usd"].clone()), (4.into(), 0.0.into()));
    assert_eq!(told.last("a/cat.png")["same_as"], "a/cat.png of batch 1");
    assert_eq!(stage.stats()["accepted"], 2);
    for name in ["a/cat.png", "b/cup.png", "b/same cat.png", "c/cat.png"] {
        assert!(stage.dir.path().join("holiday-upscaled").join(name).is_file(), "{name}");
    }
    // What was reused can be reused.
    fs::remove_dir_all(stage.output()).unwrap();
    let moved = stage.dir.path().join("moved");
    fs::create_dir(&moved).unwrap();
    fs::rename(stage.dir.path().join("holiday/b/cup.png"), moved.join("x.png")).unwrap();
    run(stage.command(&["--json", "--yes"]).arg(&moved)).assert_status(0);
    assert_eq!((stage.stats()["accepted"].clone(), stage.stats()["calls"]["download"].clone()), (2.into(), 2.into()));
}

#[test]
fn a_photo_that_was_renamed_in_its_folder_costs_nothing() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    stage.run(&[]).assert_status(0);
    fs::rename(stage.photos().join("cat.png"), stage.photos().join("kitten.png")).unwrap();
    let told = stage.run(&[]);
    told.assert_status(0);
    assert_eq!(told.last("kitten.png")["same_as"], "cat.png");
    assert_eq!(stage.stats()["accepted"], 2);
    assert!(stage.output().join("kitten.txt").is_file());
}

/// An editor that saves without a change, a copy that loses the time: the same picture is the same money.
#[test]
fn a_photo_that_was_saved_anew_as_it_was_costs_nothing() {
    let stage = Stage::new();
    stage.small_photos(4);
    stage.run(&[]).assert_status(0);
    for number in 1..=4 {
        let photo = stage.photos().join(format!("small-{number}.png"));
        let file = fs::File::options().write(true).open(photo).unwrap();
        file.set_modified(std::time::SystemTime::now() + Duration::from_mins(1)).unwrap();
    }
    let again = stage.run(&[]);
    again.assert_status(0);
    assert_eq!((&again.summary()["done"], &stage.stats()["accepted"]), (&4.into(), &4.into()), "{}", again.stdout);
    let pngs = fs::read_dir(stage.output())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "png"));
    assert_eq!(pngs.count(), 4, "and no second file");
}

#[test]
fn photos_that_were_renumbered_cost_nothing() {
    let stage = Stage::new();
    let pictures = [("chelsea.png", (902, 600)), ("coffee.png", (1200, 800)), ("space/astronaut.png", (1024, 1024))];
    for (n, (picture, _)) in (1..).zip(pictures) {
        stage.photo(picture, &format!("{n}.png"));
    }
    stage.run(&[]).assert_status(0);
    let captions: Vec<_> = (1..=3).map(|n| fs::read(stage.output().join(format!("{n}.txt"))).unwrap()).collect();
    // A new one comes first, and all others move up; the last takes the first one's place another time.
    for order in [
        ["textures/grass.png", "chelsea.png", "coffee.png", "space/astronaut.png"],
        ["space/astronaut.png", "textures/grass.png", "chelsea.png", "coffee.png"],
    ] {
        for (n, picture) in (1..).zip(order) {
            stage.photo(picture, &format!("{n}.png"));
        }
        stage.run(&[]).assert_status(0);
        assert_eq!(stage.stats()["accepted"], 4, "only the new one was sent: {order:?}");
        for (n, picture) in (1..).zip(order) {
            let Some(at) = pictures.iter().position(|(known, _)| *known == picture) else { continue };
            assert_eq!(size(&stage.output().join(format!("{n}.png"))), pictures.get(at).unwrap().1, "{picture}");
            let caption = fs::read(stage.output().join(format!("{n}.txt"))).unwrap();
            assert_eq!(Some(&caption), captions.get(at), "{picture} as {n}.png");
        }
    }
    let spent = stage.run(&[]).summary()["spent_usd"].as_f64().unwrap();
    assert!((spent - stage.stats()["usd"].as_f64().unwrap()).abs() < 0.001, "{spent}");
}

#[test]
fn a_result_that_was_deleted_or_changed_is_fetched_again_and_not_paid_for_again() {
    for change in ["delete", "change"] {
        let stage = Stage::new();
        stage.photo("chelsea.png", "cat.png");
        stage.run(&[]).assert_status(0);
        if change == "delete" {
            fs::remove_dir_all(stage.output()).unwrap();
        } else {
            fs::write(stage.output().join("cat.png"), "edited").unwrap();
        }
        let folder = renamed(&stage);
        let told = run(&mut stage.command(&["--json", "--yes", &folder]));
        told.assert_status(0);
        let last = told.last("cat.png");
        assert_eq!((&last["state"], &last["cost_usd"]), (&"DONE".into(), &0.0.into()), "{change}: {last}");
        assert_eq!(size(&stage.dir.path().join("holiday-upscaled/cat.png")), (902, 600));
        let stats = stage.stats();
        assert_eq!((&stats["accepted"], &stats["calls"]["upload"]), (&1.into(), &1.into()), "{change}: {stats:#}");
    }
}

#[test]
fn a_result_that_is_gone_here_and_at_fal_is_sent_again() {
    let scenario = "[[fault]]\ncall = \"download\"\nafter = 1\nstatus = 404\n";
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "x").unwrap()), ..fast() });
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    fs::remove_dir_all(stage.output()).unwrap();
    let folder = renamed(&stage);
    let told = run(&mut stage.command(&["--json", "--yes", &folder]));
    // The scenario lets no further download through.
    told.assert_status(1);
    assert_eq!(stage.stats()["accepted"], 2, "{}", told.stdout);
}

#[test]
fn what_was_at_fal_when_its_folder_was_renamed_is_picked_up_there() {
    let stage = Stage::with(Options { latency: Duration::from_secs(2), ..fast() });
    stage.small_photos(4);
    let mut child = common::start(stage.command(&["--headless", "--yes", "-c", "4"]).arg(stage.photos()));
    stage.until("all are accepted", |stats| stats["accepted"] == 4);
    // Once their ids are in the ledger: the polls come after that, and after one that looks for the queue.
    stage.until("all are followed", |stats| stats["calls"]["status"].as_u64().unwrap_or_default() > 4);
    child.kill().unwrap();
    child.wait().unwrap();
    let folder = renamed(&stage);
    let told = run(&mut stage.command(&["--json", "--yes", &folder]));
    told.assert_status(0);
    assert_eq!(told.summary()["done"], 4);
    assert_eq!(stage.stats()["most_accepted_of_one_input"], 1);
}

#[test]
fn other_parameters_and_a_seed_of_ones_own_are_other_jobs() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    let mut paid = 1;
    for (folder, param) in [("larger", "upscale_factor=3"), ("seeded", "seed=7"), ("reseeded", "seed=8")] {
        let out = stage.dir.path().join(folder);
        stage.run(&["-p", param, "-o", out.to_str().unwrap()]).assert_status(0);
        paid += 1;
        assert_eq!(stage.stats()["accepted"], paid, "{param}");
    }
    let out = stage.dir.path().join("seeded again");
    stage.run(&["-p", "seed=7", "-o", out.to_str().unwrap()]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], paid, "the same seed is the same job");
}

#[test]
fn a_cap_with_room_for_what_is_sent_has_room_for_its_duplicates() {
    let stage = with_duplicates(fast());
    let plan = run(stage.command(&["plan", "--json"]).arg(stage.photos()));
    let plan: Value = serde_json::from_str(plan.assert_status(0).stdout.trim()).unwrap();
    assert_eq!((&plan["photos"], &plan["duplicates"]), (&2.into(), &2.into()), "{plan}");
    assert!(plan["duplicates_usd"].as_f64().unwrap() > 0.1);
    // Each photo may cost up to $0.10: a third one that was paid for would not fit.
    let told = stage.run(&["--budget", "0.2"]);
    told.assert_status(0);
    assert_eq!(told.summary()["done"], 4);
    let text = run(stage.command(&["plan", "-o", "elsewhere"]).arg(stage.photos()));
    assert!(text.assert_status(0).stdout.contains("4 duplicates: not sent, ≈$0.26 saved"), "{}", text.stdout);
}

#[test]
fn a_sandboxs_results_are_never_taken_for_fals() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&["--sandbox"]).assert_status(0);
    let out = stage.dir.path().join("real");
    stage.run(&["-o", out.to_str().unwrap()]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 1);
}

#[test]
fn a_lost_answer_is_not_paid_for_a_second_time_by_a_duplicate() {
    // Accepted and lost, and not to be found in fal's list.
    let scenario = "[[fault]]\ncall = \"submit\"\nfirst = 1\nper = \"all\"\ndrop = \"after\"\n\
                    [[fault]]\ncall = \"requests\"\njson = { items = [], has_more = false }\n";
    let stage = Stage::with(Options { scenario: Some(Scenario::parse(scenario, "x").unwrap()), ..fast() });
    stage.photo("chelsea.png", "1.png").photo("chelsea.png", "2.png");
    let mut child = common::start(stage.command(&["--headless", "--yes"]).arg(stage.photos()));
    stage.until("it is looked for", |stats| stats["calls"]["requests"].as_u64().unwrap_or_default() >= 2);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(stage.stats()["accepted"], 1);
}

#[test]
fn the_plan_counts_a_twin_of_what_is_at_fal_as_one_that_gets_its_result() {
    let scenario = Scenario::parse("clock_speed = 0\n", "x").unwrap();
    let stage = Stage::with(Options { scenario: Some(scenario), ..fast() });
    stage.photo("chelsea.png", "cat.png");
    let mut child = start(stage.command(&["--headless", "--yes"]).arg(stage.photos()));
    // The first call only looks whether the queue is there.
    stage.until("it is followed", |stats| stats["calls"]["status"].as_u64().unwrap_or_default() > 1);
    child.kill().unwrap();
    child.wait().unwrap();
    stage.photo("chelsea.png", "copy.png").photo("coffee.png", "cup.png");
    let plan = run(stage.command(&["plan", "--json"]).arg(stage.photos()));
    let plan: Value = serde_json::from_str(plan.assert_status(0).stdout.trim()).unwrap();
    assert_eq!((&plan["photos"], &plan["duplicates"]), (&1.into(), &1.into()), "{plan}");
    // And so it is once it runs.
    let url = format!("{}/_sandbox/clock", stage.sandbox.origin());
    let go_on = serde_json::json!({ "speed": 1 });
    stage.runtime.block_on(async { reqwest::Client::new().post(url).json(&go_on).send().await.unwrap() });
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
}
