//! Photos and results in a bucket, at a real S3 server.

#![cfg(feature = "cloud")]
#![expect(clippy::panic, reason = "a test may panic")]

use std::io::Cursor;
use std::process::Command;

use crate::azurite::Azurite;
use crate::bucket::Bucket;
use crate::common::host::{Host, Lies};
use crate::common::{self, Run, Stage, count, here, picture, run, size};
use serde_json::{Value, json};

/// The program with a bucket's settings.
fn command(stage: &Stage, bucket: &Bucket, args: &[&str]) -> Command {
    let mut command = stage.command(args);
    command.envs(bucket.env());
    command
}

fn plan_of(ran: &Run) -> Value {
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan");
    plan.unwrap_or_else(|| panic!("no plan: {}", ran.stderr))
}

#[test]
fn photos_of_a_bucket_are_sent_and_saved_here_as_they_lie_there() {
    let stage = Stage::new();
    let Some(bucket) = Bucket::start(&stage) else { return };
    for (seed, key) in (1..).zip(["in/b%20c/2.png", "in/b%20c/10.png", "in/%C3%A9.png", "in/.hidden.png", "else/x.png"])
    {
        bucket.put(&stage, key, picture(24, 16, seed));
    }
    bucket.put(&stage, "in/note.txt", b"no picture".to_vec());
    // What a console makes of an empty folder.
    bucket.put(&stage, "in/empty/", Vec::new());
    let out = here(&stage);
    let sent = |args: &[&str]| run(&mut command(&stage, &bucket, &[&["--json", "--yes", "-o", &*out], args].concat()));
    let ran = sent(&["s3://photos/in/"]);
    ran.assert_status(0);
    let plan = plan_of(&ran);
    assert_eq!((&plan["photos"], &plan["skipped"][0]["path"]), (&json!(3), &json!("note.txt")), "{plan}");
    for path in ["b c/2.png", "b c/10.png", "é.png"] {
        assert_eq!(size(&stage.output().join(path)), (48, 32), "{path}");
    }
    assert_eq!(count(&stage, "accepted"), 3);
    // Again, and one by its own name.
    assert_eq!(sent(&["s3://photos/in"]).summary()["done"], 3);
    let one = sent(&["s3://photos/in/b c/2.png"]);
    assert_eq!((one.summary()["done"].clone(), count(&stage, "accepted")), (json!(1), 3), "{}", one.stdout);
    // Another object of the same length and look is another photo.
    bucket.put(&stage, "in/b%20c/2.png", picture(24, 16, 77));
    sent(&["s3://photos/in"]).assert_status(0);
    assert_eq!(count(&stage, "accepted"), 4);
}

#[test]
fn a_plan_of_a_thousand_photos_reads_a_range_of_each() {
    let stage = Stage::new();
    let Some(bucket) = Bucket::start(&stage) else { return };
    let mut large = Cursor::new(Vec::new());
    image::RgbImage::new(24, 16).write_to(&mut large, image::ImageFormat::Jpeg).unwrap();
    let mut large = large.into_inner();
    large.resize(100 << 10, 7);
    for n in 0..1_000 {
        bucket.put(&stage, &format!("in/{n}.png"), large.clone());
    }
    bucket.calls(&stage);
    let ran = run(&mut command(&stage, &bucket, &["plan", "--json", "-o", &here(&stage), "s3://photos/in"]));
    let calls = bucket.calls(&stage);
    assert_eq!(ran.events()[0]["photos"], 1_000, "{}", ran.stderr);
    let whole = calls.iter().filter(|call| call.contains("GET /photos/in/") && !call.ends_with(" 206 -")).count();
    assert_eq!(whole, 0, "{calls:#?}");
    assert!(calls.len() <= 1_010, "{}", calls.len());
}

