//! Every scene at every size that matters, as a person would read it.

use crate::engine::snapshot::{CanaryFigures, Change, Notice, NoticeKind, Phase};
use crate::job::{Spent, Status, Usd};
use crate::tui::fixtures::{self, Desk, row, text_of, usd};

const SIZES: [(u16, u16); 4] = [(120, 36), (80, 24), (40, 12), (20, 5)];

pub(in crate::tui::view) fn snapshots(scene: &str, show: impl Fn(u16, u16) -> String) {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("{scene}-{width}x{height}"), show(width, height));
    }
}

pub(in crate::tui::view) fn after(mut desk: Desk, keys: &[&str]) -> String {
    desk.press_all(keys);
    desk.screen()
}

#[test]
fn plan() {
    snapshots("plan", |width, height| fixtures::planning(width, height).screen());
}

#[test]
fn plan_form() {
    let field = |keys: &'static [&'static str]| move |width, height| after(fixtures::planning(width, height), keys);
    snapshots("plan-field", field(&["j", "j"]));
    snapshots("plan-edit", field(&["j", "j", "e", "backspace", "9", "9"]));
    snapshots("plan-choice", field(&["tab", "tab", "j"]));
    snapshots("plan-list", field(&["p", "j", "j", "j"]));
    snapshots("plan-list-filter", field(&["/", "p", "a", "n"]));
    snapshots("plan-limit", field(&["$", "5", "x"]));
}

#[test]
fn plan_on_a_wide_screen_has_its_photos_beside_it() {
    let mut desk = fixtures::planning(200, 50);
    desk.press_all(&["j", "j"]);
    insta::assert_snapshot!("plan-200x50", desk.screen());
    desk.press_all(&["p", "j"]);
    insta::assert_snapshot!("plan-list-200x50", desk.screen());
}

#[test]
fn plan_changed() {
    snapshots("plan-changed", |width, height| {
        let desk = fixtures::planning(width, height).with(|snapshot| {
            let mut plan = (*snapshot.plan).clone();
            (plan.changed, plan.earlier.left_at_fal, plan.left_out.photos, plan.earlier.at_fal) =
                (Some(Change::Params), 2, 12, 0);
            (plan.left_out.limit, plan.disk.free) = (Some(usd(1_900)), Some(80_000_000_000));
            plan.fields[1].value = Some(serde_json::json!(0.5));
            for photo in &mut plan.left_out.choices {
                photo.out = photo.price > usd(1_900);
            }
            (plan.left_out.folders[0].out, plan.left_out.folders[2].out) = (2, 200);
            snapshot.plan = plan.into();
        });
        desk.screen()
    });
}

#[test]
fn cap() {
    let at_cap = |width, height| {
        fixtures::running(width, height).with(|snapshot| {
            snapshot.phase = Phase::Paused("cap reached".to_owned());
            snapshot.notice = Some(Notice {
                kind: NoticeKind::BudgetReached,
                message: "the next photo (≈$4.88) would pass the cap of $500.00; $496.50 are spent".to_owned(),
                action: "go on with the same command and a higher --budget".to_owned(),
            });
        })
    };
    snapshots("cap-reached", |width, height| at_cap(width, height).screen());
    snapshots("cap", |width, height| after(at_cap(width, height), &["b"]));
}

#[test]
fn canary() {
    let wished = |width, height| fixtures::planning(width, height).with(|snapshot| snapshot.canary = Some(3));
    snapshots("plan-canary", |width, height| after(wished(width, height), &["c"]));
    insta::assert_snapshot!("plan-with-canary-120x36", wished(120, 36).screen());
    let known = usd(15);
    let figures = CanaryFigures {
        photos: 3,
        done: 2,
        failed: 0,
        review: 1,
        planned: Some(usd(14)),
        spent: Spent { known, assumed: Usd::ZERO, at_most: known },
        price_held: Some(true),
        seconds: Some(41.0),
        left: 1201,
        left_usd: Some(usd(5_870)),
    };
    let come_in = |width, height| {
        let rows = [Status::Done, Status::Review, Status::Done, Status::Pending, Status::Pending];
        let rows = (1..).zip(rows).map(|(n, status)| row(n, &format!("beach/IMG_{n:04}.jpg"), status)).collect();
        Desk::new(width, height, rows).with(|snapshot| {
            snapshot.phase = Phase::Paused("canary".to_owned());
            let action = figures.left_words(" wait");
            snapshot.notice = Some(Notice { kind: NoticeKind::CanaryDone, message: figures.words(), action });
        })
    };
    snapshots("canary", |width, height| come_in(width, height).screen());
}

#[test]
fn empty() {
    snapshots("empty", |width, height| Desk::new(width, height, Vec::new()).screen());
}

#[test]
fn running() {
    snapshots("running", |width, height| fixtures::running(width, height).screen());
}

