//! The output folder as a second memory: what lies in it with its record was paid for, whatever became of
//! the ledger.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::journal::journals;
use super::lines::{each_line, text_of};
use super::metadata::Line;
use super::places::{metadata_path, open, others_path};
use crate::job::{
    ContentHash, Cost, FileKind, FilePath, Format, NamedText, Opinion, OwnParams, Pixels, RequestId, Saved, SavedFile,
    Terms, Timestamp, path_of,
};
use crate::output::name::inside;
use crate::storage::{self, Kind, is_file, is_file_of};

/// A result in the folder as its record has it. Nothing in it is trusted before it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The first of its files.
    pub first: SavedFile,
    /// The others.
    pub further: Box<[SavedFile]>,
    /// The photo that it was made of, below its own folder.
    pub photo: Box<Path>,
    /// What that held.
    pub content: ContentHash,
    /// The request that made it.
    pub request: RequestId,
    /// What it was made with, where that differs from the batch's.
    pub own: Option<OwnParams>,
    /// The seed that was used.
    pub seed: Option<i64>,
    /// What the model saw.
    pub caption: Option<Box<str>>,
    /// What a person said of it.
    pub opinion: Opinion,
    /// What it cost.
    pub cost: Option<Cost>,
}

/// What a folder knows of results that were made on some terms and that the ledger does not know.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    root: PathBuf,
    records: HashMap<(Box<Path>, ContentHash), Record>,
    /// Of each picture one photo whose result others may have a copy of.
    by_content: HashMap<ContentHash, Box<Path>>,
    lengths: HashSet<u64>,
    /// When the newest of them was saved.
    pub newest: Option<Timestamp>,
    /// Pictures whose record, by an earlier version, does not say what they were made of.
    pub unclear: usize,
}

impl Memory {
    /// Reads the records of a folder; `known` are the requests whose results the ledger has. One that
    /// cannot be read is none. It blocks.
    #[must_use]
    pub fn read(root: &Path, terms: &Terms, known: &HashSet<RequestId>) -> Self {
        let mut memory = Self { root: root.to_owned(), ..Self::default() };
        // A picture's last line holds.
        let mut by_picture: HashMap<String, Line> = HashMap::new();
        for path in [metadata_path(root), others_path(root)].into_iter().chain(journals(root)) {
            let read = open(&path).and_then(|file| {
                let Some(file) = file else { return Ok(()) };
                each_line(file, |line| {
                    let is_known = |id: &str| RequestId::new(id).is_ok_and(|id| known.contains(&id));
                    // Most are: no more of them is looked at.
                    if text_of(line, "request_id").is_some_and(is_known) {
                        return;
                    }
                    let line = Line::read(line).filter(|line| !is_known(&line.origin.request_id));
                    if let Some(line) = line {
                        by_picture.insert(line.file_name.clone(), line);
                    }
                })
            });
            if let Err(error) = read {
                tracing::warn!(record = %path.display(), %error, "cannot be read");
            }
        }
        let is_further = |line: &Line| line.part.is_some_and(|part| part > 1);
        let (further, first): (Vec<_>, Vec<_>) = by_picture.into_values().partition(is_further);
        let mut further_of: HashMap<String, Vec<Line>> = HashMap::new();
        for line in further {
            further_of.entry(line.origin.request_id.clone()).or_default().push(line);
        }
        for line in first {
            let further = further_of.remove(&line.origin.request_id).unwrap_or_default();
            memory.take(line, further, terms);
        }
        memory
    }

    fn take(&mut self, line: Line, further: Vec<Line>, terms: &Terms) {
        if line.origin.source_blake3.is_none() {
            let path = path_of(&line.file_name);
            self.unclear += usize::from(inside(&path).is_ok() && is_file(&self.root.join(path)));
            return;
        }
        let is_on_terms = line.origin.model.as_deref() == Some(terms.model.as_str())
            && line.origin.service.as_deref() == Some(terms.service.name())
            && line.origin.batch_params.as_deref() == Some(terms.params.as_str());
        if !is_on_terms {
            return;
        }
        let (at, length) = (line.saved_at(), line.origin.source_bytes);
        let Some(record) = Record::of(line, further) else { return };
        if record.own.as_ref().is_none_or(|own| *own.0 == *terms.params) {
            self.by_content.insert(record.content, record.photo.clone());
        }
        self.newest = self.newest.max(at);
        self.lengths.extend(length);
        self.records.insert((record.photo.clone(), record.content), record);
    }

