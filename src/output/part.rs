//! A file of a result that came whole, as far as its length tells: what it is, and what it is called.

use std::borrow::Cow;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use super::OutputError;
use super::arriving::Checked;
use super::caption::lines_of;
use super::dressing::Dressing;
use super::other;
use crate::job::{FileKind, Format, Pixels};
use crate::picture::{HEAD, Kind, Look, Orientation, Other, PictureError, complete, header, sniff};
use crate::storage::{self, Unfinished};

/// The longest role that stands in a file's name, bytes.
const LONGEST_ROLE: usize = 32;
/// The longest extension that is taken over from elsewhere, bytes.
const LONGEST_EXTENSION: usize = 8;

/// What a file should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What the model calls it: the field of its answer.
    pub role: Box<str>,
    /// Whether it must be a picture.
    pub picture: bool,
    /// The extension in its URL, which holds where its bytes do not say more.
    pub extension: Option<Box<str>>,
}

/// Why a file is not what it should be.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It is no whole picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// It is none, and not whole, or not what it is called.
    #[error("{0}")]
    File(String),
}

impl Fault {
    /// As a failure of the result that was to lie at a path.
    pub(super) fn of(self, path: &Path) -> OutputError {
        match self {
            Self::Picture(error) => OutputError::of_picture(path, error),
            Self::File(wrong) => OutputError::BadResult(wrong.into()),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Picture(PictureError::Unreadable(error))
    }
}

/// A file of a result, not under its name yet.
#[derive(Debug)]
pub struct Part {
    pub(super) what: Wanted,
    pub(super) content: Whole,
    pub(super) bytes: u64,
    /// What it gets of its photo.
    pub(super) dressing: Dressing,
    /// What its check came to, where that was made while it came and it has stayed as it was.
    pub(super) checked: Option<Checked>,
}

/// Where it lies.
#[derive(Debug)]
pub(super) enum Whole {
    Memory(Vec<u8>),
    File(Unfinished),
}

impl Wanted {
    /// A picture in a field of the answer.
    #[must_use]
    pub fn picture(role: &str) -> Self {
        Self { role: role.into(), picture: true, extension: None }
    }

