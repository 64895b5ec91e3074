//! Any image model by its schema: found, checked, priced, kept, and refused in a clear sentence.
#![expect(clippy::unwrap_used, reason = "a test; a panic fails it")]

use std::sync::atomic::Ordering;

use crate::common::platform::{Platform, document};
use crate::common::{self, Stage, run};
use serde_json::{Value, json};

const TEXT: &str = "fal-ai/florence-2-large/caption";
const VARY: &str = "fal-ai/fooocus/upscale-or-vary";

/// Puts one more small photo into the folder.
fn one_more(stage: &Stage, n: u8) {
    let picture = image::RgbImage::from_pixel(24, 16, image::Rgb([n, 99, 7]));
    picture.save(stage.photos().join(format!("more-{n}.png"))).unwrap();
}

#[test]
fn another_model_runs_by_its_schema_and_each_of_its_pictures_is_priced() {
    let stage = Stage::new();
    stage.small_photos(2);
    let args = ["-m", VARY, "-p", "uov_method=Upscale (2x)", "-p", "prompt=sharper"];
    let ran = stage.run(&args);
    ran.assert_status(0);
    let events = ran.events();
    let plan = events.iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!((&plan["event"], &plan["model"]), (&json!("plan"), &json!(VARY)));
    assert_eq!(plan["params"]["prompt"], json!("sharper"));
    assert_eq!((&plan["params"]["num_images"], &plan["params"]["guidance_scale"]), (&json!(1), &json!(4)));
    assert_eq!((&plan["estimate_usd"], &plan["unit_price_usd"]), (&json!(0.04), &json!(0.02)));
    assert_eq!(ran.summary()["done"], 2);
    assert_eq!(common::size(&stage.output().join("small-1.png")), (48, 32));

    // The same command goes on with the same batch; four pictures of each are another, at four times the price.
    assert_eq!(stage.run(&args).summary()["batch"], ran.summary()["batch"]);
    let planned = run(stage.command(&["plan", "--json", "-m", VARY, "-p", "num_images=4"]).arg(stage.photos()));
    let plan: Value = serde_json::from_str(planned.stdout.trim()).unwrap();
    assert_eq!(plan["estimate_usd"], json!(0.16), "{}", planned.stderr);
}

#[test]
fn a_batch_that_goes_on_sends_what_its_plan_showed_though_the_schema_has_changed() {
    let stage = Stage::new();
    stage.small_photos(1);
    let platform = Platform::start(&stage);
    let steps = |default: f64| {
        let number = json!({ "type": "number", "minimum": 1, "maximum": 30, "default": default });
        document(&json!({ "guidance_scale": number, "uov_method": { "type": "string", "default": "Disabled" } }))
    };
    platform.publish(VARY, &steps(4.0));
    let go = || run(platform.command(&stage, &["--json", "--yes", "-m", VARY]).arg(stage.photos()));
    let first = go();
    first.assert_status(0);
    one_more(&stage, 2);

    // For a day the schema is not asked for again.
    platform.publish(VARY, &steps(7.0));
    assert_eq!(go().summary()["done"], 2);
    assert_eq!(platform.asked.load(Ordering::SeqCst), 1);

    for kept in std::fs::read_dir(stage.dir.path().join(".cache/fal-tui/models")).unwrap() {
        std::fs::remove_file(kept.unwrap().path()).unwrap();
    }
    one_more(&stage, 3);
    let later = go();
    later.assert_status(0);
    assert_eq!((&later.summary()["batch"], &later.summary()["done"]), (&first.summary()["batch"], &json!(3)));
    let events = later.events();
    let plan = events.iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!(plan["params"]["guidance_scale"], json!(4), "as the plan of this batch showed it");
    let notice = events.iter().find(|event| event["event"] == "notice").unwrap_or_else(|| panic!("{}", later.stdout));
    assert_eq!(notice["kind"], "schema_changed");
    assert!(notice["message"].as_str().unwrap().contains("has changed what fal-ai/fooocus/upscale-or-vary takes"));
    let sent = stage.stats();
    assert_eq!(sent["submits"], json!(3), "{sent:#}");
}

