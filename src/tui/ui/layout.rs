//! Where everything goes on a terminal of a given size.

use ratatui::layout::{Rect, Size};

use super::Ui;
use super::plan::Stop;

/// The smallest terminal that shows a table.
pub(crate) const LEAST: Size = Size { width: 40, height: 8 };

/// Below so many columns there are no side borders, and the lower pane closes; Enter opens it over
/// the table.
const LEAST_WITH_PANE: u16 = 60;

/// Below so many rows for the table and the lower pane, the table gets them all.
const LEAST_FOR_TWO: u16 = 11;

/// A table's border and headings, rows.
const FRAME: u16 = 3;

/// So many jobs have room even where there are fewer: most folders have more, once they are found.
const LEAST_JOBS: u16 = 6;

/// The parts of the screen; those that have no room are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Areas {
    pub(crate) header: Rect,
    pub(crate) banner: Rect,
    pub(crate) table: Rect,
    pub(crate) lower: Rect,
    pub(crate) footer: Rect,
}

impl Areas {
    /// The parts of a screen with jobs.
    pub(crate) fn of(ui: &Ui) -> Self {
        let share = if ui.pane_tab().is_seen() { Share::Half } else { Share::Third };
        // Whichever tab is shown, so that turning them moves nothing.
        let jobs = u16::try_from(ui.snapshot.totals.all()).unwrap_or(u16::MAX);
        Self::split(ui.screen.size, super::banner::rows(ui, ui.screen.size), ui.pane.opened, share).give_up(jobs)
    }

    /// Where the contact sheet is, between what stands above it and the footer.
    pub(crate) fn of_sheet(ui: &Ui) -> Rect {
        Self::split(ui.screen.size, super::banner::rows(ui, ui.screen.size), true, Share::Third).lower
    }

    /// The rows that a table of so few jobs leaves empty are the lower pane's.
    fn give_up(self, jobs: u16) -> Self {
        let needs = jobs.max(LEAST_JOBS).saturating_add(FRAME);
        let spare = self.table.height.saturating_sub(needs);
        if self.lower.is_empty() || self.table.is_empty() || spare == 0 {
            return self;
        }
        let (lower, table) = (self.lower, self.table);
        Self {
            table: Rect { height: table.height - spare, ..table },
            lower: Rect { y: lower.y - spare, height: lower.height + spare, ..lower },
            ..self
        }
    }

    fn split(size: Size, banner: u16, opened: bool, share: Share) -> Self {
        let all = Rect::new(0, 0, size.width, size.height);
        if is_too_small(size) {
            return Self::default();
        }
        let header_height = if size.height < 12 { 2 } else { 3 };
        let (header, rest) = cut_top(all, header_height);
        let (banner, rest) = cut_top(rest, banner);
        let (footer, rest) = cut_bottom(rest, 1);
        let roomy = size.width >= LEAST_WITH_PANE && rest.height >= LEAST_FOR_TWO;
        let (lower, table) = if opened {
            (rest, Rect { height: 0, ..rest })
        } else if roomy {
            cut_bottom(rest, share.of(rest.height))
        } else {
            (Rect { height: 0, ..rest }, rest)
        };
        Self { header, banner, table, lower, footer }
    }
}

/// How much of the room the lower pane gets.
#[derive(Debug, Clone, Copy)]
enum Share {
    /// For text.
    Third,
    /// For pictures.
    Half,
}

impl Share {
    fn of(self, rows: u16) -> u16 {
        match self {
            Self::Third => (rows * 3 / 10).clamp(5, 16),
            Self::Half => (rows / 2).max(5),
        }
    }
}

/// From so many columns on, what can be left out stands beside what is sent.
const TWO_COLUMNS: u16 = 102;
/// From so many columns on, the list of photos stands beside both.
const THREE_COLUMNS: u16 = 188;
/// What can be left out takes so many columns beside a list.
const ASIDE: u16 = 46;
/// Between two columns of the plan.
const GAP: u16 = 3;

/// The parts of the plan screen between its header and its start; those that have no room are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PlanAreas {
    /// What is sent and how; what can be left out below it, unless that has a place of its own.
    pub(crate) sent: Rect,
    pub(crate) aside: Rect,
    /// Every photo. Where it has no place of its own, it takes everybody's while the cursor is in it.
    pub(crate) list: Rect,
}

impl PlanAreas {
    pub(crate) fn of(ui: &Ui) -> Self {
        Self::split(ui.screen.size, ui.stop() == Stop::List)
    }

    fn split(size: Size, in_list: bool) -> Self {
        if is_too_small(size) {
            return Self::default();
        }
        let (_, below) = cut_top(Rect::new(0, 0, size.width, size.height), 1);
        let (_, roomy) = cut_bottom(below, 2);
        let (_, body) = cut_top(roomy, 1);
        let body = Rect { x: 1, width: size.width.saturating_sub(2), ..body };
        let after = |left: Rect, width| Rect { x: left.right().saturating_add(GAP), width, ..body };
        if size.width >= THREE_COLUMNS {
            let both = body.width.saturating_sub(ASIDE + 2 * GAP);
            let sent = Rect { width: (both * 2 / 5).max(64), ..body };
            let aside = after(sent, ASIDE);
            let list = after(aside, both.saturating_sub(sent.width).saturating_add(1));
            Self { sent, aside, list: Rect { y: roomy.y, height: roomy.height, ..list } }
        } else if in_list {
            Self { list: roomy, ..Self::default() }
        } else if size.width >= TWO_COLUMNS {
            let sent = Rect { width: body.width * 11 / 20, ..body };
            let aside = after(sent, body.width.saturating_sub(sent.width + GAP));
            Self { sent, aside, list: Rect::default() }
        } else {
            Self { sent: body, ..Self::default() }
        }
    }
}

