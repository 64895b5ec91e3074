//! Leaving, starting, retrying, cancelling and the panes.

use super::*;

#[test]
fn leaving_asks_only_if_something_is_under_way() {
    let mut idle = desk(5);
    idle.press("q");
    assert_eq!(idle.told, [Command::Quit { leave: Leave::Running, signal: None }]);

    let mut busy = desk(5);
    busy.set(1, Status::InProgress).answer().press("q");
    assert!(busy.told.is_empty());
    assert!(busy.screen().contains("1 request is at fal now"));
    busy.press("esc").press("q").press("enter");
    assert_eq!(
        busy.told,
        [Command::Quit { leave: Leave::Running, signal: None }],
        "leaving them running is the default"
    );

    let mut cancels = desk(5);
    cancels.set(1, Status::InQueue).answer().press("q").press("x");
    assert_eq!(cancels.told, [Command::Quit { leave: Leave::CancelQueued, signal: None }]);
}

#[test]
fn the_first_ctrl_c_leaves_in_good_order_and_the_second_at_once() {
    let mut desk = desk(5);
    desk.set(1, Status::InProgress).answer().press("ctrl-c");
    assert_eq!(desk.told, [Command::Quit { leave: Leave::Running, signal: Some(2) }]);
    assert!(desk.effects.is_empty());
    assert!(desk.screen().contains("Saving state"));
    desk.press("ctrl-c");
    assert_eq!(desk.effects, [Effect::Exit(Left::AtOnce { signal: 2 })]);
}

#[test]
fn ctrl_c_works_in_front_of_everything() {
    for keys in [&["/"][..], &["?"], &["q"], &["enter"]] {
        let mut desk = desk(5);
        desk.set(1, Status::InProgress).answer().press_all(keys).press("ctrl-c");
        assert_eq!(desk.told, [Command::Quit { leave: Leave::Running, signal: Some(2) }], "{keys:?}");
    }
}

#[test]
fn enter_starts_a_plan_that_is_whole() {
    let mut desk = fixtures::planning(80, 24);
    desk.press("enter");
    assert_eq!(desk.told, [Command::Start]);
}

#[test]
fn an_unfinished_plan_without_a_cap_is_started_only_after_a_question() {
    let walking = |cap| {
        fixtures::planning(80, 24).with(|snapshot| {
            snapshot.plan = Arc::new(Plan { walking: true, ..(*snapshot.plan).clone() });
            let mut facts = (*snapshot.batch).clone();
            facts.budget = cap;
            snapshot.batch = Arc::new(facts);
        })
    };
    let mut uncapped = walking(None);
    uncapped.press_all(&["enter", "enter"]);
    assert!(uncapped.told.is_empty(), "waiting is the default");
    uncapped.press_all(&["enter", "y"]);
    assert_eq!(uncapped.told, [Command::Start]);

    let mut capped = walking(Some(crate::job::Usd::from_nanos(1)));
    capped.press("enter");
    assert_eq!(capped.told, [Command::Start]);
}

#[test]
fn where_no_screen_fits_keys_do_nothing_that_is_not_to_be_seen() {
    let mut plan = fixtures::planning(20, 5);
    plan.press_all(&["enter", "e", "right", "space", "$", "b", "?", "enter"]);
    assert!(plan.told.is_empty() && plan.ui.layers.is_empty(), "{:?}", plan.told);
    let mut busy = desk(5);
    busy.set(1, Status::InQueue).set(2, Status::Failed).answer().press_all(&["j", "k"]).resize(20, 5);
    busy.press_all(&["x", "p", "r", "R", "+", "space", "z", "/", "f"]);
    assert!(busy.told.is_empty() && busy.ui.layers.is_empty() && !busy.ui.jobs.typing, "{:?}", busy.told);
    busy.press_all(&["ctrl-l", "ctrl-z"]);
    assert_eq!(busy.effects, [Effect::Redraw, Effect::Suspend]);
}

