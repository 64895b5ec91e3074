//! Photos at addresses: fal fetches them itself, they are looked at by their first parts, and paid for once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::io::Cursor;
use std::path::Path;

use crate::common::host::{Host, Lies};
use crate::common::tagged::{assert_upright, encoded, exif, stored, with_exif};
use crate::common::{self, Run, Stage, count, picture, program, run, size};
use serde_json::{Value, json};

/// Runs addresses headless with JSON events.
fn sent(stage: &Stage, addresses: &[&str], args: &[&str]) -> Run {
    let out = stage.output();
    let all = [&["--json", "--yes", "-o", out.to_str().unwrap()], args, addresses].concat();
    run(&mut stage.command(&all))
}

fn plan_of(ran: &Run) -> Value {
    let plan = ran.events().into_iter().find(|event| event["event"] == "plan");
    plan.unwrap_or_else(|| panic!("no plan: {}", ran.stderr))
}

#[test]
fn fal_fetches_them_and_their_results_are_saved_under_their_names() {
    let (stage, host) = (Stage::new(), Host::start());
    let sea = host.picture("/2026/sea%20view.png?w=24", picture(24, 16, 1));
    let hill = host.picture("/hill.png", picture(24, 16, 2));
    let ran = sent(&stage, &[&sea, &hill, &hill], &[]);
    ran.assert_status(0);
    let plan = plan_of(&ran);
    assert_eq!(plan["ways"], json!({ "upload": 0, "data_uri": 0, "url": 2 }));
    let output_mp = plan["output_mp"].as_f64().unwrap();
    assert!((output_mp - 2.0 * 48.0 * 32.0 / 1e6).abs() < 1e-9, "the price is known: {plan}");
    assert_eq!((count(&stage, "accepted"), count(&stage, "upload")), (2, 0));
    assert_eq!(size(&stage.output().join("sea view.png")), (48, 32));
    assert_eq!(size(&stage.output().join("hill.png")), (48, 32));
    // The key goes to fal alone, and what is read here is a part.
    let asked = host.asked();
    assert!(asked.iter().all(|asked| !asked.head.contains("authorization")), "{asked:?}");
    assert!(asked.iter().any(|asked| asked.head.contains("user-agent: fal-tui") && asked.is_of_a_part()), "{asked:?}");
    // Run again nothing is paid for, nor for another folder.
    assert_eq!(sent(&stage, &[&sea, &hill], &[]).summary()["done"], 2);
    let elsewhere = stage.dir.path().join("elsewhere");
    let args = ["--json", "--yes", "-o", elsewhere.to_str().unwrap(), &sea, &hill];
    let other = run(&mut stage.command(&args));
    assert_eq!((other.summary()["done"].clone(), count(&stage, "accepted")), (json!(2), 2), "{}", other.stdout);
    assert_eq!(size(&elsewhere.join("hill.png")), (48, 32));
}

#[test]
fn of_a_large_picture_little_is_read() {
    let (stage, host) = (Stage::new(), Host::start());
    let mut large = picture(400, 300, 1);
    // Bytes behind its end are nobody's, and as long as any.
    large.resize(5 << 20, 7);
    let large = host.picture("/large.png", large);
    let ran = run(&mut stage.command(&["plan", "--json", &large]));
    assert_eq!(ran.events()[0]["output_mp"], json!(0.48), "{}", ran.stderr);
    let read: u64 = host.asked().iter().map(|asked| asked.given).sum();
    assert!(read <= 256 << 10, "{read}");
}