/// Runs a model over one photo; gives the last word on it and what lies in the output folder.
fn made(stage: &Stage, args: &[&str]) -> (Value, Vec<String>) {
    let ran = stage.run(args);
    ran.assert_status(0);
    let mut names: Vec<_> = std::fs::read_dir(stage.output())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("small-1"))
        .collect();
    names.sort();
    (ran.last("small-1.png"), names)
}

#[test]
fn what_a_model_gives_is_saved_by_its_shape() {
    for (args, names) in [
        // A text alone.
        (&["-m", "fal-ai/florence-2-large/caption"][..], &["small-1.txt"][..]),
        (&["-m", "fal-ai/moondream2"], &["small-1.txt"]),
        // Several pictures.
        (&["-m", VARY, "-p", "num_images=3"], &["small-1-2.png", "small-1-3.png", "small-1.png"]),
        // A picture with its mask.
        (&["-m", "fal-ai/birefnet/v2", "-p", "output_mask=true"], &["small-1.mask_image.png", "small-1.png"]),
        (&["-m", "fal-ai/birefnet/v2", "-p", "output_format=webp"], &["small-1.webp"]),
        // A drawing.
        (&["-m", "fal-ai/recraft/vectorize"], &["small-1.svg"]),
        // One that comes inside the answer.
        (&["-m", "fal-ai/image2svg"], &["small-1.svg"]),
        // The photo in a list, a prompt, and what the model says of it.
        (&["-m", "fal-ai/nano-banana-pro/edit", "-p", "prompt=make it blue"], &["small-1.png", "small-1.txt"]),
        // Other names for the factor, other formats.
        (&["-m", "fal-ai/esrgan", "-p", "scale=3", "-p", "output_format=jpeg"], &["small-1.jpg"]),
        (&["-m", "clarityai/crystal-upscaler"], &["small-1.jpg"]),
        (&["-m", "fal-ai/ideogram/upscale"], &["small-1.png"]),
        (&["-m", "fal-ai/clarity-upscaler"], &["small-1.png"]),
    ] {
        let stage = Stage::new();
        stage.small_photos(1);
        let (last, found) = made(&stage, args);
        assert_eq!(
            (&last["state"], found.as_slice()),
            (&json!("DONE"), names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().as_slice()),
            "{args:?}"
        );
        if args.contains(&"scale=3") {
            assert_eq!((&last["width"], &last["height"]), (&json!(72), &json!(48)));
        }
        // The same command again sends nothing.
        stage.run(args).assert_status(0);
        assert_eq!(stage.stats()["submits"], json!(1), "{args:?}");
    }
}

#[test]
fn models_are_searched_and_shown_with_what_they_take_give_and_cost() {
    let stage = Stage::new();
    let models = |args: &[&str]| {
        let all: Vec<_> = ["models"].iter().chain(args).copied().collect();
        run(&mut stage.command(&all))
    };
    let found = models(&["upscaler"]);
    found.assert_status(0);
    assert!(
        found.stdout.contains("clarityai/crystal-upscaler                   pictures, $0.016 per MP\n"),
        "{}",
        found.stdout
    );
    let edit = models(&["banana"]).stdout;
    assert!(edit.contains("pictures, texts, $0.15 per image, needs prompt"), "{edit}");
    assert!(models(&["--category", "vision"]).stdout.contains("fal-ai/moondream2"));
    let page = models(&["fal-ai/birefnet/v2"]).stdout;
    assert!(
        page.contains("photo      goes into `image_url`\ngives      pictures\ncosts      $0.0008 per compute second\n"),
        "{page}"
    );
    assert!(page.contains("  -p output_mask=…  true or false [false]\n"), "{page}");
    let one: Value = serde_json::from_str(models(&["fal-ai/recraft/vectorize", "--json"]).stdout.trim()).unwrap();
    assert_eq!(
        (&one["image_field"], &one["unit_price_usd"], &one["gives"]),
        (&json!("image_url"), &Value::Null, &json!(["pictures"]))
    );
    assert_eq!(models(&["--json"]).stdout.lines().count(), 14);
    let one: Value = serde_json::from_str(models(&["fal-ai/creative-upscaler", "--json"]).stdout.trim()).unwrap();
    assert_eq!(
        (&one["deprecated"], &one["status"], &one["replaced_by"]),
        (&json!(true), &json!("deprecated"), &json!("fal-ai/clarity-upscaler"))
    );
    let none = models(&["fal-ai/birefnet/v3"]);
    none.assert_status(2);
    assert!(none.stderr.contains("did you mean `fal-ai/birefnet/v2`?"), "{}", none.stderr);
}

