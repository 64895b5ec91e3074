//! Keys that `fal-tui login` stores: a file for each name, which its owner alone may read.
//!
//! Not the system's keyring: its crate brings 56 others and a D-Bus client, and where most runs are that need a stored
//! key (cron, CI, SSH) there is no keyring to be opened.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::fal::{ApiKey, InvalidKey};
use crate::os;

/// The name of a key that was given none.
pub const USUAL: &str = "default";
/// The longest name, and the longest file that is read, bytes.
const LONGEST: usize = 64;
const MOST: u64 = 4096;

/// Why a stored key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It is there and cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Where it lies.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than its owner may read it.
    #[error("{} can be read by others than its owner, so it is not used\nhint: `chmod 600` it, or store it again with `fal-tui login`", .0.display())]
    Open(PathBuf),
    /// What is in it is no key.
    #[error("{}: {why}\nhint: store it again with `fal-tui login`", .path.display())]
    Invalid {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong with it.
        why: InvalidKey,
    },
}

/// The folder of stored keys.
#[derive(Debug, Clone)]
pub struct Keys(PathBuf);

impl Keys {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Whether a key may have this name: it is a file's.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        (1..=LONGEST).contains(&name.len())
            && !name.starts_with('.')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    }

    /// Where the key of a name lies.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The key of a name, if one is stored.
    ///
    /// # Errors
    /// If it cannot be read, others may read it, or it is no key.
    pub fn read(&self, name: &str) -> Result<Option<ApiKey>, KeysError> {
        let path = self.path(name);
        let file = |source| KeysError::File { path: path.clone(), source };
        let text = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file(error)),
            Ok(about) if !os::is_for_us(&about) => return Err(KeysError::Open(path)),
            Ok(about) if about.len() > MOST => String::new(),
            Ok(_) => fs::read_to_string(&path).map_err(file)?,
        };
        ApiKey::new(&text).map(Some).map_err(|why| KeysError::Invalid { path, why })
    }

    /// Stores a key under a name, in the place of one that is there; gives where. What is there is whole at every moment.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn store(&self, name: &str, key: &ApiKey) -> Result<PathBuf, KeysError> {
        let path = self.path(name);
        let file = |source| KeysError::File { path: path.clone(), source };
        let mut folder = fs::DirBuilder::new();
        os::folder_for_us(folder.recursive(true));
        folder.create(&self.0).map_err(file)?;
        // Made with 0600.
        let mut written = tempfile::NamedTempFile::new_in(&self.0).map_err(file)?;
        key.write(&mut written).and_then(|()| written.flush()).map_err(file)?;
        written.as_file().sync_all().map_err(file)?;
        written.persist(&path).map_err(|error| file(error.error))?;
        Ok(path)
    }

    /// Removes the key of a name; tells whether there was one.
    ///
    /// # Errors
    /// If it is there and cannot be removed.
    pub fn remove(&self, name: &str) -> Result<bool, KeysError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(KeysError::File { path, source }),
        }
    }
}
