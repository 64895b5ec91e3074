//! What keys lead to, at a desk with an engine of a few lines.

mod acting;
mod bulk;
mod filtering;
mod judging;
mod losses;
mod moving;
mod news;
mod pictures;
mod planning;
mod pointing;
mod reviewing;

use std::sync::Arc;

use proptest::prelude::*;

use crossterm::event::{KeyModifiers, MouseButton, MouseEventKind};

use super::*;
use crate::engine::Leave;
use crate::engine::snapshot::{Flow, Order, Page, Plan, Tab};
use crate::job::{CauseKind, Group, JobId, Status};
use crate::tui::Theme;
use crate::tui::fixtures::{self, Desk};
use crate::tui::ui::pane::PaneTab;

fn desk(jobs: usize) -> Desk {
    Desk::new(80, 24, fixtures::pending(jobs))
}
