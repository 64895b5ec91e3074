//! A photo made ready to be sent: turned upright, where its pixels do not lie so. What is right goes byte for byte.

use std::thread;

use tokio::sync::Semaphore;

use crate::fal::{FalError, LocalFile, ReadSeek};
use crate::job::{ContentHash, Shortage};
use crate::picture::{Header, Unready, turn};

/// The most photos that are made ready at once: each keeps a processor busy.
const MOST: usize = 4;
/// The memory that they may take together, MiB. One that takes more is made ready alone.
const MEMORY: u32 = 360;

/// Where photos are made ready: few at once, in bounded memory, off the loop.
#[derive(Debug)]
pub(in crate::engine) struct Workshop {
    places: Semaphore,
    memory: Semaphore,
}

impl Default for Workshop {
    /// As many places as there are processors, up to four.
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self { places: Semaphore::new(processors.min(MOST)), memory: Semaphore::new(MEMORY as usize) }
    }
}

/// What is sent for a photo.
#[derive(Debug)]
pub(in crate::engine) struct Ready {
    /// The file that goes up.
    pub(in crate::engine) file: LocalFile,
    /// What the photo itself holds, where something else is sent.
    pub(in crate::engine) content: Option<ContentHash>,
}

impl Workshop {
    /// Makes of a photo what is to be sent: mostly the photo itself.
    ///
    /// # Errors
    /// A cause if it cannot be decoded, or what was made of it cannot be kept.
    pub(in crate::engine) async fn prepare(&self, file: LocalFile, header: Header) -> Result<Ready, FalError> {
        if !header.is_to_be_turned() {
            return Ok(Ready { file, content: None });
        }
        let needed = header.memory(file.metadata().len()).div_ceil(1 << 20);
        let needed = u32::try_from(needed).unwrap_or(MEMORY).clamp(1, MEMORY);
        // Neither is ever closed.
        let (_place, _memory) = (self.places.acquire().await, self.memory.acquire_many(needed).await);
        let made = tokio::task::spawn_blocking(move || upright(&file, &header)).await;
        made.map_err(|error| FalError::local_file(format!("could not be turned upright: {error}")))?
    }
}

/// The photo turned, in a file that has no name and goes with the last who holds it. It blocks.
fn upright(file: &LocalFile, header: &Header) -> Result<Ready, FalError> {
    let mut bytes = Vec::new();
    let read =
        file.look(|content: &mut dyn ReadSeek| content.rewind().and_then(|()| content.read_to_end(&mut bytes)))?;
    read.map_err(|error| FalError::local_file(format!("cannot be read: {error}")))?;
    file.still()?;
    let made = tempfile::tempfile().map_err(|error| no_room(&error))?;
    turn(&bytes, header, &made).map_err(|error| match error {
        Unready::Disk(error) => no_room(&error),
        Unready::Damaged(_) => FalError::local_file(error.to_string()),
    })?;
    let content = ContentHash(*blake3::hash(&bytes).as_bytes());
    let file = LocalFile::made(made, file.name.clone(), header.format)?;
    Ok(Ready { file, content: Some(content) })
}

fn no_room(error: &std::io::Error) -> FalError {
    let message = format!("could not be turned upright in the folder for temporary files: {error}");
    match Shortage::of(error) {
        Some(shortage) => FalError::of_shortage(shortage, message),
        None => FalError::local_file(message),
    }
}
