//! The banner: what needs a person, what was done about it, and which key goes on. Also how it
//! ended, once it has. It stands above the table and never covers it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::format::plural;
use super::paint::put;
use super::text::{fit, safe, width, wrap};
use crate::engine::board::NoticeKind;
use crate::job::Group;
use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Screens of fewer columns are told in few words what does not fit.
const NARROW: u16 = 60;

/// The most rows that it takes from the table.
const MOST_ROWS: usize = 3;

/// How many rows it takes.
pub(crate) fn rows(ui: &Ui, size: Size) -> u16 {
    let Some(told) = content(ui) else { return 0 };
    let most = if size.height < 12 { MOST_ROWS - 1 } else { MOST_ROWS };
    u16::try_from(told.lines(size.width, most).len()).unwrap_or(1)
}

/// A column of air at either side.
fn columns(width: u16) -> usize {
    usize::from(width.saturating_sub(2))
}

/// What happened, what to do, and how grave it is.
struct Told {
    what: String,
    action: String,
    /// The same in few words, for narrow screens.
    short: Option<(&'static str, String)>,
    role: Role,
}

impl Told {
    /// What happened and what to do, apart from each other.
    fn text(&self) -> String {
        joined(&self.what, &self.action)
    }

    /// The same in at most so many rows of a screen of this width.
    fn lines(&self, width: u16, most: usize) -> Vec<String> {
        let columns = columns(width);
        let whole = self.text();
        let fits = wrap(&whole, columns).len() <= most;
        let text = match &self.short {
            _ if fits => whole,
            Some((what, action)) if width < NARROW => shortened(what, action, columns, most),
            _ => shortened(&self.what, &self.action, columns, most),
        };
        wrap(&text, columns).into_iter().take(most).map(str::to_owned).collect()
    }
}

fn joined(what: &str, action: &str) -> String {
    match action {
        "" => what.to_owned(),
        action => format!("{} · {action}", what.trim_end_matches('.')),
    }
}

fn content(ui: &Ui) -> Option<Told> {
    if let Some(notice) = &ui.board.notice {
        let role = if notice.kind == NoticeKind::Resumed { Role::Accent } else { Role::Notice };
        let action = match notice.kind {
            NoticeKind::BudgetReached => format!("{} sets a higher cap.", ui.keys.shown(Action::Cap)),
            _ => safe(&notice.action).into_owned(),
        };
        return Some(Told {
            what: format!("! {}", safe(&notice.message)),
            action,
            short: in_short(ui, notice.kind),
            role,
        });
    }
    ui.has_ended().then(|| ended(ui))
}

fn in_short(ui: &Ui, kind: NoticeKind) -> Option<(&'static str, String)> {
    let goes_on = format!("{} goes on", ui.keys.shown(Action::Pause));
    Some(match kind {
        NoticeKind::AccountLocked => {
            ("! account locked: nothing more is sent", format!("top up at fal.ai/dashboard/billing; {goes_on}"))
        }
        NoticeKind::KeyRefused => ("! key refused: nothing more is sent", "check FAL_KEY".to_owned()),
        NoticeKind::BudgetReached => {
            ("! the next photo could pass the cap", format!("{} sets a higher one", ui.keys.shown(Action::Cap)))
        }
        NoticeKind::Failures => ("! too many failed for one cause", goes_on),
        NoticeKind::DiskLow => ("! nothing more can be written", format!("make room; {goes_on}")),
        NoticeKind::Offline => ("! fal cannot be used now: all waits", "it goes on by itself".to_owned()),
        NoticeKind::RateLimited => ("! fal asks for fewer calls: all waits", "it goes on by itself".to_owned()),
        NoticeKind::Resumed => return None,
    })
}

fn ended(ui: &Ui) -> Told {
    let totals = &ui.board.totals;
    let saved = plural(totals.of(Group::Done), "picture is", "pictures are");
    let mut parts = vec![format!("{saved} in {}", safe(&ui.board.batch.to))];
    let mut add = |number: usize, text: &str| {
        if number > 0 {
            parts.push(format!("{number} {text}"));
        }
    };
    let (failed, review) = (totals.of(Group::Failed), totals.of(Group::Review));
    add(failed, "failed");
    add(review, "to review");
    add(totals.of(Group::Cancelled), "cancelled");
    let what = format!("✓ finished: {}.", parts.join(" · "));
    let action = if failed > 0 { "R sends the failed again, q leaves." } else { "q leaves." };
    let role = if failed + review > 0 { Role::Warning } else { Role::Success };
    Told { what, action: action.to_owned(), short: None, role }
}

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer) {
    let Some(told) = content(ui).filter(|_| !area.is_empty()) else { return };
    let style = ui.styles.of(told.role);
    let columns = columns(area.width);
    let lines = told.lines(area.width, usize::from(area.height));
    for line in 0..area.height {
        let y = area.y.saturating_add(line);
        let shown = lines.get(usize::from(line)).map(String::as_str).unwrap_or_default();
        let padding = " ".repeat(columns.saturating_sub(width(shown)) + 1);
        put(buf, area.x, y, area.width, &format!(" {shown}{padding}"), style);
    }
}

/// Which key goes on is worth more than the end of the story.
fn shortened(what: &str, action: &str, columns: usize, rows: usize) -> String {
    let most = width(what).min(columns * rows);
    (0..=most)
        .rev()
        .map(|room| joined(&fit(what, room), action))
        .find(|text| wrap(text, columns).len() <= rows)
        .unwrap_or_else(|| action.to_owned())
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::engine::board::{Notice, NoticeKind};
    use crate::tui::fixtures::{self, text_of};

    #[test]
    fn what_happened_and_what_to_do_are_apart_and_both_are_said() {
        for (width, height) in [(120, 36), (40, 12), (40, 8)] {
            let screen = text_of(&fixtures::locked(width, height)).replace('\n', " ");
            let words = screen.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            assert!(words.contains("! account locked") || words.contains("account is locked"), "{screen}");
            assert!(words.contains(" · top up at fal.ai/dashboard/billing"), "{screen}");
        }
    }

    #[test]
    fn the_key_that_goes_on_is_shown_however_long_the_story() {
        for (width, height) in [(120, 36), (80, 24), (60, 15), (40, 12), (40, 8)] {
            let ui = fixtures::locked(width, height);
            let screen = text_of(&ui).replace('\n', " ");
            let words: Vec<_> = screen.split_whitespace().collect();
            assert!(words.join(" ").contains("p goes on"), "{width}×{height}: {screen}");
        }
    }

    #[test]
    fn it_takes_no_more_rows_than_it_has_words_for() {
        for width in 40..130 {
            let message = "fal cannot be reached: everything waits, and no attempt is spent; requests at fal run on";
            let action = "check the network and HTTPS_PROXY; it goes on by itself, next try in 28 s";
            let (message, action) = (message.to_owned(), action.to_owned());
            let notice = Notice { kind: NoticeKind::Offline, message, action };
            let desk = fixtures::running(width, 12).with(|board| board.notice = Some(notice));
            let rows = usize::from(rows(&desk.ui, desk.ui.size));
            let screen = desk.screen();
            let banner: Vec<_> = screen.lines().skip(3).take(rows).collect();
            assert!(banner[0].contains('!') && banner.iter().all(|line| !line.is_empty()), "{width}: {screen}");
        }
    }
}
