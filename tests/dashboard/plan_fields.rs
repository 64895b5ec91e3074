//! The editors of the plan on a real terminal: what is picked and typed in them is what is sent.
#![cfg(unix)]

use crate::common::platform::Platform;
use crate::common::terminal::Term;
use crate::common::{self, Stage};
use serde_json::{Value, json};

const VARY: &str = "fal-ai/fooocus/upscale-or-vary";

/// A document of that model with a field for each editor.
fn document() -> Value {
    let side = json!({ "type": "integer", "exclusiveMinimum": 0, "maximum": 4096, "default": 512 });
    let image_size = json!({ "type": "object", "properties": { "width": side, "height": side } });
    let methods = json!(["Disabled", "Upscale (1.5x)", "Upscale (2x)", "Vary (Subtle)"]);
    let names = json!({ "enum": ["square", "portrait_4_3"], "type": "string" });
    let properties = json!({
        "uov_image_url": { "type": "string" },
        "prompt": { "type": "string", "default": "" },
        "uov_method": { "type": "string", "enum": methods, "default": "Disabled" },
        "loras": { "type": "array", "items": { "type": "integer", "maximum": 9 }, "default": [] },
        "image_size": { "anyOf": [{ "$ref": "#/components/schemas/ImageSize" }, names], "default": "square" },
    });
    let image = json!({ "properties": { "url": { "type": "string" }, "width": { "type": "integer" } } });
    let order = ["uov_image_url", "uov_method", "prompt", "loras", "image_size"];
    json!({ "components": { "schemas": {
        "ImageSize": image_size,
        "AInput": { "required": ["uov_image_url"], "x-fal-order-properties": order, "properties": properties },
        "AOutput": { "properties": { "images": { "type": "array", "items": image } } },
    } } })
}

#[test]
fn a_name_a_prompt_of_several_lines_a_list_and_a_size_are_sent_as_they_were_edited() {
    let stage = Stage::new();
    stage.small_photos(1);
    let platform = Platform::start(&stage);
    platform.publish(VARY, &document());
    let mut term = Term::start(platform.command(&stage, &["-m", VARY]).arg("photos"), (120, 36));
    term.wait_for("Enter sends 1 photo");
    // The list: what is typed leaves those that hold it.
    term.press("j\r");
    term.wait_for("type to find");
    term.press("2x");
    term.wait_gone("Vary (Subtle)");
    term.press("\r");
    term.wait_row(&["uov_method", "Upscale (2x)"]);
    // Several lines: Enter begins one, a paste keeps its own, Ctrl-D ends.
    term.press("j\r");
    term.wait_for("Ctrl-D done");
    term.press("a beach\r\u{1b}[200~at low tide,\r\nred sky\u{1b}[201~");
    term.wait_for("red sky");
    term.press("\u{1b}");
    term.wait_for("Esc again drops");
    term.press("\u{4}");
    term.wait_gone("Ctrl-D done");
    term.wait_row(&["prompt", "a beach at low tide"]);
    // A list as JSON: what is wrong is shown at its place, and typed on.
    term.press("j\r");
    term.wait_for("Ctrl-D done");
    term.press("\u{15}[1,\r 22, 3]\u{4}");
    term.wait_for("line 2, character 2: `[1]` cannot be `22`");
    assert_eq!(stage.stats()["submits"], 0);
    term.press("\u{1b}[3~\u{4}");
    term.wait_row(&["loras", "[1,2,3]"]);
    // A size is a name, or two numbers.
    term.press("j\r");
    term.wait_for("its own");
    term.press("own\r");
    term.wait_row(&["width", "512"]);
    term.press("640\u{1b}[B9999\r");
    term.wait_for("of at most 4096");
    term.press("\u{8}\r");
    term.wait_row(&["image_size", "{\"width\":640,\"height\":999}"]);
    term.press("\u{1b}");
    term.wait_for("Enter sends 1 photo");
    term.press("\r");
    term.wait_for("✓ finished");
    term.press("q");
    assert_eq!(term.wait_exit().exit_code(), 0);
    let run = common::run(&mut stage.command(&["batches", "--json"]));
    let params = &run.events()[0]["params"];
    let expected = json!({
        "uov_method": "Upscale (2x)", "prompt": "a beach\nat low tide,\nred sky", "loras": [1, 2, 3],
        "image_size": { "width": 640, "height": 999 },
    });
    assert_eq!(params, &expected);
    assert_eq!(common::size(&stage.output().join("small-1.png")), (48, 32), "twice 24×16");
}
