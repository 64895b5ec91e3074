//! What the dashboard knows: the newest snapshot, and what the person at the keyboard has chosen.

pub(crate) mod acts;
pub(crate) mod ask;
pub(crate) mod banner;
mod bulk;
pub(crate) mod caption;
pub(crate) mod causes;
pub(crate) mod entry;
mod jobs;
pub(crate) mod layout;
pub(crate) mod pane;
pub(crate) mod plan;
pub(crate) mod redo;
pub(crate) mod review;
pub(crate) mod toast;
pub(crate) mod zoom;

use std::sync::Arc;

use ratatui::layout::Size;

use super::attached::Attached;
use super::caps::Caps;
use super::keys::KeyMap;
use super::picker::Picker;
use super::preview::{Paper, Pictures, USUAL_FONT};
use super::theme::{Styles, Theme};
use crate::engine::Leave;
use crate::engine::snapshot::{NoticeKind, Phase, Snapshot};
use crate::job::{Group, Timestamp};

use ask::Question;
use bulk::Asking;
use caption::CaptionForm;
use causes::Causes;
use entry::Entry;
use jobs::JobsPane;
use pane::Pane;
use plan::PlanDesk;
use redo::RedoForm;
use toast::Toast;
use zoom::Zoom;

/// The dashboard's state. [`update`](super::update::update) changes it, [`view`](super::view) reads it.
#[derive(Debug)]
pub struct Ui {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) now: Timestamp,
    pub(crate) screen: ScreenFacts,
    pub(crate) jobs: JobsPane,
    pub(crate) asking: Asking,
    pub(crate) focus: Focus,
    pub(crate) pane: Pane,
    /// Photo and result over the whole screen.
    pub(crate) zoom: Option<Zoom>,
    pub(crate) pictures: Pictures,
    pub(crate) plan: PlanDesk,
    /// What stands in front, the last one foremost.
    pub(crate) layers: Vec<Layer>,
    pub(crate) toast: Option<Toast>,
    /// A person had the account tried: what holds it is told if it still does.
    trying: Option<NoticeKind>,
    pub(crate) leaving: Option<Leaving>,
    /// Where the batch runs, if that is not here.
    pub(crate) attached: Option<Box<Attached>>,
}

/// The terminal and how it is used.
#[derive(Debug)]
pub(crate) struct ScreenFacts {
    /// Where times of day are of.
    pub(crate) zone: jiff::tz::TimeZone,
    pub(crate) size: Size,
    pub(crate) caps: Caps,
    themes: Themes,
    pub(crate) styles: Styles,
    pub(crate) keys: KeyMap,
}

/// Those that can be tried: the one that was asked for, then the built-in ones.
#[derive(Debug)]
struct Themes {
    all: Vec<Theme>,
    at: usize,
}

impl Themes {
    fn now(&self) -> Option<&Theme> {
        self.all.get(self.at)
    }
}

/// Which pane keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    Jobs,
    Detail,
}

/// Something in front of the rest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layer {
    /// The help, from this line on.
    Help { top: usize },
    /// A question.
    Question(Question),
    /// The parameters for making a result again.
    Redo(Box<RedoForm>),
    /// What failed, by cause.
    Causes(Causes),
    /// An amount that is asked for.
    Entry(Entry),
    /// Another model.
    Picker(Box<Picker>),
    /// A caption that is changed.
    Caption(Box<CaptionForm>),
}

/// The engine was told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaving {
    pub(crate) how: Leave,
    /// The number of the signal that was meant by Ctrl-C.
    pub(crate) signal: Option<i32>,
}

impl Ui {
    /// With other keys than the default ones.
    #[must_use]
    pub fn with_keys(mut self, keys: KeyMap) -> Self {
        self.screen.keys = keys;
        self
    }

