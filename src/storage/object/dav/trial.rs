//! Whether results can be put on a server, tried before anything is paid.

use object_store::path::Path as Key;

use super::call::Dav;
use super::folder::above;
use super::put::hidden;
use super::refusal::Refusal;

impl Dav {
    /// Tries whether something can be put in a folder, or in what is there of the way to it; and once a server, whether it
    /// keeps to its word that a file goes over no other. Nothing is left of that.
    ///
    /// # Errors
    /// If it cannot be.
    pub(in super::super) async fn try_out(&self, folder: &Key) -> Result<(), Refusal> {
        let folder = self.nearest(folder).await?;
        let (one, other) = (hidden(&folder), hidden(&folder));
        // Who comes meanwhile waits.
        let mut is_tried = self.is_tried.lock().await;
        let mut tried = self.put(&one, None, None).await;
        if tried.is_ok() && !*is_tried {
            tried = self.keeps_names(&one, &other).await;
            let _ = self.remove(&other).await;
            *is_tried = tried.is_ok();
        }
        // Who may write and not take away again was told of that by the rename.
        let _ = self.remove(&one).await;
        tried
    }

    /// Whether a file does not get another's name where it is told not to.
    async fn keeps_names(&self, one: &Key, other: &Key) -> Result<(), Refusal> {
        self.put(other, None, None).await?;
        match self.rename(one, other, false).await {
            Err(refusal) if refusal.status() == Some(412) => Ok(()),
            Err(refusal) => Err(refusal),
            Ok(()) => Err(Refusal::Overwrites),
        }
    }

    /// The nearest folder on the way to one that is there.
    async fn nearest(&self, folder: &Key) -> Result<Key, Refusal> {
        let mut folder = folder.clone();
        loop {
            match self.find(&folder, true, 0).await {
                Ok(found) if found.lies.first().is_some_and(|there| !there.is_folder) => return Err(Refusal::NoFolder),
                Err(refusal) if refusal.is_missing() => match above(&folder) {
                    Some(above) => folder = above,
                    None => return Ok(folder),
                },
                found => return found.map(|_| folder),
            }
        }
    }
}