    /// A file in a field of the answer, which lies at a URL.
    #[must_use]
    pub fn file(role: &str, url: &str) -> Self {
        Self { role: role.into(), picture: false, extension: extension_in(url) }
    }
}

impl Part {
    /// Texts as a file of their own, where they are all that a model gives; `None` if there is nothing in them.
    #[must_use]
    pub fn of_texts<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut role, mut lines) = (None, String::new());
        for (field, text) in texts {
            role.get_or_insert(field);
            lines.push_str(&lines_of(text));
        }
        let what = Wanted { role: role?.into(), picture: false, extension: Some("txt".into()) };
        (!lines.is_empty()).then(|| Self {
            what,
            bytes: lines.len() as u64,
            content: Whole::Memory(lines.into_bytes()),
            dressing: Dressing::default(),
            checked: None,
        })
    }

    /// Gives it what it is to have of its photo, where it has not got it yet. It blocks.
    ///
    /// # Errors
    /// If its file, or one that is begun for it, cannot be read or written.
    pub(super) fn dress(
        &mut self,
        target: &Path,
        begin: impl FnOnce() -> Result<Unfinished, OutputError>,
    ) -> Result<(), OutputError> {
        self.finish(target, begin)?;
        self.put_on().map_err(|error| OutputError::of(target, error))
    }

    fn put_on(&mut self) -> io::Result<()> {
        self.bytes = match &mut self.content {
            Whole::Memory(bytes) => {
                *bytes = self.dressing.whole(std::mem::take(bytes));
                bytes.len() as u64
            }
            Whole::File(file) => {
                if self.dressing.is_wanted() {
                    self.checked = None;
                    self.dressing.file(file)?;
                }
                file.length()?
            }
        };
        Ok(())
    }

    /// What it is, from its bytes, and how it looks. A picture is read to its end. It blocks.
    ///
    /// # Errors
    /// If it is damaged, not what it should be, or cannot be read.
    pub(super) fn check(&mut self) -> Result<(FileKind, Look), Fault> {
        let checked = self.checked.take();
        match &self.content {
            Whole::Memory(bytes) => self.check_bytes(Cursor::new(bytes), checked),
            Whole::File(file) => self.check_bytes(file, checked),
        }
    }

    fn check_bytes(&self, mut file: impl Read + Seek, checked: Option<Checked>) -> Result<(FileKind, Look), Fault> {
        match check(&mut file, checked) {
            Ok((format, pixels, look)) => Ok((FileKind::Picture { format, pixels }, look)),
            // Vectorisers give their drawing as the picture.
            Err(PictureError::Other(Other::Svg)) => Ok((FileKind::Other("svg".into()), Look::default())),
            Err(PictureError::Other(other)) if !self.what.picture && !is_an_error_page(other) => {
                let head = head(&mut file)?;
                if let Some(wrong) = other::fault(&mut file, &head, self.what.extension.as_deref())? {
                    return Err(Fault::File(wrong));
                }
                Ok((FileKind::Other(self.extension(&head, other)), Look::default()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The extension of a file that is no picture: what its first bytes say, else its URL.
    fn extension(&self, head: &[u8], other: Other) -> Box<str> {
        let theirs = self.what.extension.as_deref();
        if head.starts_with(b"glTF") {
            return "glb".into();
        }
        match other {
            Other::Pdf => "pdf",
            Other::Tiff => "tif",
            Other::Bmp => "bmp",
            Other::Heic => "heic",
            Other::Photoshop => "psd",
            Other::Eps => "eps",
            Other::Video => theirs.filter(|e| matches!(*e, "mp4" | "mov" | "webm" | "mkv" | "avi")).unwrap_or("mp4"),
            Other::Audio => theirs.filter(|e| matches!(*e, "mp3" | "wav" | "ogg" | "flac" | "m4a")).unwrap_or("wav"),
            Other::Text => theirs.unwrap_or("txt"),
            _ => theirs.unwrap_or("bin"),
        }
        .into()
    }
}

/// A host that answers with a page instead of the file.
fn is_an_error_page(other: Other) -> bool {
    matches!(other, Other::Html | Other::Empty)
}

fn head(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// What a whole picture is, its size as people see it, and how it looks; from what its check came to, if it was made.
pub(super) fn check(
    mut picture: impl Read + Seek,
    checked: Option<Checked>,
) -> Result<(Format, Pixels, Look), PictureError> {
    let header = header(&mut picture)?;
    let mut look = checked.unwrap_or_else(|| complete(picture, header.format))?;
    if header.orientation != Orientation::Upright || header.converts.is_some() {
        // It is not what people see.
        look.reduced = None;
    }
    Ok((header.format, header.upright(), look))
}

/// What a file is that was there before, by its bytes alone; a picture is read to its end. It blocks.
pub(super) fn check_file(path: &Path, was: &FileKind) -> Result<(FileKind, Look), PictureError> {
    let mut file = storage::sink(path).open(path).map_err(PictureError::Unreadable)?;
    match was {
        FileKind::Picture { .. } => {
            let (format, pixels, look) = check(file, None)?;
            Ok((FileKind::Picture { format, pixels }, look))
        }
        FileKind::Other(_) => match sniff(&head(&mut file).map_err(PictureError::Unreadable)?) {
            Kind::Picture(_) => Err(PictureError::Other(Other::Unknown)),
            Kind::Other(_) => Ok((was.clone(), Look::default())),
        },
    }
}

/// The ends of the names of a result's files, the first one's first: `.png`, `-2.png` for the next in the same
/// field, `.mask_image.png` for one in another.
pub(super) fn endings<'a>(files: impl IntoIterator<Item = (&'a str, &'a FileKind)>) -> Vec<String> {
    let mut endings: Vec<String> = Vec::new();
    let (mut main, mut roles): (Option<&str>, Vec<&str>) = (None, Vec::new());
    for (role, kind) in files {
        let extension = kind.extension();
        let nth = 1 + roles.iter().filter(|known| **known == role).count();
        let number = if nth > 1 { Cow::Owned(format!("-{nth}")) } else { Cow::Borrowed("") };
        let ending = match main {
            Some(main) if main != role => format!(".{}{number}.{extension}", named(role)),
            _ => format!("{number}.{extension}"),
        };
        // Roles that differ in what no name may hold would meet.
        let taken = |ending: &str| endings.iter().any(|known| known == ending);
        let free = std::iter::once(ending.clone()).chain((2..).map(|n| format!("_{n}{ending}")));
        let ending = free.into_iter().find(|ending| !taken(ending)).unwrap_or(ending);
        endings.push(ending);
        main = main.or(Some(role));
        roles.push(role);
    }
    endings
}

/// A role as it may stand in a name: it comes from the network.
fn named(role: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let name: String = role.chars().map(safe).take(LONGEST_ROLE).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}

/// The extension that a URL's path ends with, if it looks like one.
fn extension_in(url: &str) -> Option<Box<str>> {
    let url = url::Url::parse(url).ok()?;
    let (_, extension) = url.path_segments()?.next_back()?.rsplit_once('.')?;
    let is_sane = (1..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_sane.then(|| extension.to_ascii_lowercase().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> FileKind {
        FileKind::of("png", Some(Pixels::new(2, 2)))
    }

    #[test]
    fn further_files_are_numbered_in_a_field_and_named_by_another() {
        let svg = FileKind::Other("svg".into());
        let files = [
            ("images", picture()),
            ("images", picture()),
            ("mask_image", picture()),
            ("mask_image", picture()),
            ("../x", svg.clone()),
            ("..?x", svg),
        ];
        let all = endings(files.iter().map(|(role, kind)| (*role, kind)));
        assert_eq!(all, [".png", "-2.png", ".mask_image.png", ".mask_image-2.png", ".___x.svg", "_2.___x.svg"]);
    }

    #[test]
    fn an_extension_is_taken_over_only_if_it_looks_like_one() {
        for (url, extension) in [
            ("https://v3.fal.media/files/a/b.GLB?x=1", Some("glb")),
            ("https://v3.fal.media/files/a/b", None),
            ("https://v3.fal.media/a.b/c", None),
            ("https://v3.fal.media/a.not-one", None),
            ("https://v3.fal.media/a.waytoolongone", None),
            ("data:x", None),
        ] {
            assert_eq!(extension_in(url).as_deref(), extension, "{url}");
        }
    }

    #[test]
    fn what_a_file_is_is_told_by_its_bytes_and_a_page_is_no_file() {
        let kind = |url: &str, bytes: &[u8]| {
            let what = Wanted::file("model", url);
            Part {
                what,
                bytes: bytes.len() as u64,
                content: Whole::Memory(bytes.to_vec()),
                dressing: Dressing::default(),
                checked: None,
            }
            .check()
            .map(|(kind, _)| kind)
        };
        let other = |extension: &str| FileKind::Other(extension.into());
        assert_eq!(kind("https://h/a.bin", b"glTF\x02\0\0\0\x0c\0\0\0").unwrap(), other("glb"));
        assert_eq!(kind("https://h/a.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom").unwrap(), other("mp4"));
        assert_eq!(kind("https://h/a.json", b"{\"a\": 1}").unwrap(), other("json"));
        assert_eq!(kind("https://h/a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap(), other("svg"));
        assert!(kind("https://h/a.glb", b"<!DOCTYPE html><html>gone</html>").is_err());
        assert!(kind("https://h/a.glb", b"").is_err());
        assert!(kind("https://h/a.mp4", b"no video").is_err());
    }
}
