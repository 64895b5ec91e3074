//! What the focused pane can do now, in the few words of the footer.

use crate::engine::snapshot::{NoticeKind, Phase, Tab};
use crate::job::Group;
use crate::tui::keys::{Action, Context};
use crate::tui::ui::Ui;
use crate::tui::ui::acts::ask;
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::plan::Stop;

/// Some keys and one word for them.
pub(super) struct Hint {
    pub(super) actions: &'static [Action],
    pub(super) word: &'static str,
    /// How long it stays where there is little room: the higher, the longer.
    pub(super) keep: u8,
}

/// How long a key stays that nothing may push out: help, quit, pause.
pub(super) const ALWAYS: u8 = 9;

/// All of them; help and leaving stay the longest.
pub(super) fn hints(ui: &Ui) -> Vec<Hint> {
    let mut hints = Hints(Vec::new());
    match ui.context() {
        Context::Plan => hints.plan(ui),
        Context::Photos => hints.photos(ui),
        Context::Jobs => hints.jobs(ui),
        Context::Detail => hints.detail(ui),
        Context::Sheet => hints.sheet(ui),
        Context::Zoom => hints.zoom(ui),
        Context::Review => hints.review(ui),
        Context::Causes => {
            hints.add(7, &[Action::Up, Action::Down], "move");
            hints.add(7, &[Action::ShowCause], "show these");
            hints.add(8, &[Action::Retry], "retry these");
            hints.add(7, &[Action::RetryFailed], "retry all");
            hints.add(8, &[Action::Back], "back");
        }
        Context::Overlay => {
            hints.add(7, &[Action::Up, Action::Down], "move");
            hints.add(8, &[Action::Back], "back");
        }
    }
    match ui.context() {
        Context::Causes | Context::Overlay => {}
        Context::Zoom | Context::Review | Context::Sheet => hints.add(ALWAYS, &[Action::Help], "help"),
        Context::Plan | Context::Photos | Context::Jobs | Context::Detail => {
            hints.trouble(ui);
            hints.add(ALWAYS, &[Action::Help], "help");
            hints.add(ALWAYS, &[Action::Quit], if ui.attached.is_some() { "detach" } else { "quit" });
            if ui.attached.is_some() && !ui.is_read_only() {
                hints.add(5, &[Action::Stop], "stop");
            }
        }
    }
    hints.0
}

struct Hints(Vec<Hint>);

impl Hints {
    fn add(&mut self, keep: u8, actions: &'static [Action], word: &'static str) {
        self.0.push(Hint { actions, word, keep });
    }

    fn plan(&mut self, ui: &Ui) {
        match ui.stop() {
            Stop::Start => self.add(9, &[Action::Start], "start"),
            Stop::Field(_) => {
                self.add(8, &[Action::Start], "edit");
                self.add(7, &[Action::StepDown, Action::StepUp], "step");
                self.add(4, &[Action::Default], "default");
            }
            Stop::Loss(_) | Stop::Photo(_) | Stop::Folder(_) | Stop::List => {
                let is_narrow = ui.screen.size.width < 60;
                self.add(8, &[Action::LeaveOut], if is_narrow { "in/out" } else { "leave out, take in" });
            }
        }
        self.add(6, &[Action::Up, Action::Down], "choose");
        self.add(3, &[Action::NextPart], "next");
        self.add(7, &[Action::Photos], "photos");
        self.add(5, &[Action::Model], "model");
        if ui.snapshot.plan.costs.price.is_some() {
            self.add(5, &[Action::PriceLimit], "limit");
            self.add(4, &[Action::Cap], "cap");
        }
        self.add(4, &[Action::Canary], "canary");
        if ui.snapshot.batch.named_price.is_some() {
            self.add(7, &[Action::TrustPrice], "trust price");
        }
        self.add(1, &[Action::Theme], "theme");
    }

    fn photos(&mut self, ui: &Ui) {
        self.add(8, &[Action::LeaveOut], "in/out");
        self.add(7, &[Action::Up, Action::Down], "move");
        self.add(6, &[Action::Filter], "filter");
        self.add(5, &[Action::LeaveOutAll, Action::TakeInAll], "all out/in");
        self.add(3, &[Action::Sort], "sort");
        self.add(8, &[Action::Back], if ui.jobs.filter.value().is_empty() { "back" } else { "clear filter" });
        self.add(2, &[Action::NextPart], "next");
        self.add(1, &[Action::PriceLimit], "limit");
    }

    fn jobs(&mut self, ui: &Ui) {
        self.add(7, &[Action::Up, Action::Down], "move");
        self.add(3, &[Action::PrevTab, Action::NextTab], "list");
        self.add(5, &[Action::Open], "open");
        if !ui.jobs.filter.value().is_empty() || ui.jobs.cause.is_some() {
            self.add(8, &[Action::Back], "clear filter");
        } else if !ui.jobs.marks.is_empty() {
            self.add(7, &[Action::Back], "unmark");
        }
        self.add(2, &[Action::Mark], "mark");
        self.steering(ui);
        if ui.shows_detail() {
            self.add(1, &[Action::NextPane], "pane");
            if ui.pane_tab() == PaneTab::Preview {
                self.add(5, &[Action::Zoom], "zoom");
            }
        }
        self.add(4, &[Action::Filter], "filter");
        self.add(2, &[Action::Sort], "sort");
        self.add(3, &[Action::Sheet], "sheet");
    }

