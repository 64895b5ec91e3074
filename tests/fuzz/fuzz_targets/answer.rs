//! fal's answers. The first byte says which.
#![no_main]

use fal_tui::fal::wire;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, body)) = bytes.split_first() else { return };
    match which % 5 {
        0 => drop(serde_json::from_slice::<wire::StatusAnswer>(body)),
        1 => drop(serde_json::from_slice::<wire::Submitted>(body)),
        2 => drop(serde_json::from_slice::<wire::Prices>(body)),
        3 => drop(serde_json::from_slice::<wire::PastRequests>(body)),
        _ => drop(serde_json::from_slice::<wire::ErrorBody>(body)),
    }
});
