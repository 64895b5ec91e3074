//! The picker of another model on a real terminal: what is taken in it is what is sent, as a batch of its own.
#![cfg(unix)]

use crate::common::platform::Door;
use crate::common::terminal::Term;
use crate::common::{self, Stage};
use serde_json::{Value, json};

const CLARITY: &str = "fal-ai/clarity-upscaler";

fn dashboard(stage: &Stage, args: &[&str]) -> Term {
    Term::start(stage.command(args).arg("photos"), (120, 36))
}

fn batches(stage: &Stage) -> Vec<Value> {
    let run = common::run(&mut stage.command(&["batches", "--json"]));
    run.assert_status(0);
    run.events()
}

#[test]
fn another_model_is_found_priced_taken_and_run_as_a_batch_of_its_own() {
    let stage = Stage::new();
    stage.small_photos(2).photo("chelsea.png", "cats/chelsea.png");
    let mut term = dashboard(&stage, &["-p", "upscale_factor=3", "-p", "guidance=2"]);
    term.wait_for("Enter sends 3 photos");
    // What is left out stays out, with whatever model.
    term.press("\t\t ");
    term.wait_for("2 photos for about");
    term.press("m");
    term.wait_row(&["flux-vision-upscaler now", "$0.10 per MP", "≈$"]);
    term.wait_row(&["fal-ai/esrgan", "per com", "~$"]);
    term.wait_row(&["fal-ai/recraft/vectorize", "unknown", "unknown"]);
    term.press("clarity");
    term.wait_row(&["▸ fal-ai/clarity-upscaler", "$0.03 per MP"]);
    term.wait_gone("fal-ai/esrgan");
    term.wait_row(&["keeps", "upscale_factor"]);
    term.wait_row(&["loses", "guidance: it has no such field"]);
    term.wait_for("for 2 photos");
    term.press("\r");
    term.wait_for("clarity-upscaler is the model; kept: upscale_factor; not kept: guidance");
    term.wait_row(&["endpoint", CLARITY, "×3"]);
    term.wait_row(&["resemblance", "0.6"]);
    assert_eq!(stage.stats()["submits"], 0);
    // Its own parameters can be changed as well.
    term.press("jjj\u{1b}[C");
    term.wait_row(&["creativity", "0.4"]);
    term.press("\u{1b}");
    term.wait_for("Enter sends 2 photos");
    term.press("\r");
    term.wait_for("✓ finished");
    term.wait_row(&["skipped", "cats/chelsea.png", "left out by you"]);
    assert_eq!(common::size(&stage.output().join("small-1.png")), (72, 48), "three times 24×16");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    term.wait_for("-m fal-ai/clarity-upscaler");
    term.wait_for("-p upscale_factor=3");

    let all = batches(&stage);
    assert_eq!(all.len(), 2, "{all:#?}");
    assert_eq!(
        (&all[0]["model"], all[0]["states"].to_string()),
        (&json!(CLARITY), r#"{"DONE":2,"SKIPPED":1}"#.to_owned())
    );
    assert_eq!((&all[0]["params"]["upscale_factor"], &all[0]["params"]["creativity"]), (&json!(3), &json!(0.4)));
    assert_eq!(all[1]["model"], json!("fal-ai/flux-vision-upscaler"));
    let stats = stage.stats();
    assert_eq!((&stats["accepted"], &stats["most_accepted_of_one_input"]), (&2.into(), &1.into()), "{stats:#}");

    // The command that is named at the end goes on with that batch.
    let again = stage.run(&["-m", CLARITY, "-p", "upscale_factor=3", "-p", "creativity=0.4", "--exclude", "cats/**"]);
    again.assert_status(0);
    assert_eq!(stage.stats()["accepted"], 2);
}

#[test]
fn what_another_batch_has_done_with_the_model_is_not_sent_again_and_esc_changes_nothing() {
    let stage = Stage::new();
    stage.small_photos(2);
    stage.run(&["-m", CLARITY]).assert_status(0);
    let mut term = dashboard(&stage, &[]);
    term.wait_for("Enter sends 2 photos");
    term.press("m");
    term.wait_for(CLARITY);
    term.press("\u{1b}");
    term.wait_gone("Another model");
    term.wait_for("Enter sends 2 photos");
    term.press("mclarity");
    term.wait_row(&["▸ fal-ai/clarity-upscaler"]);
    term.press("\r");
    term.wait_for("2 done by an earlier run");
    // And back to the first, which is the batch's own again.
    term.press("mflux");
    term.wait_row(&["▸ ", "flux-vision-upscaler"]);
    term.press("\r");
    term.wait_for("Enter sends 2 photos");
    term.wait_gone("Other parameters than");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    assert_eq!(stage.stats()["accepted"], 4);
    assert_eq!(batches(&stage).len(), 2);
}

#[test]
fn a_cap_is_kept_and_a_model_without_a_price_that_can_keep_it_is_not_taken() {
    let stage = Stage::new();
    stage.small_photos(1);
    let mut term = dashboard(&stage, &["--budget", "3"]);
    term.wait_for("Enter sends 1 photo");
    term.press("mvectorize");
    term.wait_row(&["▸ fal-ai/recraft/vectorize"]);
    term.press("\r");
    term.wait_for("the cap could not be kept with its price");
    term.press("\u{15}ideogram");
    term.wait_row(&["▸ fal-ai/ideogram/upscale"]);
    term.press("\r");
    term.wait_row(&["endpoint", "fal-ai/ideogram/upscale"]);
    term.wait_row(&["cap", "$3.00"]);
    term.press("q");
    term.wait_exit();
    assert_eq!(stage.stats()["submits"], 0);
}

#[test]
fn without_a_network_there_is_what_was_kept_and_it_is_said_so() {
    let stage = Stage::new();
    stage.small_photos(1);
    let door = Door::start(&stage);
    let mut command = stage.command(&[]);
    command.env("FAL_TUI_API_URL", &door.url).arg("photos");
    let mut term = Term::start(&command, (120, 36));
    term.wait_for("Enter sends 1 photo");
    term.press("mclarity");
    term.wait_row(&["▸ fal-ai/clarity-upscaler", "$0.03 per MP"]);
    door.shut();
    term.press("\u{15}vision");
    term.wait_for("fal cannot be asked");
    term.wait_row(&["▸ ", "flux-vision-upscaler now", "$0.10 per MP"]);
    term.press("\u{15}clar");
    term.wait_row(&["▸ fal-ai/clarity-upscaler", "unknown"]);
    term.press("\u{1b}");
    term.wait_gone("Another model");
    term.press("q");
    term.wait_exit();
}

#[test]
fn texts_that_differ_by_photo_are_sent_with_another_model_too() {
    const EDIT: &str = "fal-ai/nano-banana-pro/edit";
    let stage = Stage::new();
    stage.small_photos(2);
    let mut term = dashboard(&stage, &["-m", CLARITY, "-p", "prompt=make {stem} grey"]);
    term.wait_for("Enter sends 2 photos");
    term.press("mnano");
    term.wait_row(&[&format!("▸ {EDIT}")]);
    term.press("\r");
    term.wait_row(&["endpoint", EDIT]);
    term.wait_for("Another model than the command's: it runs as a batch of its");
    term.wait_row(&["prompt", "make {stem} grey"]);
    // The texts are filled in before they are sent: the plan is shown once more.
    term.press("\r");
    term.wait_gone("Another model than");
    term.press("p");
    term.wait_row(&["small-2.png", "make small-2 grey"]);
    assert_eq!(stage.stats()["submits"], 0);
    term.press("p");
    term.wait_for("2 photos for about");
    term.press("\u{1b}");
    term.wait_for("Enter sends 2 photos");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    let all = batches(&stage);
    assert_eq!((&all[0]["model"], &all[0]["params"]["prompt"]), (&json!(EDIT), &json!("make {stem} grey")));
    assert_eq!(stage.stats()["accepted"], 2);
    let lines = std::fs::read_to_string(stage.output().join("metadata.jsonl")).unwrap();
    assert!(lines.contains("make small-1 grey") && lines.contains("make small-2 grey"), "{lines}");
}