#[test]
fn one_that_changes_between_plan_and_upload_is_not_sent_at_a_price_that_nobody_saw() {
    let stage = Stage::new();
    let Some(bucket) = Bucket::start(&stage) else { return };
    bucket.put(&stage, "in/a.png", picture(24, 16, 1));
    let mut term =
        common::terminal::Term::start(&command(&stage, &bucket, &["-o", &here(&stage), "s3://photos/in"]), (150, 40));
    term.wait_for("a.png");
    bucket.put(&stage, "in/a.png", picture(400, 300, 1));
    term.press("\r");
    term.wait_for("larger than when the plan was made");
    assert_eq!(count(&stage, "accepted"), 0);
}

#[test]
fn results_are_put_whole_with_their_captions_and_records_and_never_over_what_is_there() {
    let stage = Stage::new();
    let Some(bucket) = Bucket::start(&stage) else { return };
    bucket.put(&stage, "in/sub/a.png", picture(24, 16, 1));
    bucket.put(&stage, "in/b.png", picture(24, 16, 2));
    bucket.put(&stage, "out/b.png", b"theirs".to_vec());
    bucket.put(&stage, "out/metadata.jsonl", b"{\"file_name\": \"b.png\", \"text\": \"theirs\"}\n".to_vec());
    let sent = |args: &[&str]| {
        let all = [&["--json", "--yes", "s3://photos/in"], args].concat();
        run(command(&stage, &bucket, &all).env("TMPDIR", stage.dir.path()))
    };
    let ran = sent(&["-o", "s3://photos/out"]);
    ran.assert_status(0);
    assert_eq!(bucket.get(&stage, "out/b.png").unwrap(), b"theirs");
    let saved = image::load_from_memory(&bucket.get(&stage, "out/sub/a.png").unwrap()).unwrap();
    assert_eq!((saved.width(), saved.height()), (48, 32));
    assert!(bucket.get(&stage, "out/b.png.png").is_some() && bucket.get(&stage, "out/sub/a.txt").is_some());
    let metadata = String::from_utf8(bucket.get(&stage, "out/metadata.jsonl").unwrap()).unwrap();
    assert!(metadata.contains("theirs") && metadata.contains("\"sub/a.png\""), "{metadata}");
    assert!(metadata.contains("\"b.png.png\"") && metadata.lines().count() == 3, "{metadata}");
    assert!(bucket.get(&stage, "out/report.csv").is_some());
    let keys = bucket.keys(&stage);
    assert!(!keys.iter().any(|key| key.contains(".fal-tui-")), "{keys:?}");
    let here = std::fs::read_dir(stage.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!here.into_iter().any(|name| name.to_string_lossy().ends_with(".part")));
    // Again nothing is paid for; beside the photos, without `-o`, they are copied.
    assert_eq!(sent(&["-o", "s3://photos/out/"]).summary()["done"], 2);
    assert_eq!(sent(&[]).summary()["done"], 2);
    assert!(bucket.get(&stage, "in-upscaled/sub/a.png").is_some());
    assert_eq!(count(&stage, "accepted"), 2);
    // A bucket has nothing beside it.
    let whole = run(&mut command(&stage, &bucket, &["--yes", "s3://photos"]));
    assert!(whole.status == 2 && whole.stderr.contains("there is no place beside"), "{}", whole.stderr);
}

#[test]
fn a_large_result_goes_up_in_parts_and_gets_its_name_by_the_last_call() {
    let stage = Stage::new();
    let Some(bucket) = Bucket::start(&stage) else { return };
    // Noise, so that what comes back is long.
    let mut seed = 7_u32;
    let noise = image::RgbImage::from_fn(1_300, 1_000, |_, _| {
        image::Rgb(std::array::from_fn(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        }))
    });
    let mut png = Cursor::new(Vec::new());
    noise.write_to(&mut png, image::ImageFormat::Png).unwrap();
    bucket.put(&stage, "in/noise.png", png.into_inner());
    bucket.calls(&stage);
    let ran = run(&mut command(&stage, &bucket, &["--json", "--yes", "-o", "s3://photos/out", "s3://photos/in"]));
    ran.assert_status(0);
    let calls = bucket.calls(&stage);
    let parts = calls.iter().filter(|call| call.contains("partNumber=") && call.ends_with(" 200 -")).count();
    assert!(parts >= 2, "{calls:#?}");
    let saved = image::load_from_memory(&bucket.get(&stage, "out/noise.png").unwrap()).unwrap();
    assert_eq!((saved.width(), saved.height()), (2_600, 2_000));
}

