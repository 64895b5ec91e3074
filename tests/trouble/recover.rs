//! `fal-tui recover`: what fal made and this machine forgot comes back under its own name, and is
//! never sent again.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;

use crate::common::{Run, Stage, root, run, size, tagged};
use serde_json::{Value, json};

const MODEL: &str = "fal-ai/flux-vision-upscaler";

fn state_dir(stage: &Stage) -> PathBuf {
    stage.dir.path().join(".local/state/fal-tui")
}

/// Recovers the photos of the stage, told as JSON.
fn recover(stage: &Stage, args: &[&str]) -> Run {
    run(stage.command(&["recover", "--json"]).args(args).arg(stage.photos()))
}

/// How many results had each fate.
fn fates(told: &Run) -> Value {
    let last = told.events().pop().unwrap_or_else(|| panic!("no events; {}", told.stderr));
    assert_eq!(last["event"], "recovered", "{}", told.stdout);
    let fates = last["results"].as_object().unwrap();
    fates.iter().filter(|(_, count)| **count != 0).map(|(fate, count)| (fate.clone(), count.clone())).collect()
}

/// Another client of the same account: uploads a photo under a name and has it enlarged.
fn sent_by_another_client(stage: &Stage, photo: &str, name: &str, params: &Value) -> String {
    let bytes = fs::read(root().join("tests/photos").join(photo)).unwrap();
    let http = reqwest::Client::new();
    let post = |url: String| http.post(url).header("authorization", "Key sandbox");
    let accepted = stage.runtime.block_on(async {
        let initiate = format!("{}/storage/upload/initiate?storage_type=fal-cdn-v3", stage.sandbox.rest_url());
        let order = json!({ "content_type": "image/png", "file_name": name });
        let initiated: Value = post(initiate).json(&order).send().await.unwrap().json().await.unwrap();
        let put = http.put(initiated["upload_url"].as_str().unwrap()).header("content-type", "image/png");
        assert!(put.body(bytes).send().await.unwrap().status().is_success());
        let mut input = params.clone();
        input["image_url"] = initiated["file_url"].clone();
        let submit = post(format!("{}/{MODEL}", stage.sandbox.queue_url())).json(&input);
        submit.send().await.unwrap().json::<Value>().await.unwrap()
    });
    let before = stage.stats()["accepted"].clone();
    stage.until("it has ended", |stats| stats["queue"]["ended"] == before);
    accepted["request_id"].as_str().unwrap().to_owned()
}

#[test]
fn all_comes_back_after_the_ledger_is_lost_and_nothing_is_sent_again() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "sub/cat.png").photo("coffee.png", "cup.png").photo("space/rocket.jpg", "rocket.jpg");
    stage.run(&[]).assert_status(0);
    let caption = fs::read(stage.output().join("sub/cat.txt")).unwrap();
    let paid = stage.stats();
    fs::remove_dir_all(state_dir(&stage)).unwrap();
    fs::remove_dir_all(stage.output()).unwrap();

    let dry = recover(&stage, &["--dry-run"]);
    dry.assert_status(0);
    assert_eq!(fates(&dry), json!({ "found": 3 }));
    assert!(!stage.output().exists(), "a dry run writes nothing");

    let told = recover(&stage, &[]);
    told.assert_status(0);
    assert_eq!(fates(&told), json!({ "saved": 3 }), "{}", told.stdout);
    assert_eq!(size(&stage.output().join("sub/cat.png")), (902, 600));
    assert_eq!(size(&stage.output().join("rocket.png")), (1280, 854));
    assert_eq!(fs::read(stage.output().join("sub/cat.txt")).unwrap(), caption);
    assert!(fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap().contains("sub/cat.png"));

    // The run knows them as done, and what they cost.
    let again = stage.run(&[]);
    again.assert_status(0);
    assert_eq!(again.summary()["done"], 3);
    let stats = stage.stats();
    for kind in ["upload", "submit"] {
        assert_eq!(stats["calls"][kind], paid["calls"][kind], "{kind}");
    }
    let (ours, theirs) = (again.summary()["spent_usd"].as_f64().unwrap(), paid["usd"].as_f64().unwrap());
    assert!((ours - theirs).abs() < 0.001, "{ours} and {theirs}");
    assert_eq!(stats["leaks"]["count"], 0);

    let once_more = recover(&stage, &[]);
    assert_eq!(fates(once_more.assert_status(0)), json!({ "there": 3 }));
    assert_eq!(stage.stats()["calls"]["download"], stats["calls"]["download"], "nothing is fetched twice");
}

