//! A progress bar on stderr, where that is a terminal: lines and JSON go past above it.

use std::io;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tally::Tally;
use crate::engine::Event;

/// How often it is drawn at the most, a second.
const HZ: u8 = 5;

/// The bar, or none.
#[derive(Debug, Default)]
pub(super) struct Bar(Option<(ProgressBar, Tally)>);

impl Bar {
    /// A bar of these characters, from full to empty.
    pub(super) fn new(chars: Option<&'static str>) -> Self {
        let made = chars.map(|chars| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(HZ));
            // A template that is wrong is one that its test finds.
            if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                bar.set_style(style.progress_chars(chars));
            }
            (bar, Tally::default())
        });
        Self(made)
    }

    /// Takes in what happened.
    pub(super) fn take(&mut self, event: &Event) {
        let Some((bar, tally)) = &mut self.0 else { return };
        tally.take(event.at, &event.what);
        let (ended, all) = tally.share();
        let of = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        if let Some(all) = all {
            bar.set_length(of(all));
        }
        bar.set_message(tally.text(event.at));
        bar.set_position(of(ended));
    }

    /// Writes something above the bar.
    pub(super) fn above(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        match &self.0 {
            Some((bar, _)) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes it off the screen.
    pub(super) fn end(self) {
        if let Some((bar, _)) = self.0 {
            bar.finish_and_clear();
        }
    }
}

/// What does not fit in the line is cut off.
const TEMPLATE: &str = "{bar:24} {wide_msg}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_one() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
