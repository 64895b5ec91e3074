//! What needs a person, what was done about it, and which key goes on. Also how it ended, once it has.

use ratatui::layout::Size;

use crate::engine::snapshot::{Notice, NoticeKind, Phase};
use crate::job::Group;
use crate::tui::keys::Action;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::words::format::{count, plural};
use crate::tui::view::words::text::{fit, safe, width, wrap};

/// Screens of fewer columns are told in few words what does not fit.
const NARROW: u16 = 60;

/// The most rows that it takes from the table.
const MOST_ROWS: usize = 3;

/// Screens of fewer rows need them for the table.
const LOW: u16 = 16;

/// How many rows it takes.
pub(crate) fn rows(ui: &Ui, size: Size) -> u16 {
    let Some(told) = content(ui) else { return 0 };
    let most = if size.height < LOW { MOST_ROWS - 1 } else { MOST_ROWS };
    let text = told.text_in(size.width, most);
    u16::try_from(wrap(&text, columns(size.width)).len().min(most)).unwrap_or(1)
}

/// A column of air at either side.
pub(crate) fn columns(width: u16) -> usize {
    usize::from(width.saturating_sub(2))
}

/// What happened, what to do, and how grave it is.
pub(crate) struct Told {
    what: String,
    action: String,
    /// What happened and what to do in few words, for narrow screens.
    short: Option<(&'static str, &'static str)>,
    pub(crate) keys: Vec<Key>,
    pub(crate) role: Role,
}

/// A key, and what it does now.
pub(crate) struct Key {
    pub(crate) action: Action,
    pub(crate) phrase: String,
}

impl Key {
    /// The words of one key stay together.
    fn new(ui: &Ui, action: Action, does: &str) -> Self {
        Self { action, phrase: format!("{} {does}", ui.screen.keys.shown(action)).replace(' ', TIE) }
    }
}

/// A blank at which no line ends.
pub(crate) const TIE: &str = "\u{a0}";

impl Told {
    /// What happened and what to do, apart from each other; in few words on narrow screens that have no room
    /// for more. `None` if the rows are too few for that, too.
    fn whole_in(&self, width: u16, rows: usize) -> Option<String> {
        let short = self.short.filter(|_| width < NARROW);
        let texts = [Some((self.what.as_str(), self.action.as_str())), short].into_iter().flatten();
        let mut texts = texts.map(|(what, action)| joined(what, &self.to_do(action)));
        texts.find(|text| wrap(text, columns(width)).len() <= rows)
    }

    /// The same, or what can be said of it in so many rows.
    pub(crate) fn text_in(&self, width: u16, rows: usize) -> String {
        self.whole_in(width, rows).unwrap_or_else(|| {
            let whole = (self.what.as_str(), self.action.as_str());
            let (what, action) = self.short.filter(|_| width < NARROW).unwrap_or(whole);
            shortened(what, &self.to_do(action), columns(width), rows)
        })
    }

    /// What to do, and the keys for it.
    fn to_do(&self, action: &str) -> String {
        let keys = self.keys.iter().map(|key| key.phrase.as_str());
        let parts: Vec<_> = std::iter::once(action).filter(|action| !action.is_empty()).chain(keys).collect();
        parts.join(" · ")
    }
}

fn joined(what: &str, action: &str) -> String {
    match action {
        "" => what.to_owned(),
        action => format!("{} · {action}", what.trim_end_matches('.')),
    }
}

/// What is to be said, if anything is.
pub(crate) fn content(ui: &Ui) -> Option<Told> {
    // That it goes on again is told in passing.
    let notice = ui.snapshot.notice.as_ref().filter(|notice| notice.kind != NoticeKind::Resumed);
    let Some(notice) = notice else { return ended(ui) };
    let key = |action, does| Key::new(ui, action, does);
    let (action, keys) = match notice.kind {
        NoticeKind::BudgetReached => ("", vec![key(Action::Cap, "sets a higher cap")]),
        NoticeKind::CanaryDone => (
            notice.action.as_str(),
            vec![key(Action::Pause, "sends them"), key(Action::BackToPlan, "goes back to the plan")],
        ),
        NoticeKind::AccountLocked
        | NoticeKind::AccountAdminLocked
        | NoticeKind::KeyForbidden
        | NoticeKind::KeyRefused => (notice.action.as_str(), vec![key(Action::Pause, "tries now")]),
        NoticeKind::Failures => {
            (notice.action.as_str(), vec![key(Action::Failures, "shows them"), key(Action::Pause, "goes on")])
        }
        NoticeKind::DiskLow | NoticeKind::FileChanged => (notice.action.as_str(), vec![key(Action::Pause, "goes on")]),
        NoticeKind::Offline
        | NoticeKind::LedgerAway
        | NoticeKind::RateLimited
        | NoticeKind::ResourcesLow
        | NoticeKind::Resumed
        | NoticeKind::SchemaChanged
        | NoticeKind::Watching
        | NoticeKind::Waiting
        | NoticeKind::Unattended
        | NoticeKind::Paused
        | NoticeKind::Changed
        | NoticeKind::WebhookRefused
        | NoticeKind::WebhooksMissed
        | NoticeKind::AtOnce
        | NoticeKind::Enqueued => (notice.action.as_str(), Vec::new()),
    };
    // Only what is out of order is pointed at.
    let mark = match notice.kind {
        NoticeKind::Waiting => "↻",
        NoticeKind::CanaryDone => "?",
        _ => "!",
    };
    Some(Told {
        what: format!("{mark} {}", safe(&notice.message)),
        action: safe(action).into_owned(),
        short: in_short(notice),
        keys,
        role: Role::Notice,
    })
}

