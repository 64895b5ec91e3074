//! The dashboard's loop. It runs on the main thread: a terminal that takes no bytes may hold it up
//! for as long as it likes without holding up the engine.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures::StreamExt as _;
use ratatui::layout::Size;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::attached::Attached;
use super::caps::Caps;
use super::edit::program;
use super::keys::KeyMap;
use super::models::Models;
use super::outbox::Outbox;
use super::preview::{Lab, Studio};
use super::replies::Replies;
use super::screen::{Screen, abandon, give_back};
use super::theme::Theme;
use super::ui::Ui;
use super::ui::caption::{Edit, Edited};
use super::update::{Effect, Left, Msg, update};
use crate::engine::Command;
use crate::engine::snapshot::Snapshot;
use crate::job::Timestamp;
use crate::os::{TerminalSignals, is_hang_up};
use crate::picture::Thumbs;

/// How the dashboard is to look.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the terminal can do.
    pub caps: Caps,
    /// Its colours.
    pub theme: Theme,
    /// Those that can be had in its place, with a key.
    pub themes: Vec<Theme>,
    /// What its keys do.
    pub keys: KeyMap,
    /// Frames a second, at most.
    pub fps: u16,
    /// Whether to take the mouse from the terminal's own selection.
    pub mouse: bool,
    /// Small pictures of files, for the contact sheet.
    pub thumbs: Arc<Thumbs>,
    /// The program in which texts are edited, as `$EDITOR` names it.
    pub editor: Option<String>,
    /// Whether to begin with the review.
    pub review: bool,
    /// Where the batch runs, if that is not this process.
    pub attached: Option<Attached>,
}