#[test]
fn a_question_can_be_read_and_answered_where_no_screen_fits() {
    let mut desk = desk(5);
    desk.set(1, Status::InQueue).answer().resize(20, 5).press("q");
    let screen = desk.screen();
    for whole in ["Leave?", "y  leave\n", "x  cancel, leave\n", "n  back\n"] {
        assert!(screen.contains(whole), "{whole}: {screen}");
    }
    desk.press_all(&["down", "enter"]);
    assert_eq!(desk.told, [Command::Quit { leave: Leave::CancelQueued, signal: None }]);
}

#[test]
fn a_question_about_leaving_says_how_things_stand_now() {
    let mut desk = desk(5);
    desk.set(1, Status::InQueue).answer().press("q");
    assert!(desk.screen().contains("1 request is at fal now"), "{}", desk.screen());
    desk.press("down").set(1, Status::Done).answer();
    assert!(desk.screen().contains("Nothing is on its way any more."), "{}", desk.screen());
    desk.press("y");
    assert_eq!(desk.told, [Command::Quit { leave: Leave::Running, signal: None }]);
}

#[test]
fn nothing_to_send_is_not_started() {
    let mut desk = fixtures::planning(80, 24).with(|snapshot| snapshot.plan = Arc::new(Plan::default()));
    desk.press("enter");
    assert!(desk.told.is_empty());
    assert!(desk.screen().contains("nothing to send"));
    desk.press("q");
    assert_eq!(desk.told, [Command::Quit { leave: Leave::Running, signal: None }], "a plan is left without a question");
}

#[test]
fn a_failed_photo_is_sent_again_and_a_doubtful_one_only_after_its_price() {
    let mut desk = desk(5);
    desk.set(2, Status::Failed).set(3, Status::Review).answer().press_all(&["j"]);
    desk.press("k").press("r");
    assert_eq!(desk.told, [Command::Retry(vec![JobId::at(1)])]);
    desk.told.clear();
    desk.press("j").press("r");
    assert!(desk.told.is_empty());
    let screen = desk.screen();
    assert!(screen.contains("pay again") && screen.contains("about $4.88"), "{screen}");
    desk.press("enter").press("r").press("y");
    assert_eq!(desk.told, [Command::Retry(vec![JobId::at(2)])]);
}

#[test]
fn failures_are_seen_and_sent_again_by_cause() {
    let mut desk = desk(9);
    for number in 1..=4 {
        desk.set(number, Status::Failed);
        desk.rows[number - 1].note = (if number < 4 { "503 runner gone" } else { "422 too large" }).to_owned();
    }
    desk.answer().press("R");
    assert!(desk.told.is_empty(), "R shows the causes first");
    let screen = desk.screen();
    assert!(screen.contains("3  runner") && screen.contains("1  image_too_large"), "{screen}");
    desk.press_all(&["k", "r"]);
    assert!(desk.screen().contains("Send 1 failed photo again?"), "{}", desk.screen());
    desk.press_all(&["n", "j", "r"]);
    let screen = desk.screen();
    assert!(screen.contains("about $14.63"), "three times $4.88: {screen}");
    desk.press("y");
    assert_eq!(desk.told, [Command::RetryFailed { only: Some(CauseKind::Runner) }]);
    assert!(desk.ui.layers.is_empty());
    desk.press_all(&["R", "R", "y"]);
    assert_eq!(desk.told.last(), Some(&Command::RetryFailed { only: None }));
}

#[test]
fn enter_on_a_cause_shows_just_its_photos_and_esc_shows_all() {
    let mut desk = Desk::new(120, 36, fixtures::pending(9));
    desk.set(2, Status::Failed).set(5, Status::Failed);
    "503 runner gone".clone_into(&mut desk.rows[1].note);
    "422 too large".clone_into(&mut desk.rows[4].note);
    desk.answer().press_all(&["F", "j", "enter"]);
    assert_eq!(desk.ui.jobs.query.cause, Some(CauseKind::Runner));
    let screen = desk.screen();
    assert!(screen.contains("IMG_0002") && !screen.contains("IMG_0005"), "{screen}");
    desk.press_all(&["esc"]);
    assert_eq!((desk.ui.jobs.query.cause, desk.ui.jobs.query.tab), (None, Tab::All));
    assert!(desk.screen().contains("IMG_0005") && desk.screen().contains("IMG_0009"));
}