#[test]
fn what_was_turned_or_converted_before_it_was_sent_comes_back_by_its_photo() {
    let stage = Stage::new();
    let jpeg = image::ImageFormat::Jpeg;
    let sideways = tagged::with_exif(tagged::encoded(&tagged::stored(6), jpeg), jpeg, &tagged::exif(6));
    fs::write(stage.photos().join("sideways.jpg"), sideways).unwrap();
    let webp = image::ImageFormat::WebP;
    let mirrored = tagged::with_exif(tagged::encoded(&tagged::stored(7), webp), webp, &tagged::exif(7));
    fs::write(stage.photos().join("mirrored.webp"), mirrored).unwrap();
    fs::write(stage.photos().join("map.bmp"), tagged::encoded(&tagged::upright(), image::ImageFormat::Bmp)).unwrap();
    stage.run(&[]).assert_status(0);
    fs::remove_dir_all(state_dir(&stage)).unwrap();
    fs::remove_dir_all(stage.output()).unwrap();
    let told = recover(&stage, &[]);
    told.assert_status(0);
    assert_eq!(fates(&told), json!({ "saved": 3 }), "{}", told.stdout);
    for name in ["sideways.png", "mirrored.png", "map.png"] {
        tagged::assert_upright(&image::open(stage.output().join(name)).unwrap(), name);
    }
    // None wants a review: each was held against what its photo shows.
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 3, "nothing is sent again");
}

#[test]
fn a_request_of_another_client_is_matched_by_what_was_sent_and_by_no_name() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png").photo("chelsea.png", "same.png");
    let id = sent_by_another_client(&stage, "chelsea.png", "../../cup.png", &json!({}));
    let told = recover(&stage, &[]);
    told.assert_status(0);
    assert_eq!(fates(&told), json!({ "saved": 2 }), "{}", told.stdout);
    assert_eq!(told.events()[0]["request_id"], id.as_str());
    assert_eq!(size(&stage.output().join("cat.png")), (902, 600));
    assert_eq!(size(&stage.output().join("same.png")), (902, 600));
    assert!(!stage.output().join("cup.png").exists());
    // Only what is left is sent.
    stage.run(&[]).assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&2.into(), &1.into()), "{stats:#}");
    assert_eq!(stats["leaks"]["count"], 0);
}

#[test]
fn a_photo_with_several_requests_is_counted_once_with_what_was_paid_for_them() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png");
    for name in ["x.png", "y.png", "z.png"] {
        sent_by_another_client(&stage, "chelsea.png", name, &json!({}));
    }
    sent_by_another_client(&stage, "coffee.png", "cup.png", &json!({}));
    let dry = recover(&stage, &["--dry-run"]);
    assert_eq!(fates(dry.assert_status(0)), json!({ "found": 2, "there": 2 }), "{}", dry.stdout);
    let several: Vec<_> = dry.events().into_iter().filter(|event| event["event"] == "requests").collect();
    assert_eq!(several.len(), 1, "{several:?}");
    assert_eq!((&several[0]["path"], &several[0]["requests"]), (&"cat.png".into(), &3.into()));
    let paid = |name: &str| several[0][name].as_f64().unwrap();
    assert!((paid("paid_usd") - 3.0 * 0.054_12).abs() < 1e-9 && (paid("paid_at_most_usd") - 0.3).abs() < 1e-9);
    let lines = run(stage.command(&["recover", "--dry-run"]).arg(stage.photos()));
    assert!(lines.stdout.contains("cat.png: 3 requests, ≈$0.16 paid, $0.30 at the most"), "{}", lines.stdout);
    // As a dry run says it comes.
    let told = recover(&stage, &[]);
    assert_eq!(fates(told.assert_status(0)), json!({ "saved": 2, "there": 2 }), "{}", told.stdout);
    // And so without a PATH, once the ledger knows them.
    fs::remove_dir_all(stage.output()).unwrap();
    let elsewhere = run(&mut stage.command(&["recover", "--json", "--dry-run"]));
    assert_eq!(fates(elsewhere.assert_status(0))["found"], 2, "{}", elsewhere.stdout);
}

#[test]
fn what_belongs_to_no_photo_is_saved_by_its_id_only_if_wished() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    let stranger = sent_by_another_client(&stage, "coffee.png", "x.png", &json!({}));
    let larger = sent_by_another_client(&stage, "chelsea.png", "y.png", &json!({ "upscale_factor": 3 }));
    let downloads = stage.stats()["calls"]["download"].clone();
    let told = recover(&stage, &[]);
    assert_eq!(fates(told.assert_status(0)), json!({ "unmatched": 1, "other_params": 1 }), "{}", told.stdout);
    assert!(!stage.output().join("cat.png").exists());
    // To know that it is nobody's, its length was enough.
    assert!(stage.stats()["calls"]["download"].as_u64().unwrap() <= downloads.as_u64().unwrap_or(0) + 1);

    let matched = recover(&stage, &["-p", "upscale_factor=3"]);
    assert_eq!(fates(matched.assert_status(0)), json!({ "saved": 1, "other_params": 1 }), "{}", matched.stdout);
    assert_eq!(size(&stage.output().join("cat.png")), (1353, 900));

    let all = stage.dir.path().join("all");
    let told = run(stage.command(&["recover", "--json", "--all"]).arg(&all));
    assert_eq!(fates(told.assert_status(0)), json!({ "saved": 2 }), "{}", told.stdout);
    assert_eq!(size(&all.join(format!("{stranger}.png"))), (1200, 800));
    assert_eq!(size(&all.join(format!("{larger}.png"))), (1353, 900));
    let again = run(stage.command(&["recover", "--json", "--all"]).arg(&all));
    assert_eq!(fates(again.assert_status(0)), json!({ "there": 2 }));
}

