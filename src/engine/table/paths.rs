//! Paths in natural order. A path becomes a key whose bytes are in that order; the keys of many lie in few
//! pieces of memory, which are quickly given back.

use std::path::Path;

use crate::job::push_name;

/// Stands between the parts of a path, before anything that a name can hold.
const SEPARATOR: u8 = 0;
/// Keys in one piece of memory.
const PIECE: usize = 1024;

/// The keys of jobs' paths, by the jobs' places.
#[derive(Debug, Default)]
pub(super) struct Paths(Vec<Piece>);

/// Some keys, one after the other, and where each ends.
#[derive(Debug, Default)]
struct Piece {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Paths {
    /// Adds the key of the next job's path.
    pub(super) fn push(&mut self, path: &Path) {
        if self.0.last().is_none_or(|piece| piece.ends.len() == PIECE) {
            self.0.push(Piece::default());
        }
        let Some(Piece { bytes, ends }) = self.0.last_mut() else { return };
        push_key(bytes, path);
        ends.push(bytes.len());
    }

    /// A job's key, if it is there.
    pub(super) fn get(&self, job: usize) -> Option<&[u8]> {
        let Piece { bytes, ends } = self.0.get(job / PIECE)?;
        let at = job % PIECE;
        let begin = at.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
        bytes.get(begin..*ends.get(at)?)
    }
}

fn push_key(key: &mut Vec<u8>, path: &Path) {
    for part in path {
        push_name(key, &part.to_string_lossy());
        key.push(SEPARATOR);
    }
}

/// A path as bytes in natural order.
#[cfg(test)]
pub(super) fn key(path: &Path) -> Vec<u8> {
    let mut key = Vec::new();
    push_key(&mut key, path);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_find_their_photos_where_they_look_for_them() {
        let mut paths = ["b/x.jpg", "IMG10.jpg", "img2.jpg", "a.jpg", "a/z.jpg", "Ä.jpg", "img.jpg", "b.jpg"];
        paths.sort_by_key(|path| key(Path::new(path)));
        let expected = ["a/z.jpg", "a.jpg", "b/x.jpg", "b.jpg", "img.jpg", "img2.jpg", "IMG10.jpg", "Ä.jpg"];
        assert_eq!(paths, expected);
        assert_eq!(key(Path::new("IMG_007.jpg")), key(Path::new("img_7.jpg")), "then their numbers decide");
    }

    #[test]
    fn each_job_has_the_key_of_its_own_path() {
        let paths: Vec<String> = (0..3000).map(|n| format!("{}/IMG_{n}.jpg", "x".repeat(n % 7))).collect();
        let mut keys = Paths::default();
        for path in &paths {
            keys.push(Path::new(path));
        }
        for (at, path) in paths.iter().enumerate() {
            assert_eq!(keys.get(at), Some(&*key(Path::new(path))), "{path}");
        }
        assert_eq!((keys.get(3000), keys.get(9999)), (None, None));
    }
}
