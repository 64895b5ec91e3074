//! Rules beside the photos: a `fal-tui.toml` says by glob how photos are sent, and nothing else.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;

use crate::common::{self, Run, Stage, run, size};
use serde_json::{Value, json};

const RULES: &str = "
[[rule]]
match = 'hero/**'
param = { upscale_factor = 4, steps = 30 }

[[rule]]
match = ['thumbs', '*_small.*']
skip = true

[[rule]]
match = 'heros/**'
param = { steps = 9 }
";

/// Three small photos, one of them in `hero` and one in `thumbs`, and these rules beside them.
fn stage(rules: &str) -> Stage {
    let stage = Stage::new();
    stage.small_photos(3);
    for (folder, name) in [("hero", "small-2.png"), ("thumbs", "small-3.png")] {
        fs::create_dir(stage.photos().join(folder)).unwrap();
        fs::rename(stage.photos().join(name), stage.photos().join(folder).join(name)).unwrap();
    }
    write(&stage, rules);
    stage
}

fn write(stage: &Stage, rules: &str) {
    fs::write(stage.photos().join("fal-tui.toml"), rules).unwrap();
}

fn plan_of(ran: &Run) -> Value {
    ran.events().into_iter().find(|event| event["event"] == "plan").unwrap()
}

fn accepted(stage: &Stage) -> u64 {
    stage.stats()["accepted"].as_u64().unwrap_or(0)
}

#[test]
fn photos_are_sent_as_the_rules_beside_them_say_and_the_plan_counts_them() {
    let stage = stage(RULES);
    let ran = stage.run(&[]);
    ran.assert_status(0);
    let plan = plan_of(&ran);
    assert_eq!((&plan["photos"], &plan["skipped"].as_array().unwrap().len()), (&json!(2), &1), "{plan}");
    let rules = plan["rules"].as_array().unwrap();
    let counted: Vec<_> = rules.iter().map(|rule| (rule["match"].as_str().unwrap(), &rule["photos"])).collect();
    assert_eq!(counted, [("hero/**", &json!(1)), ("thumbs, *_small.*", &json!(1)), ("heros/**", &json!(0))]);
    assert_eq!(rules[0]["sets"], json!({ "upscale_factor": "4", "steps": "30" }));
    assert_eq!((&rules[0]["place"], &rules[1]["skips"]), (&json!("fal-tui.toml, line 2"), &json!(true)));
    let said = "1 by the rule hero/** (fal-tui.toml, line 2): steps=30 upscale_factor=4";
    assert!(plan["notes"].as_array().unwrap().contains(&json!(said)), "{plan}");
    // 24 × 16 px, one at ×4 and one at ×2: so the price counts them.
    let output_mp = plan["output_mp"].as_f64().unwrap();
    assert!((output_mp - (96.0 * 64.0 + 48.0 * 32.0) / 1e6).abs() < 1e-9, "{plan}");
    assert_eq!(size(&stage.output().join("hero/small-2.png")), (96, 64));
    assert_eq!(size(&stage.output().join("small-1.png")), (48, 32));
    assert!(!stage.output().join("thumbs").exists());
    // The same again sends nothing, and the file of rules is no photo that was skipped.
    let again = stage.run(&[]);
    assert_eq!((again.status, accepted(&stage), again.summary()["skipped"].clone()), (0, 2, json!(1)));
}