    /// The lengths of the photos that they were made of, bytes.
    #[must_use]
    pub fn lengths(&self) -> &HashSet<u64> {
        &self.lengths
    }

    /// The record of a photo's own result, as long as the photo is the same picture.
    #[must_use]
    pub fn of(&self, photo: &Path, content: ContentHash) -> Option<&Record> {
        // Both parts of the key are asked for as they are: no look-up without a copy of the path.
        self.records.get(&(photo.into(), content))
    }

    /// The record of a picture that was made of one that held the same, whatever photo that was.
    #[must_use]
    pub fn alike(&self, content: ContentHash) -> Option<&Record> {
        self.of(self.by_content.get(&content)?, content)
    }

    /// Where the first of a record's files lies.
    #[must_use]
    pub fn path_of(&self, record: &Record) -> PathBuf {
        self.root.join(&record.first.path)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether a record's picture lies there as it was saved. It blocks.
    #[must_use]
    pub fn is_whole(&self, record: &Record) -> bool {
        is_as_saved(&self.root, record)
    }
}

impl Record {
    /// `None` if the line lacks something, or leads out of the folder, or if not all files of its request have
    /// one.
    fn of(line: Line, mut further: Vec<Line>) -> Option<Self> {
        if further.len() + 1 != line.parts.unwrap_or(1) as usize {
            return None;
        }
        further.sort_by_key(|line| line.part);
        let photo = path_of(&line.origin.source);
        let (caption, opinion) = line.said();
        Some(Self {
            content: line.content()?,
            cost: line.cost(),
            first: picture(&line)?,
            further: further.iter().map(picture).collect::<Option<_>>()?,
            photo: photo.into(),
            request: RequestId::new(&line.origin.request_id).ok()?,
            own: line.origin.params.map(|own| OwnParams(own.into())),
            seed: line.seed,
            caption,
            opinion,
        })
    }

    /// What is known of the result, as the record has it.
    #[must_use]
    pub fn saved(&self) -> Saved {
        Saved {
            request: self.request.clone(),
            first: self.first.clone(),
            further: self.further.clone(),
            seed: self.seed,
            texts: self
                .caption
                .iter()
                .map(|text| NamedText { role: NamedText::CAPTION.into(), text: text.clone() })
                .collect(),
            inference_s: None,
            cost: self.cost,
            content: Some(self.content),
            same_as: None,
        }
    }
}

/// The file that a line is about; `None` if it leads out of the folder.
fn picture(line: &Line) -> Option<SavedFile> {
    let path = path_of(&line.file_name);
    inside(&path).ok()?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let kind = if line.is_picture() {
        let format = Format::from_extension(extension).unwrap_or(Format::Png);
        FileKind::Picture { format, pixels: Pixels::new(line.width, line.height) }
    } else {
        FileKind::Other(extension.into())
    };
    Some(SavedFile { role: line.role().into(), path: FilePath(path), kind, bytes: line.bytes? })
}

/// Those of a folder's pictures, by their photos, that lie there as they were saved: what was edited since is
/// somebody's own.
pub async fn as_saved(
    root: &Path,
    pictures: impl IntoIterator<Item = (Box<Path>, Saved)> + Send + 'static,
) -> HashMap<Box<Path>, Saved> {
    let root = root.to_owned();
    let is_there = move |saved: &Saved| saved.files().all(|file| is_file_of(&root.join(&file.path), file.bytes));
    let looked =
        tokio::task::spawn_blocking(move || pictures.into_iter().filter(|(_, saved)| is_there(saved)).collect());
    looked.await.unwrap_or_default()
}

/// Whether all of a record's files lie in a folder, reached by no link, and have their lengths.
pub(in crate::output) fn is_as_saved(root: &Path, record: &Record) -> bool {
    std::iter::once(&record.first).chain(&record.further).all(|file| is_there(root, file))
}

fn is_there(root: &Path, file: &SavedFile) -> bool {
    let mut path = root.to_owned();
    let mut parts = file.path.0.iter().peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let is_fitting = if parts.peek().is_some() {
            storage::sink(&path).stat_itself(&path).is_ok_and(|there| there.kind == Kind::Folder)
        } else {
            is_file_of(&path, file.bytes)
        };
        if !is_fitting {
            return false;
        }
    }
    true
}
