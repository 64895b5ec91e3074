//! fal-tui.
fn main() {}
