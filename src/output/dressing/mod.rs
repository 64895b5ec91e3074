//! What a result gets of its photo on its way to its file: metadata, and how it was made. Trouble with it is a note,
//! never a failed picture.

mod anew;
mod finishing;

use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::Captions;
use super::template::Template;
use crate::job::{Format, Photo, clean};
use crate::picture::{Alpha, Dress, HEAD, Kind, Metadata, Provenance, Strip, said, sniff};
use crate::storage::{self, Unfinished};
use finishing::Finishing;

/// The longest file that is written anew for metadata which do not go into its head, bytes.
const LONGEST: u64 = 64 << 20;

/// What is written with a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// In which forms captions are written.
    pub captions: Captions,
    /// Which metadata are left out, of what is sent as of what is written.
    pub strip: Strip,
    /// What becomes of what is transparent.
    pub alpha: Alpha,
    /// In which format results are written.
    pub form: Form,
    /// How well, 1 to 100, where that loses something.
    pub quality: u8,
    /// What they are called, if not as their photos.
    pub name: Option<Arc<Template>>,
    /// Whether a result's file is as old as its photo's.
    pub keep_time: bool,
    /// Whether there is a page to look at, too.
    pub page: bool,
    /// How much like its photo a result has to look that is to show the same, percent; 0 for no matter how.
    pub likeness: u8,
}

impl From<Captions> for Written {
    fn from(captions: Captions) -> Self {
        let (strip, alpha, form) = (Strip::None, Alpha::Keep, Form::Result);
        Self {
            captions,
            strip,
            alpha,
            form,
            quality: Self::QUALITY,
            name: None,
            keep_time: true,
            page: false,
            likeness: Self::LIKENESS,
        }
    }
}

/// In which format results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// As they come.
    #[default]
    Result,
    /// As their photo is, where that can be written here.
    Same,
    /// All in one.
    One(Format),
}

impl Written {
    /// How well a format that loses something is written, unless that is said.
    pub const QUALITY: u8 = 90;
    /// How much like its photo a result looks that shows the same, unless that is said, percent. Enlarged photos look 98 %
    /// alike and more; photos of other things mostly less than 30 %.
    pub const LIKENESS: u8 = 40;

    /// Whether results can hold what a mask says.
    #[must_use]
    pub fn keeps_alpha(&self) -> bool {
        self.alpha == Alpha::Keep && self.form != Form::One(Format::Jpeg)
    }

    /// What is to be said of it on the plan.
    pub fn told(&self) -> impl Iterator<Item = String> {
        let quality = |format| {
            if matches!(format, Format::Jpeg | Format::Avif) {
                format!(", quality {}", self.quality)
            } else {
                String::new()
            }
        };
        let form = match self.form {
            Form::Result => None,
            Form::Same => Some("results are written in their photo's format, where it can be written here".to_owned()),
            Form::One(format) => Some(format!("results are written as {format}{}", quality(format))),
        };
        let name = self.name.as_ref().map(|name| format!("results are called {}", clean(name.text())));
        form.into_iter().chain(name)
    }
}

/// What one file gets. It is read of the photo by the first who needs it, where he waits for the disk anyway.
#[derive(Debug, Clone, Default)]
pub struct Dressing {
    /// Of what it is to be read; `None` once it is.
    unread: Option<Arc<Unread>>,
    /// Whether it gets no mask.
    is_unmasked: bool,
    dress: Option<Dress>,
    /// Whether it has got it, or could not.
    is_on: bool,
    /// What could not be done.
    note: Option<Box<str>>,
    /// How it is written anew, if it may have to be.
    finishing: Option<Finishing>,
}

/// What is to be read for the files of a result: once for all of them.
#[derive(Debug)]
struct Unread {
    photo: Box<Path>,
    written: Written,
    made: Provenance,
    caption: Option<Box<str>>,
    read: OnceLock<(Dress, Option<Finishing>, Option<Box<str>>)>,
}

impl Unread {
    fn read(&self) -> (Dress, Option<Finishing>, Option<Box<str>>) {
        let read = || {
            let mut file = storage::source(&self.photo).open(&self.photo)?;
            let finishing = Finishing::of(&self.photo, &mut file, &self.written);
            Metadata::of(file).map(|metadata| (metadata, finishing))
        };
        let ((source, finishing), error) = match read() {
            Ok(read) => (read, None),
            Err(error) => (Default::default(), Some(error)),
        };
        let mut note =
            error.map(|error: io::Error| format!("the photo's own metadata could not be read: {}", said(&error)));
        let mut dress = Dress::new(source, self.written.strip, self.made.clone());
        if let Some(left) = dress.left() {
            note.get_or_insert(left.to_string());
        }
        let words = self.written.captions.embedded(self.caption.as_deref());
        if let Some(Err(why)) = words.map(|words| dress.say(words)) {
            note.get_or_insert(format!("the caption is not in the picture: {why}"));
        }
        (dress, finishing, note.map(Into::into))
    }
}

