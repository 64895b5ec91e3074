//! Results in a bucket or at a server: each is made and checked as a file of this machine, and has its name when all of it is there.
//!
//! What a folder of files needs beside that has no meaning here. Nothing unfinished lies in a bucket, so that nothing is
//! left over in it, and no lock says who still writes; what a killed run left in the temporary folder of this machine is
//! cleared there. In place of a lock stands the store's own condition: a name is given if nobody has it.

use std::ffi::OsString;
use std::io::{self, BufReader, Seek as _};
use std::path::Path;
use std::sync::Once;

use object_store::{ObjectStoreExt as _, PutPayload};

use super::put::{Condition, put};
use super::spot::Spot;
use super::trouble::told;
use super::walk::names;
use super::{Objects, opened};
use crate::storage::calls::wait;
use crate::storage::local::Local;
use crate::storage::sink::Way;
use crate::storage::{Files as _, Held, Kind, Named, Refused, Sink, UNFINISHED, Unfinished, holds_same};

/// What is put to try a folder out, and taken away again: hidden, so that no walk takes it for a photo.
const TRIAL: &str = ".fal-tui-trial";

impl Sink for Objects {
    fn keeps_folders(&self) -> bool {
        false
    }

    fn try_out(&self, folder: &Path) -> io::Result<()> {
        let (store, spot) = opened(folder)?;
        if let Some(dav) = store.dav().cloned() {
            return wait(async move { dav.try_out(&spot.key).await.map_err(|refusal| refusal.told(&spot)) })?;
        }
        let trial = Spot { key: spot.key.clone().join(TRIAL), ..spot };
        wait(async move {
            store.objects.put(&trial.key, PutPayload::new()).await.map_err(|error| told(&error, &trial))?;
            // Who may write and not delete is served as well: it holds nothing.
            let _ = store.objects.delete(&trial.key).await;
            Ok(())
        })?
    }

    fn begin(&self, _folder: &Path, named: (&str, &str)) -> io::Result<Unfinished> {
        static CLEARED: Once = Once::new();
        let folder = std::env::temp_dir();
        CLEARED.call_once(|| clear(&folder));
        Local.begin(&folder, named)
    }

    fn claim(&self, file: Unfinished, path: &Path) -> Result<Named, Refused> {
        named(file, path, Condition::Free)
    }

    fn replace(&self, file: Unfinished, path: &Path) -> Result<Named, Refused> {
        named(file, path, Condition::Ours)
    }

    fn unname(&self, path: &Path, named: Named) -> Option<Unfinished> {
        let Named(Way::Put(file, mark)) = named else { return None };
        let (store, spot) = opened(path).ok()?;
        let is_ours = store.head(&spot).is_ok_and(|there| mark.is_some() && there.e_tag == mark);
        (is_ours && self.remove(path).is_ok()).then_some(file)
    }

    fn share_as(&self, _file: &Unfinished, _there: &Path) {}

    fn is_same(&self, path: &Path, mut file: &Unfinished) -> io::Result<bool> {
        if self.stat_itself(path)?.bytes != file.length()? {
            return Ok(false);
        }
        file.rewind()?;
        holds_same(self.open(path)?, BufReader::new(file))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (store, spot) = opened(path)?;
        wait(async move { store.objects.delete(&spot.key).await.map_err(|error| told(&error, &spot)) })?
    }

    fn make_all(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn make_below(&self, _root: &Path, _below: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<(OsString, Kind)>> {
        let (store, spot) = opened(folder)?;
        let kind = |is_folder| if is_folder { Kind::Folder } else { Kind::File };
        Ok(names(&store, &spot)?.into_iter().map(|(name, is_folder)| (name, kind(is_folder))).collect())
    }

    fn left_over(&self, _path: &Path) -> io::Result<Option<Held>> {
        Ok(None)
    }
}

/// Gives a file its name, which is when all of it is there.
fn named(file: Unfinished, path: &Path, condition: Condition) -> Result<Named, Refused> {
    match opened(path).and_then(|(store, spot)| put(&store, &spot, &file, condition)) {
        Ok(mark) => Ok(Named(Way::Put(file, mark))),
        Err(error) => Err(Refused { error, file }),
    }
}

/// Removes what killed runs left in a folder of this machine.
fn clear(folder: &Path) {
    let sink: &dyn Sink = &Local;
    for path in sink.named_like(folder, UNFINISHED).unwrap_or_default() {
        if let Ok(Some(left)) = sink.left_over(&path)
            && left.is_sure
        {
            // Another process may have been faster.
            let _ = sink.remove(&path);
        }
    }
}