#[test]
fn s_goes_through_the_columns_and_capital_s_turns_them_around() {
    let mut desk = desk(9);
    let mut orders = Vec::new();
    // What would become of photos orders a plan only.
    let all: Vec<_> = Order::ALL.into_iter().filter(|order| *order != Order::Choice).collect();
    for _ in &all {
        desk.press_all(&["s"]);
        orders.push(desk.ui.jobs.query.order);
    }
    orders.rotate_right(1);
    assert_eq!(orders, all);
    desk.press_all(&["s", "S"]);
    assert!(desk.ui.jobs.query.reverse);
    desk.press_all(&["s"]);
    assert!(!desk.ui.jobs.query.reverse, "each column begins in its own direction");
}

#[test]
fn a_row_that_is_still_to_be_found_is_not_taken_for_gone() {
    let mut desk = desk(30);
    desk.press_all(&["j", "j", "j"]);
    let chosen = desk.ui.jobs.selected;
    desk.press("s");
    let query = desk.ui.jobs.query.clone();
    let mut snapshot = (*desk.ui.snapshot).clone();
    let rows = vec![fixtures::row(20, "a.jpg", Status::Pending)];
    snapshot.page = Page { query, total: 1, rows, cursor: Some(0), gathering: true, ..Page::default() };
    desk.take_in(Msg::Snapshot(Arc::new(snapshot)));
    assert_eq!(desk.ui.jobs.selected, chosen);
    desk.answer();
    assert_eq!((desk.ui.jobs.selected, desk.on()), (chosen, chosen.map(JobId::number)));
}

#[test]
fn a_cursor_that_rows_moved_under_asks_before_it_acts() {
    let mut desk = desk(5);
    desk.set(2, Status::Failed).answer().press("r");
    assert!(desk.told.is_empty(), "the cursor was never moved: the row came to it");
    assert!(desk.screen().contains("beach/IMG_0002.jpg"));
    // While the question stands, rows move; the answer is for the row that was asked about.
    desk.set(1, Status::InProgress).answer().press("y");
    assert_eq!(desk.told, [Command::Retry(vec![JobId::at(1)])]);
}

#[test]
fn cancelling_a_running_request_asks_and_one_that_is_saved_is_refused() {
    let mut desk = desk(5);
    desk.set(1, Status::InProgress).set(2, Status::Saving).answer().press_all(&["j", "k", "x"]);
    assert!(desk.told.is_empty());
    assert!(desk.screen().contains("may bill"));
    desk.press_all(&["esc", "j", "x"]);
    assert!(desk.told.is_empty());
    assert!(desk.screen().contains("is being saved"));
    desk.press_all(&["j", "x"]);
    assert_eq!(desk.told, [Command::Cancel(vec![JobId::at(2)])], "a pending one is let go at once");
}

#[test]
fn pause_and_window_reach_the_engine_within_their_limits() {
    let mut desk = desk(5);
    desk.press("p").press("+").press("-");
    assert_eq!(desk.told, [Command::Pause, Command::Window(1), Command::Window(-1)]);
    let mut desk = desk.with(|snapshot| {
        (snapshot.phase, snapshot.flow) = (Phase::Paused("by you".to_owned()), Flow { window: 1, ..Flow::default() });
    });
    desk.told.clear();
    desk.press("p").press("-");
    assert_eq!(desk.told, [Command::Resume]);
}

#[test]
fn what_is_copied_is_chosen_by_a_letter() {
    let mut desk = fixtures::running(80, 24);
    desk.press_all(&["y", "i"]);
    assert_eq!(desk.effects, [Effect::Copy("764cabcf-b745-4b3e-ae38-1200304cf45b".to_owned())]);
    desk.press_all(&["y", "p"]);
    assert!(desk.screen().contains("path of the photo copied"), "no photo is copied: {}", desk.screen());
}

#[test]
fn what_is_done_offers_its_urls() {
    let mut desk = fixtures::finished(120, 36);
    desk.press_all(&["G", "y", "r"]);
    assert_eq!(desk.effects, [Effect::Copy("https://v3.fal.media/files/lion/out.png".to_owned())]);
}

