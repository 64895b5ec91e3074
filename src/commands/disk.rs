//! How much room there is for pictures.

use std::path::Path;
use std::time::Duration;

use crate::os;

/// A network disk that does not answer is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is free for us where a folder is or will be, bytes; `None` where nobody says.
pub(super) async fn free(folder: &Path) -> Option<u64> {
    let folder = folder.to_owned();
    let looking = tokio::task::spawn_blocking(move || folder.ancestors().find_map(os::free_in));
    tokio::time::timeout(PATIENCE, looking).await.ok()?.ok()?
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_disk_of_a_folder_that_is_not_there_yet_is_that_of_the_one_above() {
        let dir = tempfile::tempdir().unwrap();
        assert!(free(&dir.path().join("not/there/yet")).await.is_some_and(|bytes| bytes > 0));
    }
}
