//! A file comes to a server under a hidden name, beside the one that it gets when all of it is there.

use std::path::Path;

use object_store::path::Path as Key;
use uuid::Uuid;

use super::call::Dav;
use super::folder::above;
use super::refusal::Refusal;
use crate::storage::UNFINISHED;

impl Dav {
    /// Puts a file of this machine; gives the server's mark for it.
    ///
    /// # Errors
    /// A status 412 if the name is taken and may not be replaced.
    pub(in super::super) async fn put_as(
        &self,
        key: &Key,
        (file, length): (&Path, u64),
        kind: Option<&str>,
        may_replace: bool,
    ) -> Result<Option<String>, Refusal> {
        let folder = above(key).unwrap_or_default();
        self.enter(&folder).await?;
        let hidden = hidden(&folder);
        let mut put = self.put(&hidden, Some((file, length)), kind).await;
        if put.as_ref().is_err_and(Refusal::is_missing) {
            // Somebody took the folder away since.
            self.entered.lock().await.remove(&folder);
            self.enter(&folder).await?;
            put = self.put(&hidden, Some((file, length)), kind).await;
        }
        let named = match put {
            Ok(()) => self.rename(&hidden, key, may_replace).await,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = named {
            // What stays of it all the same goes when somebody comes by a day later.
            let _ = self.remove(&hidden).await;
            return Err(refusal);
        }
        Ok(self.head(key).await.ok().and_then(|there| there.e_tag))
    }
}

/// A name in a folder that nobody else has, and no walk takes for a photo.
pub(super) fn hidden(folder: &Key) -> Key {
    let (prefix, suffix) = UNFINISHED;
    folder.clone().join(format!("{prefix}{}{suffix}", Uuid::new_v4().simple()))
}
