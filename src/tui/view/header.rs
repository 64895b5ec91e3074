//! The header: is it going, how far, what did it cost, how fast.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::attached::attached;
use super::paint::{Piece, put, spread};
use super::words::format::{clock, count, percent, speed, wait};
use super::words::text::fit_end;
use crate::engine::snapshot::{Phase, Snapshot};
use crate::job::{Group, Spent, Usd};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// One column of air at either side.
fn row(area: Rect, line: u16) -> Rect {
    Rect { x: area.x.saturating_add(1), y: area.y.saturating_add(line), width: area.width.saturating_sub(2), height: 1 }
}

pub(super) fn render(ui: &Ui, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    what(ui, row(area, 0), buf);
    how_far(ui, row(area, 1), buf);
    if area.height > 2 {
        how_much(ui, row(area, 2), buf);
    }
}

/// From → to, model; state, requests in flight, clock.
fn what(ui: &Ui, row: Rect, buf: &mut Buffer) {
    let batch = &ui.snapshot.batch;
    let of = |role| ui.screen.styles.of(role);
    let roomy = row.width >= 100;
    let from = from(&ui.snapshot);
    let room = usize::from(row.width) / if roomy { 5 } else { 4 };
    let mut left = vec![phase(ui, roomy)];
    if roomy {
        left.push(Piece::text(1, "fal-tui", of(Role::Title)));
    }
    left.push(Piece::new(
        6,
        vec![
            Span::styled(fit_end(&from, room), of(Role::Text)),
            Span::styled(" → ", of(Role::Muted)),
            Span::styled(fit_end(&batch.to, room), of(Role::Text)),
        ],
    ));
    let name = batch.endpoint.rsplit('/').next().unwrap_or_default();
    left.push(Piece::text(2, if roomy { name } else { "" }, of(Role::Muted)));
    if let Some(growth) = &batch.growth {
        left.push(Piece::text(3, growth.as_str(), of(Role::Muted)));
    }
    let mut right = Vec::new();
    if batch.sandbox {
        right.push(Piece::text(8, "SANDBOX", of(Role::Sandbox)));
    }
    right.extend(attached(ui, roomy));
    if ui.jobs.frozen.is_some() {
        right.push(Piece::text(7, "table held", of(Role::Warning)));
    }
    let flow = &ui.snapshot.flow;
    let in_flight = ui.snapshot.totals.in_flight;
    if !matches!(ui.snapshot.phase, Phase::Watching | Phase::Finished) {
        let why = if flow.capped && in_flight < usize::from(flow.window) { " (cap)" } else { "" };
        right.push(Piece::text(4, format!("{in_flight} of {} in flight{why}", flow.window), of(Role::Text)));
        if let Some(at_once) = flow.at_once.filter(|_| roomy) {
            right.push(Piece::text(1, format!("account runs {at_once} at once"), of(Role::Muted)));
        }
    }
    if let Some(elapsed) = elapsed(ui) {
        right.push(Piece::text(5, clock(elapsed), of(Role::Muted)));
    }
    left.retain(|piece| !piece.is_empty());
    spread(buf, row, 2, left, right);
}