#[test]
fn lists_name_them_with_parameters_and_names_that_are_alike_stay_apart() {
    let (stage, host) = (Stage::new(), Host::start());
    let (one, two) = (host.picture("/1/a.png", picture(24, 16, 1)), host.picture("/2/A.png", picture(24, 16, 2)));
    let here = format!("http://localhost:{}/1/a.png", host.address.port());
    let list = stage.dir.path().join("list.csv");
    fs::write(&list, format!("path,upscale_factor\n{one},4\n{two},\n{here},3\n")).unwrap();
    let ran = sent(&stage, &[], &["--from", list.to_str().unwrap()]);
    ran.assert_status(0);
    let mut sizes: Vec<_> = ran
        .events()
        .iter()
        .filter(|event| event["state"] == "DONE")
        .map(|event| (event["path"].as_str().unwrap().to_lowercase(), event["width"].as_u64().unwrap()))
        .collect();
    sizes.sort();
    let port = host.address.port();
    assert_eq!(sizes.len(), 3, "{}", ran.stdout);
    assert!(
        sizes[0].0.starts_with(&format!("127.0.0.1-{port}/a-")) && sizes[1].0.starts_with("127.0.0.1"),
        "{sizes:?}"
    );
    assert_eq!(sizes[2], (format!("localhost-{port}/a.png"), 72));
    let mut widths = [sizes[0].1, sizes[1].1];
    widths.sort_unstable();
    assert_eq!(widths, [48, 96]);
    // Without PATH and `-o` results lie in a folder called by the host.
    let ran = run(&mut stage.command(&["plan", "--json", &one]));
    let output = ran.events()[0]["output"].as_str().unwrap().to_owned();
    assert!(output.ends_with(&format!("127.0.0.1-{port}-upscaled")), "{output}");
}

#[test]
fn what_cannot_be_fetched_is_skipped_with_its_reason_and_the_others_go() {
    let (stage, host) = (Stage::new(), Host::start());
    let status = |code, to: &str| Lies { status: Some((code, to.to_owned())), ..Lies::default() };
    let good = host.picture("/good.png", picture(24, 16, 1));
    let html = b"<!DOCTYPE html><html><body>no picture</body></html>".to_vec();
    let turned = {
        let format = image::ImageFormat::Jpeg;
        with_exif(encoded(&stored(6), format), format, &exif(6))
    };
    let given = [
        host.put("/gone.png", status(404, "")),
        host.put("/moved.png", status(302, &good)),
        host.put("/secret.png", status(403, "")),
        host.put("/down.png", status(503, "")),
        host.put("/page.png", Lies { bytes: html, ..Lies::default() }),
        host.put("/slow.png", Lies { silent: true, ..Lies::default() }),
        host.picture("/turned.jpg", turned),
        good,
    ];
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let ran = sent(&stage, &given, &[]);
    ran.assert_status(0);
    let plan = plan_of(&ran);
    let reason = |path: &str| {
        let skipped = plan["skipped"].as_array().unwrap().iter().find(|skipped| skipped["path"] == path);
        skipped.unwrap_or_else(|| panic!("{path}: {plan}"))["reason"].as_str().unwrap().to_owned()
    };
    for (path, says) in [
        ("gone.png", "there is nothing at its address (404)"),
        ("moved.png", "leads on to another, which is not followed"),
        ("secret.png", "does not give it to everybody (403)"),
        ("down.png", "cannot give it now (503)"),
        ("page.png", "HTML"),
        ("slow.png", "does not answer in time"),
        ("turned.jpg", "would have to be turned or converted before it is sent, which --send upload does"),
    ] {
        assert!(reason(path).contains(says), "{path}: {}", reason(path));
    }
    assert_eq!((ran.summary()["done"].clone(), count(&stage, "accepted")), (json!(1), 1));
    // A passing fault is asked about twice, no other.
    let times = |path: &str| host.asked().iter().filter(|asked| asked.path == path).count();
    assert_eq!((times("/down.png"), times("/gone.png"), times("/slow.png")), (2, 1, 1));
}

