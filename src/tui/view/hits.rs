//! What a click does, and where: each view says it of what it draws while it draws it, so that what is seen
//! is what is hit.

use crossterm::event::KeyCode;
use ratatui::layout::{Position, Rect};

use crate::engine::snapshot::{Order, Tab};
use crate::tui::keys::Action;
use crate::tui::ui::pane::PaneTab;
use crate::tui::ui::plan::Stop;

/// What a click does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Click {
    /// What the key does that is shown here.
    Do(Action),
    /// The same, for a key that cannot be bound otherwise.
    Press(KeyCode),
    /// Shows a filter tab.
    Tab(Tab),
    /// Shows a tab of the lower pane.
    Pane(PaneTab),
    /// Orders by a column, or turns the order around.
    Order(Order),
    /// Chooses a row that is shown, counted from 0.
    Row(usize),
    /// Chooses something on the plan; what is chosen already does what Enter does there.
    Stop(Stop),
    /// Gives a question's answer, counted from 0.
    Answer(usize),
    /// Chooses a cause of failure, counted from 0.
    Cause(usize),
    /// Chooses a row of the form of a redo: 0 sends it; what is chosen already is changed.
    Redo(usize),
    /// Chooses a model that was found, counted from 0; what is chosen already is taken.
    Model(usize),
    /// Takes what is typed in several lines.
    Done,
    /// Points into what is edited: at a row of it, counted from 0; its columns begin at `left`.
    Edit {
        /// Which row.
        row: usize,
        /// Where it begins, as a column of the screen.
        left: u16,
    },
    /// Nothing: it is in front of what does something.
    Nothing,
}

/// Where clicks do something; what was drawn last is in front.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hits(Vec<(Rect, Click)>);

impl Hits {
    /// A click here does this.
    pub(crate) fn add(&mut self, area: Rect, click: Click) {
        self.0.push((area, click));
    }

    /// What is drawn from now on is in front of all that was drawn so far.
    pub(crate) fn cover(&mut self) {
        self.0.clear();
    }

    /// What a click at this place does.
    pub(crate) fn at(&self, place: Position) -> Option<Click> {
        self.0.iter().rev().find(|(area, _)| area.contains(place)).map(|(_, click)| *click)
    }
}
