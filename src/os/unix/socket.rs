//! Sockets that only their owner may open: in a folder of mode 0700, themselves 0600, and each end asks the kernel who the
//! other is.

use std::fs::{DirBuilder, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream as Blocking;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// Whether there are such sockets here.
pub(crate) const HAS_SOCKETS: bool = true;

/// Bytes that a socket's path may have: 104 with the zero behind it on macOS, 108 on Linux.
const LONGEST: usize = 100;

/// A connection.
pub(crate) type Stream = UnixStream;

/// Whether a socket can have this path.
pub(crate) fn fits(path: &Path) -> bool {
    path.as_os_str().len() <= LONGEST
}

/// Folders for sockets that need no variable: the one that the system makes for whoever is logged in, and the last resort.
pub(crate) fn socket_folders() -> [PathBuf; 2] {
    let us = us();
    [format!("/run/user/{us}/fal-tui").into(), format!("/tmp/fal-tui-{us}").into()]
}

/// A folder of ours that nobody else may look into: made if there is none, and closed if it stands open.
///
/// # Errors
/// If it is another user's, or no folder.
pub(crate) fn close_folder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().recursive(true).mode(0o700).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // A link could lead to somebody else's.
    let there = std::fs::symlink_metadata(folder)?;
    if !there.is_dir() {
        return Err(refused("is no folder"));
    }
    is_ours(&there)?;
    if there.mode() & 0o077 != 0 {
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Where others connect.
#[derive(Debug)]
pub(crate) struct Listener(UnixListener);

impl Listener {
    /// Listens under a name that is free.
    ///
    /// # Errors
    /// If the name is not free, or the folder takes none.
    pub(crate) fn bind(path: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
        Ok(Self(listener))
    }

    /// The next that connects.
    ///
    /// # Errors
    /// If it is another user's process.
    pub(crate) async fn accept(&self) -> io::Result<Stream> {
        let (stream, _) = self.0.accept().await?;
        same_user(&stream)?;
        Ok(stream)
    }
}

/// Connects.
///
/// # Errors
/// If others may open it, it is another user's, or nobody listens.
pub(crate) async fn connect(path: &Path) -> io::Result<Stream> {
    let there = std::fs::symlink_metadata(path)?;
    if !there.file_type().is_socket() {
        return Err(refused("is no socket"));
    }
    is_ours(&there)?;
    if there.mode() & 0o077 != 0 {
        return Err(refused("may be opened by others"));
    }
    let stream = UnixStream::connect(path).await?;
    same_user(&stream)?;
    Ok(stream)
}

/// Whether a socket was left by a process that is gone. Whoever does not answer for another reason is not.
pub(crate) fn is_left_over(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|there| there.file_type().is_socket());
    is_socket && matches!(Blocking::connect(path), Err(error) if error.kind() == ErrorKind::ConnectionRefused)
}

fn us() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn is_ours(there: &Metadata) -> io::Result<()> {
    if there.uid() == us() { Ok(()) } else { Err(refused("belongs to another user")) }
}

fn same_user(stream: &UnixStream) -> io::Result<()> {
    if stream.peer_cred()?.uid() == us() { Ok(()) } else { Err(refused("is another user's")) }
}

fn refused(why: &'static str) -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::symlink_metadata(path).unwrap().mode() & 0o777
    }

    #[tokio::test]
    async fn only_its_owner_may_open_it_and_what_stands_open_is_closed_or_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("run");
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        close_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);

        let path = folder.join("a.sock");
        let listener = Listener::bind(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        let (joined, taken) = tokio::join!(connect(&path), listener.accept());
        assert!(joined.is_ok() && taken.is_ok());
        std::fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        assert_eq!(connect(&path).await.unwrap_err().to_string(), "may be opened by others");

        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert_eq!(close_folder(&link).unwrap_err().to_string(), "is no folder", "wherever it leads");
        std::fs::write(folder.join("file"), "").unwrap();
        assert_eq!(connect(&folder.join("file")).await.unwrap_err().to_string(), "is no socket");
    }

    #[tokio::test]
    async fn only_what_nobody_listens_to_is_left_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sock");
        assert!(!is_left_over(&path), "what is not there is not left");
        let listener = Listener::bind(&path).unwrap();
        assert!(!is_left_over(&path));
        drop(listener);
        assert!(is_left_over(&path));
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        assert!(!is_left_over(&path), "a file of that name is somebody's");
    }
}