fn from(snapshot: &Snapshot) -> String {
    match snapshot.batch.from.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// How long this run has taken; it stands still once the run has ended.
fn elapsed(ui: &Ui) -> Option<Duration> {
    let flow = &ui.snapshot.flow;
    Some(flow.ended.unwrap_or(ui.now).since(flow.began?))
}

/// What the batch does: a field that is seen from afar, with the state's colour behind it, or the text turned
/// around.
fn phase<'a>(ui: &Ui, roomy: bool) -> Piece<'a> {
    let state = State::of(&ui.snapshot);
    let field = ui.screen.styles.of(state.role()).add_modifier(Modifier::REVERSED);
    // The banner says why, too, and what to do; from afar it is read here.
    let why = state.cause().filter(|_| roomy).map(|cause| format!(": {cause}")).unwrap_or_default();
    Piece::text(9, format!(" {}{why} ", state.words()), field)
}

/// The bar, counts, what is wrong, ETA.
fn how_far(ui: &Ui, row: Rect, buf: &mut Buffer) {
    let totals = &ui.snapshot.totals;
    let of = |role| ui.screen.styles.of(role);
    let (ended, photos) = (totals.ended(), totals.photos());
    let share = percent(as_u64(ended), as_u64(photos));
    let roomy = row.width >= 76;
    let counts = if roomy {
        format!("{} of {} · {share} %", count(ended), count(photos))
    } else {
        format!("{}/{}", count(ended), count(photos))
    };
    let mut pieces = vec![Piece::text(9, counts, of(Role::Text))];
    for (group, word, symbol, role) in [
        (Group::Failed, "failed", "✗", Role::Failure),
        (Group::Review, "review", "?", Role::Review),
        (Group::Waiting, "waiting", "↻", Role::Retrying),
    ] {
        let number = totals.of(group);
        if number > 0 {
            let text = if roomy { format!("{} {word}", count(number)) } else { format!("{} {symbol}", count(number)) };
            let keep = if group == Group::Waiting { 3 } else { 7 };
            pieces.push(Piece::text(keep, text, of(role)));
        }
    }
    let runs = matches!(State::of(&ui.snapshot), State::Running | State::Finishing);
    if let Some(eta) = ui.snapshot.flow.eta.filter(|_| runs) {
        pieces.push(Piece::text(5, format!("ETA {}", wait(eta.since(ui.now))), of(Role::Accent)));
    }
    let free = spread(buf, row, 2, Vec::new(), pieces);
    let width = free.width.saturating_sub(2);
    if width >= 8 {
        bar(ui, Rect { width, ..free }, buf);
    }
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// One bar for the batch: what is done, what went wrong, what is to do.
fn bar(ui: &Ui, area: Rect, buf: &mut Buffer) {
    let totals = &ui.snapshot.totals;
    let photos = as_u64(totals.photos()).max(1);
    let halves = |number: usize| {
        let all = u64::from(area.width) * 2;
        u16::try_from(u128::from(as_u64(number)) * u128::from(all) / u128::from(photos)).unwrap_or(u16::MAX)
    };
    let ended = halves(totals.ended()).min(area.width.saturating_mul(2));
    let wrong = totals.of(Group::Failed) + totals.of(Group::Review);
    // Even one failure among thousands is a cell of its own.
    let wrong_cells = if wrong == 0 { 0 } else { (halves(wrong) / 2).max(1).min(area.width) };
    let of = |role| ui.screen.styles.of(role);
    let (full, half) = (ended / 2, ended % 2);
    let good = full.saturating_sub(wrong_cells);
    let mut x = area.x;
    let mut draw = |cells: u16, symbol: &str, style: Style| {
        let room = area.right().saturating_sub(x).min(cells);
        x = put(buf, x, area.y, room, &symbol.repeat(usize::from(room)), style);
    };
    draw(good, "━", of(Role::ProgressFilled));
    draw(wrong_cells, "━", of(Role::Failure));
    if full >= wrong_cells {
        draw(half, "╸", of(Role::ProgressFilled));
    }
    draw(area.width, "─", of(Role::ProgressEmpty));
}

/// Money; sparkline, speed, bytes up and down.
fn how_much(ui: &Ui, row: Rect, buf: &mut Buffer) {
    let of = |role| ui.screen.styles.of(role);
    let flow = &ui.snapshot.flow;
    let mut right = Vec::new();
    if ui.has_ended() {
        // Nothing flows any more; the last minutes' speeds would only fade.
        spread(buf, row, 2, money(ui), right);
        return;
    }
    let line = sparkline(&flow.recent);
    if !line.is_empty() {
        right.push(Piece::text(2, line, of(Role::Accent)));
    }
    if let Some(rate) = flow.per_minute {
        right.push(Piece::text(6, per_minute(rate), of(Role::Text)));
    }
    if flow.up > 0 {
        right.push(Piece::text(3, format!("↑ {}", speed(flow.up)), of(Role::Muted)));
    }
    if flow.down > 0 {
        right.push(Piece::text(4, format!("↓ {}", speed(flow.down)), of(Role::Muted)));
    }
    spread(buf, row, 2, money(ui), right);
}

/// `14.2/min`; a fast batch needs no tenths.
fn per_minute(rate: f64) -> String {
    if rate < 99.95 { format!("{rate:.1}/min") } else { format!("{rate:.0}/min") }
}

fn money<'a>(ui: &Ui) -> Vec<Piece<'a>> {
    let of = |role| ui.screen.styles.of(role);
    let totals = &ui.snapshot.totals;
    let amount = |keep, text: String, what: &'static str| {
        Piece::new(keep, vec![Span::styled(text, of(Role::Text)), Span::styled(what, of(Role::Muted))])
    };
    let mut pieces = Vec::new();
    if ui.snapshot.batch.sandbox {
        pieces.push(Piece::text(8, "nothing is charged", of(Role::Sandbox)));
        let would = totals.spent.likely() + totals.under_way + totals.planned;
        if would > Usd::ZERO {
            pieces.push(Piece::new(
                4,
                vec![
                    Span::styled("at fal it would cost ", of(Role::Muted)),
                    Span::styled(format!("≈{would}"), of(Role::Text)),
                ],
            ));
        }
        return pieces;
    }
    pieces.push(match ui.snapshot.batch.budget {
        Some(cap) => Piece::new(
            9,
            vec![
                Span::styled(spent(totals.spent), of(Role::Text)),
                Span::styled(" spent of cap ", of(Role::Muted)),
                Span::styled(cap.to_string(), of(Role::Text)),
            ],
        ),
        None => amount(9, spent(totals.spent), " spent"),
    });
    if totals.spent.assumed > Usd::ZERO && totals.spent.known > Usd::ZERO {
        pieces.push(amount(3, totals.spent.known.to_string(), " of it known"));
    }
    if totals.under_way > Usd::ZERO {
        pieces.push(amount(5, format!("≈{}", totals.under_way), " under way"));
    }
    if totals.planned > Usd::ZERO {
        pieces.push(amount(5, format!("≈{}", totals.planned), " to come"));
    } else if ui.snapshot.plan.costs.price.is_none() && totals.of(Group::Pending) > 0 {
        pieces.push(Piece::text(5, "price unknown", of(Role::Warning)));
    }
    // A cap reckons with the most that may be billed, which is more than what is likely.
    let held = totals.held();
    let most = totals.spent.likely() + held + totals.planned;
    if held > Usd::ZERO && ui.snapshot.batch.budget.is_some_and(|cap| cap < most) {
        pieces.push(amount(if ui.snapshot.flow.capped { 5 } else { 1 }, format!("up to {held}"), " held"));
    }
    pieces
}

/// What is spent, marked where some of it is assumed.
fn spent(spent: Spent) -> String {
    let mark = if spent.assumed > Usd::ZERO { "≈" } else { "" };
    format!("{mark}{}", spent.likely())
}

/// The last minutes as a line of bars.
fn sparkline(recent: &[u16]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = recent.iter().copied().max().unwrap_or_default();
    if most == 0 {
        return String::new();
    }
    let bar = |value: u16| {
        let height = (usize::from(value) * (BARS.len() - 1)).div_ceil(usize::from(most));
        BARS.get(height).copied().unwrap_or('█')
    };
    let shown = recent.len().saturating_sub(16);
    recent.iter().skip(shown).map(|value| bar(*value)).collect()
}

/// How it goes, on a terminal that has room for no more.
pub(super) fn in_short<'a>(ui: &Ui) -> Vec<Piece<'a>> {
    let totals = &ui.snapshot.totals;
    let of = |role| ui.screen.styles.of(role);
    if ui.is_planning() {
        return vec![Piece::text(9, "plan: not started", of(Role::Text))];
    }
    let mut pieces =
        vec![Piece::text(9, format!("{}/{}", count(totals.ended()), count(totals.photos())), of(Role::Text))];
    if totals.of(Group::Failed) > 0 {
        pieces.push(Piece::text(8, format!("{}✗", count(totals.of(Group::Failed))), of(Role::Failure)));
    }
    if !ui.snapshot.batch.sandbox {
        pieces.push(Piece::text(7, spent(totals.spent), of(Role::Muted)));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use crate::engine::snapshot::{Notice, NoticeKind, Phase, Snapshot, Totals};
    use crate::job::{Cost, Spent, Status};
    use crate::tui::fixtures::{self, Desk, row, usd};

    fn header(statuses: &[Status], change: impl FnOnce(&mut Snapshot)) -> String {
        let rows = (1..).zip(statuses).map(|(n, status)| row(n, "a.jpg", *status)).collect();
        let screen = Desk::new(160, 24, rows).with(change).screen();
        screen.lines().take(3).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn money_under_way_is_what_is_likely_and_the_most_is_told_beside_a_cap() {
        let money = |cap| {
            header(&[Status::Saving, Status::Pending], |snapshot| {
                let totals = &mut snapshot.totals;
                (totals.spent, totals.planned) = (Cost::Known(usd(20)).into(), usd(288));
                (totals.under_way, totals.reserved) = (usd(8), usd(80));
                let mut facts = (*snapshot.batch).clone();
                facts.budget = cap;
                snapshot.batch = facts.into();
            })
        };
        let free = money(None);
        assert!(free.contains("$0.20 spent  ≈$0.08 under way  ≈$2.88 to come"), "{free}");
        assert!(!free.contains("held"), "{free}");
        let (far, near) = (money(Some(usd(500))), money(Some(usd(300))));
        assert!(near.contains("up to $0.80 held") && !far.contains("held"), "{near}\n{far}");
    }

    #[test]
    fn what_of_the_money_is_assumed_is_said() {
        let money = |spent: Spent, cap| {
            header(&[Status::Saving, Status::Pending], |snapshot| {
                snapshot.totals = Totals { spent, ..Totals::default() };
                let mut facts = (*snapshot.batch).clone();
                facts.budget = cap;
                snapshot.batch = facts.into();
            })
        };
        let spent = Spent { known: usd(90), assumed: usd(54), at_most: usd(240) };
        let mixed = money(spent, None);
        assert!(mixed.contains("≈$1.44 spent  $0.90 of it known"), "{mixed}");
        let near = money(spent, Some(usd(200)));
        assert!(near.contains("≈$1.44 spent of cap $2.00") && near.contains("up to $0.96 held"), "{near}");
        let none = money(Spent { known: usd(0), ..spent }, None);
        assert!(none.contains("≈$0.54 spent") && !none.contains("known"), "{none}");
    }

    #[test]
    fn a_batch_finishes_once_some_have_ended_and_the_window_empties() {
        let begun = [Status::InQueue; 7];
        let said = header(&begun, |_| {});
        assert!(said.contains("▸ running"), "all of them are just begun: {said}");
        let mut some = begun;
        some[0] = Status::Done;
        assert!(header(&some, |_| {}).contains("▸ finishing"));
        let full = header(&some, |snapshot| snapshot.flow.window = 6);
        assert!(full.contains("▸ running"), "the window is full: {full}");
    }

    #[test]
    fn what_waits_for_fal_says_so_and_expects_no_end() {
        let notice = |kind| Some(Notice { kind, message: "m".to_owned(), action: String::new() });
        for kind in [NoticeKind::Offline, NoticeKind::RateLimited] {
            let said = header(&[Status::Waiting, Status::Pending], |snapshot| snapshot.notice = notice(kind));
            assert!(said.contains("║ waiting for fal") && !said.contains("ETA"), "{said}");
        }
        let resumed = header(&[Status::Pending], |snapshot| snapshot.notice = notice(NoticeKind::Resumed));
        assert!(resumed.contains("▸ running") && resumed.contains("ETA"), "{resumed}");
    }

    #[test]
    fn what_needs_a_person_says_why_where_there_is_room() {
        for (kind, why) in [
            (NoticeKind::BudgetReached, "cap reached"),
            (NoticeKind::DiskLow, "disk full"),
            (NoticeKind::FileChanged, "file changed"),
            (NoticeKind::KeyRefused, "key refused"),
        ] {
            let said = header(&[Status::Pending], |snapshot| {
                snapshot.phase = Phase::Paused("a long story".to_owned());
                snapshot.notice = Some(Notice { kind, message: "m".to_owned(), action: String::new() });
            });
            assert!(said.contains(&format!(" ! needs you: {why} ")), "{said}");
        }
        for (width, height) in [(80, 24), (40, 12)] {
            let first = fixtures::text_of(&fixtures::locked(width, height)).lines().next().unwrap().to_owned();
            assert!(first.contains(" ! needs you "), "{first}");
        }
    }

    #[test]
    fn a_cap_that_keeps_the_window_from_filling_is_named() {
        let said = header(&[Status::InQueue, Status::Uploaded], |snapshot| snapshot.flow.capped = true);
        assert!(said.contains("1 of 8 in flight (cap)"), "{said}");
        assert!(!fixtures::running(160, 24).screen().contains("(cap)"));
    }
}