#[test]
fn what_may_not_be_written_is_told_before_anything_is_paid() {
    let stage = Stage::new();
    let Some(bucket) = Bucket::start(&stage) else { return };
    bucket.put(&stage, "in/a.png", picture(24, 16, 1));
    let ran = run(&mut command(&stage, &bucket, &["--json", "--yes", "-o", "s3://elsewhere/out", "s3://photos/in"]));
    assert!(ran.status != 0 && ran.stderr.contains("there is no bucket `elsewhere`"), "{}", ran.stderr);
    assert_eq!(count(&stage, "accepted"), 0);
}

#[test]
fn fal_fetches_photos_by_urls_that_their_store_signs_and_that_are_kept_nowhere() {
    let scenario = "[[fault]]\ncall = \"submit\"\nfirst = 1\ndrop = \"after\"\n";
    let scenario = fal_tui::sandbox::Scenario::parse(scenario, "lost").unwrap();
    let stage = Stage::with(fal_tui::sandbox::Options { scenario: Some(scenario), ..common::fast() });
    let Some(bucket) = Bucket::start(&stage) else { return };
    for n in 1..=2 {
        bucket.put(&stage, &format!("in/{n}.png"), picture(24, 16, n));
    }
    bucket.calls(&stage);
    let (out, home) = (here(&stage), stage.dir.path().join("state"));
    let args = ["--json", "--yes", "-vv", "--send", "url", "-o", &out, "--state-dir", home.to_str().unwrap()];
    let ran = run(&mut command(&stage, &bucket, &[&args[..], &["s3://photos/in"]].concat()));
    ran.assert_status(0);
    // One answer was lost, and was found by what stands behind its URL.
    assert_eq!((ran.summary()["done"].clone(), count(&stage, "accepted"), count(&stage, "upload")), (json!(2), 2, 0));
    assert_eq!(plan_of(&ran)["ways"], json!({ "upload": 0, "data_uri": 0, "url": 2 }));
    let calls = bucket.calls(&stage);
    let signed = |call: &&String| call.contains("/in/1.png?") && call.contains("X-Amz-Expires=604800");
    assert!(calls.iter().any(|call| signed(&call)), "{calls:#?}");
    assert!(
        !calls.iter().any(|call| call.contains("GET /photos/in/1.png HTTP") && call.ends_with(" 200 -")),
        "{calls:#?}"
    );
    let mut kept = ran.stdout.clone() + &ran.stderr;
    for folder in [&home, &stage.output()] {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            kept.push_str(&String::from_utf8_lossy(&std::fs::read(entry).unwrap()));
        }
    }
    for secret in ["X-Amz-", "very-secret"] {
        assert!(!kept.contains(secret), "{secret}");
    }
    // Another way to send them makes no other photos of them.
    let again =
        run(&mut command(&stage, &bucket, &["--json", "--yes", "-o", &out, "--state-dir", args[8], "s3://photos/in"]));
    assert_eq!((again.summary()["done"].clone(), count(&stage, "accepted")), (json!(2), 2), "{}", again.stdout);
}

