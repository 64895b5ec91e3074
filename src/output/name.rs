//! Names in the output folder. They come from the photo's own path and from nowhere else.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::template::{Made, Template};
use crate::job::Photo;

/// The longest name that file systems take, bytes.
const LONGEST_NAME: usize = 255;
/// The longest stem, bytes: file systems take names of 255, and the extension needs some.
const LONGEST: usize = 244;
/// What files here are called by: results, captions and records.
const OURS: [&str; 9] = ["jpg", "png", "webp", "gif", "avif", "txt", "xmp", "jsonl", "csv"];
/// What tells a folder's name from theirs.
const ASIDE: &str = "_";
/// How many names are tried.
const MOST: u32 = 10_000;

/// The names that a photo's result may have, best first.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// The folder, below the output folder.
    pub(super) folder: PathBuf,
    stem: OsString,
    full: OsString,
}

impl Names {
    /// The names for a photo's result: by a template, or else its photo's own.
    ///
    /// # Errors
    /// If its path leads out of the output folder, which none from the walk does.
    pub(super) fn of(photo: &Photo, template: Option<&Template>, made: Made<'_>) -> io::Result<Self> {
        if let Some(template) = template {
            let folder = template.folder(photo);
            let stem = fit(&template.stem(photo, made));
            return Ok(Self {
                folder: inside(&folder)?.iter().map(|part| aside(&fit(part))).collect(),
                full: stem.clone(),
                stem,
            });
        }
        let stem = photo.output_stem();
        let name = |path: &Path| path.file_name().map(fit).ok_or(io::ErrorKind::InvalidFilename);
        Ok(Self {
            folder: inside(stem.parent().unwrap_or(Path::new("")))?.iter().map(aside).collect(),
            stem: name(&stem)?,
            full: name(&photo.path)?,
        })
    }

    /// Where the result goes unless the name is taken, but for the extension that its bytes decide on.
    pub(super) fn target(&self, root: &Path) -> PathBuf {
        root.join(&self.folder).join(&self.stem)
    }

    /// Stems to try: what an earlier attempt of the same job used, `name`, `name.jpg`, `name.jpg.2`, …
    pub(super) fn stems(&self, before: Option<OsString>) -> impl Iterator<Item = OsString> {
        let again = (self.full != self.stem).then(|| self.full.clone());
        let numbered = (2..MOST).map(|n| {
            let mut numbered = self.full.clone();
            numbered.push(format!(".{n}"));
            numbered
        });
        before.into_iter().chain([self.stem.clone()]).chain(again).chain(numbered)
    }
}

/// In how many rows they wait where there are several.
const ROWS: usize = 64;

/// Whose turn it is to be given a name: two results never look at one name at once.
#[derive(Debug)]
pub(super) struct Turns {
    all: Mutex<()>,
    /// Where a name is given by bringing all of a file to another machine, nobody waits for those of other names.
    rows: Option<[Mutex<()>; ROWS]>,
}

impl Turns {
    /// For all together, or in rows by their names.
    pub(super) fn new(in_rows: bool) -> Self {
        Self { all: Mutex::default(), rows: in_rows.then_some([const { Mutex::new(()) }; ROWS]) }
    }

    /// Waits for the turn of a result that wants this name, as long as what is given is held.
    pub(super) fn of(&self, name: &Path) -> MutexGuard<'_, ()> {
        let hash = blake3::hash(name.to_string_lossy().to_lowercase().as_bytes());
        let row = hash.as_bytes().first().map(|byte| usize::from(*byte) % ROWS);
        let row = self.rows.as_ref().zip(row).and_then(|(rows, row)| rows.get(row));
        row.unwrap_or(&self.all).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A folder's name in the output folder: never one that a result, a caption or a record could get,
/// whatever the case, so that no file ever stands where a folder must. `a.png` is `a.png_` there, and
/// `a.png_` is `a.png__`: no two folders become one.
fn aside(part: &OsStr) -> OsString {
    let bytes = part.as_encoded_bytes();
    let bare = bytes.iter().rposition(|byte| !ASIDE.as_bytes().contains(byte)).map_or(0, |last| last + 1);
    let name = bytes.get(..bare).unwrap_or_default();
    let extension = name.rsplit(|byte| *byte == b'.').next().filter(|extension| extension.len() < name.len());
    let is_ours = |extension: &[u8]| OURS.iter().any(|ours| extension.eq_ignore_ascii_case(ours.as_bytes()));
    if extension.is_some_and(is_ours) { another(part) } else { part.to_owned() }
}

/// The next name for a folder, where a file has the first.
pub(super) fn another(part: &OsStr) -> OsString {
    let mut name = fit(part);
    name.push(ASIDE);
    name
}

/// A path that stays below the folder that it is joined to.
pub(super) fn inside(path: &Path) -> io::Result<&Path> {
    if path.components().all(|part| matches!(part, Component::Normal(_))) {
        Ok(path)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidFilename, "it leads out of the output folder"))
    }
}

/// `stem` with an ending such as `-2.png` behind it, shortened where the two would be too long for a name.
pub(super) fn ended(stem: &OsStr, ending: &str) -> OsString {
    let mut name = shortened(stem, LONGEST_NAME.saturating_sub(ending.len()));
    name.push(ending);
    name
}

/// Shortens a name that would be too long with an extension; a hash keeps it from meeting others.
fn fit(name: &OsStr) -> OsString {
    shortened(name, LONGEST)
}

fn shortened(name: &OsStr, longest: usize) -> OsString {
    if name.len() <= longest {
        return name.to_owned();
    }
    let hash = blake3::hash(name.as_encoded_bytes()).to_hex();
    let text = name.to_string_lossy();
    let (start, hash) = (text.floor_char_boundary(longest.saturating_sub(13)), hash.as_str());
    format!("{}~{}", text.get(..start).unwrap_or_default(), hash.get(..12).unwrap_or_default()).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::job::{Format, Timestamp};

    #[test]
    fn a_folder_has_no_name_that_a_file_could_get_and_no_other_folders() {
        let cases = [
            ("dd.png", "dd.png_"),
            ("DD.PNG", "DD.PNG_"),
            ("dd.png_", "dd.png__"),
            ("metadata.jsonl", "metadata.jsonl_"),
            ("report.2.csv", "report.2.csv_"),
            ("2019.08", "2019.08"),
            ("png", "png"),
            ("beach_", "beach_"),
            ("_", "_"),
        ];
        for (given, there) in cases {
            assert_eq!(aside(OsStr::new(given)), there);
        }
        for ours in Format::ALL.map(Format::extension) {
            assert!(OURS.contains(&ours), "{ours}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leaves_the_folder_or_is_too_long_for_it(
            path in "[^\\x00]{1,40}", last in "[^/\\x00]{1,300}", shares_stem: bool,
        ) {
            let path = Path::new(&path).join(last);
            let photo = Photo {
                path: path.into(),
                source: Path::new("/in").into(),
                format: None,
                pixels: None,
                bytes: 0,
                modified: Timestamp(0),
                shares_stem,
                losses: crate::job::Losses::NONE,
            };
            if let Ok(names) = Names::of(&photo, None, Made::default()) {
                for stem in names.stems(None).take(1100) {
                    let name = ended(&stem, ".webp");
                    prop_assert!(name.len() <= 255, "{name:?}");
                    let below = names.folder.join(&name);
                    prop_assert_eq!(below.file_name(), Some(&*name), "{:?} is more than a name", name);
                    prop_assert!(inside(&below).is_ok(), "{below:?}");
                }
            }
        }
    }
}
