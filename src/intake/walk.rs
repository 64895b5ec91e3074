//! The walk: every file below the inputs once, handed on as it is found.

use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::Sender;

use super::clutter::{holds_results, is_clutter, is_sidecar};
use super::examine::Candidate;
use super::globs::Globs;
use super::hand::{Flow, Hand};
use super::inputs::Base;
use super::order::{compare, stem_key};
use super::rules::{NOT_AT_THE_TOP, RULES_FILE};
use super::{Arrival, Inputs};
use crate::job::Seen;
use crate::os;
use crate::picture::said;
use crate::storage::{self, Entry, Kind, Trouble};

/// Walks over the inputs and hands on what it finds, in natural order and in handfuls of at most
/// 256. It blocks, and stops when nobody listens any more.
///
/// Hidden files, clutter and the output folder are passed over; links are followed, but for those
/// that lead in a circle; a file that can be reached in two ways is taken once. What cannot be read
/// is [`Found::Skipped`](super::Found::Skipped), and the walk goes on.
pub fn walk(inputs: Inputs, found: Sender<Arrival>) {
    let addresses = inputs.addressed();
    let Inputs { bases, globs, true_output, fetching, .. } = inputs;
    let mut walk = Walk { globs, true_output, seen: Seen::default(), hand: Hand::new(found, fetching) };
    // Broken off is as good an end as any.
    let _ = walk.all(&bases, addresses);
}

struct Walk {
    globs: Globs,
    true_output: PathBuf,
    seen: Seen,
    hand: Hand,
}

impl Walk {
    fn all(&mut self, bases: &[Base], addresses: Vec<Candidate>) -> Flow {
        for base in bases {
            match &base.only {
                Some(names) => self.files(base, names)?,
                None => self.folder(base)?,
            }
        }
        for address in addresses {
            // Like a file that was named: by its own name, without its host's.
            if self.globs.wants(Path::new(address.path.file_name().unwrap_or_default())) {
                self.hand.take(address)?;
            }
        }
        self.hand.pass_on()
    }

    /// Files that were named one by one: hidden ones too, since somebody wants them.
    fn files(&mut self, base: &Base, names: &[OsString]) -> Flow {
        let mut names: Vec<_> = names.iter().map(OsString::as_os_str).collect();
        names.sort_by(|a, b| compare((a, false), (b, false)));
        for name in names {
            let file = base.folder.join(name);
            if self.is_new(
                &file,
                &base.true_folder,
                storage::source(&file).stat_itself(&file).is_ok_and(|file| file.kind == Kind::Link),
            ) && self.globs.wants(Path::new(name))
            {
                self.hand.take(candidate(base, file, name, None))?;
            }
        }
        ControlFlow::Continue(())
    }

    fn folder(&mut self, base: &Base) -> Flow {
        let mut entries = storage::source(&base.folder).entries(&base.folder, compare);
        // The true paths of the folders that the walk is in, outermost first.
        let mut within: Vec<PathBuf> = Vec::new();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.trouble(base, &error)?;
                    continue;
                }
            };
            within.truncate(entry.depth);
            let enclosing = within.last().map_or(&*base.true_folder, PathBuf::as_path);
            if entry.kind == Kind::Folder {
                match self.enter(base, &entry, enclosing)? {
                    Some(true_folder) => within.push(true_folder),
                    None => entries.skip_folder(),
                }
                self.hand.pass_on_if_due()?;
            } else if !is_clutter(name_of(&entry))
                && self.globs.wants(below(base, &entry.path))
                && self.is_new(&entry.path, enclosing, entry.is_link)
            {
                let name = name_of(&entry).to_owned();
                let is_rules = name == RULES_FILE;
                if is_rules && entry.depth <= 1 {
                    continue;
                }
                let trouble = if is_rules {
                    Some(NOT_AT_THE_TOP.into())
                } else if entry.kind == Kind::File {
                    is_sidecar(&name).then(|| "sidecar, not a photo".into())
                } else {
                    Some("not a regular file".into())
                };
                self.hand.take(candidate(base, entry.path, &name, trouble))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The true path of a folder, if the walk is to go into it.
    fn enter(&mut self, base: &Base, entry: &Entry, enclosing: &Path) -> ControlFlow<(), Option<PathBuf>> {
        if entry.depth == 0 {
            let new = self.seen.add(bytes_of(&base.true_folder));
            return ControlFlow::Continue(new.then(|| base.true_folder.clone()));
        }
        if is_clutter(name_of(entry)) || !self.globs.enters(below(base, &entry.path)) {
            return ControlFlow::Continue(None);
        }
        let direct = enclosing.join(name_of(entry));
        let followed = || storage::source(&entry.path).canonical(&entry.path).ok();
        let true_folder = if entry.is_link { followed().unwrap_or(direct) } else { direct };
        let circle = enclosing.starts_with(&true_folder);
        if circle || true_folder == self.true_output {
            return ControlFlow::Continue(None);
        }
        if holds_results(&entry.path) {
            let reason = "folder with the results of a batch: give it as a PATH to send them";
            let folder = candidate(base, entry.path.clone(), name_of(entry), Some(reason.into()));
            self.hand.take(folder)?;
            return ControlFlow::Continue(None);
        }
        let new = self.seen.add(bytes_of(&true_folder));
        ControlFlow::Continue(new.then_some(true_folder))
    }

    /// Whether the walk was not by here yet, on this way or another.
    fn is_new(&mut self, file: &Path, true_folder: &Path, is_link: bool) -> bool {
        let name = file.file_name().unwrap_or_default();
        let direct = || true_folder.join(name);
        let true_file =
            if is_link { storage::source(file).canonical(file).unwrap_or_else(|_| direct()) } else { direct() };
        self.seen.add(bytes_of(&true_file))
    }

    /// Something that could not be read becomes a row of its own, unless it is none of our business.
    fn trouble(&mut self, base: &Base, Trouble { path, error: why }: &Trouble) -> Flow {
        let below = below(base, path);
        if os::is_circle(why) || below.iter().any(is_clutter) || !self.globs.enters(below) {
            return ControlFlow::Continue(());
        }
        let missing = why.kind() == io::ErrorKind::NotFound;
        let reason = match storage::source(path).stat_itself(path) {
            Ok(there) if there.kind == Kind::Link && missing => "broken link".to_owned(),
            // It went away while we were looking.
            Err(_) if missing => return ControlFlow::Continue(()),
            Ok(there) if there.kind == Kind::Folder => format!("folder cannot be read: {}", said(why)),
            _ => format!("cannot be read: {}", said(why)),
        };
        let name = path.file_name().unwrap_or_default();
        self.hand.take(candidate(base, path.to_owned(), name, Some(reason.into())))
    }
}

/// Its own name; the folder itself has none where it is the top of a file system.
fn name_of(entry: &Entry) -> &OsStr {
    entry.path.file_name().unwrap_or(entry.path.as_os_str())
}

fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// A path's part below the input folder, without what several folders have before it.
fn below<'a>(base: &Base, path: &'a Path) -> &'a Path {
    path.strip_prefix(&base.folder).unwrap_or(path)
}

pub(super) fn candidate(base: &Base, source: PathBuf, name: &OsStr, trouble: Option<Box<str>>) -> Candidate {
    let below = below(base, &source);
    // The input folder itself, if it becomes unreadable, goes by its name.
    let below = if below.as_os_str().is_empty() { Path::new(name) } else { below };
    let path = base.prefix.as_ref().map_or_else(|| below.to_owned(), |prefix| Path::new(prefix).join(below));
    Candidate { path: path.into(), stem: stem_key(name).into(), source: source.into(), trouble }
}
