//! Where a run's socket is: one for each process, by the state directory and the process's number.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::os;

/// What a socket's name ends with.
const ENDING: &str = ".sock";

/// The folders in which sockets of a state directory may be. Runs that were begun in different surroundings, as by cron, are
/// in different ones.
#[derive(Debug, Clone)]
pub struct Places {
    folders: Vec<PathBuf>,
    /// Stands for the state directory in a name.
    state: String,
}

impl Places {
    /// The places of a state directory, with the folder that `XDG_RUNTIME_DIR` names, if it is absolute.
    #[must_use]
    pub fn of(state_dir: &Path, runtime_dir: Option<&OsStr>) -> Self {
        let runtime = runtime_dir.map(Path::new).filter(|folder| folder.is_absolute()).map(|dir| dir.join("fal-tui"));
        // However it is written, it is one folder.
        let whole = fs::canonicalize(state_dir).unwrap_or_else(|_| state_dir.to_owned());
        let state = blake3::hash(&os::stored(&whole)).to_hex().chars().take(8).collect();
        let folders = runtime.into_iter().chain([whole.join("run")]).collect();
        Self { folders, state }
    }

    fn name(&self, pid: u32) -> String {
        format!("{}-{pid}{ENDING}", self.state)
    }

    /// Listens at the place of this process, and clears away what killed processes left.
    pub(super) fn listen(&self) -> io::Result<(os::Listener, PathBuf)> {
        let name = self.name(std::process::id());
        let last = os::socket_folders().into_iter().next_back();
        let folders = self.folders.iter().cloned().chain(last);
        let mut trouble = io::Error::new(io::ErrorKind::InvalidInput, "every path for it is too long");
        for folder in folders.filter(|folder| os::fits(&folder.join(&name))) {
            match listen_in(&folder, &name) {
                Ok(listener) => return Ok((listener, folder.join(name))),
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }

    /// Every place where a process of this state directory may listen.
    fn of_process(&self, pid: u32) -> impl Iterator<Item = PathBuf> {
        let name = self.name(pid);
        let folders = self.folders.iter().cloned().chain(os::socket_folders());
        folders.map(move |folder| folder.join(&name))
    }
}

/// The socket of a process, if it has one.
#[must_use]
pub fn socket_of(places: &Places, pid: u32) -> Option<PathBuf> {
    places.of_process(pid).find(|path| fs::symlink_metadata(path).is_ok())
}

fn listen_in(folder: &Path, name: &str) -> io::Result<os::Listener> {
    os::close_folder(folder)?;
    // One at a time: what has a name and does not listen yet must not be taken for left over.
    let _alone = alone(folder)?;
    clear(folder)?;
    os::Listener::bind(&folder.join(name))
}

fn alone(folder: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    os::file_for_us(&mut options);
    let file = options.open(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Takes away the sockets of processes that are gone. Those of other state directories may lie here, too.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_named = path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.ends_with(ENDING));
        if is_named && os::is_left_over(&path) {
            // Whoever is faster has done the same.
            drop(fs::remove_file(&path));
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_killed_runs_left_is_cleared_away_and_what_lives_stays() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::of(dir.path(), None);
        let folder = dir.path().canonicalize().unwrap().join("run");
        os::close_folder(&folder).unwrap();
        let (dead, live, other) = (folder.join(places.name(1)), folder.join(places.name(2)), folder.join("notes.txt"));
        drop(os::Listener::bind(&dead).unwrap());
        let _lives = os::Listener::bind(&live).unwrap();
        fs::write(&other, "").unwrap();
        let (_listener, path) = places.listen().unwrap();
        assert_eq!(path, folder.join(places.name(std::process::id())));
        assert!(!dead.exists() && live.exists() && other.exists());
        assert_eq!(socket_of(&places, std::process::id()), Some(path));
        assert_eq!(socket_of(&places, 1), None);
    }

    #[tokio::test]
    async fn a_path_that_is_too_long_for_a_socket_gives_way_to_another() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("d".repeat(120));
        fs::create_dir(&deep).unwrap();
        let runtime = dir.path().join("r");
        let (_listener, path) = Places::of(&deep, Some(runtime.as_os_str())).listen().unwrap();
        assert_eq!(path.parent(), Some(runtime.join("fal-tui").as_path()));
        let places = Places::of(&deep, Some(OsStr::new("relative")));
        let (_listener, path) = places.listen().unwrap();
        assert!(path.starts_with("/tmp"), "{}", path.display());
        assert_eq!(socket_of(&places, std::process::id()).as_ref(), Some(&path));
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_state_directory_is_the_same_however_it_is_written() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a")).unwrap();
        let names = [dir.path().join("a"), dir.path().join("a/../a"), dir.path().join("b")];
        let [one, same, other] = names.map(|dir| Places::of(&dir, None).name(7));
        assert_eq!(one, same);
        assert_ne!(one, other);
    }
}