#[test]
fn inner_networks_passwords_and_what_is_not_encrypted_are_refused_before_anybody_is_asked() {
    let stage = Stage::new();
    for (given, says) in [
        ("https://10.0.0.1/a.jpg", "an inner network"),
        ("https://169.254.169.254/latest/meta-data", "an inner network"),
        ("https://[fd00::1]/a.jpg", "an inner network"),
        ("https://intranet/a.jpg", "an inner network"),
        ("http://example.org/a.jpg", "is not encrypted"),
        ("https://me:secret@example.org/a.jpg", "a user or a password"),
        ("ftp://server/a.jpg", "does not read or write"),
    ] {
        let ran = sent(&stage, &[given], &[]);
        ran.assert_status(2);
        assert!(ran.stderr.contains(says) && !ran.stderr.contains("secret"), "{}", ran.stderr);
        let list = stage.dir.path().join("list");
        fs::write(&list, given).unwrap();
        let ran = sent(&stage, &[], &["--from", list.to_str().unwrap()]);
        ran.assert_status(2);
        assert!(ran.stderr.contains("line 1: ") && ran.stderr.contains(says), "{}", ran.stderr);
    }
    // fal itself cannot reach this machine. No call leaves it: the proxy is nobody.
    let mut command = program(stage.dir.path());
    command.env("FAL_KEY", "none").env("HTTPS_PROXY", "http://127.0.0.1:9").args(["plan", "http://127.0.0.1:1/a.jpg"]);
    let ran = run(&mut command);
    assert!(ran.status == 2 && ran.stderr.contains("an address of this machine"), "{}", ran.stderr);
    let ran = sent(&stage, &[], &["--from", "https://example.org/list.csv"]);
    ran.assert_status(2);
    assert!(ran.stderr.contains("there is no file or folder"), "{}", ran.stderr);
    assert_eq!(count(&stage, "submits"), 0);
}

#[test]
fn another_object_at_an_address_is_another_photo_and_the_same_is_not_paid_for_again() {
    let (stage, host) = (Stage::new(), Host::start());
    let lies = |seed, etag, modified| Lies { bytes: picture(24, 16, seed), etag, modified, ..Lies::default() };
    let address = host.put("/a.png", lies(1, Some("\"one\""), None));
    let accepted = |lies: Lies| {
        host.put("/a.png", lies);
        sent(&stage, &[&address], &[]).assert_status(0);
        count(&stage, "accepted")
    };
    assert_eq!(accepted(lies(1, Some("\"one\""), None)), 1);
    assert_eq!(accepted(lies(1, Some("\"one\""), None)), 1);
    assert_eq!(accepted(lies(2, Some("\"two\""), None)), 2, "as long, of another mark");
    let (first, second) = ("Wed, 21 Oct 2015 07:28:00 GMT", "Thu, 22 Oct 2015 07:28:00 GMT");
    assert_eq!(accepted(lies(3, Some("\"two\""), Some(first))), 3);
    // Hosts behind one name mark the same object differently; when it was changed says more.
    assert_eq!(accepted(lies(3, Some("\"other\""), Some(first))), 3);
    assert_eq!(accepted(lies(4, Some("\"other\""), Some(second))), 4);
    // What lay there before is not paid for again either: it is known by what was said of it.
    assert_eq!(accepted(lies(3, None, Some(first))), 4);
}

#[test]
fn a_host_that_gives_no_parts_or_says_no_length_is_read_within_bounds() {
    let (stage, host) = (Stage::new(), Host::start());
    let mut long = picture(100, 100, 1);
    long.resize(20 << 20, 7);
    let no_parts = host.put("/whole.png", Lies { bytes: long, no_parts: true, ..Lies::default() });
    let odd = Lies { bytes: picture(24, 16, 2), no_parts: true, no_length: true, ..Lies::default() };
    let no_length = host.put("/odd.png", odd);
    let ran = run(&mut stage.command(&["plan", "--json", &no_parts, &no_length]));
    let plan = &ran.events()[0];
    assert_eq!((&plan["photos"], &plan["price_state"]), (&json!(2), &json!("exact")), "{plan}");
    let read: u64 = host.asked().iter().map(|asked| asked.given).sum();
    assert!(read < 6 << 20, "what is on its way in the system is not read: {read}");
    sent(&stage, &[&no_length], &[]).assert_status(0);
    sent(&stage, &[&no_length], &[]).assert_status(0);
    assert_eq!(count(&stage, "accepted"), 1);
}