    fn detail(&mut self, ui: &Ui) {
        self.add(7, &[Action::Up, Action::Down], "scroll");
        if ui.pane.opened {
            self.add(8, &[Action::Back], "back");
        } else {
            self.add(6, &[Action::NextPane], "table");
            self.add(3, &[Action::Open], "open");
        }
        self.add(4, &[Action::Copy], "copy");
        match ui.pane_tab() {
            PaneTab::Preview => self.add(6, &[Action::Zoom], "zoom"),
            PaneTab::Logs => {
                self.add(3, &[Action::Wrap], if ui.pane.wrap { "cut" } else { "wrap" });
                self.add(2, &[Action::LogLevel], "level");
            }
            _ => {}
        }
        self.steering(ui);
    }

    fn sheet(&mut self, ui: &Ui) {
        self.add(6, &[Action::Left, Action::Up, Action::Down, Action::Right], "move");
        self.add(7, &[Action::Open], "look");
        self.add(3, &[Action::NextList], "list");
        self.add(4, &[Action::Mark], "mark");
        self.steering(ui);
        self.add(5, &[Action::Filter], "filter");
        self.add(2, &[Action::Sort], "sort");
        self.add(3, &[Action::Reviews], "review");
        self.add(8, &[Action::Back], "table");
    }

    fn zoom(&mut self, ui: &Ui) {
        let is_close = ui.zoom.is_some_and(|zoom| zoom.steps > 0);
        self.add(7, &[Action::Flip], "flip");
        self.add(5, &[Action::Zoom], if is_close { "all of it" } else { "1:1" });
        self.add(3, &[Action::Closer, Action::Farther], "closer");
        if is_close {
            self.add(4, &[Action::Up, Action::Down, Action::PanLeft, Action::PanRight], "move");
        }
        self.judging(ui);
        self.add(2, &[Action::Pair], "both");
        self.add(4, &[Action::NextMatch, Action::PrevMatch], "photo");
        self.add(8, &[Action::Back], "back");
    }

    fn review(&mut self, ui: &Ui) {
        let is_close = ui.zoom.is_some_and(|zoom| zoom.steps > 0);
        self.add(8, &[Action::PrevPhoto, Action::NextPhoto], "photo");
        self.add(8, &[Action::Flip], "flip");
        self.add(8, &[Action::Accept], "accept");
        self.add(8, &[Action::Reject], "reject");
        self.add(7, &[Action::OneStar, Action::FiveStars], "stars");
        self.add(6, &[Action::Redo], "redo");
        if ui.snapshot.review.steps > 0 {
            self.add(7, &[Action::Undo], "undo");
        }
        self.add(5, &[Action::Many], "many");
        self.add(4, &[Action::EditCaption], "caption");
        self.add(4, &[Action::Zoom], if is_close { "all of it" } else { "1:1" });
        if is_close {
            self.add(3, &[Action::Up, Action::Down, Action::LookLeft, Action::LookRight], "move");
        }
        self.add(2, &[Action::Pair], "both");
        self.add(8, &[Action::Back], "back");
    }

    /// What can be done with a job, and with the batch.
    fn steering(&mut self, ui: &Ui) {
        if ask::may_retry(ui) {
            // What is marked is marked for something.
            self.add(if ui.jobs.marks.is_empty() { 6 } else { 8 }, &[Action::Retry], "retry");
        }
        self.judging(ui);
        if ask::may_cancel(ui) {
            self.add(6, &[Action::Cancel], "cancel");
        }
        match ui.snapshot.phase {
            Phase::Running => self.add(ALWAYS, &[Action::Pause], "pause"),
            Phase::Paused(_) => {
                if ui.snapshot.notice.as_ref().is_some_and(|notice| notice.kind == NoticeKind::BudgetReached) {
                    self.add(8, &[Action::Cap], "higher cap");
                }
                if ui.is_canary_in() {
                    self.add(8, &[Action::BackToPlan], "plan");
                }
                self.add(ALWAYS, &[Action::Pause], if ui.is_canary_in() { "send the rest" } else { "go on" });
            }
            Phase::Planning | Phase::Leaving | Phase::Watching | Phase::Finished => return,
        }
        self.add(2, &[Action::WindowUp, Action::WindowDown], "window");
    }

    /// What a result can be told to be.
    fn judging(&mut self, ui: &Ui) {
        if ui.may_accept() {
            self.add(7, &[Action::Accept], "accept");
        }
        if ui.may_redo() {
            self.add(4, &[Action::Reject], "reject");
            self.add(5, &[Action::Redo], "redo");
        }
    }

    /// Where what needs a person is.
    fn trouble(&mut self, ui: &Ui) {
        if ui.is_planning() || !ui.layers.is_empty() {
            return;
        }
        let totals = &ui.snapshot.totals;
        if totals.of(Group::Failed) > 0 {
            let on_tab = ui.jobs.tab == Tab::Only(Group::Failed);
            self.add(if on_tab { 7 } else { 4 }, &[Action::Failures], "failures");
        }
        if totals.of(Group::Review) > 0 && ui.jobs.tab != Tab::Only(Group::Review) {
            self.add(4, &[Action::Reviews], "review");
        }
    }
}
