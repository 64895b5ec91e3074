//! The PATHs of a run, checked before anything else happens.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use super::IntakeError;
use super::addresses::{Addresses, Fetching};
use super::clutter::{holds_results, is_clutter};
use super::examine::Candidate;
use super::globs::Globs;
use crate::storage::{self, Kind, canonical_or_missing};

/// Folders and files that were checked to be there, and the folder that their results go to.
#[derive(Debug, Clone)]
pub struct Inputs {
    pub(super) bases: Vec<Base>,
    pub(super) globs: Globs,
    /// The output folder without links, whether it is there yet or not.
    pub(super) true_output: PathBuf,
    identity: Vec<PathBuf>,
    /// Photos that lie elsewhere.
    addresses: Addresses,
    /// What stands before the paths of those, by their hosts, where there is more than one place.
    hosts: BTreeMap<PathBuf, OsString>,
    pub(super) fetching: Fetching,
}

/// A folder that photos are taken from, and below which their paths are counted.
#[derive(Debug, Clone)]
pub(super) struct Base {
    /// The folder as given, made absolute.
    pub(super) folder: PathBuf,
    /// The folder without links.
    pub(super) true_folder: PathBuf,
    /// What stands before the paths of its photos, where there are several folders.
    pub(super) prefix: Option<OsString>,
    /// Only these of its files, by name; `None` for everything below it.
    pub(super) only: Option<Vec<OsString>>,
}

impl Inputs {
    /// Checks the PATHs of a run.
    ///
    /// `output` is the folder for the results, by default `<PATH>-upscaled` beside the first PATH,
    /// for a file beside its folder. `include` and `exclude` are globs on paths below PATH: one
    /// without a `/` is matched against each part of the path, whatever its case.
    ///
    /// # Errors
    /// If a PATH is not there or cannot be read, a glob makes no sense, or the output folder is one
    /// of the PATHs.
    pub fn check(
        paths: &[PathBuf],
        output: Option<&Path>,
        include: &[String],
        exclude: &[String],
    ) -> Result<Self, IntakeError> {
        let globs = Globs::new(include, exclude)?;
        let (mut given, mut addresses, mut identity) = (Vec::new(), Addresses::default(), Vec::new());
        for path in paths {
            let place = storage::place(path)?;
            if storage::is_address(&place) {
                addresses.add(&place);
                identity.push(place);
            } else {
                given.push(Given::check(path)?);
            }
        }
        let output = match (output, given.first(), addresses.hosts().next()) {
            (Some(output), ..) => absolute(output)?,
            (None, Some(first), _) => first.beside()?,
            (None, None, Some(host)) => beside_nothing(host)?,
            (None, None, None) => return Err(IntakeError::NoInput),
        };
        if storage::is_address(&output) {
            return Err(IntakeError::OutputIsAddress(output));
        }
        let true_output = canonical_or_missing(&output);
        if let Some(clash) = given.iter().find(|given| given.file.is_none() && given.true_folder == true_output) {
            return Err(IntakeError::OutputIsInput(clash.folder.clone()));
        }
        identity.extend(given.iter().map(Given::canonical));
        identity.sort();
        identity.dedup();
        let (bases, hosts) = bases(given, &addresses);
        let fetching = Fetching::default();
        Ok(Self { bases, globs, true_output, identity, addresses, hosts, fetching })
    }

    /// The same where this becomes of photos at addresses.
    #[must_use]
    pub fn fetching(self, fetching: Fetching) -> Self {
        Self { fetching, ..self }
    }

    /// The photos at addresses, as they are looked at.
    pub(super) fn addressed(&self) -> Vec<Candidate> {
        self.addresses.candidates(&self.hosts)
    }

    /// The folders that photos are taken from.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.bases.iter().map(|base| base.folder.as_path())
    }

    /// The addresses among the PATHs.
    pub fn addresses(&self) -> impl Iterator<Item = &Path> {
        self.addresses.iter()
    }

    /// The folder that results go to, absolute and without links or `..`, so that it is the same from
    /// wherever it is named. It need not be there yet.
    #[must_use]
    pub fn output(&self) -> &Path {
        &self.true_output
    }

    /// What makes two runs the same batch: the true paths of all PATHs, sorted.
    #[must_use]
    pub fn identity(&self) -> &[PathBuf] {
        &self.identity
    }
}

/// One PATH.
struct Given {
    folder: PathBuf,
    true_folder: PathBuf,
    /// The file in the folder, if the PATH is one.
    file: Option<OsString>,
}

