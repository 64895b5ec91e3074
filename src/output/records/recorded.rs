//! How the records of a folder stand, so that a run which changed nothing need not write or read them.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::FileNames;
use super::journal::journals;
use super::places::{captions_path, failures_path, metadata_path, others_path, report_path};
use crate::output::Output;
use crate::storage;

/// A folder's records as they were when all of a batch was in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// What wrote them, and with what settings.
    how: String,
    /// Where each of them is, and how that file stands.
    files: Vec<(PathBuf, Option<File>)>,
    /// Whether they tell of nothing but this batch.
    alone: bool,
}

/// Its length, bytes, and when it was changed, ns since 1970.
type File = (u64, u64);

impl Output {
    /// What writes records here, and with what settings; `names` are the files that a batch's parameters name.
    #[must_use]
    pub fn manner(&self, names: &FileNames) -> String {
        format!("{} {:?} {names:?}", env!("CARGO_PKG_VERSION"), self.written())
    }
}

impl Recorded {
    /// As they stand now, just written. It blocks.
    #[must_use]
    pub fn now(root: &Path, how: String, alone: bool) -> Self {
        Self { how, files: files(root), alone }
    }

    /// As [`Self::text`] gave it; `None` for what is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// It as text; `None` where a name is none, or a file's time is not known: then nobody can say whether it was changed.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let is_known = |file: &Option<File>| file.is_none_or(|(_, changed)| changed > 0);
        let all_known = self.files.iter().all(|(_, file)| is_known(file));
        serde_json::to_string(self).ok().filter(|_| all_known)
    }

    /// Whether they stand as they did, and would be written the same. It blocks.
    #[must_use]
    pub fn holds(&self, root: &Path, how: &str) -> bool {
        self.how == how && self.files == files(root)
    }

    /// Whether the folder knows of no result but those of the batch. It blocks.
    #[must_use]
    pub fn is_all(&self, root: &Path) -> bool {
        self.alone && self.files == files(root) && journals(root).is_empty()
    }
}

fn files(root: &Path) -> Vec<(PathBuf, Option<File>)> {
    let lines = [metadata_path(root), others_path(root)];
    let tables = [report_path(root), captions_path(root), failures_path(root)].into_iter().flatten();
    let stand = |path: PathBuf| {
        let there = storage::sink(&path).stat(&path).ok();
        let file = there.map(|there| {
            let changed = there.modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            (there.bytes, changed.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0))
        });
        let below = path.strip_prefix(root).map(Path::to_owned).unwrap_or(path);
        (below, file)
    };
    lines.into_iter().chain(tables).map(stand).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_stand_as_they_did_until_one_is_changed_comes_or_goes() {
        let dir = tempfile::tempdir().unwrap();
        let (root, metadata) = (dir.path(), dir.path().join("metadata.jsonl"));
        std::fs::write(&metadata, "{}\n").unwrap();
        let text = Recorded::now(root, "so".to_owned(), true).text().unwrap();
        let then = Recorded::read(&text).unwrap();
        assert!(then.holds(root, "so") && then.is_all(root));
        assert!(!then.holds(root, "otherwise"));
        std::fs::write(root.join("report.csv"), "source\n").unwrap();
        assert!(!then.holds(root, "so") && !then.is_all(root));

        std::fs::remove_file(root.join("report.csv")).unwrap();
        assert!(then.is_all(root));
        let journal = root.join(".fal-tui-saved-abc.jsonl");
        std::fs::write(&journal, "").unwrap();
        assert_eq!(journals(root).len(), 1);
        assert!(then.holds(root, "so") && !then.is_all(root), "a killed run may have noted results");
        std::fs::remove_file(journal).unwrap();
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        std::fs::File::options().append(true).open(&metadata).unwrap().set_modified(later).unwrap();
        assert!(!then.holds(root, "so"), "of the same length, but written again");
        assert!(!Recorded::now(root, "so".to_owned(), false).is_all(root), "others are in it");
        assert_eq!(Recorded::read("[]"), None);
    }
}
