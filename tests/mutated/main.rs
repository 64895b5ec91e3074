//! What comes from outside is damaged in every way: nothing may panic, hang or grow. The inputs are made
//! from a fixed seed, so that a failure comes again; `tests/fuzz` looks further, for as long as one likes.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod mutate;
mod pictures;
mod words;

/// Mutated inputs of each kind.
const INPUTS: usize = 20_000;
/// The most memory that all of them together may have taken at once, KiB.
const MEMORY: u64 = 512 * 1024;

/// That nothing made the process grow. What a header claims is no reason to allocate it.
fn assert_small() {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return };
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    let peak: u64 = peak.expect("Linux says how large a process was");
    assert!(peak < MEMORY, "grew to {peak} KiB");
}
