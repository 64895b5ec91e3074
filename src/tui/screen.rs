//! The terminal while it is ours: taken, drawn on with one write a frame, and always given back.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;

use crossterm::{clipboard, cursor, event, queue, terminal};
use ratatui::Terminal;
use ratatui::backend::Backend as _;
use ratatui::layout::{Position, Rect, Size};

use super::caps::Outside;
use super::outside::{self, Said};
use super::placed::Placed;
use super::size;
use super::thrift;
use super::ui::Ui;
use super::view;
use crate::os;

/// What a frame is made of, before it goes out as one write.
#[derive(Debug, Clone, Default)]
struct Sheet(Rc<RefCell<Vec<u8>>>);

impl Sheet {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// The backend flushes in the middle of frames; they go out when they are whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The terminal, taken. Dropping it gives it back.
pub(super) struct Screen {
    terminal: Terminal<Placed<Sheet>>,
    sheet: Sheet,
    out: Box<dyn Write>,
    /// What the backend writes for a frame in which nothing changed.
    unchanged: Vec<u8>,
    cursor: Option<Position>,
    mouse: bool,
    outside: Outside,
    /// What is said outside of the screen.
    said: Option<Said>,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, title; no query is sent.
    pub(super) fn take(mouse: bool, outside: Outside) -> io::Result<Self> {
        let sheet = Sheet::default();
        let mut backend = Placed::new(sheet.clone());
        backend.draw(std::iter::empty())?;
        let unchanged = sheet.take();
        let terminal = Terminal::new(backend)?;
        sheet.take();
        install_panic_hook();
        let mut screen =
            Self { terminal, sheet, out: os::stdout()?, unchanged, cursor: None, mouse, outside, said: None };
        screen.enter()?;
        let size = screen.size();
        screen.resize(size::settle(size).size)?;
        // Who was killed left it on the other screen, full of what was there.
        screen.redraw()?;
        Ok(screen)
    }

    fn enter(&mut self) -> io::Result<()> {
        TITLE.store(self.outside.title, Ordering::SeqCst);
        PROGRESS.store(self.outside.progress, Ordering::SeqCst);
        TAKEN.store(true, Ordering::SeqCst);
        terminal::enable_raw_mode()?;
        outside::begin(self.outside, &mut self.sheet)?;
        queue!(self.sheet, terminal::EnterAlternateScreen, event::EnableBracketedPaste, cursor::Hide)?;
        if self.mouse {
            queue!(self.sheet, event::EnableMouseCapture)?;
        }
        (self.cursor, self.said) = (None, None);
        self.send()
    }

    /// Takes it again, whoever used it in between, and draws every cell anew.
    pub(super) fn retake(&mut self) -> io::Result<()> {
        // crossterm believes that raw mode is still on if we were stopped from outside.
        terminal::disable_raw_mode()?;
        self.enter()?;
        self.resize(size::known()?.size)
    }

    /// The terminal has this size: every cell is drawn anew with the next frame.
    pub(super) fn resize(&mut self, size: Size) -> io::Result<()> {
        // Not `Terminal::clear`, which asks the terminal for its cursor (ratatui 0.30).
        self.terminal.resize(Rect::from(size))
    }

    /// The terminal's size as we know it.
    pub(super) fn size(&mut self) -> Size {
        self.terminal.get_frame().area().as_size()
    }

    /// Draws every cell anew with the next frame.
    pub(super) fn redraw(&mut self) -> io::Result<()> {
        let size = self.size();
        self.resize(size)
    }

    /// Draws a frame: the cells that changed, in one write, or nothing.
    pub(super) fn draw(&mut self, ui: &Ui) -> io::Result<()> {
        let mut frame = self.terminal.get_frame();
        let cursor = view::render(ui, frame.buffer_mut());
        self.terminal.flush()?;
        self.terminal.swap_buffers();
        let cells = self.sheet.take();
        let said = Some(Said::now(ui));
        let is_said = said == self.said;
        if cells == self.unchanged && cursor == self.cursor && is_said {
            return Ok(());
        }
        queue!(self.sheet, terminal::BeginSynchronizedUpdate)?;
        if let Some(now) = said.as_ref().filter(|_| !is_said) {
            now.write(self.said.as_ref(), &mut self.sheet)?;
        }
        let columns = self.size().width;
        thrift::write(&cells, columns, &mut self.sheet)?;
        match cursor {
            Some(Position { x, y }) => queue!(self.sheet, cursor::MoveTo(x, y), cursor::Show)?,
            None if self.cursor.is_some() => queue!(self.sheet, cursor::Hide)?,
            None => {}
        }
        queue!(self.sheet, terminal::EndSynchronizedUpdate)?;
        (self.cursor, self.said) = (cursor, said);
        self.send()
    }

    /// Asks the terminal to put a text on the clipboard of the machine that the person sits at.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.sheet, clipboard::CopyToClipboard::to_clipboard_from(text))?;
        self.send()
    }

    fn send(&mut self) -> io::Result<()> {
        let bytes = self.sheet.take();
        self.out.write_all(&bytes)?;
        self.out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether the terminal is taken, so that it is given back once and by whoever comes first.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether it has a title that was changed.
static TITLE: AtomicBool = AtomicBool::new(false);
/// Whether it has a progress.
static PROGRESS: AtomicBool = AtomicBool::new(false);

/// Forgets the terminal: it is gone, and nothing must be written to it any more.
pub(super) fn abandon() {
    TAKEN.store(false, Ordering::SeqCst);
}

/// Gives the terminal back if it is taken. Errors are of no use to anybody here.
pub(super) fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    let _ = queue!(
        bytes,
        terminal::EndSynchronizedUpdate,
        event::DisableMouseCapture,
        event::DisableBracketedPaste,
        terminal::LeaveAlternateScreen,
        cursor::Show
    );
    let (title, progress) = (TITLE.load(Ordering::SeqCst), PROGRESS.load(Ordering::SeqCst));
    let outside = Outside { title, progress, ..Outside::default() };
    let _ = outside::end(outside, &mut bytes);
    if let Ok(mut out) = os::stdout() {
        let _ = out.write_all(&bytes);
        let _ = out.flush();
    }
    let _ = terminal::disable_raw_mode();
}

/// A panic is logged first, then the terminal is given back, then the hook from before speaks.
/// A panic in a task of the engine ends that task only: the dashboard stays, and nothing may be
/// printed over it.
fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ours: ThreadId = std::thread::current().id();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            tracing::error!(%panic, "panicked");
            if std::thread::current().id() == ours {
                give_back();
            } else if TAKEN.load(Ordering::SeqCst) {
                return;
            }
            before(panic);
        }));
    });
}