#[test]
fn a_price_is_exact_learned_or_unknown_and_never_nothing() {
    let stage = Stage::new();
    stage.small_photos(2);
    let plan = |model: &str| -> Value {
        let planned = run(stage.command(&["plan", "--json", "-m", model]).arg(stage.photos()));
        serde_json::from_str(planned.stdout.trim()).unwrap_or_else(|_| panic!("{}", planned.stderr))
    };
    let told = |model: &str| {
        let plan = plan(model);
        (plan["price_state"].as_str().unwrap().to_owned(), plan["estimate_usd"].clone())
    };
    assert_eq!(told("fal-ai/ideogram/upscale"), ("exact".to_owned(), json!(0.12)));
    let (known, usd) = told("fal-ai/esrgan");
    assert_eq!((&*known, usd.as_f64().unwrap() > 0.0), ("learned", true));
    assert_eq!(told("fal-ai/recraft/vectorize"), ("unknown".to_owned(), Value::Null));

    // What it was billed is counted exactly, whatever was known before.
    let ran = stage.run(&["-m", "fal-ai/esrgan"]);
    ran.assert_status(0);
    let billed: f64 = stage.stats()["usd"].as_f64().unwrap();
    assert!((ran.summary()["spent_known_usd"].as_f64().unwrap() - billed).abs() < 1e-6, "{billed}");
    let capped = stage.run(&["-m", "fal-ai/recraft/vectorize", "--budget", "1"]);
    capped.assert_status(2);
    assert!(capped.stderr.contains("so a budget could not be kept"), "{}", capped.stderr);
}

#[test]
fn the_same_picture_is_the_same_money_whatever_the_model_and_however_its_parameters_are_written() {
    for (given, alike, other) in [
        (&["-m", TEXT][..], &["-m", TEXT][..], &["-m", "fal-ai/moondream2"][..]),
        (
            &["-m", VARY, "-p", "num_images=2", "-p", "prompt=x"],
            &[
                "-m",
                VARY,
                "-p",
                "prompt=x",
                "-p",
                "guidance_scale=4.0",
                "-p",
                "num_images=2",
                "-p",
                "uov_method=Vary (Strong)",
            ],
            &["-m", VARY, "-p", "num_images=1", "-p", "prompt=x"],
        ),
        (
            &["-m", "fal-ai/esrgan"],
            &["-m", "fal-ai/esrgan", "-p", "scale=2"],
            &["-m", "fal-ai/esrgan", "-p", "scale=3"],
        ),
        (
            &["-m", "fal-ai/image2svg"],
            &["-m", "fal-ai/image2svg", "-p", "mode=spline"],
            &["-m", "fal-ai/image2svg", "-p", "mode=polygon"],
        ),
    ] {
        let stage = Stage::new();
        stage.small_photos(2);
        stage.run(given).assert_status(0);
        let elsewhere = stage.dir.path().join("elsewhere");
        let to = ["-o", elsewhere.to_str().unwrap()];
        let plan = |args: &[&str]| -> Value {
            let planned = run(stage.command(&["plan", "--json"]).args(args).args(to).arg(stage.photos()));
            serde_json::from_str(planned.stdout.trim()).unwrap()
        };
        assert_eq!(plan(alike)["duplicates"], json!(2), "{alike:?}");
        let copied = stage.run(&[alike, &to].concat());
        assert_eq!(copied.assert_status(0).summary()["done"], 2);
        assert_eq!(stage.stats()["accepted"], 2, "{alike:?}");
        let files = |folder: &std::path::Path| {
            let mut names: Vec<_> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("small-"))
                .map(|path| (path.file_name().unwrap().to_owned(), std::fs::read(&path).unwrap()))
                .collect();
            names.sort();
            names
        };
        assert_eq!(files(&elsewhere), files(&stage.output()), "{alike:?}");
        assert_eq!(plan(other)["duplicates"], json!(0), "{other:?}");
    }
}