#[test]
fn a_container_of_azure_is_as_good_a_place() {
    let stage = Stage::new();
    let Some(azurite) = Azurite::start(&stage) else { return };
    azurite.put(&stage, "in/a.png", picture(24, 16, 1));
    azurite.put(&stage, "in/sub/b.png", picture(24, 16, 2));
    azurite.put(&stage, "out/a.png", b"theirs".to_vec());
    let sent = |args: &[&str]| {
        let all = [&["--json", "--yes", "-o", "az://photos/out", "az://photos/in"], args].concat();
        run(stage.command(&all).envs(azurite.env()))
    };
    let ran = sent(&["--send", "url"]);
    ran.assert_status(0);
    assert_eq!((count(&stage, "accepted"), count(&stage, "upload")), (2, 0));
    assert_eq!(azurite.get(&stage, "out/a.png").unwrap(), b"theirs");
    for key in ["out/a.png.png", "out/sub/b.png"] {
        let saved = image::load_from_memory(&azurite.get(&stage, key).unwrap()).unwrap();
        assert_eq!((saved.width(), saved.height()), (48, 32), "{key}");
    }
    assert!(azurite.get(&stage, "out/metadata.jsonl").is_some());
    assert!(!(ran.stdout.clone() + &ran.stderr).contains("sig="));
    assert_eq!(sent(&[]).summary()["done"], 2);
    assert_eq!(count(&stage, "accepted"), 2);
    let nowhere = run(&mut stage.command(&["--yes", "-o", "out", "az://photos/in"]));
    assert!(nowhere.status == 2 && nowhere.stderr.contains("hint: AZURE_STORAGE_ACCOUNT_NAME"), "{}", nowhere.stderr);
}

/// What is said where a store answers so, with a status that is no run's.
fn refused(stage: &Stage, status: u16, answer: &str, args: &[&str]) -> Run {
    let host = Host::start();
    for path in ["/photos/in", "/photos?list-type=2&prefix=in%2F&max-keys=1"] {
        let status = if path.contains('?') { status } else { 404 };
        host.put(path, Lies { status: Some((status, String::new())), bytes: answer.into(), ..Lies::default() });
    }
    let mut command = stage.command(args);
    let origin = format!("http://{}", host.address);
    run(command.env("AWS_ENDPOINT_URL", origin).env("AWS_ACCESS_KEY_ID", "ours").env("AWS_SECRET_ACCESS_KEY", "s"))
}

#[test]
fn what_a_store_refuses_is_told_with_what_to_do_and_nothing_is_paid() {
    let stage = Stage::new();
    let out = here(&stage);
    let args = ["--json", "--yes", "-o", &out, "s3://photos/in"];
    for (status, answer, says) in [
        (
            404,
            "<Error><Code>NoSuchBucket</Code></Error>",
            "there is no bucket `photos`\nhint: its name; AWS_ENDPOINT_URL",
        ),
        (
            403,
            "<Error><Code>AccessDenied</Code></Error>",
            "does not allow it (AccessDenied)\nhint: what the bucket `photos`",
        ),
        (
            403,
            "<Error><Code>InvalidAccessKeyId</Code></Error>",
            "does not take these credentials (InvalidAccessKeyId)\nhint: AWS_ACCESS_KEY_ID",
        ),
        (
            400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
            "`photos` lies in another region\nhint: AWS_REGION=eu-west-1",
        ),
    ] {
        let ran = refused(&stage, status, answer, &args);
        let told = ran.stderr.replace("\n  ", " ");
        assert_eq!(ran.status, 2, "{told}");
        assert!(
            told.contains(says.split('\n').next().unwrap()) && told.contains(says.split('\n').nth(1).unwrap()),
            "{told}"
        );
    }
    let missing = run(stage.command(&args).env("AWS_PROFILE", "archive"));
    assert!(missing.stderr.contains("there is no profile `archive`"), "{}", missing.stderr);
    let nobody =
        run(stage.command(&args).env("AWS_REGION", "us-east-1").env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9"));
    assert!(nobody.stderr.contains("no credentials for its store were found"), "{}", nobody.stderr);
    assert!(nobody.stderr.contains("hint: AWS_ACCESS_KEY_ID"), "{}", nobody.stderr);
    for (place, says) in [("s3://", "is no place in a store"), ("s3://photos//a", "is no place in a store")] {
        let ran = run(&mut stage.command(&["--yes", "-o", &out, place]));
        assert!(ran.status == 2 && ran.stderr.contains(says), "{}", ran.stderr);
    }
    assert_eq!(count(&stage, "accepted"), 0);
}
