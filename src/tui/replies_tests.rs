use super::*;

const ANSWERS: [&str; 11] = [
    "\u{1b}P>|XTerm(380)\u{1b}\\",
    "\u{1b}P>|tmux 3.4\u{1b}\\",
    "\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{1b}\\",
    "\u{1b}]11;rgb:ffff/ffff/ffff\u{7}",
    "\u{1b}]4;1;rgb:cdcd/0000/0000\u{1b}\\",
    "\u{1b}]52;c;cXhYUnIgYjUwCg==\u{1b}\\",
    "\u{1b}P1+r544e=787465726d\u{1b}\\",
    "\u{1b}P0+r\u{1b}\\",
    "\u{1b}P1$r0m\u{1b}\\",
    "\u{1b}_Gi=31;OK\u{1b}\\",
    "\u{1b}]lxterm: quit R\u{1b}\\",
];

/// What crossterm 0.29 makes of what one read gives.
fn read(bytes: &str) -> Vec<Event> {
    let mut letters = bytes.chars();
    let mut events = Vec::new();
    while let Some(letter) = letters.next() {
        let key = |letter: char, alt: KeyModifiers| match letter {
            '\u{7}' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL | alt),
            '\r' => KeyEvent::new(KeyCode::Enter, alt),
            letter if letter.is_uppercase() => KeyEvent::new(KeyCode::Char(letter), KeyModifiers::SHIFT | alt),
            letter => KeyEvent::new(KeyCode::Char(letter), alt),
        };
        events.push(Event::Key(match letter {
            '\u{1b}' => letters.next().map_or(KeyCode::Esc.into(), |next| key(next, KeyModifiers::ALT)),
            letter => key(letter, KeyModifiers::NONE),
        }));
    }
    events
}

/// What comes through of pieces that come so long after each other, and of nothing after them.
fn through(pieces: &[&str], pause: Duration) -> Vec<Event> {
    let mut replies = Replies::default();
    let mut now = Instant::now();
    let mut out = Vec::new();
    let wait = |replies: &mut Replies, now: &mut Instant, until: Instant, out: &mut Vec<Event>| {
        while let Some(due) = replies.due().filter(|due| *due <= until) {
            out.extend(replies.let_go(due));
        }
        *now = until;
    };
    for piece in pieces {
        for event in read(piece) {
            out.extend(replies.take(event, now));
        }
        let until = now + pause;
        wait(&mut replies, &mut now, until, &mut out);
    }
    let until = now + Duration::from_secs(10);
    wait(&mut replies, &mut now, until, &mut out);
    assert!(replies.due().is_none(), "nothing is held for ever");
    out
}

#[test]
fn an_answer_is_dropped_whole_wherever_it_is_split() {
    for answer in ANSWERS {
        for at in (0..=answer.len()).filter(|at| answer.is_char_boundary(*at)) {
            let (first, second) = answer.split_at(at);
            for pause in [0, 5, 60, 90] {
                assert_eq!(through(&[first, second], Duration::from_millis(pause)), [], "{first:?} {second:?} {pause}");
            }
            // An Esc that nothing follows is a key; what comes later is none all the same.
            for pause in [150, 600, 950] {
                let seen = through(&[first, second], Duration::from_millis(pause));
                let esc = Event::Key(KeyCode::Esc.into());
                assert!(seen.iter().all(|event| at == 1 && *event == esc), "{first:?} {second:?} {pause}: {seen:?}");
            }
        }
    }
}

#[test]
fn an_answer_that_drips_is_dropped() {
    for answer in ANSWERS {
        let letters: Vec<_> = answer.chars().map(String::from).collect();
        let letters: Vec<_> = letters.iter().map(String::as_str).collect();
        assert_eq!(through(&letters, Duration::from_millis(80)), [], "{answer:?}");
        let seen = through(&letters, Duration::from_millis(500));
        assert!(seen.len() <= 1, "{answer:?}: {seen:?}");
    }
}

#[test]
fn a_string_of_any_kind_that_comes_in_one_piece_is_dropped_and_keys_around_it_are_not() {
    for string in
        ["\u{1b}Xq\u{1b}\\", "\u{1b}^xR\u{1b}\\", "\u{1b}_hello\u{1b}\\", "\u{1b}]qqq\u{7}", "\u{9d}11;qR\u{9c}"]
    {
        let seen = through(&[&format!("j{string}k")], Duration::ZERO);
        assert_eq!(seen, read("jk"), "{string:?}");
    }
    let two = format!("{}{}", ANSWERS[0], ANSWERS[3]);
    assert_eq!(through(&[&two, "j"], Duration::from_millis(5)), read("j"));
}

#[test]
fn what_a_person_types_comes_through_in_its_order() {
    let slow = Duration::from_millis(120);
    for typed in [
        &["\u{1b}P"][..],
        &["\u{1b}P", "j"],
        &["\u{1b}]", "\u{1b}]", "\u{1b}]"],
        &["\u{1b}", "P", "j"],
        &["\u{1b}", "\u{1b}", "q"],
        &["\u{1b}", "j", "k"],
        &["\u{1b}", "X", "v"],
        &["\u{1b}j", "\u{1b}\\"],
        &["]", "1", "1", ";", "P"],
        &["\u{1b}_", "\r"],
    ] {
        let wanted: Vec<_> = typed.iter().flat_map(|keys| read(keys)).collect();
        assert_eq!(through(typed, slow), wanted, "{typed:?}");
    }
}

#[test]
fn a_string_without_an_end_takes_no_key_for_long() {
    let broken = "\u{1b}]52;c;abc";
    let later = Duration::from_secs(3);
    assert_eq!(through(&[broken, "j"], later), read("j"));
    // What cannot stand in it ends it at once.
    let ctrl_c = Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    for key in [ctrl_c, Event::Key(KeyCode::Up.into()), Event::Paste("x".to_owned())] {
        let mut replies = Replies::default();
        let now = Instant::now();
        assert!(read(broken).into_iter().all(|event| replies.take(event, now).is_empty()));
        assert_eq!(replies.take(key.clone(), now), [key]);
        assert_eq!(replies.take(read("j").remove(0), now), read("j"));
    }
    let mut replies = Replies::default();
    let now = Instant::now();
    let swallowed = std::iter::repeat_with(|| read("j").remove(0)).take(LONGEST + 20);
    let seen = read(broken).into_iter().chain(swallowed).flat_map(|event| replies.take(event, now)).count();
    assert!((1..=40).contains(&seen), "{seen}");
}
