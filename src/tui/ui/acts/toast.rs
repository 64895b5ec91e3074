//! Short words are said, and what goes wrong elsewhere is added up.

use std::time::Duration;

use crate::engine::snapshot::{NoticeKind, Phase};
use crate::job::Timestamp;
use crate::tui::ui::Ui;
use crate::tui::ui::toast::{News, Toast};
use crate::tui::view::words::format::count;

/// How long it stays.
const STAYS: Duration = Duration::from_secs(4);

/// The same for what happened elsewhere: nobody waits for that.
const NEWS_STAY: Duration = Duration::from_secs(8);

impl Ui {
    /// Says something shortly.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now.plus(STAYS), news: News::default() });
    }

    /// Tells what happened elsewhere.
    pub(crate) fn tell(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.now.plus(NEWS_STAY), news: News::default() });
    }

    /// Tells what went wrong, together with what still stands there of that.
    pub(crate) fn tell_news(&mut self, more: News) {
        if more.failed + more.review == 0 {
            return;
        }
        let before = self.toast.take().map(|toast| toast.news).unwrap_or_default();
        let is_first = before.failed + before.review == 0;
        let news = News {
            failed: before.failed + more.failed,
            review: before.review + more.review,
            causes: before.causes.into_iter().chain(more.causes).collect(),
            name: more.name.filter(|_| is_first),
        };
        self.toast = Some(Toast { text: in_words(&news), until: self.now.plus(NEWS_STAY), news });
    }

    /// What went wrong is no news any more.
    pub(crate) fn drop_news(&mut self) {
        self.toast.take_if(|toast| toast.news != News::default());
    }

    /// Sets the clock; what has been said for long enough goes.
    pub(crate) fn set_clock(&mut self, now: Timestamp) {
        self.now = now;
        if self.toast.as_ref().is_some_and(|toast| toast.until <= now) {
            self.toast = None;
            self.tell_try();
        }
    }

    /// Whether the photos that went first have come in, and the rest waits for a word.
    pub(crate) fn is_canary_in(&self) -> bool {
        let is_paused = matches!(self.snapshot.phase, Phase::Paused(_));
        is_paused && self.snapshot.notice.as_ref().is_some_and(|notice| notice.kind == NoticeKind::CanaryDone)
    }

    /// Whether the account holds everything: then going on is a try. What comes of it is told.
    pub(crate) fn tries_account(&mut self) -> bool {
        let kind = self.snapshot.notice.as_ref().map(|notice| notice.kind);
        self.trying = kind.filter(|kind| is_of_account(*kind));
        self.trying.is_some()
    }

    /// Says that the account is still held, if it was tried.
    pub(crate) fn tell_try(&mut self) {
        let is_held = matches!(self.snapshot.phase, Phase::Paused(_));
        let by = self.snapshot.notice.as_ref().map(|notice| notice.kind).filter(|_| is_held);
        match self.trying.take().filter(|kind| Some(*kind) == by) {
            Some(NoticeKind::KeyRefused | NoticeKind::KeyForbidden) => self.say("still refused"),
            Some(_) => self.say("still locked"),
            None => {}
        }
    }
}

/// `pano.png failed: too large for the model`, `3 photos failed, 1 to review`.
fn in_words(news: &News) -> String {
    let name = news.name.as_deref().and_then(|path| path.rsplit('/').next()).filter(|name| !name.is_empty());
    let photos = |number: usize| match (number, name) {
        (1, Some(name)) => name.to_owned(),
        (1, None) => "1 photo".to_owned(),
        (number, _) => format!("{} photos", count(number)),
    };
    match (news.failed, news.review) {
        (0, review) => format!("{} to review", photos(review)),
        (failed, 0) => {
            let mut causes = news.causes.iter();
            match (causes.next(), causes.next()) {
                (Some(only), None) => format!("{} failed: {}", photos(failed), only.advice().0),
                _ => format!("{} failed", photos(failed)),
            }
        }
        (failed, review) => format!("{} failed, {review} to review", photos(failed)),
    }
}

/// Whether a notice is of the account, so that going on is a try.
fn is_of_account(kind: NoticeKind) -> bool {
    matches!(
        kind,
        NoticeKind::AccountLocked | NoticeKind::AccountAdminLocked | NoticeKind::KeyForbidden | NoticeKind::KeyRefused
    )
}
