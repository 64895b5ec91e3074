//! A desk to test the dashboard at: a person's keys go in, an engine of a few lines answers the
//! lens, and the screen is read as text.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::caps::{Caps, Depth};
use super::theme::Theme;
use super::ui::Ui;
use super::update::{Effect, Msg, update};
use super::view;
use crate::engine::Command;
use crate::engine::board::{
    BatchFacts, Board, Cursor, Detail, Elapsed, Flow, Lens, LogLine, Money, Notice, NoticeKind, Order, Page,
    PastAttempt, Phase, Plan, Row, RowState, SkippedFile, Tab, Totals,
};
use crate::job::{
    BatchId, Cause, CauseKind, Group, JobId, Pixels, PriceSource, Stage, Status, Timestamp, Unit, UnitPrice, Usd,
};

/// 2026-05-01 12:41:41 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_777_639_301_000);

pub(crate) const CAPS: Caps = Caps { dashboard: Ok(()), depth: Depth::Ansi16, unicode: true, remote: false };

/// A person at the dashboard, with an engine that answers when it is told to.
pub(crate) struct Desk {
    pub(crate) ui: Ui,
    pub(crate) rows: Vec<Row>,
    pub(crate) board: Board,
    /// What the engine was told, without lenses.
    pub(crate) told: Vec<Command>,
    /// What else was to be done.
    pub(crate) effects: Vec<Effect>,
    lens: Lens,
}

impl Desk {
    /// A batch of these rows, running, on a terminal of this size.
    pub(crate) fn new(width: u16, height: u16, rows: Vec<Row>) -> Self {
        let mut board = board_of(&rows);
        board.totals = totals_of(&rows, &board.totals);
        let size = Size { width, height };
        let ui = Ui::new(Arc::new(board.clone()), size, NOW, CAPS, Theme::default());
        let mut desk = Self { ui, rows, board, told: Vec::new(), effects: Vec::new(), lens: Lens::default() };
        desk.answer();
        desk.answer();
        desk
    }

    /// The same with some of its board changed.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Board)) -> Self {
        change(&mut self.board);
        self.answer();
        self.answer();
        self
    }

    /// Presses a key, named as in the settings, or types a text.
    pub(crate) fn press(&mut self, key: &str) -> &mut Self {
        self.take_in(Msg::Key(key_event(key)));
        self
    }

    pub(crate) fn press_all(&mut self, keys: &[&str]) -> &mut Self {
        for key in keys {
            self.press(key).answer();
        }
        self
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.take_in(Msg::Resize(Size { width, height }));
        self.answer();
        self
    }

    pub(crate) fn take_in(&mut self, msg: Msg) {
        for effect in update(&mut self.ui, msg) {
            match effect {
                Effect::Send(Command::Look(lens)) => self.lens = lens,
                Effect::Send(command) => self.told.push(command),
                other => self.effects.push(other),
            }
        }
    }

    /// The engine publishes a board with the rows that the newest lens asks for.
    pub(crate) fn answer(&mut self) -> &mut Self {
        let page = turn(&self.rows, &self.lens, &self.board.page);
        let current = page.current().cloned();
        let totals = totals_of(&self.rows, &self.board.totals);
        self.board = Board { totals, page, ..self.board.clone() };
        self.board.detail = current.filter(|_| self.lens.detail).map(|row| Arc::new(detail_of(&row)));
        let published = Arc::new(self.board.clone());
        self.take_in(Msg::Board(published));
        self
    }

    /// Gives a row another status.
    pub(crate) fn set(&mut self, number: usize, status: Status) -> &mut Self {
        self.rows[number - 1].state = RowState { status, position: None, moved: None, until: None };
        self
    }

    /// The number of the job that the highlight is on.
    pub(crate) fn on(&self) -> Option<u32> {
        let at = self.ui.highlighted()?;
        self.ui.page().rows.get(at).map(|row| row.id.number())
    }

    pub(crate) fn screen(&self) -> String {
        text_of(&self.ui)
    }
}

