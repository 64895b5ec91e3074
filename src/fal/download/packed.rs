//! Bodies that come packed (RFC 9110, 8.4). None is asked for; where a host packs all the same, what it meant
//! is taken.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// What is unpacked in one go, bytes as they come: no more comes of it than a thousand times as much.
pub(crate) const PORTION: usize = 4 << 10;
/// What a packed file begins with (RFC 1952).
const MAGIC: u8 = 0x1f;

/// Unpacks a body while it comes.
pub(crate) enum Unpacker {
    /// It is as it comes.
    Plain,
    /// It is said to be packed, and nothing of it has come yet.
    Said,
    /// It is packed.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Unpacker {
    /// What an answer's headers ask for; what it is packed with if that is nothing that we know.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, String> {
        let codings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let codings = codings.flat_map(|value| value.split(',')).map(|coding| coding.trim().to_ascii_lowercase());
        let codings: Vec<_> = codings.filter(|coding| !coding.is_empty() && coding != "identity").collect();
        match codings.as_slice() {
            [] => Ok(Self::Plain),
            [one] if one == "gzip" || one == "x-gzip" => Ok(Self::Said),
            more => Err(more.join(", ")),
        }
    }

    /// Whether lengths and places in the body are of something else than what comes of it.
    pub(crate) fn is_packed(&self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// What comes of the next bytes, of which there are [`PORTION`] at the most.
    pub(crate) fn take(&mut self, bytes: Bytes) -> io::Result<Bytes> {
        if matches!(self, Self::Said)
            && let Some(first) = bytes.first()
        {
            // Some hosts say so of files that they give as they are.
            *self = if *first == MAGIC { Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))) } else { Self::Plain };
        }
        match self {
            Self::Plain | Self::Said => Ok(bytes),
            Self::Gzip(decoder) => {
                decoder.write_all(&bytes)?;
                Ok(std::mem::take(decoder.get_mut()).into())
            }
        }
    }

    /// What comes of it at its end.
    pub(crate) fn end(&mut self) -> io::Result<Bytes> {
        match self {
            Self::Plain | Self::Said => Ok(Bytes::new()),
            Self::Gzip(decoder) => {
                decoder.try_finish()?;
                Ok(std::mem::take(decoder.get_mut()).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use http::HeaderValue;

    use super::*;

    fn said(coding: &'static str) -> Unpacker {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))]);
        Unpacker::of(&headers).unwrap()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn unpacked(mut unpacker: Unpacker, bytes: &[u8], at_once: usize) -> io::Result<Vec<u8>> {
        let mut whole = Vec::new();
        for portion in bytes.chunks(at_once) {
            whole.extend_from_slice(&unpacker.take(Bytes::copy_from_slice(portion))?);
        }
        whole.extend_from_slice(&unpacker.end()?);
        Ok(whole)
    }

    #[test]
    fn what_comes_packed_is_unpacked_in_whatever_pieces_and_a_half_is_none() {
        let text = b"a picture, or so".repeat(5000);
        let packed = packed(&text);
        for at_once in [1, 7, PORTION] {
            assert_eq!(unpacked(said("gzip"), &packed, at_once).unwrap(), text);
            assert_eq!(unpacked(said("X-GZIP"), &text, at_once).unwrap(), text, "not packed, whatever is said");
            assert_eq!(unpacked(said("identity"), &packed, at_once).unwrap(), packed);
        }
        assert!(unpacked(said("gzip"), &packed[..packed.len() / 2], 64).is_err());
        assert!(unpacked(said("gzip"), &packed[..packed.len() - 3], 64).is_err());
        let other = HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static("gzip, br"))]);
        assert_eq!(Unpacker::of(&other).err().as_deref(), Some("gzip, br"));
    }

    #[test]
    fn a_portion_gives_no_more_than_memory_has_room_for() {
        let packed = packed(&vec![0; 64 << 20]);
        let mut unpacker = said("gzip");
        for portion in packed.chunks(PORTION) {
            assert!(unpacker.take(Bytes::copy_from_slice(portion)).unwrap().len() <= PORTION * 1100);
        }
    }
}
