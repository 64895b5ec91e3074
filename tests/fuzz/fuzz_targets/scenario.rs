//! A scenario for the sandbox.
#![no_main]

use fal_tui::sandbox::Scenario;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Scenario::parse(text, "fuzz");
});
