//! What the dashboard keeps for pictures: those that it has, how large a cell is, and whether the batch is shown as a
//! contact sheet.

use super::{Gallery, USUAL_FONT, Wall};
use crate::engine::snapshot::Order;

/// What the dashboard keeps for pictures.
#[derive(Debug)]
pub(crate) struct Pictures {
    pub(crate) gallery: Gallery,
    /// Those of the contact sheet.
    pub(crate) wall: Wall,
    /// A cell's size, px: width, height.
    pub(crate) font: (u16, u16),
    /// The batch as a contact sheet, over the table and the lower pane.
    pub(crate) sheet: Option<Sheet>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { gallery: Gallery::default(), wall: Wall::default(), font: USUAL_FONT, sheet: None }
    }
}

/// A contact sheet that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// The order of the table that is taken again afterwards, where the sheet has one of its own: pictures that change
    /// places by themselves cannot be looked at.
    pub(crate) before: Option<Order>,
}