/// Where the table is, or will be once it is shown: rows are asked for before that.
pub(crate) fn table(ui: &Ui) -> Rect {
    if ui.is_planning() { PlanAreas::split(ui.screen.size, true).list } else { Areas::of(ui).table }
}

/// Whether there is no room for a table.
pub(crate) fn is_too_small(size: Size) -> bool {
    size.width < LEAST.width || size.height < LEAST.height
}

/// Narrow screens spend no columns on side borders.
pub(crate) fn has_sides(area: Rect) -> bool {
    area.width >= LEAST_WITH_PANE
}

/// What is left inside a pane's border: on narrow screens that is only a rule on top.
pub(crate) fn inside(area: Rect) -> Rect {
    let (_, below) = cut_top(area, 1);
    if has_sides(area) {
        let (_, inner) = cut_bottom(below, 1);
        Rect { x: inner.x.saturating_add(1), width: inner.width.saturating_sub(2), ..inner }
    } else {
        below
    }
}

/// What of a contact sheet its pictures have: all below its upper border, and on a screen that is no low one all above a
/// line on the one under the cursor.
pub(crate) fn sheet_room(area: Rect) -> Rect {
    let (_, below) = cut_top(area, 1);
    cut_bottom(below, u16::from(below.height >= LEAST_FOR_TWO)).1
}

/// How many jobs a table shows below its headings.
pub(crate) fn table_rows(table: Rect) -> u16 {
    let inner = inside(table);
    inner.height.saturating_sub(u16::from(has_headings(inner)))
}

/// A very low table has no room for headings.
pub(crate) fn has_headings(inner: Rect) -> bool {
    inner.height >= 4
}

fn cut_top(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let rest = Rect { y: area.y.saturating_add(height), height: area.height.saturating_sub(height), ..area };
    (Rect { height, ..area }, rest)
}

fn cut_bottom(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.min(area.height);
    let above = area.height.saturating_sub(height);
    (Rect { y: area.y.saturating_add(above), height, ..area }, Rect { height: above, ..area })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_never_overlap_and_never_leave_the_screen() {
        for width in (1..=200).step_by(7) {
            for height in 1..=60 {
                for (banner, opened) in [(0, false), (3, false), (0, true), (3, true)] {
                    let size = Size { width, height };
                    let share = if banner == 0 { Share::Third } else { Share::Half };
                    let areas = Areas::split(size, banner, opened, share);
                    let parts = [areas.header, areas.banner, areas.table, areas.lower, areas.footer];
                    let screen = Rect::new(0, 0, width, height);
                    let mut used = 0;
                    for part in parts.into_iter().filter(|part| !part.is_empty()) {
                        assert_eq!(part.intersection(screen), part, "{size:?}");
                        used += part.height;
                    }
                    assert_eq!(used, if is_too_small(size) { 0 } else { height }, "{size:?}");
                }
            }
        }
    }

    #[test]
    fn the_parts_of_a_plan_leave_each_other_and_the_start_alone() {
        for (width, in_list) in (1..=400).flat_map(|width| [(width, false), (width, true)]) {
            for height in [5, 8, 24, 60] {
                let size = Size { width, height };
                let PlanAreas { sent, aside, list } = PlanAreas::split(size, in_list);
                let between = Rect::new(0, 1, width, height.saturating_sub(3));
                for part in [sent, aside, list] {
                    assert_eq!(part.intersection(between).area(), part.area(), "{size:?}");
                }
                let overlap = [(sent, aside), (aside, list), (sent, list)].map(|(a, b)| a.intersection(b).area());
                assert_eq!(overlap, [0; 3], "{size:?}");
                let has_all = !sent.is_empty() && !list.is_empty();
                assert_eq!(has_all, width >= THREE_COLUMNS && height >= LEAST.height, "{size:?}");
                assert!(!in_list || list.is_empty() == is_too_small(size), "{size:?}");
            }
        }
    }

    #[test]
    fn what_a_short_table_does_not_need_is_the_lower_panes() {
        let size = Size { width: 120, height: 36 };
        let areas = |jobs| Areas::split(size, 0, false, Share::Third).give_up(jobs);
        assert_eq!(table_rows(areas(8).table), 8);
        assert_eq!(areas(8).table.bottom(), areas(8).lower.y);
        assert_eq!(areas(8).lower.bottom(), areas(8).footer.y);
        assert_eq!(table_rows(areas(1).table), LEAST_JOBS);
        assert_eq!(areas(1000), Areas::split(size, 0, false, Share::Third));
    }

    #[test]
    fn low_and_narrow_screens_keep_the_table_and_give_up_the_pane() {
        let lower = |width, height| !Areas::split(Size { width, height }, 0, false, Share::Third).lower.is_empty();
        assert!(lower(120, 36) && lower(80, 24) && lower(60, 15));
        assert!(!lower(59, 24) && !lower(80, 14));
        let small = Areas::split(Size { width: 40, height: 8 }, 2, false, Share::Third);
        assert!(table_rows(small.table) >= 2);
    }
}