fn in_short(notice: &Notice) -> Option<(&'static str, &'static str)> {
    Some(match notice.kind {
        NoticeKind::AccountLocked if !notice.action.contains("top up") => {
            ("! fal stops the account: nothing more is sent", "")
        }
        NoticeKind::AccountAdminLocked => ("! fal has locked the account: nothing more is sent", "ask fal's support"),
        NoticeKind::KeyForbidden => ("! the key may not do this: nothing more is sent", "see its permissions"),
        NoticeKind::AccountLocked => ("! account locked: nothing more is sent", "top up at fal.ai/dashboard/billing"),
        NoticeKind::KeyRefused => ("! key refused: nothing more is sent", "check FAL_KEY"),
        NoticeKind::BudgetReached => ("! the next photo could pass the cap", ""),
        NoticeKind::CanaryDone => ("? the canary has come in: the rest waits", ""),
        NoticeKind::Failures => ("! too many failed for one cause", ""),
        NoticeKind::DiskLow => ("! nothing more can be written", "make room"),
        NoticeKind::FileChanged => ("! a file that goes along has changed", "put it back"),
        NoticeKind::ResourcesLow => ("! this machine is short of something: no more is sent", "it goes on by itself"),
        NoticeKind::Offline => ("! fal cannot be used now: all waits", "it goes on by itself"),
        NoticeKind::LedgerAway => ("! the ledger does not answer: no more is sent", "it goes on by itself"),
        NoticeKind::Unattended => ("! nobody works on it now", "it goes on once somebody does"),
        NoticeKind::RateLimited => ("! fal asks for fewer calls: all waits", "it goes on by itself"),
        NoticeKind::WebhookRefused => ("! webhooks were refused", ""),
        NoticeKind::WebhooksMissed => ("! no webhooks come: fal is asked", ""),
        NoticeKind::Resumed
        | NoticeKind::SchemaChanged
        | NoticeKind::Watching
        | NoticeKind::Waiting
        | NoticeKind::Paused
        | NoticeKind::Changed
        | NoticeKind::AtOnce
        | NoticeKind::Enqueued => return None,
    })
}

/// What is said once all that is there has ended.
fn ended(ui: &Ui) -> Option<Told> {
    let is_watching = ui.snapshot.phase == Phase::Watching;
    if !is_watching && !ui.has_ended() {
        return None;
    }
    let totals = &ui.snapshot.totals;
    let saved = plural(totals.of(Group::Done), "picture is", "pictures are");
    let mut parts = vec![format!("{saved} in {}", safe(&ui.snapshot.batch.to))];
    let mut add = |number: usize, text: &str| {
        if number > 0 {
            parts.push(format!("{} {text}", count(number)));
        }
    };
    let (failed, review) = (totals.of(Group::Failed), totals.of(Group::Review));
    add(failed, "failed");
    add(review, "to review");
    add(totals.of(Group::Cancelled), "cancelled");
    let keys = [
        (failed > 0, Action::Failures, "shows what failed"),
        (review + totals.of(Group::Done) > 0, Action::Reviews, "goes through them"),
        (true, Action::Quit, if ui.attached.is_some() { "detaches" } else { "leaves" }),
    ];
    let keys = keys.into_iter().filter(|(shown, ..)| *shown).map(|(_, action, does)| Key::new(ui, action, does));
    let (what, action, short) = if is_watching {
        ("✓ all that is there", "photos that appear are sent", "✓ watching for photos")
    } else {
        ("✓ finished", "", "✓ finished")
    };
    Some(Told {
        what: format!("{what}: {}", parts.join(" · ")),
        action: action.to_owned(),
        // The header has the counts.
        short: Some((short, "")),
        keys: keys.collect(),
        role: if failed + review > 0 { Role::Warning } else { Role::Success },
    })
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
    use crate::engine::snapshot::{Notice, NoticeKind};
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
            assert!(words.join(" ").contains("p tries now"), "{width}×{height}: {screen}");
        }
    }

    #[test]
    fn it_takes_no_more_rows_than_it_has_words_for() {
        for width in 40..130 {
            let message = "fal cannot be reached: everything waits, and no attempt is spent; requests at fal run on";
            let action = "check the network and HTTPS_PROXY; it goes on by itself, next try in 28 s";
            let (message, action) = (message.to_owned(), action.to_owned());
            let notice = Notice { kind: NoticeKind::Offline, message, action };
            let desk = fixtures::running(width, 12).with(|snapshot| snapshot.notice = Some(notice));
            let rows = usize::from(rows(&desk.ui, desk.ui.screen.size));
            let screen = desk.screen();
            let banner: Vec<_> = screen.lines().skip(3).take(rows).collect();
            assert!(banner[0].contains('!') && banner.iter().all(|line| !line.is_empty()), "{width}: {screen}");
        }
    }
}