pub(crate) fn key_event(key: &str) -> KeyEvent {
    let (rest, modifiers) = match key.strip_prefix("ctrl-") {
        Some(rest) => (rest, KeyModifiers::CONTROL),
        None => (key, KeyModifiers::NONE),
    };
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "backspace" => KeyCode::Backspace,
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

/// The rows that a lens asks for.
fn turn(rows: &[Row], lens: &Lens, before: &Page) -> Page {
    let text = lens.text.to_lowercase();
    let mut shown: Vec<&Row> = rows
        .iter()
        .filter(|row| match lens.tab {
            Tab::All => true,
            Tab::Only(group) => row.state.status.group() == group,
        })
        .filter(|row| row.path.to_lowercase().contains(&text) || row.note.to_lowercase().contains(&text))
        .collect();
    if lens.order == Order::Status {
        shown.sort_by_key(|row| row.state.status.group());
    }
    let last = shown.len().saturating_sub(1);
    let cursor = match lens.cursor {
        Cursor::Job(id) => {
            shown.iter().position(|row| row.id == id).unwrap_or(before.cursor.unwrap_or_default().min(last))
        }
        Cursor::Place(place) => place.min(last),
        Cursor::First => 0,
        Cursor::Last => last,
    };
    let height = usize::from(lens.height).max(1);
    let most = shown.len().saturating_sub(height);
    let first = before.first.clamp((cursor + 1).saturating_sub(height), cursor).min(most);
    Page {
        lens: lens.clone(),
        total: shown.len(),
        first,
        rows: shown.iter().skip(first).take(height).map(|row| (*row).clone()).collect(),
        cursor: (!shown.is_empty()).then_some(cursor),
    }
}

fn totals_of(rows: &[Row], before: &Totals) -> Totals {
    let mut totals = Totals { groups: [0; Group::ALL.len()], in_flight: 0, ..before.clone() };
    for row in rows {
        totals.groups[row.state.status.group() as usize] += 1;
        totals.in_flight += usize::from(matches!(row.state.status, Status::InQueue | Status::InProgress));
    }
    totals
}

fn usd(cents: i64) -> Usd {
    Usd::from_nanos(cents * 10_000_000)
}

fn price() -> UnitPrice {
    UnitPrice { usd: usd(10), unit: Unit::Megapixel, source: PriceSource::Live }
}

pub(crate) fn row(number: usize, path: &str, status: Status) -> Row {
    let input = Pixels::new(4032, 3024);
    let output = input.scaled(2.0);
    let cost = price().estimate(output).unwrap();
    let ended = status.group() > Group::Pending || matches!(status.group(), Group::Failed | Group::Review);
    Row {
        id: JobId::at(number - 1),
        path: path.to_owned(),
        state: RowState { status, position: None, moved: None, until: None },
        elapsed: match status {
            Status::Pending | Status::Skipped => Elapsed::None,
            _ if ended => Elapsed::Took(Duration::from_secs(52)),
            _ => Elapsed::Since(Timestamp(NOW.0 - 41_000)),
        },
        attempt: u16::from(status != Status::Pending && status != Status::Skipped),
        input: Some(input),
        output: Some(output),
        cost: Some(if status == Status::Done { Money::Billed(cost) } else { Money::Estimated(cost) }),
        note: String::new(),
    }
}

/// Rows `1..=count`, all pending.
pub(crate) fn pending(count: usize) -> Vec<Row> {
    (1..=count).map(|number| row(number, &format!("beach/IMG_{number:04}.jpg"), Status::Pending)).collect()
}

/// One row of every kind, and some more.
pub(crate) fn mixed() -> Vec<Row> {
    let state = |status, position, moved, until| RowState { status, position, moved, until };
    let mut rows = Vec::new();
    let mut add = |path: &str, state: RowState, note: &str| {
        let mut row = row(rows.len() + 1, path, state.status);
        row.state = state;
        note.clone_into(&mut row.note);
        rows.push(row);
    };
    let plain = |status| state(status, None, None, None);
    add("beach/IMG_0412.jpg", plain(Status::InProgress), "14/20 steps");
    add("beach/IMG_0413.jpg", state(Status::InQueue, Some(3), None, None), "");
    add("beach/Прибой.jpg", state(Status::Uploading, None, Some((2_600_000, Some(4_200_000))), None), "");
    add("海辺/写真の一枚.jpg", state(Status::Saving, None, Some((15_000_000, Some(18_400_000))), None), "");
    add(
        "beach/IMG_0399.jpg",
        state(Status::Waiting, None, None, Some(Timestamp(NOW.0 + 8_000))),
        "503 runner disconnected",
    );
    add("beach/pano.png", plain(Status::Failed), "422 image too large: at most 64 megapixels");
    add("beach/night.jpg", plain(Status::Review), "black result (safety check?)");
    add("beach/lost.jpg", plain(Status::Unknown), "the answer to the paid call was lost");
    add("a/very/long/way/down/into/the/folders/of/somebody/who/sorts/IMG_0001.jpg", plain(Status::Pending), "");
    add("beach/IMG_0410.jpg", plain(Status::Done), "Two people walking along the water's edge at low tide.");
    add("beach/IMG_0409.jpg", plain(Status::Done), "A wide sandy beach under a pale evening sky.");
    add("beach/IMG_0408.jpg", plain(Status::Cancelled), "");
    add("beach/clip.mov", plain(Status::Skipped), "not a picture that fal takes");
    if let Some(waiting) = rows.get_mut(4) {
        waiting.attempt = 2;
    }
    rows.extend((14..=40).map(|number| row(number, &format!("city/IMG_{number:04}.jpg"), Status::Done)));
    rows
}

fn facts() -> BatchFacts {
    let params = [("upscale_factor", "2"), ("creativity", "0.3"), ("steps", "20"), ("enable_safety_checker", "true")];
    BatchFacts {
        id: BatchId(1),
        from: vec!["photos".to_owned()],
        to: "photos-upscaled".to_owned(),
        endpoint: "fal-ai/flux-vision-upscaler".to_owned(),
        params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        factor: Some("×2".to_owned()),
        budget: Some(usd(50_000)),
        sandbox: false,
        log_file: "/home/ada/.local/state/fal-tui/fal-tui.log".to_owned(),
    }
}

pub(crate) fn board_of(rows: &[Row]) -> Board {
    let began = Timestamp(NOW.0 - 761_000);
    Board {
        batch: Arc::new(facts()),
        phase: Phase::Running,
        totals: Totals { spent: usd(16_480), reserved: usd(3_904), planned: usd(48_120), ..Totals::default() },
        flow: Flow {
            began: Some(began),
            ended: None,
            window: 8,
            recent: vec![1, 2, 5, 7, 6, 7, 8, 8],
            per_minute: Some(14.2),
            eta: Some(Timestamp(NOW.0 + 1_680_000)),
            up: 2_100_000,
            down: 18_400_000,
        },
        plan: Arc::new(plan_of(rows.len())),
        page: Page::default(),
        detail: None,
        notice: None,
    }
}

pub(crate) fn plan_of(photos: usize) -> Plan {
    let skipped = |path: &str, reason: &str| SkippedFile { path: path.to_owned(), reason: reason.to_owned() };
    Plan {
        walking: false,
        photos,
        done_before: 0,
        at_fal: 2,
        failed_before: 1,
        skipped: 3,
        skipped_by_reason: vec![
            ("not a picture that fal takes".to_owned(), 2),
            ("cannot be read: permission denied".to_owned(), 1),
        ],
        skipped_files: vec![
            skipped("notes.txt", "not a picture that fal takes"),
            skipped("beach/clip.mov", "not a picture that fal takes"),
            skipped("private", "cannot be read: permission denied"),
        ],
        input_px: 14_688_000_000,
        output_px: 58_752_000_000,
        price: Some(price()),
        estimate: Some(usd(587_520)),
        dearest: (1..=10).map(|n| (format!("pano/IMG_{n:04}.jpg"), usd(2_000 - n * 37))).collect(),
    }
}

fn detail_of(row: &Row) -> Detail {
    let line = |second: u8, level: &str, message: &str| LogLine {
        timestamp: format!("2026-05-01T12:41:{second:02}.500Z"),
        level: level.to_owned(),
        message: message.to_owned(),
    };
    let failed = row.state.status == Status::Failed;
    Detail {
        id: row.id,
        path: row.path.clone(),
        source: format!("/home/ada/photos/{}", row.path),
        output: (row.state.status == Status::Done).then(|| format!("/home/ada/photos-upscaled/{}", row.path)),
        request_id: Some("764cabcf-b745-4b3e-ae38-1200304cf45b".to_owned()),
        upload_url: Some("https://v3.fal.media/files/rabbit/IMG_0412.jpg".to_owned()),
        request_url: Some(
            "https://queue.fal.run/fal-ai/flux-vision-upscaler/requests/764cabcf-b745-4b3e-ae38-1200304cf45b"
                .to_owned(),
        ),
        caption: (row.state.status == Status::Done).then(|| row.note.clone()),
        seed: Some(1_815_072_613),
        inference_s: Some(31.4),
        cause: failed.then(|| Cause {
            kind: CauseKind::ImageTooLarge,
            http: Some(422),
            message: "image too large: at most 64 megapixels".into(),
        }),
        stage: failed.then_some(Stage::Follow),
        suspicion: None,
        logs: vec![
            line(7, "INFO", "loading IMG_0412.jpg"),
            line(9, "STDERR", " 35 %|███▌      | 7/20 [00:14<00:26,  2.01s/it]"),
            line(
                12,
                "WARNING",
                "tile seam at 2048 px, blending over 64 px; the first of two passes may look soft where there is little texture",
            ),
            line(23, "STDERR", " 70 %|███████   | 14/20 [00:28<00:12,  2.00s/it]"),
            line(24, "ERROR", "one tile was lost, done again"),
        ],
        attempts: vec![PastAttempt {
            attempt: 1,
            at: Timestamp(NOW.0 - 60_000),
            stage: Stage::Follow,
            cause: Cause { kind: CauseKind::Runner, http: Some(503), message: "runner disconnected".into() },
        }],
    }
}

// Scenes.

pub(crate) fn running(width: u16, height: u16) -> Desk {
    Desk::new(width, height, mixed())
}

pub(crate) fn planning(width: u16, height: u16) -> Desk {
    Desk::new(width, height, Vec::new()).with(|board| {
        (board.phase, board.plan) = (Phase::Planning, Arc::new(plan_of(1204)));
        board.flow = Flow { window: 8, ..Flow::default() };
    })
}

pub(crate) fn locked(width: u16, height: u16) -> Ui {
    let notice = Notice {
        kind: NoticeKind::AccountLocked,
        message: "fal says that the account is locked: balance used up. No more photos are begun; 2 at fal run on."
            .to_owned(),
        action: "Top up at fal.ai/dashboard/billing, then p goes on.".to_owned(),
    };
    let phase = Phase::Paused("account locked".to_owned());
    running(width, height).with(|board| (board.phase, board.notice) = (phase, Some(notice))).ui
}

pub(crate) fn finished(width: u16, height: u16) -> Desk {
    let ended = [Status::Failed, Status::Review, Status::Done];
    let mut rows: Vec<_> =
        (1..=30).map(|n| row(n, &format!("beach/IMG_{n:04}.jpg"), ended[2 - (8 / n).min(2)])).collect();
    for row in &mut rows {
        row.note = match row.state.status {
            Status::Done => "Two people walking along the water's edge at low tide.".to_owned(),
            _ => "422 image too large: at most 64 megapixels".to_owned(),
        };
    }
    Desk::new(width, height, rows).with(|board| {
        (board.phase, board.flow.ended, board.flow.eta) = (Phase::Finished, Some(NOW), None);
        (board.flow.up, board.flow.down) = (0, 0);
        (board.totals.reserved, board.totals.planned) = (Usd::ZERO, Usd::ZERO);
    })
}

// Reading the screen.

pub(crate) fn draw(ui: &Ui) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, ui.size.width, ui.size.height));
    view::render(ui, &mut buf);
    buf
}

/// The screen as text, without blanks at the ends of lines.
pub(crate) fn text_of(ui: &Ui) -> String {
    let buf = draw(ui);
    let mut text = String::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut covered = 0;
        for x in 0..buf.area.width {
            let symbol = buf[(x, y)].symbol();
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
