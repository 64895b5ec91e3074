//! A photo made ready to be sent: turned upright, where its pixels do not lie so, of a format that fal takes, over colours
//! where it is transparent, and without metadata that are not to be sent. What is right goes byte for byte.

use std::io::Write as _;
use std::thread;

use tokio::sync::Semaphore;

use crate::fal::{FalError, InputFile};
use crate::job::{ContentHash, Format, Pixels, Shortage};
use crate::output::Written;
use crate::picture::{Alpha, Header, READS_AVIF, Sourced, Strip, Unready, Wish, ready, stripped};
use crate::storage::{ReadSeek, Scratch};

/// The most photos that are made ready at once: each keeps a processor busy.
const MOST: usize = 4;
/// The longest file that is read as a whole, bytes.
const LONGEST: u64 = 512 << 20;
/// The memory that they may take together, MiB. One that takes more is made ready alone.
const MEMORY: u32 = 360;

/// Where photos are made ready: few at once, in bounded memory, off the loop.
#[derive(Debug)]
pub(in crate::engine) struct Workshop {
    /// What is not sent.
    strip: Strip,
    /// What becomes of what is transparent.
    alpha: Alpha,
    places: Semaphore,
    memory: Semaphore,
}

/// What may have to be done to a photo.
#[derive(Debug, Clone, Copy)]
struct Work {
    /// What it is made, if it has to be.
    make: Option<Wish>,
    /// What is taken out of one that is not.
    strip: Strip,
}

/// What is sent for a photo.
#[derive(Debug)]
pub(in crate::engine) struct Ready {
    /// The file that goes up.
    pub(in crate::engine) file: InputFile,
    /// What the photo itself holds, where something else is sent.
    pub(in crate::engine) content: Option<ContentHash>,
}

impl Workshop {
    /// As many places as there are processors, up to four.
    pub(in crate::engine) fn new(written: &Written) -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let (strip, alpha) = (written.strip, written.alpha);
        Self { strip, alpha, places: Semaphore::new(processors.min(MOST)), memory: Semaphore::new(MEMORY as usize) }
    }

    /// What may have to be done to a photo, and the memory that it takes, bytes. One that is made anew goes with its
    /// profile alone.
    fn work(&self, header: &Header, wish: Wish, length: u64) -> Option<(Work, u64)> {
        let carried = header.carried;
        let says_something = carried.exif || carried.xmp || carried.iptc;
        let strip = match self.strip {
            // Texts of any kind may stand in these.
            Strip::All => Strip::All,
            strip if says_something => strip,
            _ => Strip::None,
        };
        if header.may_be_made(wish) {
            return Some((Work { make: Some(wish), strip }, header.memory(length)));
        }
        (strip != Strip::None).then_some((Work { make: None, strip }, 2 * length))
    }

    /// Makes a file that goes along ready: upright, of a format that fal takes, and what is transparent in it as it is.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    pub(in crate::engine) async fn prepare_further(&self, file: InputFile, header: Header) -> Result<Ready, FalError> {
        self.made(file, header, header.upright(), Alpha::Drop).await
    }

    /// Makes of a photo what is to be sent, of this size, px: mostly the photo itself.
    ///
    /// # Errors
    /// A cause if it cannot be decoded, or what was made of it cannot be kept.
    pub(in crate::engine) async fn prepare(
        &self,
        file: InputFile,
        header: Header,
        size: Pixels,
    ) -> Result<Ready, FalError> {
        if size != header.upright() {
            may_be_reduced(&header, file.file.stat().bytes)?;
        }
        self.made(file, header, size, self.alpha).await
    }

    async fn made(&self, file: InputFile, header: Header, size: Pixels, alpha: Alpha) -> Result<Ready, FalError> {
        let length = file.file.stat().bytes;
        let Some((work, memory)) = self.work(&header, Wish { alpha, size }, length) else {
            return Ok(Ready { file, content: None });
        };
        let needed = u32::try_from(memory.div_ceil(1 << 20)).unwrap_or(MEMORY).clamp(1, MEMORY);
        // Neither is ever closed.
        let (_place, _memory) = (self.places.acquire().await, self.memory.acquire_many(needed).await);
        let made = tokio::task::spawn_blocking(move || make(file, &header, work)).await;
        made.map_err(|error| FalError::local_file(format!("could not be made ready: {error}")))?
    }
}

/// Whether a photo can be reduced here.
fn may_be_reduced(header: &Header, length: u64) -> Result<(), FalError> {
    if header.format == Format::Avif && !READS_AVIF {
        return Err(FalError::local_file("was not sent: AVIF cannot be reduced by this build"));
    }
    if header.is_too_large_to_decode(length) {
        return Err(FalError::local_file(format!(
            "was not sent: {} px are too many to be reduced here",
            header.pixels
        )));
    }
    Ok(())
}

/// What is sent, in a file that has no name and goes with the last who holds it. It blocks.
fn make(file: InputFile, header: &Header, work: Work) -> Result<Ready, FalError> {
    if file.length() > LONGEST {
        return Err(FalError::local_file("was not sent: it is too large to be turned, converted or stripped here"));
    }
    let mut bytes = Vec::new();
    let read =
        file.look(|content: &mut dyn ReadSeek| content.rewind().and_then(|()| content.read_to_end(&mut bytes)))?;
    read.map_err(|error| FalError::local_file(format!("cannot be read: {error}")))?;
    file.still()?;
    let made = Scratch::new().map_err(|error| no_room(&error))?;
    let content = ContentHash(*blake3::hash(&bytes).as_bytes());
    let length = bytes.len() as u64;
    if let Some(wish) = work.make {
        let format = header.made_format();
        let made_anew = ready(&bytes, header, wish, Sourced::new(&made, format, content, length));
        let is_made = made_anew.map_err(|error| match error {
            Unready::Disk(error) => no_room(&error),
            Unready::Damaged(_) => FalError::local_file(error.to_string()),
        })?;
        if is_made {
            let file = InputFile::new(made.made(), file.name, format)?;
            return Ok(Ready { file, content: Some(content) });
        }
    }
    if work.strip == Strip::None {
        return Ok(Ready { file, content: None });
    }
    let format = header.format;
    let bare = stripped(&bytes, format, work.strip).map_err(|_| {
        FalError::local_file(format!("was not sent: its metadata cannot be taken out of this {format} here"))
    })?;
    let mut into = Sourced::new(&made, format, content, length);
    into.write_all(&bare).and_then(|()| into.flush()).map_err(|error| no_room(&error))?;
    let file = InputFile::new(made.made(), file.name, format)?;
    Ok(Ready { file, content: Some(content) })
}

fn no_room(error: &std::io::Error) -> FalError {
    let message = format!("could not be made ready in the folder for temporary files: {error}");
    match Shortage::of(error) {
        Some(shortage) => FalError::of_shortage(shortage, message),
        None => FalError::local_file(message),
    }
}
