//! Which paths and names were come upon already.

use std::collections::HashSet;

/// Texts seen so far, as 128 bits of their hashes: a hundred thousand take two megabytes, however long they are.
#[derive(Debug, Default)]
pub struct Seen(HashSet<u128>);

impl Seen {
    /// Notes one; `false` if it was known.
    pub fn add(&mut self, text: impl AsRef<[u8]>) -> bool {
        self.0.insert(short(text.as_ref()))
    }

    /// Whether it was seen.
    #[must_use]
    pub fn has(&self, text: impl AsRef<[u8]>) -> bool {
        self.0.contains(&short(text.as_ref()))
    }
}

fn short(text: &[u8]) -> u128 {
    u128::from_le_bytes(blake3::hash(text).as_bytes().first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_new_once() {
        let mut seen = Seen::default();
        assert!(seen.add(b"a/b.jpg") && !seen.add(b"a/b.jpg") && seen.add(b"a/c.jpg"));
        assert!(seen.has(b"a/b.jpg") && !seen.has(b"a/"));
    }
}