#[test]
fn a_lost_reply_is_paid_for_once_whatever_the_model_gives() {
    for args in [
        &["-m", "fal-ai/florence-2-large/caption"][..],
        &["-m", VARY, "-p", "num_images=2"],
        &["-m", "fal-ai/esrgan"],
        &["-m", "fal-ai/nano-banana-pro/edit", "-p", "prompt=make it blue"],
    ] {
        let stage = Stage::scenario("lost_reply");
        stage.photo("chelsea.png", "faulty.png").photo("textures/grass.png", "good.png");
        let told = stage.run(args);
        assert!(matches!(told.status, 0 | 1), "{args:?}: {}", told.stderr);
        assert_eq!(told.last("good.png")["state"], "DONE", "{args:?}");
        let again = stage.run(&[args, &["--retry-failed"]].concat());
        assert_eq!(again.summary()["done"], json!(2), "{args:?}: {}", again.stdout);
        assert_eq!(stage.stats()["most_accepted_of_one_input"], json!(1), "{args:?}");
    }
}

#[test]
fn a_killed_run_goes_on_and_pays_for_nothing_twice_whatever_the_model_gives() {
    for args in [&["-m", "fal-ai/moondream2"][..], &["-m", VARY, "-p", "num_images=2"], &["-m", "fal-ai/esrgan"]] {
        let stage = Stage::new();
        stage.small_photos(12);
        let all: Vec<_> = ["--json", "--yes"].iter().chain(args).copied().collect();
        let mut killed = common::start(stage.command(&all).arg(stage.photos()));
        stage.until("some are accepted", |stats| stats["accepted"].as_u64() >= Some(5));
        killed.kill().unwrap();
        killed.wait().unwrap();
        let ran = stage.run(args);
        assert_eq!(ran.summary()["done"], json!(12), "{args:?}: {}", ran.stdout);
        let stats = stage.stats();
        assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&json!(12), &json!(1)), "{args:?}");
    }
}

#[test]
fn a_video_is_saved_as_it_is_and_paid_by_its_seconds_also_under_a_cap_and_when_killed() {
    let latency = std::time::Duration::from_millis(1200);
    let stage = Stage::with(fal_tui::sandbox::Options { runners: 2, latency, ..common::fast() });
    stage.small_photos(4);
    let args = ["-m", "fal-ai/kling-video/v2.5-turbo/pro/image-to-video", "-p", "prompt=wind", "-p", "duration=10"];
    let all: Vec<_> = ["--json", "--yes", "-c", "2", "--budget", "10"].iter().chain(&args).copied().collect();
    let mut killed = common::start(stage.command(&all).arg(stage.photos()));
    // While the window is full no paid call is on its way.
    stage.until("two are accepted", |stats| stats["accepted"].as_u64() >= Some(2));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let ran = stage.run(&[&args[..], &["-c", "2", "--budget", "10"]].concat());
    ran.assert_status(0);
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&json!(4), &json!(1)), "{stats:#}");
    // Ten seconds at $0.07 each.
    assert!((stats["usd"].as_f64().unwrap() - 2.8).abs() < 1e-9, "{stats:#}");
    assert!((ran.summary()["spent_known_usd"].as_f64().unwrap() - 2.8).abs() < 1e-6, "{}", ran.summary());
    let video = std::fs::read(stage.output().join("small-1.mp4")).unwrap();
    assert_eq!(video.get(4..8), Some(&b"ftyp"[..]));
    assert_eq!(ran.last("small-2.png")["artifacts"].get(0).map(|file| &file["kind"]), Some(&json!("mp4")));

    // A cap stops it before it is passed.
    let stage = Stage::new();
    stage.small_photos(8);
    let short = stage.run(&[&args[..], &["--budget", "4"]].concat());
    short.assert_status(4);
    let usd = stage.stats()["usd"].as_f64().unwrap();
    assert!((1.0..=4.0).contains(&usd), "{:#}", stage.stats());
}
