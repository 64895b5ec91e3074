//! Folders of a server: what they hold, and how they come to be.

use std::time::{Duration, SystemTime};

use object_store::path::Path as Key;
use object_store::{ListResult, ObjectMeta};

use super::answer::Lies;
use super::call::{Dav, Listed};
use super::refusal::Refusal;
use crate::storage::UNFINISHED;

/// How long something unfinished lies until nobody is thought to write it any more: no run says on a server that it does.
const LEFT: Duration = Duration::from_hours(24);

impl Dav {
    /// The file at a place.
    ///
    /// # Errors
    /// A status 404 if none is there.
    pub(in super::super) async fn head(&self, key: &Key) -> Result<ObjectMeta, Refusal> {
        let found = match self.find(key, false, 0).await {
            // Many servers send on from a folder whose address does not end as one.
            Err(refusal) if refusal.is_elsewhere() && self.is_folder(key).await? => return Err(missing()),
            found => found?,
        };
        let there = found.lies.first().ok_or(Refusal::NoListing)?;
        if there.is_folder { Err(missing()) } else { Ok(meta(key.clone(), there)) }
    }

    /// Whether a folder is at a place.
    ///
    /// # Errors
    /// If the server does not say.
    pub(in super::super) async fn is_folder(&self, key: &Key) -> Result<bool, Refusal> {
        match self.find(key, true, 0).await {
            Ok(found) => Ok(found.lies.first().is_some_and(|there| there.is_folder)),
            Err(refusal) if refusal.is_missing() => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    /// What a folder holds, all at once: servers know no pages. One that is not there holds nothing.
    ///
    /// # Errors
    /// If the server does not give it.
    pub(in super::super) async fn list(&self, folder: &Key) -> Result<ListResult, Refusal> {
        let (mut objects, mut common_prefixes) = (Vec::new(), Vec::new());
        let listed = match self.find(folder, true, 1).await {
            Err(refusal) if refusal.is_missing() => Listed { lies: Vec::new(), now: None },
            listed => listed?,
        };
        for (key, there) in within(folder, &listed) {
            if there.is_folder { common_prefixes.push(key) } else { objects.push(meta(key, there)) }
        }
        Ok(ListResult { common_prefixes, objects, extensions: http::Extensions::default() })
    }

    /// Sees to it, once a folder, that it is there, and takes away what killed runs left in it.
    pub(super) async fn enter(&self, folder: &Key) -> Result<(), Refusal> {
        // Who comes meanwhile waits.
        let mut entered = self.entered.lock().await;
        if entered.contains(folder) {
            return Ok(());
        }
        match self.find(folder, true, 1).await {
            Ok(listed) => {
                for (key, _) in within(folder, &listed).filter(|(key, there)| is_left(key, there, listed.now)) {
                    // Another process may have been faster.
                    let _ = self.remove(&key).await;
                }
            }
            Err(refusal) if refusal.is_missing() => self.make_all(folder).await?,
            Err(refusal) => return Err(refusal),
        }
        entered.insert(folder.clone());
        Ok(())
    }

    /// Makes a folder and all above it that are not there.
    async fn make_all(&self, folder: &Key) -> Result<(), Refusal> {
        let mut missing = vec![folder.clone()];
        while let Some(next) = missing.last() {
            match self.make(next).await {
                Ok(()) => drop(missing.pop()),
                Err(refusal) if refusal.is_missing() => match above(next).filter(|above| !above.is_root()) {
                    // All above it was made, and still it cannot be.
                    Some(above) if !missing.contains(&above) && missing.len() < 256 => missing.push(above),
                    _ => return Err(refusal),
                },
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }
}

/// What lies in a folder that was listed; it is in its own list.
fn within<'a>(folder: &Key, listed: &'a Listed) -> impl Iterator<Item = (Key, &'a Lies)> {
    // Behind a gate a server may call its folders by other paths: the folder itself has the shortest.
    let itself = listed.lies.iter().map(|there| there.path.len()).min().unwrap_or_default();
    let named = move |there: &'a Lies| there.path.last().filter(|_| there.path.len() > itself);
    listed.lies.iter().filter_map(move |there| {
        let name = named(there)?;
        let whole = if folder.is_root() { name.clone() } else { format!("{folder}/{name}") };
        // One that no key takes, as one with a line break in it.
        Some((Key::parse(whole).ok().filter(|_| !name.contains('/'))?, there))
    })
}

fn is_left(key: &Key, there: &Lies, now: Option<SystemTime>) -> bool {
    let (prefix, suffix) = UNFINISHED;
    let is_ours = key.filename().is_some_and(|name| name.starts_with(prefix) && name.ends_with(suffix));
    let age = now.zip(there.changed).and_then(|(now, changed)| now.duration_since(changed).ok());
    is_ours && !there.is_folder && age.is_some_and(|age| age > LEFT)
}

/// The folder that something is in.
pub(super) fn above(key: &Key) -> Option<Key> {
    if key.is_root() {
        return None;
    }
    let above = key.as_ref().rsplit_once('/').map_or("", |(above, _)| above);
    Key::parse(above).ok()
}

fn meta(location: Key, there: &Lies) -> ObjectMeta {
    ObjectMeta {
        location,
        last_modified: there.changed.unwrap_or(SystemTime::UNIX_EPOCH).into(),
        size: there.bytes,
        e_tag: there.mark.clone(),
        version: None,
    }
}

fn missing() -> Refusal {
    Refusal::of(&http::Method::GET, http::StatusCode::NOT_FOUND, &http::HeaderMap::new())
}