#[test]
fn what_is_typed_holds_over_rules_and_a_list_over_both() {
    let stage = stage(RULES);
    let list = stage.dir.path().join("list.csv");
    let hero = stage.photos().join("hero/small-2.png");
    fs::write(&list, format!("path,steps\n{},12\n{},\n", hero.display(), stage.photos().join("small-1.png").display()))
        .unwrap();
    let ran = stage.run(&["-p", "upscale_factor=3", "--from", list.to_str().unwrap()]);
    ran.assert_status(0);
    assert_eq!(size(&stage.output().join("hero/small-2.png")), (72, 48), "-p over the rule");
    let rule = plan_of(&ran)["rules"][0].clone();
    assert_eq!((&rule["sets"], &rule["beaten"]), (&json!({ "steps": "30" }), &json!(["upscale_factor"])));
    let records = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    let hero = records.lines().find(|line| line.contains("hero/small-2.png")).unwrap();
    assert!(hero.contains(r#"\"steps\":12"#), "the list's cell over the rule: {hero}");
}

#[test]
fn a_photo_that_a_rule_left_out_for_a_while_is_not_paid_for_twice() {
    let stage = stage("");
    stage.run(&[]).assert_status(0);
    assert_eq!(accepted(&stage), 3);
    for rules in [RULES, "", RULES, "# none\n"] {
        write(&stage, rules);
        stage.run(&[]).assert_status(0);
        assert_eq!(accepted(&stage), 3, "{rules}");
    }
    assert!(stage.output().join("thumbs/small-3.png").exists());
}

#[test]
fn a_mistake_is_named_with_its_place_and_nothing_is_sent() {
    let stage = stage("");
    for (rules, says) in [
        ("[[rule]]\nmatch = 'hero/**'\nparam = { steps = 200 }\n", "line 3, column 19: `steps` cannot be `200`"),
        ("[[rule]]\nmatch = 'hero/**'\nparam = { upscale_facto = 4 }\n", "did you mean `upscale_factor`?"),
        ("[[rule]]\nmatch = 'hero/**'\nskip = yes\n", "line 3, column 8: "),
        ("output = '/tmp'\n", "line 1, column 1: a file of rules cannot say where results go"),
        ("[[rule]]\nmatch = 'a'\nkey = 'x'\n", "line 3, column 1: a file of rules cannot say who pays"),
        ("rest-url = 'https://evil.example'\n", "a file of rules cannot say where fal is"),
        ("[[rule]]\nmatch = 'a'\nbudget = 500\n", "a file of rules cannot say what may be spent"),
    ] {
        write(&stage, rules);
        let ran = stage.run(&[]);
        ran.assert_status(2);
        assert!(ran.stderr.contains("fal-tui.toml`, line ") && ran.stderr.contains(says), "{says}: {}", ran.stderr);
    }
    assert_eq!(accepted(&stage), 0);
}

#[test]
fn a_file_of_rules_in_a_folder_below_is_named_and_not_followed() {
    let stage = stage("");
    fs::write(stage.photos().join("hero/fal-tui.toml"), RULES).unwrap();
    let ran = run(stage.command(&["plan", "--json"]).arg(stage.photos()));
    let plan = &ran.events()[0];
    assert_eq!((&plan["photos"], &plan["rules"]), (&json!(3), &json!([])));
    let skipped = json!({ "path": "hero/fal-tui.toml", "reason": "rules are read at the top of a PATH alone" });
    assert_eq!(plan["skipped"], json!([skipped]));
}

#[cfg(unix)]
#[test]
fn the_request_of_a_photo_says_which_rule_gave_the_value() {
    let stage = stage("[[rule]]\nmatch = '*.png'\nparam = { upscale_factor = 3 }\n");
    let mut term = common::terminal::Term::start(&stage.command(&[stage.photos().to_str().unwrap()]), (170, 40));
    term.wait_for("3 by the rule *.png (fal-tui.toml, line 1): upscale_factor=3");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("4");
    term.wait_for("upscale_factor=3: *.png (fal-tui.toml, line 1)");
}

#[cfg(unix)]
#[test]
fn what_a_person_sets_on_the_plan_holds_over_rules_and_is_looked_at_before_it_is_sent() {
    let stage = stage("[[rule]]\nmatch = '*.png'\nparam = { upscale_factor = 3, steps = 9 }\n");
    let mut term = common::terminal::Term::start(&stage.command(&[stage.photos().to_str().unwrap()]), (170, 40));
    term.wait_for("3 by the rule *.png (fal-tui.toml, line 1): steps=9 upscale_factor=3");
    term.press("j\r");
    term.wait_for("1 to 4");
    term.press("\u{15}4\r");
    term.wait_row(&["upscale_factor", "4"]);
    term.press("\u{1b}");
    term.wait_for("Enter sends 3 photos");
    term.press("\r");
    // What differs by photo is counted anew, and shown.
    term.wait_for("steps=9 upscale_factor as was");
    assert_eq!(accepted(&stage), 0);
    term.press("\r");
    stage.until("every photo was sent", |stats| stats["accepted"] == 3);
    term.wait_for("✓ finished");
    assert_eq!(size(&stage.output().join("small-1.png")), (96, 64));
    let records = fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap_or_default();
    drop(term);
    assert!(records.lines().all(|line| line.contains(r#"\"steps\":9"#)), "{records}");
}
