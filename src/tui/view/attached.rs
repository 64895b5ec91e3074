//! What the head line says of a batch that runs in another process.

use super::paint::Piece;
use super::words::text::fit_end;
use crate::engine::snapshot::Worker;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// That the batch runs in another process, and whether nothing is changed from here.
pub(super) fn attached<'a>(ui: &Ui, roomy: bool) -> Option<Piece<'a>> {
    let attached = ui.attached.as_ref()?;
    let read_only = if attached.read_only { ", read-only" } else { "" };
    let text = match (attached.pid, roomy, attached.read_only) {
        (None, _, _) => format!("{}{read_only}", workers(&ui.snapshot.flow.workers, roomy)),
        (Some(pid), true, _) => format!("attached to {pid} ({}){read_only}", attached.face),
        (_, false, true) => "read-only".to_owned(),
        (_, false, false) => "attached".to_owned(),
    };
    Some(Piece::text(8, text, ui.screen.styles.of(Role::Accent)))
}

/// How many are heard of who work on the batch, and where one alone is.
fn workers(workers: &[Worker], roomy: bool) -> String {
    let mut heard = workers.iter().filter(|worker| !worker.is_lost);
    match (heard.next(), heard.count()) {
        (None, _) => "no worker".to_owned(),
        (Some(one), 0) if roomy => format!("1 worker: {} on {}", one.pid, fit_end(&one.host, 24)),
        (Some(_), 0) => "1 worker".to_owned(),
        (Some(_), others) => format!("{} workers", others + 1),
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::snapshot::Worker;
    use crate::job::{Status, Timestamp};
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
            desk.ui.attached = Some(Box::new(Attached { pid: Some(71), face: "headless".to_owned(), read_only }));
            let screen = desk.screen();
            assert!(screen.lines().next().unwrap().contains(said), "{size:?}\n{screen}");
        }
    }

    #[test]
    fn through_a_ledger_it_is_said_how_many_work_on_it() {
        let worker = |pid, is_lost| Worker {
            host: "far".to_owned(),
            pid,
            began: Timestamp(0),
            heard: Timestamp(0),
            is_lost,
            word: None,
        };
        for (size, workers, said) in [
            ((120, 36), vec![], "no worker, read-only"),
            ((120, 36), vec![worker(5, false), worker(6, true)], "1 worker: 5 on far, read-only"),
            ((80, 24), vec![worker(5, false)], "1 worker, read-only"),
            ((80, 24), vec![worker(5, false), worker(6, false), worker(7, false)], "3 workers, read-only"),
        ] {
            let desk = Desk::new(size.0, size.1, vec![row(1, "a.jpg", Status::InQueue)]);
            let mut desk = desk.with(|snapshot| snapshot.flow.workers = workers.into());
            desk.ui.attached = Some(Box::new(Attached { pid: None, face: String::new(), read_only: true }));
            let screen = desk.screen();
            assert!(screen.lines().next().unwrap().contains(said), "{size:?}\n{screen}");
        }
    }
}
