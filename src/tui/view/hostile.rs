//! Whatever comes from outside, at whatever size: nothing panics, and nothing but plain text ever
//! gets into a cell.

use std::sync::Arc;

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

use crate::engine::snapshot::{CauseGroup, Notice, NoticeKind};
use crate::job::{CauseKind, Status, clean};
use crate::tui::fixtures::{self, Desk, draw};
use crate::tui::view::words::text::is_loose;

/// Text as an enemy or an unlucky camera writes it.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\u{1b}[2J\u{1b}]0;title\u{7}".to_owned()),
        Just("\u{202e}gpj.exe".to_owned()),
        Just("👨‍👩‍👧‍👦 ✌️ 🇩🇪".to_owned()),
        Just("e\u{301}\u{302}\u{303}\u{304}".to_owned()),
        Just("海辺の写真".to_owned()),
        Just("हिन्दी বাংলা தமிழ் น้ำ 👍🏽 1\u{fe0f}\u{20e3}".to_owned()),
        Just("שלום עולם".to_owned()),
        Just("\u{200b}\u{feff}\u{2066}\r\n\t\u{0}\u{9b}31m".to_owned()),
        Just("ﷺ".to_owned()),
        Just("x".repeat(300)),
        "\\PC{0,12}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn keys() -> impl Strategy<Value = Vec<&'static str>> {
    let key = prop::sample::select(vec![
        "j",
        "k",
        "g",
        "G",
        "ctrl-d",
        "ctrl-u",
        "pgdn",
        "pgup",
        "tab",
        "left",
        "right",
        "/",
        "a",
        "b",
        "e",
        "v",
        "X",
        "n",
        "N",
        "s",
        "S",
        "F",
        "b",
        "$",
        "d",
        "9",
        ".",
        "f",
        "t",
        "enter",
        "space",
        "A",
        "r",
        "x",
        "y",
        "R",
        "p",
        "+",
        "-",
        "1",
        "2",
        "3",
        "4",
        "5",
        "z",
        "6",
        "C",
        "tab",
        "b",
        "p",
        "p",
        "w",
        "L",
        "?",
        "esc",
        "q",
        "backspace",
        "ctrl-l",
        "up",
        "down",
    ]);
    prop::collection::vec(key, 0..24)
}

fn cause(kind: CauseKind, text: &str) -> CauseGroup {
    CauseGroup { kind, count: 9, message: text.to_owned(), path: text.to_owned(), price: None, paid: 1 }
}

fn soiled(width: u16, height: u16, text: &str, planning: bool) -> Desk {
    let mut rows = fixtures::mixed();
    for row in rows.iter_mut().step_by(2) {
        text.clone_into(&mut row.path);
        text.clone_into(&mut row.note);
    }
    let mut desk = if planning { fixtures::planning(width, height) } else { Desk::new(width, height, rows) };
    for row in desk.rows.iter_mut().filter(|row| row.choice.is_some() && row.id.index() % 2 == 0) {
        text.clone_into(&mut row.path);
    }
    let text = text.to_owned();
    desk.with(|snapshot| {
        let mut facts = (*snapshot.batch).clone();
        facts.from = vec![text.clone(), text.clone()];
        (facts.to, facts.endpoint, facts.growth) = (text.clone(), text.clone(), Some(text.clone()));
        facts.params.values.push((text.clone(), text.clone().into()));
        snapshot.batch = Arc::new(facts);
        let mut plan = (*snapshot.plan).clone();
        plan.skips.by_reason.push((text.clone(), 1));
        plan.costs.dearest.push((text.clone(), snapshot.totals.spent.at_most));
        for field in &mut plan.fields {
            (field.spec.name, field.spec.about) = (text.clone(), text.clone());
            field.value = Some(text.clone().into());
        }
        plan.left_out.folders.iter_mut().for_each(|folder| folder.path.clone_from(&text));
        plan.left_out.choices.iter_mut().for_each(|photo| photo.path.clone_from(&text));
        for file in &mut plan.skips.files {
            (file.path, file.reason) = (text.clone(), text.clone());
        }
        snapshot.plan = Arc::new(plan);
        snapshot.causes = CauseKind::ALL.iter().map(|kind| cause(*kind, &text)).collect();
        snapshot.notice = Some(Notice { kind: NoticeKind::Failures, message: text.clone(), action: text.clone() });
    })
}

/// Puts hostile text into all that is known of the job under the cursor.
fn soil_detail(desk: &mut Desk, text: &str) {
    let Some(detail) = desk.ui.snapshot.detail.as_deref() else { return };
    let mut detail = detail.clone();
    for field in [&mut detail.path, &mut detail.source] {
        text.clone_into(field);
    }
    let some = Some(text.to_owned());
    (detail.request.id, detail.request.upload_url) = (some.clone(), some.clone());
    detail.result.files = vec![text.to_owned(); 2];
    (detail.request.url, detail.result.caption, detail.trouble.suspicion) = (some.clone(), some.clone(), some);
    for line in &mut detail.logs {
        (line.timestamp, line.level, line.message) = (text.to_owned(), text.to_owned(), text.to_owned());
    }
    let mut snapshot = (*desk.ui.snapshot).clone();
    snapshot.detail = Some(Arc::new(detail));
    desk.ui.snapshot = Arc::new(snapshot);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_at_any_size_after_any_keys(
        width in 1_u16..220, height in 1_u16..70, text in nasty(), keys in keys(), planning in any::<bool>(),
    ) {
        let mut desk = soiled(width, height, &text, planning);
        for key in keys {
            desk.press(key).answer().develop();
            soil_detail(&mut desk, &text);
            let buf = draw(&desk.ui);
            for cell in &buf.content {
                let symbol = cell.symbol();
                prop_assert!(!symbol.chars().any(char::is_control), "{symbol:?}");
                prop_assert_eq!(clean(symbol), symbol);
                let taking_room = symbol.chars().filter(|c| c.width().is_some_and(|columns| columns > 0)).count();
                let is_one = taking_room <= 1 || is_loose(symbol);
                prop_assert!(is_one && symbol.graphemes(true).count() <= 1, "{symbol:?}");
            }
        }
    }

    #[test]
    fn a_storm_of_sizes(sizes in prop::collection::vec((1_u16..300, 1_u16..100), 1..12)) {
        let mut desk = fixtures::running(80, 24);
        for (width, height) in sizes {
            desk.resize(width, height);
            draw(&desk.ui);
        }
        desk.resize(120, 36);
        prop_assert_eq!(desk.screen(), fixtures::running(120, 36).screen());
    }
}

#[test]
fn every_status_says_its_word_at_every_width_that_has_a_table() {
    for width in [40, 60, 80, 120, 400] {
        for status in Status::ALL {
            let desk = Desk::new(width, 24, vec![fixtures::row(1, "a.jpg", status)]);
            let word = super::status::words(&desk.rows[0].state, fixtures::NOW);
            assert!(desk.screen().contains(&word), "{word} at {width}");
        }
    }
}
