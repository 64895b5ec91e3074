use std::sync::Arc;
use std::time::Duration;

use crate::engine::snapshot::{Bin, Overview, Point, Seconds};
use crate::job::Usd;
use crate::tui::caps::Depth;
use crate::tui::fixtures::{self, Desk, NOW};
use crate::tui::theme::Theme;
use crate::tui::view::scenes::snapshots;

/// How a run of a quarter of an hour went.
fn course() -> Overview {
    let point = |at: u32| Point {
        photos: u32::from(at.is_multiple_of(3)) + u32::from(at > 60),
        spent: Usd::from_nanos(i64::from(at) * 900_000_000),
        position: (at < 80).then(|| f32::from(u8::try_from(12 - at / 8).unwrap())),
        up: u64::from(at % 20) * 100_000,
        down: u64::from(at % 37) * 900_000,
    };
    let bin = |n: u32| Bin { from: f64::from(n), to: f64::from(n + 1), count: u64::from(20 - n.abs_diff(20).min(20)) };
    let seconds = Seconds {
        count: 420,
        median: 20.4,
        slowest: 48.2,
        slowest_path: "beach/IMG_0399.jpg".to_owned(),
        bins: (4..48).map(bin).collect(),
    };
    let step = Duration::from_secs(4);
    Overview { began: NOW, step, points: (0..190).map(point).collect(), seconds: Some(seconds) }
}

fn desk(width: u16, height: u16) -> Desk {
    let mut desk = fixtures::running(width, height);
    desk.press("6");
    desk.with(|snapshot| snapshot.overview = Some(Arc::new(course())))
}

#[test]
fn the_course_of_a_run() {
    snapshots("overview", |width, height| desk(width, height).screen());
    snapshots("overview-opened", |width, height| {
        let mut desk = desk(width, height);
        desk.press_all(&["enter"]);
        desk.screen()
    });
}

#[test]
fn its_colours_in_the_dark_in_the_light_and_without_any() {
    for (width, height) in [(120, 36), (80, 24)] {
        for (name, depth) in [("dusk", Depth::Rgb), ("paper", Depth::Rgb), ("terminal", Depth::Mono)] {
            let mut desk = desk(width, height).in_theme(&Theme::load(name, None).unwrap(), depth);
            desk.press_all(&["enter"]);
            insta::assert_snapshot!(format!("overview-{name}-{width}x{height}"), fixtures::inked(&desk.ui));
        }
    }
}

#[test]
fn without_unicode_charts_are_ascii() {
    let mut desk = desk(120, 36);
    desk.ui.screen.caps.unicode = false;
    let screen = desk.screen();
    let (_, pane) = screen.split_once("6 Overview").unwrap();
    let (pane, _) = pane.rsplit_once("? help").unwrap();
    assert!(screen.is_ascii() && pane.contains("Photos a minute") && pane.contains("###"), "{screen}");
    assert!(!pane.contains('?'), "every sign has one in its place: {screen}");
}

#[test]
fn what_is_not_known_yet_is_said() {
    let mut desk = fixtures::running(120, 36);
    desk.press("6");
    let desk = desk.with(|snapshot| {
        snapshot.overview = Some(Arc::default());
    });
    let screen = desk.screen();
    assert!(screen.contains("nothing has begun") && screen.contains("fal has told none yet"), "{screen}");
}