impl Dressing {
    /// What a photo says of itself, for the result that was made of it and has a caption; without what is stripped.
    #[must_use]
    pub fn of(photo: &Photo, written: &Written, made: Provenance, caption: Option<&str>) -> Self {
        let (photo, written, caption) = (photo.source.clone(), written.clone(), caption.map(Into::into));
        let unread = Unread { photo, written, made, caption, read: OnceLock::new() };
        Self { unread: Some(Arc::new(unread)), ..Self::default() }
    }

    /// Reads it, before anything else is done with it. It blocks.
    pub(in crate::output) fn read(&mut self) {
        let Some(unread) = self.unread.take() else { return };
        let (dress, finishing, note) = unread.read.get_or_init(|| unread.read()).clone();
        let finishing = if self.is_unmasked { finishing.and_then(Finishing::without_mask) } else { finishing };
        (self.dress, self.finishing, self.note) = (Some(dress), finishing, note);
    }

    /// The same for a file that is no picture of the photo.
    #[must_use]
    pub fn without_mask(&self) -> Self {
        Self { is_unmasked: true, ..self.clone() }
    }

    /// What could not be done, for a person to read.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The file comes anew.
    pub(in crate::output) fn restart(&mut self) {
        self.is_on = false;
    }

    /// The first bytes of a large file, with what goes into its head.
    pub(in crate::output) fn head(&mut self, head: Vec<u8>) -> Vec<u8> {
        match format(&head) {
            Some(format) if Dress::is_in_head(format) && self.finishing.is_none() => self.put_on(format, head),
            _ => head,
        }
    }

    /// Whether it may have to be written anew.
    pub(in crate::output) fn is_to_be_finished(&self) -> bool {
        self.finishing.is_some()
    }

    /// Whether it may have to be written as AVIF.
    pub(in crate::output) fn is_to_be_avif(&self) -> bool {
        self.finishing.as_ref().is_some_and(Finishing::is_avif)
    }

    /// How it may have to be: asked once.
    pub(in crate::output) fn take_finishing(&mut self) -> Option<Finishing> {
        self.finishing.take()
    }

    /// Something could not be done.
    pub(in crate::output) fn remark(&mut self, note: &str) {
        self.note.get_or_insert(note.into());
    }

    /// All bytes of a small one.
    pub(in crate::output) fn whole(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        match format(&bytes) {
            Some(format) => self.put_on(format, bytes),
            None => bytes,
        }
    }

    /// Whether a large file lacks it still.
    pub(in crate::output) fn is_wanted(&self) -> bool {
        self.dress.is_some() && !self.is_on
    }

    /// A large file whose head could not take it. It blocks for as long as the disk takes.
    pub(in crate::output) fn file(&mut self, mut file: &Unfinished) -> io::Result<()> {
        file.rewind()?;
        let mut bytes = Vec::new();
        file.take(HEAD as u64).read_to_end(&mut bytes)?;
        let Some(format) = format(&bytes) else { return Ok(()) };
        if file.length()? > LONGEST {
            self.note.get_or_insert(format!("metadata are not written into so large a {format}").into());
            return Ok(());
        }
        file.read_to_end(&mut bytes)?;
        let made = self.put_on(format, bytes);
        file.rewind()?;
        file.write_all(&made)?;
        file.set_length(made.len() as u64)
    }

    fn put_on(&mut self, format: Format, bytes: Vec<u8>) -> Vec<u8> {
        let Some(dress) = self.dress.as_ref().filter(|_| !self.is_on) else { return bytes };
        self.is_on = true;
        match dress.put_on(format, &bytes) {
            Ok(made) => made,
            Err(why) => {
                self.note.get_or_insert(why.to_string().into());
                bytes
            }
        }
    }
}

fn format(head: &[u8]) -> Option<Format> {
    match sniff(head.get(..HEAD).unwrap_or(head)) {
        Kind::Picture(format) => Some(format),
        Kind::Other(_) => None,
    }
}