#[test]
fn a_damaged_ledger_is_set_aside_only_if_the_user_says_so() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    let ledger = state_dir(&stage).join("ledger.db");
    for beside in ["ledger.db-wal", "ledger.db-shm"] {
        // There is none after a run that ended well.
        fs::remove_file(state_dir(&stage).join(beside)).ok();
    }
    let garbage = "no ledger at all ".repeat(1000);
    fs::write(&ledger, &garbage).unwrap();
    fs::remove_dir_all(stage.output()).unwrap();

    let refused = stage.run(&[]);
    refused.assert_status(2);
    assert!(refused.stderr.contains("damaged") && refused.stderr.contains("recover --set-aside"), "{}", refused.stderr);
    recover(&stage, &[]).assert_status(2);
    assert_eq!(fs::read_to_string(&ledger).unwrap(), garbage, "nobody touches it unasked");

    let told = recover(&stage, &["--set-aside"]);
    assert_eq!(fates(told.assert_status(0)), json!({ "saved": 1 }));
    assert_eq!(fs::read_to_string(state_dir(&stage).join("ledger.damaged-1.db")).unwrap(), garbage);
    stage.run(&[]).assert_status(0);
    assert_eq!(stage.stats()["accepted"], 1);
    // A ledger that is fine stays where it is.
    recover(&stage, &["--set-aside"]).assert_status(0);
    assert!(!state_dir(&stage).join("ledger.damaged-2.db").exists());
}

#[test]
fn without_a_path_every_batch_of_the_ledger_gets_back_what_it_lacks() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png").photo("coffee.png", "cup.png").photo("chelsea.png", "copy.png");
    stage.run(&[]).assert_status(0);
    stage.run(&["-o", "large", "-p", "upscale_factor=3"]).assert_status(0);
    let elsewhere = |args: &[&str]| run(stage.command(&["recover", "--json"]).args(args));
    let there = elsewhere(&[]);
    assert_eq!(fates(there.assert_status(0)), json!({ "there": 6 }), "{}", there.stdout);

    fs::remove_file(stage.output().join("cat.png")).unwrap();
    let large = stage.dir.path().join("large");
    fs::remove_dir_all(&large).unwrap();
    // One that was changed meanwhile would get another's picture.
    stage.photo("space/rocket.jpg", "cup.png");
    let wanted = |fate: &str| json!({ fate: 3, "there": 2, "unmatched": 1 });
    let dry = elsewhere(&["--dry-run"]);
    assert_eq!(fates(dry.assert_status(0)), wanted("found"), "{}", dry.stdout);
    assert!(!large.exists());
    let told = elsewhere(&[]);
    assert_eq!(fates(told.assert_status(0)), wanted("saved"), "{}", told.stdout);
    assert_eq!((size(&stage.output().join("cat.png")), size(&large.join("cat.png"))), ((902, 600), (1353, 900)));
    assert!(large.join("metadata.jsonl").is_file());
    assert_eq!(stage.stats()["accepted"], 4);
}

#[test]
fn a_look_back_ends_where_it_was_told_to() {
    let stage = Stage::new();
    stage.photo("chelsea.png", "cat.png");
    stage.run(&[]).assert_status(0);
    let later = recover(&stage, &["--since", "2099-01-01", "--dry-run"]);
    assert_eq!(fates(later.assert_status(0)), json!({}));
    let lines = run(stage.command(&["recover", "--since", "1h", "--dry-run"]).arg(stage.photos()));
    lines.assert_status(0);
    assert!(lines.stdout.contains("THERE") && lines.stdout.contains("1 there already"), "{}", lines.stdout);
    let wrong = recover(&stage, &["--since", "yesterday"]);
    wrong.assert_status(2);
    assert!(wrong.stderr.contains("7d"), "{}", wrong.stderr);
    let key = run(stage.command(&["recover"]).env("FAL_KEY", "bad").arg(stage.photos()));
    key.assert_status(3);
}