#[test]
fn themes_are_tried_live_and_come_around() {
    let mut desk = desk(5);
    let first = desk.ui.theme_name().to_owned();
    let mut seen = vec![first.clone()];
    loop {
        desk.press("t");
        if desk.ui.theme_name() == first {
            break;
        }
        seen.push(desk.ui.theme_name().to_owned());
    }
    assert_eq!(seen, Theme::built_in().collect::<Vec<_>>());
}

#[test]
fn on_a_small_screen_a_tab_of_the_lower_pane_opens_it() {
    let mut desk = Desk::new(40, 12, fixtures::mixed());
    desk.press_all(&["4"]);
    assert!(desk.screen().contains("request"), "{}", desk.screen());
    desk.press_all(&["esc"]);
    assert!(desk.screen().contains("IN_PROGRESS"));
}

#[test]
fn logs_follow_until_scrolled_and_again_at_their_end() {
    let mut desk = Desk::new(80, 24, fixtures::mixed());
    desk.press_all(&["tab"]);
    assert!(desk.screen().contains("following"));
    desk.press_all(&["k"]);
    assert!(desk.screen().contains("G follows"), "{}", desk.screen());
    desk.press_all(&["G"]);
    assert!(desk.screen().contains("following"));
}

#[test]
fn the_engine_is_told_what_is_looked_at_and_only_when_that_changes() {
    let mut desk = desk(500);
    let looks = |desk: &mut Desk, msg| {
        let effects = update(&mut desk.ui, msg);
        effects.iter().filter(|effect| matches!(effect, Effect::Send(Command::Look(_)))).count()
    };
    let key = |key: &str| Msg::Key(fixtures::key_event(key));
    assert_eq!(looks(&mut desk, Msg::Clock(fixtures::NOW)), 0);
    assert_eq!(looks(&mut desk, key("j")), 1);
    assert_eq!(looks(&mut desk, key("2")), 0, "the lower pane's tab is no business of the engine's");
    assert_eq!(looks(&mut desk, Msg::Resize(Size { width: 80, height: 40 })), 1, "more rows are wanted");
    assert_eq!(looks(&mut desk, Msg::Resize(Size { width: 50, height: 40 })), 1, "no detail is wanted");
    assert!(!desk.ui.jobs.query.detail);
}

#[test]
fn clocks_stand_still_when_nothing_is_on_its_way() {
    let mut desk = desk(5);
    assert!(!desk.ui.is_ticking());
    desk.set(1, Status::Waiting).answer();
    assert!(desk.ui.is_ticking());
    let held = |desk: Desk| desk.with(|snapshot| snapshot.phase = Phase::Paused("by you".to_owned()));
    let mut desk = held(desk);
    desk.set(2, Status::Uploaded).answer();
    assert!(!desk.ui.is_ticking(), "what waits and what lies uploaded waits for p");
    desk.set(3, Status::InProgress).answer();
    assert!(desk.ui.is_ticking(), "what is at fal goes on");
    assert!(!fixtures::finished(80, 24).ui.is_ticking());
    assert!(!fixtures::planning(80, 24).ui.is_ticking());
}

proptest! {
    #[test]
    fn whatever_moves_a_chosen_job_stays_chosen(
        moves in prop::collection::vec((0_usize..8, 1_usize..60, 0_usize..15), 1..40),
    ) {
        let mut desk = Desk::new(80, 24, fixtures::pending(60));
        desk.press_all(&["j"]);
        for (what, number, status) in moves {
            let chosen = desk.ui.jobs.selected;
            match what {
                0 => { desk.press("j").answer(); }
                1 => { desk.press("k").answer(); }
                2 => { desk.press("pgdn").answer(); desk.answer(); }
                3 => { desk.press("s").answer(); desk.answer(); prop_assert_eq!(desk.ui.jobs.selected, chosen); }
                _ => {
                    let own = chosen == Some(JobId::at(number - 1));
                    desk.set(number, Status::ALL[status]).answer();
                    prop_assert!(own || desk.ui.jobs.selected == chosen, "rows moved, the cursor must not");
                }
            }
            prop_assert_eq!(desk.ui.jobs.selected.map(JobId::number), desk.on());
        }
    }
}
