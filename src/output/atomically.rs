//! Files that are either whole under their name or not there at all.

use std::fs::{self, File, Permissions};
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use tempfile::{NamedTempFile, PersistError};

use super::name::UNFINISHED;

/// A new unfinished file in a folder. It is locked, so that nobody takes it for left over, and
/// removed unless it gets its name.
pub(super) fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    named_like(folder, UNFINISHED)
}

/// A new file between a beginning and an end of a name, locked by us.
pub(super) fn named_like(folder: &Path, (prefix, suffix): (&str, &str)) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(suffix);
    // Ours are no secrets: the user's umask decides who may read them.
    #[cfg(unix)]
    builder.permissions(<Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    let file = builder.tempfile_in(folder)?;
    // Some network folders have no locks. Then what a killed run left stays lying there.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// Removes what killed runs left unfinished in a folder. Files that are being written are locked.
pub(super) fn remove_left_over(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let open = File::options().write(true).open(entry.path());
            if open.is_ok_and(|file| file.try_lock().is_ok()) {
                // Another process may have been faster.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
    Ok(())
}

/// Gives an unfinished file its name, unless the name is taken: then the file is handed back.
///
/// # Errors
/// Of kind `AlreadyExists` if the name is taken.
pub(super) fn claim(unfinished: NamedTempFile, path: &Path) -> Result<File, PersistError> {
    let refused = match unfinished.persist_noclobber(path) {
        Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => refused,
        claimed => return claimed,
    };
    // The file system knows neither a rename that spares what is there, nor hard links. Looking
    // first leaves a moment's gap for other programs, but not for us: names are given one at a time.
    match fs::symlink_metadata(path) {
        Ok(_) => Err(PersistError { error: io::ErrorKind::AlreadyExists.into(), file: refused.file }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => refused.file.persist(path),
        Err(error) => Err(PersistError { error, file: refused.file }),
    }
}

/// Writes and syncs a small file, without a name yet.
pub(super) fn written(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = unfinished(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes names given in a folder survive a loss of power.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match File::open(folder)?.sync_all() {
        // Not every file system can.
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Err(error),
        _ => Ok(()),
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(())
    }
}

/// Makes a folder below another that is there, and all folders between.
pub(super) fn make_folders(root: &Path, below: &Path) -> io::Result<()> {
    let mut folder = root.to_owned();
    for part in below {
        let above = folder.clone();
        folder.push(part);
        match fs::create_dir(&folder) {
            Ok(()) => sync_folder(&above)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether two files hold the same bytes.
pub(super) fn same(a: &Path, b: &Path) -> io::Result<bool> {
    let (a, b) = (File::open(a)?, File::open(b)?);
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (BufReader::with_capacity(64 * 1024, a), BufReader::with_capacity(64 * 1024, b));
    let (mut left, mut right) = ([0; 8192], [0; 8192]);
    loop {
        let count = a.read(&mut left)?;
        if count == 0 {
            return Ok(true);
        }
        let (Some(left), Some(right)) = (left.get(..count), right.get_mut(..count)) else { return Ok(false) };
        b.read_exact(right)?;
        if left != right {
            return Ok(false);
        }
    }
}