    /// The dashboard on a terminal of this size, at this moment.
    #[must_use]
    pub fn new(snapshot: Arc<Snapshot>, size: Size, now: Timestamp, caps: Caps, theme: Theme) -> Self {
        let styles = theme.styles(caps.depth);
        let others = Theme::built_in().filter(|name| *name != theme.name());
        let others: Vec<_> = others.filter_map(|name| Theme::load(name, None).ok()).collect();
        Self {
            snapshot,
            now,
            screen: ScreenFacts {
                zone: jiff::tz::TimeZone::UTC,
                size,
                caps,
                themes: Themes { all: std::iter::once(theme).chain(others).collect(), at: 0 },
                styles,
                keys: KeyMap::default(),
            },
            jobs: JobsPane::default(),
            asking: Asking::default(),
            focus: Focus::Jobs,
            pane: Pane::default(),
            zoom: None,
            pictures: Pictures::default(),
            plan: PlanDesk::default(),
            layers: Vec::new(),
            toast: None,
            trying: None,
            leaving: None,
            attached: None,
        }
    }

    /// The same dashboard with times of day shown in this zone instead of UTC.
    #[must_use]
    pub fn in_zone(mut self, zone: jiff::tz::TimeZone) -> Self {
        self.screen.zone = zone;
        self
    }

    /// The same dashboard with these themes to be tried in place of the built-in ones.
    #[must_use]
    pub fn with_themes(mut self, themes: Vec<Theme>) -> Self {
        self.screen.themes.all.truncate(1);
        let first = self.theme_name().to_owned();
        self.screen.themes.all.extend(themes.into_iter().filter(|theme| theme.name() != first));
        self
    }

    /// The same dashboard on a batch that runs in another process.
    #[must_use]
    pub fn attached(self, attached: Option<Attached>) -> Self {
        Self { attached: attached.map(Box::new), ..self }
    }

    /// Whether nothing is changed from here.
    pub(crate) fn is_read_only(&self) -> bool {
        self.attached.as_ref().is_some_and(|attached| attached.read_only)
    }

    /// Whether the batch is seen through a shared ledger, whoever works on it.
    pub(crate) fn looks_on(&self) -> bool {
        self.attached.as_ref().is_some_and(|attached| attached.pid.is_none())
    }

    /// The name of the theme in force.
    pub(crate) fn theme_name(&self) -> &str {
        self.screen.themes.now().map_or("", Theme::name)
    }

    /// What is odd about the theme in force.
    pub(crate) fn theme_warnings(&self) -> &[String] {
        self.screen.themes.now().map_or(&[], |theme| theme.warnings.as_slice())
    }

    /// Takes the next theme.
    pub(crate) fn next_theme(&mut self) {
        self.screen.themes.at = (self.screen.themes.at + 1) % self.screen.themes.all.len().max(1);
        if let Some(theme) = self.screen.themes.now() {
            self.screen.styles = theme.styles(self.screen.caps.depth);
        }
    }

    /// Whether the plan is shown.
    pub(crate) fn is_planning(&self) -> bool {
        self.snapshot.phase == Phase::Planning
    }

    /// Whether every job has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.snapshot.phase == Phase::Finished
    }

    /// Whether the engine is saving state on its way out.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.is_some() || self.snapshot.phase == Phase::Leaving
    }

    /// Whether clocks move: something is on its way or waits for its time. While no more are begun, what
    /// only lies there has neither.
    #[must_use]
    pub fn is_ticking(&self) -> bool {
        let totals = &self.snapshot.totals;
        match self.snapshot.phase {
            Phase::Running | Phase::Leaving => totals.of(Group::Active) + totals.of(Group::Waiting) > 0,
            Phase::Paused(_) => totals.moving > 0,
            Phase::Planning | Phase::Watching | Phase::Finished => false,
        }
    }

    /// When something on the screen ends by itself.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Timestamp> {
        let toast = self.toast.as_ref().map(|toast| toast.until);
        toast.into_iter().chain(self.pictures.gallery.due()).min()
    }

    /// What pictures are drawn on.
    pub(crate) fn paper(&self) -> Paper {
        Paper::new(self.screen.caps, self.pictures.font)
    }

    /// The terminal says that its cells are so large, px: width, height.
    pub(crate) fn set_font(&mut self, font: Option<(u16, u16)>) {
        self.pictures.font = font.unwrap_or(USUAL_FONT);
    }
}
