//! Damage, from a seed.

use fastrand::Rng;

/// Values that parsers trip over.
const EDGES: &[&[u8]] = &[
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\x01",
    b"\xff\xd8",
    b"-1",
    b"1e999",
    b"NaN",
    b"null",
    b"[]",
    b"{",
    b"\"",
    b"\\ud800",
    b"\xff\xfe",
    b"\r\n",
    b"[[",
    b"=",
    b"\xe2\x80\xae",
    b"99999999999999999999",
];

/// Damages of whole inputs, without end; the same for the same seed.
pub(crate) struct Damage<'a> {
    samples: &'a [Vec<u8>],
    rng: Rng,
}

impl<'a> Damage<'a> {
    pub(crate) fn of(samples: &'a [Vec<u8>], seed: u64) -> Self {
        assert!(samples.iter().all(|sample| sample.len() > 4));
        Self { samples, rng: Rng::with_seed(seed) }
    }
}

impl Iterator for Damage<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let rng = &mut self.rng;
        let mut bytes = self.samples[rng.usize(..self.samples.len())].clone();
        for _ in 0..=rng.usize(..4) {
            // Headers stand at the beginning: most of the damage is done there.
            let reach = if rng.bool() { bytes.len().min(96) } else { bytes.len() };
            let at = rng.usize(..reach.max(1)).min(bytes.len());
            match rng.u8(..7) {
                0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
                1 if at < bytes.len() => bytes[at] = rng.u8(..),
                2 => bytes.truncate(at),
                3 => {
                    let edge = EDGES[rng.usize(..EDGES.len())];
                    let end = (at + edge.len()).min(bytes.len());
                    bytes.splice(at..end, edge.iter().copied());
                }
                4 => {
                    let edge = EDGES[rng.usize(..EDGES.len())];
                    bytes.splice(at..at, edge.iter().copied());
                }
                5 => {
                    let end = (at + rng.usize(1..64)).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => {
                    let end = (at + rng.usize(1..16)).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
        }
        Some(bytes)
    }
}
