//! Whether the walk would have come by a path, of which one hears by itself.

use std::path::{Path, PathBuf};

use crate::intake::clutter::{holds_results, is_clutter, is_sidecar};
use crate::intake::examine::Candidate;
use crate::intake::inputs::{Base, Inputs};
use crate::intake::order::compare;
use crate::intake::rules::{NOT_AT_THE_TOP, RULES_FILE};
use crate::intake::walk::candidate;
use crate::storage::{self, Kind};

/// A path of which one heard, as the walk has it: its input, and the path below the input's folder as given.
pub(super) fn placed<'a>(inputs: &'a Inputs, heard: &Path) -> Option<(&'a Base, PathBuf)> {
    inputs.bases.iter().find_map(|base| {
        // Some systems tell of true paths.
        let below = heard.strip_prefix(&base.folder).or_else(|_| heard.strip_prefix(&base.true_folder)).ok()?;
        let is_its = base.only.as_ref().is_none_or(|only| only.iter().any(|name| Path::new(name) == below));
        is_its.then(|| (base, base.folder.join(below)))
    })
}

/// Whether the walk goes into a folder, and into all that it is in.
fn enters(inputs: &Inputs, base: &Base, folder: &Path) -> bool {
    let Ok(below) = folder.strip_prefix(&base.folder) else { return false };
    let is_entered = |ancestor: &Path| {
        let folder = base.folder.join(ancestor);
        !ancestor.file_name().is_some_and(is_clutter)
            && inputs.globs.enters(ancestor)
            && !holds_results(&folder)
            && storage::canonical_or_missing(&folder) != inputs.true_output
    };
    below.ancestors().filter(|ancestor| !ancestor.as_os_str().is_empty()).all(is_entered)
}

/// A file as the walk takes it; `None` if it passes it over.
pub(super) fn file(inputs: &Inputs, base: &Base, path: &Path, kind: Kind) -> Option<Candidate> {
    let name = path.file_name()?;
    let below = path.strip_prefix(&base.folder).ok()?;
    let is_reached =
        base.only.is_some() || (!is_clutter(name) && path.parent().is_some_and(|folder| enters(inputs, base, folder)));
    // Rules hold as they were at the start.
    let is_rules = base.only.is_none() && name == RULES_FILE;
    if !is_reached || !inputs.globs.wants(below) || is_rules && below == Path::new(RULES_FILE) {
        return None;
    }
    let trouble = match kind {
        _ if is_rules => Some(NOT_AT_THE_TOP.into()),
        Kind::File => (base.only.is_none() && is_sidecar(name)).then(|| "sidecar, not a photo".into()),
        _ => Some("not a regular file".into()),
    };
    Some(candidate(base, path.to_owned(), name, trouble))
}

/// All files below a folder that the walk may come by.
pub(super) fn files_in(inputs: &Inputs, base: &Base, folder: &Path) -> Vec<PathBuf> {
    if let Some(only) = &base.only {
        return only.iter().map(|name| base.folder.join(name)).collect();
    }
    if !enters(inputs, base, folder) {
        return Vec::new();
    }
    let mut entries = storage::source(folder).entries(folder, compare);
    let mut files = Vec::new();
    while let Some(entry) = entries.next() {
        // What cannot be read the walk tells of.
        let Ok(entry) = entry else { continue };
        if entry.kind != Kind::Folder {
            files.push(entry.path);
        } else if entry.depth > 0 && !enters(inputs, base, &entry.path) {
            entries.skip_folder();
        }
    }
    files
}

/// The path of a photo below its input, as jobs have it.
pub(super) fn below(base: &Base, path: &Path) -> Box<Path> {
    candidate(base, path.to_owned(), path.file_name().unwrap_or_default(), None).path
}
