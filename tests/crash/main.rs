//! Killed at any moment, as often as you like: started again until it is done, the program has paid
//! for each photo once and lost nothing. What was paid is asked of the sandbox, which lives on.
//!
//! `FAL_TUI_CRASH=long` kills at every write and at hundreds of random moments; without it a sample
//! of them is taken. `FAL_TUI_CRASH_SEED=N` plays the moments of an earlier run again.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may panic, and tell"
)]

#[path = "../common/mod.rs"]
mod common;
mod ordeal;
mod writes;

use std::thread;
use std::time::Duration;

use ordeal::{Gives, Ordeal};

/// A photo of 24×16 px costs this at twice its size, USD.
const PRICE: f64 = 0.000_153_6;
/// A cap reckons with this much for it while it is not settled, USD.
const AT_MOST: f64 = 0.1;

/// Faults of every kind that a killed run could take for something else. Photos are told apart by the end of
/// their number.
const FAULTS: &str = r#"
# Lost replies, and answers that never come to an end.
[[fault]]
call = "submit"
file = "small-*1.png"
first = 1
drop = "after"

[[fault]]
call = "submit"
file = "small-*2.png"
first = 1
bytes_per_s = 200

# Calls that were not carried out.
[[fault]]
call = "submit"
file = "small-*3.png"
first = 1
status = 503
ingress = true

[[fault]]
call = ["upload", "status", "result"]
file = "small-*4.png"
first = 1
drop = "before"

# A request that fails without being billed: the photo is sent again, and the second reply is lost.
[[fault]]
call = "run"
file = "small-*5.png"
attempt = 1
fail = { error_type = "runner_server_error" }

[[fault]]
call = "submit"
file = "small-*5.png"
after = 1
first = 1
drop = "after"

# Pictures that come in pieces.
[[fault]]
call = "download"
file = "small-*6.png"
first = 1
cut_at = "50%"

[[fault]]
call = "download"
file = "small-*7.png"
bytes_per_s = 2000

[[fault]]
call = "download"
file = "small-*8.png"
first = 1
picture = "truncated"
"#;

fn is_long() -> bool {
    std::env::var_os("FAL_TUI_CRASH").is_some_and(|form| form == "long")
}

/// A source of moments, which a failed run names.
fn moments(name: &str) -> fastrand::Rng {
    let seed = std::env::var("FAL_TUI_CRASH_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    eprintln!("{name}: FAL_TUI_CRASH_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

#[test]
fn killed_at_random_moments_of_a_batch_with_faults() {
    let mut rng = moments("random moments");
    let kills = if is_long() { 120 } else { 30 };
    thread::scope(|scope| {
        for capped in [false, true] {
            let mut rng = rng.fork();
            scope.spawn(move || {
                let mut left = kills;
                while left > 0 {
                    // Half of the photos may be paid for at first.
                    let cap = capped.then_some(AT_MOST + 20.5 * PRICE);
                    let mut ordeal = Ordeal::begin(40, FAULTS, cap);
                    while left > 0 && !ordeal.killed_after(Duration::from_millis(rng.u64(20..1500))) {
                        left -= 1;
                    }
                    ordeal.finish();
                    if cap.is_some() {
                        ordeal.raise_the_cap(40.0 * AT_MOST + 100.0 * PRICE);
                        ordeal.finish();
                    }
                }
            });
        }
    });
}

/// A text alone, several pictures an answer, what is paid by the second on a runner, and one that a mask goes along with.
const OTHERS: [Gives; 4] = [
    Gives { args: &["-m", "fal-ai/florence-2-large/caption"], ends: &[".txt"], size: (0, 0) },
    Gives {
        args: &["-m", "fal-ai/fooocus/upscale-or-vary", "-p", "num_images=3"],
        ends: &[".png", "-2.png", "-3.png"],
        size: (24, 16),
    },
    Gives { args: &["-m", "fal-ai/esrgan"], ends: &[".png"], size: (48, 32) },
    Gives {
        args: &[
            "-m",
            "fal-ai/flux-pro/v1/fill",
            "-p",
            "prompt=red",
            "-p",
            "output_format=png",
            "-p",
            "mask_url=@mask.png",
        ],
        ends: &[".png"],
        size: (24, 16),
    },
];

#[test]
fn killed_at_random_moments_whatever_the_model_gives() {
    let mut rng = moments("other models");
    let kills = if is_long() { 60 } else { 8 };
    thread::scope(|scope| {
        for gives in OTHERS {
            let mut rng = rng.fork();
            scope.spawn(move || {
                let mut left = kills;
                while left > 0 {
                    let mut ordeal = Ordeal::of(gives, 20, FAULTS, None);
                    while left > 0 && !ordeal.killed_after(Duration::from_millis(rng.u64(20..1500))) {
                        left -= 1;
                    }
                    ordeal.finish();
                }
            });
        }
    });
}

#[test]
fn killed_at_each_write_to_the_ledger_or_the_output_folder() {
    // Every life of a batch is another one, but as long as others.
    let whole = Ordeal::begin(3, "", None).killed_at_write(usize::MAX).unwrap();
    let step = if is_long() { 1 } else { whole.div_ceil(24) };
    eprintln!("a whole run writes {whole} times; killed at each {step}th");
    let (next, lanes) = (std::sync::atomic::AtomicUsize::new(0), if is_long() { 6 } else { 4 });
    thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| {
                loop {
                    let at = 1 + step * next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if at > whole {
                        return;
                    }
                    let mut ordeal = Ordeal::begin(3, "", None);
                    ordeal.killed_at_write(at);
                    ordeal.finish();
                }
            });
        }
    });
}

#[test]
fn killed_while_the_paid_call_is_on_its_way_there_or_back() {
    // Arrived and not accepted; accepted with the reply on its way for ever; accepted a moment ago.
    let slow_there = "[[fault]]\ncall = \"submit\"\nfirst = 1\ndelay_ms = 3000\n";
    let slow_back = "[[fault]]\ncall = \"submit\"\nfirst = 1\nbytes_per_s = 1\n";
    let arrived: fn(&serde_json::Value) -> bool = |stats| stats["calls"]["submit"].as_u64() >= Some(3);
    let accepted: fn(&serde_json::Value) -> bool = |stats| stats["accepted"].as_u64() >= Some(3);
    let moments = [(slow_there, arrived), (slow_back, accepted), ("", arrived), ("", accepted)];
    thread::scope(|scope| {
        for (faults, moment) in moments {
            scope.spawn(move || {
                let mut ordeal = Ordeal::begin(3, faults, None);
                ordeal.killed_when(moment);
                ordeal.finish();
                // With a reply on its way, each of the three was paid for, and each is found again.
                let unknown = ordeal.unknown();
                assert!(faults != slow_back || unknown == 0, "{unknown} paid photos were not found at fal");
            });
        }
    });
}