#[test]
fn filter() {
    snapshots("filter", |width, height| after(fixtures::running(width, height), &["/", "i", "m", "g", "_", "0", "4"]));
}

#[test]
fn help() {
    snapshots("help", |width, height| after(fixtures::running(width, height), &["?"]));
}

#[test]
fn leaving() {
    snapshots("leave", |width, height| after(fixtures::running(width, height), &["q"]));
}

#[test]
fn paused() {
    snapshots("paused", |width, height| text_of(&fixtures::locked(width, height)));
}

#[test]
fn finished() {
    snapshots("finished", |width, height| fixtures::finished(width, height).screen());
}

#[test]
fn opened() {
    snapshots("opened", |width, height| after(fixtures::running(width, height), &["enter"]));
}

#[test]
fn request() {
    snapshots("request", |width, height| after(fixtures::running(width, height), &["down", "down", "4", "enter"]));
}

#[test]
fn request_of_what_is_done() {
    snapshots("request-done", |width, height| after(fixtures::finished(width, height), &["G", "4", "enter"]));
}

#[test]
fn history() {
    snapshots("history", |width, height| after(fixtures::finished(width, height), &["G", "5", "enter"]));
}

#[test]
fn preview() {
    snapshots("preview", |width, height| {
        let mut desk = fixtures::finished(width, height);
        desk.press_all(&["l", "l", "l", "l", "l", "3"]).develop();
        desk.screen()
    });
}

#[test]
fn preview_of_what_has_no_result_yet() {
    let mut desk = fixtures::running(80, 24);
    desk.press_all(&["3"]).develop();
    insta::assert_snapshot!("preview-before-80x24", desk.screen());
}

#[test]
fn preview_without_colours_and_without_utf8() {
    let mut desk = fixtures::finished(80, 24);
    desk.ui.screen.caps.depth = crate::tui::caps::Depth::Mono;
    desk.press_all(&["l", "l", "l", "l", "l", "3"]).develop();
    insta::assert_snapshot!("preview-braille-80x24", desk.screen());
    desk.ui.screen.caps.unicode = false;
    desk.develop();
    let screen = desk.screen();
    assert!(screen.is_ascii(), "{screen}");
    insta::assert_snapshot!("preview-ascii-80x24", screen);
}

#[test]
fn redo() {
    snapshots("redo", |width, height| {
        let mut desk = fixtures::finished(width, height);
        desk.press_all(&["l", "l", "l", "l"]).answer();
        desk.press_all(&["e", "4", "2", "down", "5"]);
        desk.screen()
    });
}

#[test]
fn zoom() {
    snapshots("zoom", |width, height| {
        let mut desk = fixtures::finished(width, height);
        desk.press_all(&["l", "l", "l", "l", "l", "z"]).develop();
        desk.screen()
    });
}

#[test]
fn zoom_at_one_to_one() {
    snapshots("zoom-close", |width, height| {
        let mut desk = fixtures::finished(width, height);
        desk.press_all(&["l", "l", "l", "l", "l", "z", "space", "z", "j", "l"]).develop();
        desk.screen()
    });
}

#[test]
fn causes() {
    let rows = || {
        let mut rows = fixtures::mixed();
        for (row, note) in rows[20..26].iter_mut().zip(["503 runner disconnected"].into_iter().cycle()) {
            row.state.status = crate::job::Status::Failed;
            note.clone_into(&mut row.note);
        }
        rows
    };
    snapshots("causes", |width, height| after(Desk::new(width, height, rows()), &["F", "j"]));
    snapshots("retry-cause", |width, height| after(Desk::new(width, height, rows()), &["R", "j", "r"]));
    snapshots("cause", |width, height| after(Desk::new(width, height, rows()), &["F", "enter"]));
}

#[test]
fn sorted() {
    snapshots("sorted", |width, height| after(fixtures::running(width, height), &["s", "s", "s", "S"]));
}

#[test]
fn sorting() {
    snapshots("sorting", |width, height| {
        let mut desk = fixtures::running(width, height);
        let mut snapshot = (*desk.ui.snapshot).clone();
        snapshot.page.gathering = true;
        desk.take_in(crate::tui::update::Msg::Snapshot(snapshot.into()));
        desk.screen()
    });
}

#[test]
fn ascii() {
    let mut desk = fixtures::running(80, 24);
    desk.ui.screen.caps.unicode = false;
    let screen = desk.screen();
    assert!(screen.is_ascii(), "{screen}");
    insta::assert_snapshot!("ascii-80x24", screen);
}

#[test]
fn sandbox() {
    let desk = fixtures::running(80, 24).with(|snapshot| {
        let mut facts = (*snapshot.batch).clone();
        (facts.sandbox, facts.budget) = (true, None);
        snapshot.batch = facts.into();
    });
    let screen = desk.screen();
    assert!(screen.contains("SANDBOX") && screen.contains("nothing is charged"), "{screen}");
    assert!(!screen.contains("spent"), "{screen}");
}