/// What can go wrong with a terminal that is still there.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// It cannot be taken or drawn on.
    #[error("cannot draw on the terminal\nhint: `--headless` prints plain lines instead")]
    Terminal(#[source] io::Error),
    /// Its keys cannot be read.
    #[error("cannot read keys from the terminal\nhint: `--headless` needs none")]
    Keys(#[source] io::Error),
}

/// Why the loop ended.
enum Stop {
    Left(Left),
    Error(TuiError),
}

impl Stop {
    /// Writing failed: a terminal that is gone answers with an I/O error (`EIO`).
    fn drawing(error: io::Error) -> Self {
        if is_hang_up(&error) { Self::Left(Left::HungUp) } else { Self::Error(TuiError::Terminal(error)) }
    }

    fn reading(error: io::Error) -> Self {
        if is_hang_up(&error) { Self::Left(Left::HungUp) } else { Self::Error(TuiError::Keys(error)) }
    }
}

/// Shows the snapshot and takes commands until the engine ends or the person leaves. To be polled on
/// the main thread.
///
/// # Errors
/// If the terminal cannot be taken, drawn on or read from, though it is still there.
pub async fn run(
    snapshot: watch::Receiver<Arc<Snapshot>>,
    commands: mpsc::Sender<Command>,
    models: Models,
    options: Options,
) -> Result<Left, TuiError> {
    // Which colours there are is decided by the capabilities alone. Left to itself, crossterm 0.29
    // writes a bare reset where NO_COLOR forbids a colour, and that takes bold and reversed with it.
    crossterm::style::force_color_output(true);
    let mut screen = Screen::take(options.mouse, options.caps.outside).map_err(TuiError::Terminal)?;
    let signals = TerminalSignals::listen().map_err(TuiError::Terminal)?;
    let size = screen.size();
    let first = Arc::clone(&snapshot.borrow());
    let mut ui = Ui::new(first, size, now(), options.caps, options.theme)
        .with_themes(options.themes)
        .in_zone(jiff::tz::TimeZone::system())
        .with_keys(options.keys)
        .attached(options.attached);
    ui.set_font(font());

    let interval = Duration::from_secs(1) / u32::from(options.fps.max(1));
    let mut face = Face {
        ui,
        screen,
        signals,
        snapshot,
        commands,
        models,
        outbox: Outbox::default(),
        studio: Studio::default(),
        lab: Lab::new(options.thumbs),
        replies: Replies::default(),
        desk: Desk { editor: options.editor, waiting: None },
        review: options.review,
        interval,
        dirty: true,
        resized: None,
    };
    match face.watch().await {
        Stop::Left(Left::HungUp) => {
            abandon();
            Ok(Left::HungUp)
        }
        Stop::Left(left) => Ok(left),
        Stop::Error(error) => Err(error),
    }
}

fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

/// A cell's size, px, where the kernel knows it; the terminal is not asked.
fn font() -> Option<(u16, u16)> {
    let window = crossterm::terminal::window_size().ok()?;
    let font = (window.width.checked_div(window.columns)?, window.height.checked_div(window.rows)?);
    // What no font is.
    ((4..=64).contains(&font.0) && (6..=128).contains(&font.1)).then_some(font)
}

/// The loop's belongings.
struct Face {
    ui: Ui,
    screen: Screen,
    signals: TerminalSignals,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    commands: mpsc::Sender<Command>,
    models: Models,
    outbox: Outbox,
    studio: Studio,
    lab: Lab,
    replies: Replies,
    desk: Desk,
    /// Whether the review is to be opened once there are rows.
    review: bool,
    interval: Duration,
    /// Whether something changed since the last frame.
    dirty: bool,
    /// The newest size, if it changed since the last frame: of a storm of sizes only the last counts.
    resized: Option<Size>,
}

/// Where texts are edited.
struct Desk {
    /// A person's own program for it.
    editor: Option<String>,
    /// What it is to have once nobody else reads keys any more.
    waiting: Option<Edit>,
}

impl Face {
    /// In this order, since what is ready first is done first: commands leave before a frame is
    /// drawn, and a frame that is due is drawn before more comes in, which at so many frames a
    /// second keeps nothing waiting.
    async fn watch(&mut self) -> Stop {
        let mut keys = EventStream::new();
        let mut drawn = Instant::now().checked_sub(self.interval).unwrap_or_else(Instant::now);
        let mut second = Instant::now();
        self.snapshot.mark_changed();
        let commands = self.commands.clone();
        loop {
            let wakes = self.wakes_at();
            let held = self.replies.due();
            let happened = tokio::select! {
                biased;
                is_gone = self.signals.is_gone() => {
                    // Else we were stopped and go on: the shell has drawn over the screen.
                    if is_gone { Err(Stop::Left(Left::HungUp)) } else { self.retake() }
                }
                permit = commands.reserve(), if !self.outbox.is_empty() && !commands.is_closed() => {
                    if let (Ok(permit), Some(command)) = (permit, self.outbox.take()) {
                        permit.send(command);
                    }
                    Ok(())
                },
                () = sleep_until(drawn + self.interval), if self.dirty => {
                    drawn = Instant::now();
                    self.draw()
                },
                event = keys.next() => match event {
                    Some(Ok(event)) => {
                        let meant = self.replies.take(event, Instant::now());
                        self.take_events(meant).await
                    }
                    Some(Err(error)) => Err(Stop::reading(error)),
                    None => Err(Stop::Left(Left::HungUp)),
                },
                // After the keys, since what has come already tells more than time does.
                () = sleep_until(held.unwrap_or(drawn)), if held.is_some() => {
                    let meant = self.replies.let_go(Instant::now());
                    self.take_events(meant).await
                },
                changed = self.snapshot.changed() => match changed {
                    Ok(()) => {
                        let newest = Arc::clone(&self.snapshot.borrow_and_update());
                        self.dirty = true;
                        self.take_in_snapshot(newest).await
                    }
                    Err(_) => Err(Stop::Left(self.ended())),
                },
                made = self.studio.made(), if self.studio.is_working() => match made {
                    Some((ask, found)) => {
                        self.dirty = true;
                        self.take_in(Msg::Picture(Box::new(ask), found)).await
                    }
                    None => Ok(()),
                },
                printed = self.lab.made(), if self.lab.is_working() => match printed {
                    Some((ask, found)) => {
                        self.dirty = true;
                        self.take_in(Msg::Printed(Box::new(ask), found)).await
                    }
                    None => Ok(()),
                },
                Some(finds) = self.models.found.recv() => {
                    self.dirty = true;
                    self.take_in(Msg::Models(finds)).await
                },
                () = sleep_until(second + Duration::from_secs(1)), if self.ui.is_ticking() => {
                    second = Instant::now();
                    self.dirty = true;
                    Ok(())
                },
                () = sleep_until(wakes.unwrap_or(drawn)), if wakes.is_some() => {
                    self.dirty = true;
                    self.take_in(Msg::Clock(now())).await
                },
            };
            if let Err(stop) = happened {
                return stop;
            }
            if let Some((edit, program)) = self.desk.waiting.take().zip(self.desk.editor.clone()) {
                // Whoever reads keys beside the editor takes them from it.
                drop(keys);
                if let Err(stop) = self.edit(&program, edit).await {
                    return stop;
                }
                keys = EventStream::new();
            }
        }
    }

    async fn take_in_snapshot(&mut self, newest: Arc<Snapshot>) -> Result<(), Stop> {
        self.take_in(Msg::Snapshot(newest)).await?;
        if self.review && !self.ui.is_planning() {
            self.review = false;
            self.ui.open_review();
            self.take_in(Msg::Clock(now())).await?;
        }
        Ok(())
    }

    /// Gives the terminal to an editor until that ends.
    async fn edit(&mut self, program: &str, edit: Edit) -> Result<(), Stop> {
        give_back();
        let edited = program::edit(program, edit, &mut self.signals).await;
        let edited = edited.ok_or(Stop::Left(Left::HungUp))?;
        self.retake()?;
        self.dirty = true;
        self.take_in(Msg::Edited(edited)).await
    }

    /// The engine's channel closed.
    fn ended(&self) -> Left {
        match self.ui.leaving {
            Some(leaving) => Left::Quit { signal: leaving.signal },
            None => Left::Ended,
        }
    }

    fn wakes_at(&self) -> Option<Instant> {
        self.ui.wakes_at().map(|at| Instant::now() + at.since(now()))
    }

    fn draw(&mut self) -> Result<(), Stop> {
        self.dirty = false;
        self.ui.set_clock(now());
        if self.resized.take().is_some() {
            self.screen.resize(self.ui.screen.size).map_err(Stop::drawing)?;
        }
        self.screen.draw(&self.ui).map_err(Stop::drawing)
    }

    /// Takes the terminal again after we were stopped.
    fn retake(&mut self) -> Result<(), Stop> {
        self.screen.retake().map_err(Stop::drawing)?;
        self.dirty = true;
        // It may have another size by now, and so another number of rows to ask for.
        self.ui.set_font(font());
        for effect in update(&mut self.ui, Msg::Resize(self.screen.size())) {
            match effect {
                Effect::Send(command) => self.outbox.put(command),
                Effect::Decode(asks) => self.studio.want(asks),
                Effect::Print(asks) => self.lab.want(asks),
                Effect::FindModels(search) => drop(self.models.ask.send(search)),
                Effect::Copy(_) | Effect::Redraw | Effect::Suspend | Effect::Exit(_) | Effect::Edit(_) => {}
            }
        }
        Ok(())
    }

    async fn take_events(&mut self, events: Vec<Event>) -> Result<(), Stop> {
        for event in events {
            self.take_event(event).await?;
        }
        Ok(())
    }

    async fn take_event(&mut self, event: Event) -> Result<(), Stop> {
        let msg = match event {
            Event::Key(key) if key.is_press() || key.is_repeat() => Msg::Key(key),
            Event::Paste(text) => Msg::Paste(text),
            Event::Resize(width, height) => {
                let size = super::size::settle(Size { width, height }).size;
                self.resized = Some(size);
                self.ui.set_font(font());
                Msg::Resize(size)
            }
            Event::Mouse(mouse) => Msg::Mouse(mouse),
            Event::Key(_) | Event::FocusGained | Event::FocusLost => return Ok(()),
        };
        self.dirty = true;
        self.take_in(msg).await
    }

    async fn take_in(&mut self, msg: Msg) -> Result<(), Stop> {
        self.ui.set_clock(now());
        for effect in update(&mut self.ui, msg) {
            match effect {
                Effect::Send(command) => self.outbox.put(command),
                Effect::Decode(asks) => self.studio.want(asks),
                Effect::Print(asks) => self.lab.want(asks),
                // Who found them may be gone on the way out.
                Effect::FindModels(search) => drop(self.models.ask.send(search)),
                Effect::Edit(edit) if self.desk.editor.is_some() => self.desk.waiting = Some(edit),
                Effect::Edit(edit) => {
                    // It opens a form and asks for nothing else.
                    update(&mut self.ui, Msg::Edited(Edited::Here(edit)));
                }
                Effect::Copy(text) => self.screen.copy(&text).map_err(Stop::drawing)?,
                Effect::Redraw => self.screen.redraw().map_err(Stop::drawing)?,
                Effect::Suspend => {
                    give_back();
                    self.signals.suspend().await;
                    self.retake()?;
                }
                Effect::Exit(left) => return Err(Stop::Left(left)),
            }
        }
        Ok(())
    }
}