#[test]
fn where_the_size_does_not_show_the_price_is_unknown_and_a_cap_holds_it_back() {
    let (stage, host) = (Stage::new(), Host::start());
    let mut made = Cursor::new(Vec::new());
    image::RgbImage::new(24, 16).write_to(&mut made, image::ImageFormat::Jpeg).unwrap();
    let made = made.into_inner();
    // Three megabytes of what an editor says, before the size.
    let mut bytes = made[..2].to_vec();
    for _ in 0..48 {
        bytes.extend([0xff, 0xed, 0xff, 0xff]);
        bytes.extend(vec![0; 0xfffd]);
    }
    bytes.extend(&made[2..]);
    let address = host.picture("/a.jpg", bytes);
    let ran = run(&mut stage.command(&["plan", "--json", &address]));
    let plan = &ran.events()[0];
    assert_eq!((&plan["photos"], &plan["estimate_usd"]), (&json!(1), &Value::Null), "{plan}");
    let read: u64 = host.asked().iter().map(|asked| asked.given).sum();
    assert!(read <= 3 << 20, "{read}");
    let capped = sent(&stage, &[&address], &["--budget", "5"]);
    assert_eq!((capped.status, count(&stage, "accepted")), (4, 0), "{}", capped.stderr);
}

#[test]
fn on_wish_they_are_downloaded_and_brought_up_or_put_into_the_request() {
    let (stage, host) = (Stage::new(), Host::start());
    let format = image::ImageFormat::Jpeg;
    let turned = host.picture("/turned.jpg", with_exif(encoded(&stored(6), format), format, &exif(6)));
    let small = host.picture("/small.png", picture(24, 16, 1));
    let ran = sent(&stage, &[&turned], &["--send", "upload"]);
    ran.assert_status(0);
    let job = ran.last("turned.jpg");
    assert_upright(&image::open(stage.output().join(job["output"].as_str().unwrap())).unwrap(), "turned.jpg");
    assert_eq!(plan_of(&ran)["ways"], json!({ "upload": 1, "data_uri": 0, "url": 0 }));
    assert_eq!((count(&stage, "accepted"), count(&stage, "upload")), (1, 1));
    let ran = sent(&stage, &[&small], &["--send", "data-uri"]);
    ran.assert_status(0);
    assert_eq!((count(&stage, "accepted"), count(&stage, "upload")), (2, 1));
    // However it gets to fal, it is the same photo.
    sent(&stage, &[&small], &[]).assert_status(0);
    let elsewhere = stage.dir.path().join("elsewhere");
    let args = ["--json", "--yes", "-o", elsewhere.to_str().unwrap(), &small];
    run(&mut stage.command(&args)).assert_status(0);
    assert_eq!(count(&stage, "accepted"), 2);
    let reduced = sent(&stage, &[&small], &["--fit-long-edge", "10"]);
    assert!(plan_of(&reduced)["skipped"].to_string().contains("would have to be reduced"), "{}", reduced.stdout);
}

#[test]
fn a_lost_reply_is_found_by_the_address_and_not_paid_for_twice() {
    let scenario = "[[fault]]\ncall = \"submit\"\nfirst = 1\ndrop = \"after\"\n";
    let scenario = fal_tui::sandbox::Scenario::parse(scenario, "lost").unwrap();
    let stage = Stage::with(fal_tui::sandbox::Options { scenario: Some(scenario), ..common::fast() });
    let host = Host::start();
    let addresses = [1, 2].map(|n| host.picture(&format!("/{n}.png"), picture(24, 16, n)));
    let ran = sent(&stage, &[&addresses[0], &addresses[1]], &[]);
    ran.assert_status(0);
    assert_eq!((ran.summary()["done"].clone(), count(&stage, "accepted")), (json!(2), 2));
}

#[cfg(unix)]
#[test]
fn one_that_grew_since_the_plan_is_not_sent_at_a_price_that_nobody_saw() {
    let (stage, host) = (Stage::new(), Host::start());
    let address = host.picture("/a.png", picture(24, 16, 1));
    let out = stage.output();
    let command = stage.command(&["-o", out.to_str().unwrap(), &address]);
    let mut term = common::terminal::Term::start(&command, (150, 40));
    term.wait_for("1 fetched by fal itself, from their URLs");
    host.picture("/a.png", picture(400, 300, 1));
    term.press("\r");
    term.wait_for("larger than when the plan was made");
    assert_eq!(count(&stage, "submits"), 0);
    assert!(!Path::new(&out).join("a.png").exists());
    term.press("3");
    term.wait_for("it is not on this machine");
}
