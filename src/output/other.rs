//! Files of a result that are no pictures: whether one is what its name says, and whole as far as its own bytes tell.

use std::io::{self, Read, Seek, SeekFrom};

use crate::picture::{Kind, Other, sniff};

/// What is wrong with such a file, in words; `None` if nothing is. `extension` is the one in its URL.
pub(super) fn fault(file: &mut (impl Read + Seek), head: &[u8], extension: Option<&str>) -> io::Result<Option<String>> {
    let is = |other: Other| sniff(head) == Kind::Other(other);
    let is_model = head.starts_with(MODEL);
    let named = match extension {
        Some(name @ ("mp4" | "m4v" | "mov" | "webm" | "mkv" | "avi")) if !is(Other::Video) => Some((name, "a video")),
        Some(name @ "glb") if !is_model => Some((name, "a 3D model")),
        Some(name @ "zip") if !is(Other::Archive) => Some((name, "an archive")),
        _ => None,
    };
    if let Some((name, what)) = named {
        return Ok(Some(format!("is called .{name} and is not {what}")));
    }
    let length = file.seek(SeekFrom::End(0))?;
    if is_model {
        // Its whole length stands behind its version (glTF 2.0, 4.4.2).
        let said = head.get(8..12).and_then(|bytes| bytes.first_chunk()).map(|bytes| u32::from_le_bytes(*bytes));
        let is_whole = said.is_some_and(|said| u64::from(said) == length);
        return Ok((!is_whole).then(|| format!("truncated 3D model: {length} bytes, not as many as it says")));
    }
    let is_boxed = is(Other::Video) && head.get(4..8).is_some_and(|name| BOXES.contains(&name));
    let is_whole = !is_boxed || boxes_fit(file, length)?;
    Ok((!is_whole).then(|| "truncated video".to_owned()))
}

/// What a binary glTF begins with.
const MODEL: &[u8] = b"glTF";
/// What MP4 and `QuickTime` begin with, behind the length of it.
const BOXES: [&[u8]; 5] = [b"ftyp", b"moov", b"mdat", b"wide", b"free"];
/// So many boxes are looked at: those of a film that comes in pieces are many.
const MOST: usize = 100_000;

/// Whether its boxes end where the file does (ISO/IEC 14496-12, 4.2).
fn boxes_fit(file: &mut (impl Read + Seek), length: u64) -> io::Result<bool> {
    let mut at = 0;
    for _ in 0..MOST {
        // What is shorter than a head is filling.
        if length.saturating_sub(at) < 8 {
            return Ok(at <= length);
        }
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        let short = head.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        let (size, least) = match short {
            // To the end.
            0 => return Ok(true),
            1 => {
                let mut long = [0; 8];
                match file.read_exact(&mut long) {
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                    read => read?,
                }
                (u64::from_be_bytes(long), 16)
            }
            short => (u64::from(short), 8),
        };
        let Some(end) = at.checked_add(size).filter(|_| size >= least) else { return Ok(false) };
        if end > length {
            return Ok(false);
        }
        at = end;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn told(bytes: &[u8], extension: &str) -> Option<String> {
        fault(&mut Cursor::new(bytes), bytes.get(..512).unwrap_or(bytes), Some(extension)).unwrap()
    }

    fn boxed(name: &[u8], content: &[u8]) -> Vec<u8> {
        [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], name, content].concat()
    }

    #[test]
    fn a_video_and_a_model_are_what_they_are_called_and_whole() {
        let film =
            [boxed(b"ftyp", b"isom\0\0\x02\0isommp41"), boxed(b"mdat", &[7; 90]), boxed(b"moov", &[0; 30])].concat();
        assert_eq!((told(&film, "mp4"), told(&film, "bin")), (None, None));
        for cut in [film.len() - 1, 60, 21] {
            assert_eq!(told(&film[..cut], "mp4").as_deref(), Some("truncated video"), "{cut}");
        }
        let open_end = [boxed(b"ftyp", b"isom\0\0\x02\0isommp41"), b"\0\0\0\0mdat12345".to_vec()].concat();
        assert_eq!(told(&open_end, "mp4"), None);
        let long = [boxed(b"ftyp", b"isom\0\0\x02\0isommp41"), b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x11z".to_vec()].concat();
        assert_eq!((told(&long, "mp4"), told(&long[..38], "mp4").is_some()), (None, true));

        let mut model = b"glTF\x02\0\0\0\x18\0\0\0".to_vec();
        model.extend([0; 12]);
        assert_eq!(told(&model, "glb"), None);
        assert!(told(&model[..20], "glb").unwrap().starts_with("truncated 3D model: 20 bytes"));

        assert_eq!(told(b"oops, no video", "mp4").as_deref(), Some("is called .mp4 and is not a video"));
        assert_eq!(told(&film, "glb").as_deref(), Some("is called .glb and is not a 3D model"));
        assert_eq!(told(b"{}", "zip").as_deref(), Some("is called .zip and is not an archive"));
        assert_eq!(
            (told(b"\x1aE\xdf\xa3", "webm"), told(b"{}", "json"), told(b"PK\x03\x04", "zip")),
            (None, None, None)
        );
    }
}
