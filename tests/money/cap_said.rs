//! What is said of money before any is spent: which cap suffices, and whose price it is.

use serde_json::Value;

use crate::common::{self, Stage, fast};

#[test]
fn the_plan_says_which_cap_certainly_suffices_and_that_cap_leaves_nothing() {
    let stage = Stage::with(fast());
    stage.small_photos(3);
    let plan = |more: &[&str]| {
        let told = common::run(stage.command(&["plan", "--json"]).args(more).arg(stage.photos()));
        serde_json::from_str::<Value>(told.stdout.trim()).unwrap()
    };
    let alone = plan(&[]);
    let (likely, certain) = (alone["estimate_usd"].as_f64().unwrap(), alone["sufficient_usd"].as_f64().unwrap());
    assert!(likely < certain && alone["may_leave"] == 0, "{alone}");
    assert_eq!(plan(&["--budget", &certain.to_string()])["may_leave"], 0);
    assert_eq!(plan(&["--budget", &(certain - 0.01).to_string()])["may_leave"], 1);
    // What a run says is the same.
    let short = stage.run(&["--budget", &(certain - 0.01).to_string()]);
    let planned = short.events().into_iter().find(|event| event["event"] == "plan").unwrap();
    assert_eq!((&planned["may_leave"], &planned["sufficient_usd"]), (&1.into(), &alone["sufficient_usd"]), "{planned}");
    stage.run(&["--budget", &certain.to_string()]).assert_status(0);
    let again = plan(&["--budget", &certain.to_string()]);
    assert_eq!((&again["photos"], &again["may_leave"]), (&0.into(), &0.into()), "{again}");
}

#[test]
fn a_price_is_called_by_whose_it_is() {
    let stage = Stage::with(fast());
    stage.small_photos(1);
    let told = |args: &[&str]| common::run(stage.command(args).arg(stage.photos())).stdout;
    let sandbox = told(&["plan", "--state-dir", "state", "--sandbox"]);
    assert!(sandbox.contains("$0.10 per MP (the sandbox's price)"), "{sandbox}");
    let stand_in = told(&["plan", "--state-dir", "state"]);
    assert!(stand_in.contains("(the price of http://127.0.0.1"), "{stand_in}");
}

#[test]
fn a_price_in_doubt_is_said_and_a_cap_reckons_with_the_highest_until_a_person_says_otherwise() {
    let stage = crate::stage(
        r#"
[[fault]]
call = "pricing"
json = { prices = [{ endpoint_id = "fal-ai/flux-vision-upscaler", unit_price = 0.0001, unit = "megapixels", currency = "USD" }, { endpoint_id = "fal-ai/flux-vision-upscaler", unit_price = 0.1, unit = "megapixels", currency = "USD" }], has_more = false }
"#,
    );
    stage.dear_photos(6);
    let told = common::run(stage.command(&["plan"]).arg(stage.photos()));
    assert!(told.stdout.contains("in doubt: several prices are named"), "{}", told.stdout);
    let told = common::run(stage.command(&["plan", "--json"]).arg(stage.photos()));
    assert!(told.stdout.contains(r#""price_doubt":"several prices are named""#), "{}", told.stdout);
    stage.run(&["--budget", "0.35"]).assert_status(4);
    assert_eq!(stage.stats()["accepted"], 4, "{:#}", stage.stats());
    stage.run(&["--budget", "0.35", "--trust-price"]).assert_status(0);
}
