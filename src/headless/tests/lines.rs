use proptest::prelude::*;

use super::*;

fn lines_of(events: &[Event], color: bool) -> String {
    let (mut lines, mut out) = (Lines::new(color, TimeZone::UTC), Vec::new());
    for event in events {
        lines.tell(event, &mut out);
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn lines_tell_what_people_want_to_know() {
    insta::assert_snapshot!(lines_of(&story(), false));
}

#[test]
fn colour_is_round_the_words_and_nowhere_else() {
    let (plain, colored) = (lines_of(&story(), false), lines_of(&story(), true));
    assert!(!plain.contains('\x1b'));
    assert!(colored.contains("\x1b[32mDONE"));
    let without = ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"]
        .iter()
        .fold(colored, |text, code| text.replace(code, ""));
    assert_eq!(without, plain);
}

#[test]
fn the_place_in_the_queue_is_told_once_as_soon_as_it_is_known() {
    let queued = |queue_position| {
        let change = JobChange { queue_position, ..change(1, "cat.png", Status::InQueue) };
        Event { at: NOON, what: What::Job(Box::new(change)) }
    };
    let text = lines_of(&[queued(None), queued(None), queued(Some(3)), queued(Some(1)), queued(None)], false);
    let lines: Vec<_> = text.lines().map(|line| line.contains("3 before it")).collect();
    assert_eq!(lines, [false, true], "{text}");
}

#[test]
fn totals_come_at_most_every_ten_seconds() {
    let planned = Plan { photos: 400, ..plan() };
    let planned = What::Planned { facts: Arc::new(facts()), plan: Arc::new(planned), skipped: Vec::new() };
    let mut events = vec![Event { at: at(0), what: planned }];
    for number in 1..=100_usize {
        let done = JobChange { cost: Some(Cost::Known(usd(0.5))), ..change(number, "a.png", Status::Done) };
        events.push(Event { at: at(number as u64 / 4), what: What::Job(Box::new(done)) });
    }
    let text = lines_of(&events, false);
    let totals: Vec<_> = text.lines().filter(|line| line.contains("TOTAL")).collect();
    assert_eq!(
        totals,
        [
            "12:41:17  TOTAL        40 of 400 ended (10 %), $20.00 spent, about 1 min 30 s left",
            "12:41:27  TOTAL        80 of 400 ended (20 %), $40.00 spent, about 1 min 20 s left",
        ]
    );
}

fn any_status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL.to_vec())
}

proptest! {
    #[test]
    fn hostile_text_never_reaches_the_terminal(path in any::<String>(), text in any::<String>(), status in any_status()) {
        let odd = JobChange {
            cause: Some(Cause::new(CauseKind::ModelError, text.as_str())),
            texts: saved_samples::said(Some(&text)),
            files: vec![saved_samples::png(&path, 2, 2, 1); 2].into(),
            ..change(1, &path, status)
        };
        let notice = Notice { kind: NoticeKind::Offline, message: text.clone(), action: text.clone() };
        let facts = BatchFacts { to: path.clone(), from: vec![text.clone()], log_file: path.clone(), ..facts() };
        let skipped = vec![SkippedFile { path: path.clone(), reason: text.clone() }];
        let told = lines_of(
            &[
                Event { at: NOON, what: What::Opened(Arc::new(facts.clone())) },
                Event { at: NOON, what: What::Job(Box::new(odd)) },
                Event { at: NOON, what: What::Notice(notice) },
                Event { at: NOON, what: What::Ended(Summary { facts: Arc::new(facts.clone()), ..end() }) },
            ],
            false,
        );
        for line in told.lines().chain(plan_text(&facts, &plan(), &skipped).lines()) {
            prop_assert_eq!(crate::job::clean(line), line);
        }
    }
}
