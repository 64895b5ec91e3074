//! What is said while a run has not begun: before there is an engine nobody else says anything.

use std::convert::Infallible;
use std::time::Duration;

/// A terminal on which nothing happens for so long looks dead.
const QUIET: Duration = Duration::from_secs(1);
/// A log that says nothing for so long does, too.
const MINUTE: Duration = Duration::from_mins(1);

/// Says what is waited for, until it is dropped.
pub(super) async fn not_begun_yet(is_terminal: bool, mut say: impl FnMut(&str)) -> Infallible {
    tokio::time::sleep(QUIET).await;
    if is_terminal {
        say("fal-tui: waiting for fal, which is asked what it charges ...\n");
    }
    tokio::time::sleep(MINUTE.saturating_sub(QUIET)).await;
    let mut minutes = 1_u64;
    loop {
        say(&format!(
            "fal-tui: not begun yet after {minutes} min: fal is asked for models and prices, and photos are looked at ...\n"
        ));
        minutes += 1;
        tokio::time::sleep(MINUTE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_minute_is_the_longest_silence_before_a_run_begins() {
        for (is_terminal, wanted) in [(true, vec![1, 60, 120, 180]), (false, vec![60, 120, 180])] {
            let (began, mut said) = (tokio::time::Instant::now(), Vec::new());
            let says = not_begun_yet(is_terminal, |_| said.push(began.elapsed().as_secs()));
            assert!(tokio::time::timeout(Duration::from_secs(200), says).await.is_err());
            assert_eq!(said, wanted);
        }
    }
}