impl Given {
    fn check(typed: &Path) -> Result<Self, IntakeError> {
        let unreadable = |source| IntakeError::Unreadable { path: typed.to_owned(), source };
        let path = absolute(typed)?;
        let source = storage::source(&path);
        let stat = source.stat(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => IntakeError::Missing(typed.to_owned()),
            _ => unreadable(error),
        })?;
        if stat.kind == Kind::Folder {
            source.may_list(&path).map_err(unreadable)?;
            let true_folder = source.canonical(&path).map_err(unreadable)?;
            return Ok(Self { folder: path, true_folder, file: None });
        }
        if stat.kind != Kind::File {
            return Err(IntakeError::NeitherFileNorFolder(typed.to_owned()));
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(IntakeError::NeitherFileNorFolder(typed.to_owned()));
        };
        let true_folder = source.canonical(folder).map_err(unreadable)?;
        Ok(Self { file: Some(name.to_owned()), true_folder, folder: folder.to_owned() })
    }

    fn canonical(&self) -> PathBuf {
        self.file.as_ref().map_or_else(|| self.true_folder.clone(), |file| self.true_folder.join(file))
    }

    /// The default output folder.
    fn beside(&self) -> Result<PathBuf, IntakeError> {
        // `.` and `..` have no name of their own.
        let named = [&self.folder, &self.true_folder].into_iter().find_map(|folder| {
            let plain = !folder.components().any(|part| matches!(part, std::path::Component::ParentDir));
            folder.file_name().filter(|_| plain && !storage::is_bucket(folder)).map(|name| (folder, name))
        });
        let (folder, name) = named.ok_or_else(|| IntakeError::NoOutput(self.folder.clone()))?;
        let mut beside = name.to_owned();
        beside.push("-upscaled");
        Ok(folder.with_file_name(beside))
    }

    /// Whether the walk of that folder comes by here anyway.
    fn is_reached_from(&self, folder: &Path) -> bool {
        let Ok(below) = self.true_folder.strip_prefix(folder) else { return false };
        let itself = self.file.is_none() && below.as_os_str().is_empty();
        let hidden = below.iter().chain(self.file.as_deref()).any(is_clutter);
        // Where an earlier batch left its results the walk only goes when told to.
        let between = self.true_folder.ancestors().take(below.iter().count());
        !itself && !hidden && !between.into_iter().any(holds_results)
    }
}

/// The output folder of photos that lie in no folder of this machine: in the one that the command is given in.
fn beside_nothing(host: &Path) -> Result<PathBuf, IntakeError> {
    let mut name = host.as_os_str().to_owned();
    name.push("-upscaled");
    absolute(Path::new(&name))
}

/// Folders in the order in which they were given, each once, files together with their neighbours; and what stands before
/// the paths of photos elsewhere.
fn bases(given: Vec<Given>, addresses: &Addresses) -> (Vec<Base>, BTreeMap<PathBuf, OsString>) {
    let folders: Vec<_> =
        given.iter().filter(|given| given.file.is_none()).map(|given| given.true_folder.clone()).collect();
    let mut bases: Vec<Base> = Vec::new();
    for given in given {
        if folders.iter().any(|folder| given.is_reached_from(folder)) {
            continue;
        }
        let same =
            |base: &&mut Base| base.true_folder == given.true_folder && base.only.is_some() == given.file.is_some();
        match (bases.iter_mut().find(same), given.file) {
            (Some(base), file) => base.only.iter_mut().zip(file).for_each(|(only, file)| only.push(file)),
            (None, file) => bases.push(Base {
                folder: given.folder,
                true_folder: given.true_folder,
                prefix: None,
                only: file.map(|file| vec![file]),
            }),
        }
    }
    let folders = bases.iter().map(|base| base.true_folder.as_path());
    let prefixes = prefixes(folders.chain(addresses.hosts()));
    if prefixes.len() < 2 {
        return (bases, BTreeMap::new());
    }
    for base in &mut bases {
        base.prefix = prefixes.get(&base.true_folder).cloned();
    }
    (bases, prefixes)
}

/// Each folder's own name, made unique. The order in which the folders were given plays no part, so
/// that a photo keeps its path when they are given in another.
fn prefixes<'a>(folders: impl Iterator<Item = &'a Path>) -> BTreeMap<PathBuf, OsString> {
    let mut prefixes: BTreeMap<_, _> = folders.map(|folder| (folder.to_owned(), OsString::new())).collect();
    let mut taken = HashSet::new();
    for (folder, prefix) in &mut prefixes {
        let name = folder.file_name().unwrap_or(OsStr::new("root"));
        let numbered = (2_u32..).map(|n| {
            let mut numbered = name.to_owned();
            numbered.push(format!("-{n}"));
            numbered
        });
        let free = |name: &OsString| taken.insert(name.to_string_lossy().to_lowercase());
        *prefix = std::iter::once(name.to_owned()).chain(numbered).find(free).unwrap_or_default();
    }
    prefixes
}

/// A place that was named, by its whole path.
fn absolute(named: &Path) -> Result<PathBuf, IntakeError> {
    let path = storage::place(named)?;
    if storage::is_remote(&path) {
        return Ok(path);
    }
    std::path::absolute(&path).map_err(|source| IntakeError::Unreadable { path: named.to_owned(), source })
}
