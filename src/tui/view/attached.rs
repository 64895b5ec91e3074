//! What the head line says of a batch that runs in another process.

use super::paint::Piece;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// That the batch runs in another process, and whether nothing is changed from here.
pub(super) fn attached<'a>(ui: &Ui, roomy: bool) -> Option<Piece<'a>> {
    let attached = ui.attached.as_ref()?;
    let read_only = if attached.read_only { ", read-only" } else { "" };
    let text = match (roomy, attached.read_only) {
        (true, _) => format!("attached to {} ({}){read_only}", attached.pid, attached.face),
        (false, true) => "read-only".to_owned(),
        (false, false) => "attached".to_owned(),
    };
    Some(Piece::text(8, text, ui.screen.styles.of(Role::Accent)))
}

#[cfg(test)]
mod tests {
    use crate::job::Status;
    use crate::tui::attached::Attached;
    use crate::tui::fixtures::{Desk, row};

    #[test]
    fn where_it_runs_and_that_nothing_is_changed_is_said_at_every_width() {
        for (size, read_only, said) in [
            ((120, 36), false, "attached to 71 (headless)"),
            ((120, 36), true, "attached to 71 (headless), read-only"),
            ((80, 24), false, "attached"),
            ((80, 24), true, "read-only"),
            ((40, 12), true, "read-only"),
        ] {
            let mut desk = Desk::new(size.0, size.1, vec![row(1, "a.jpg", Status::InQueue)]);
            desk.ui.attached = Some(Box::new(Attached { pid: 71, face: "headless".to_owned(), read_only }));
            let screen = desk.screen();
            assert!(screen.lines().next().unwrap().contains(said), "{size:?}\n{screen}");
        }
    }
}
