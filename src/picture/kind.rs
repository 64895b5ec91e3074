//! What a file is, by its first bytes.

use std::fmt;

use crate::job::Format;

/// How many bytes [`sniff`] is best given; fewer will do where a file has no more.
pub const HEAD: usize = 512;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture that fal takes as it is.
    Picture(Format),
    /// Anything else.
    Other(Other),
}

/// What a file is that cannot be sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it, and `Display` what people read")]
pub enum Other {
    Empty,
    Heic,
    JpegXl,
    Jpeg2000,
    Tiff,
    Raw,
    Bmp,
    Icon,
    Photoshop,
    Svg,
    Eps,
    Hdr,
    FloatMap,
    Netpbm,
    Pcx,
    Tga,
    OpenExr,
    Qoi,
    Gimp,
    Dicom,
    JpegXr,
    Sgi,
    Fits,
    Dds,
    PostScript,
    Pdf,
    Html,
    Text,
    Video,
    Audio,
    Archive,
    Unknown,
}

impl Other {
    /// Whether it shows something, so that converting it would help.
    #[must_use]
    pub fn is_picture(self) -> bool {
        matches!(
            self,
            Self::Heic
                | Self::JpegXl
                | Self::Jpeg2000
                | Self::Tiff
                | Self::Raw
                | Self::Bmp
                | Self::Icon
                | Self::Photoshop
                | Self::Svg
                | Self::Eps
                | Self::Hdr
                | Self::FloatMap
                | Self::Netpbm
                | Self::Pcx
                | Self::Tga
                | Self::OpenExr
                | Self::Qoi
                | Self::Gimp
                | Self::Dicom
                | Self::JpegXr
                | Self::Sgi
                | Self::Fits
                | Self::Dds
        )
    }

    /// Whether it is made another before it is sent, if it can be read.
    fn is_converted(self) -> bool {
        let is_always = matches!(
            self,
            Self::Heic | Self::Tiff | Self::Raw | Self::Bmp | Self::Netpbm | Self::Pcx | Self::Tga | Self::Qoi
        );
        is_always || self == Self::JpegXl && cfg!(feature = "jxl")
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty file",
            Self::Heic => "HEIC",
            Self::JpegXl => "JPEG XL",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Tiff => "TIFF",
            Self::Raw => "camera raw",
            Self::Bmp => "BMP",
            Self::Icon => "icon",
            Self::Photoshop => "Photoshop document",
            Self::Svg => "SVG",
            Self::Eps => "EPS",
            Self::Hdr => "Radiance HDR",
            Self::FloatMap => "PFM",
            Self::Netpbm => "Netpbm",
            Self::Pcx => "PCX",
            Self::Tga => "TGA",
            Self::OpenExr => "OpenEXR",
            Self::Qoi => "QOI",
            Self::Gimp => "GIMP document",
            Self::Dicom => "DICOM",
            Self::JpegXr => "JPEG XR",
            Self::Sgi => "SGI",
            Self::Fits => "FITS",
            Self::Dds => "DDS",
            Self::PostScript => "PostScript",
            Self::Pdf => "PDF",
            Self::Html => "HTML",
            Self::Text => "text",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Archive => "archive",
            Self::Unknown => "unknown format",
        }
    }
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str(self.name()),
            Self::Unknown => f.write_str("not a picture that is known"),
            other if other.is_picture() => {
                let why = if other.is_converted() {
                    "of a kind that is not read"
                } else {
                    "which is neither sent nor converted"
                };
                write!(f, "{}, {why}: save it as JPEG or PNG", other.name())
            }
            other => write!(f, "{}, not a picture", other.name()),
        }
    }
}

/// First bytes that say it all.
const SIGNATURES: &[(&[u8], Kind)] = &[
    (b"\xff\xd8\xff", Kind::Picture(Format::Jpeg)),
    (b"\x89PNG\r\n\x1a\n", Kind::Picture(Format::Png)),
    (b"GIF87a", Kind::Picture(Format::Gif)),
    (b"GIF89a", Kind::Picture(Format::Gif)),
    (b"\xff\x0a", Kind::Other(Other::JpegXl)),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind::Other(Other::JpegXl)),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind::Other(Other::Jpeg2000)),
    (b"\xff\x4f\xff\x51", Kind::Other(Other::Jpeg2000)),
    (b"II*\0\x10\0\0\0CR", Kind::Other(Other::Raw)),
    (b"IIRO", Kind::Other(Other::Raw)),
    (b"IIRS", Kind::Other(Other::Raw)),
    (b"MMOR", Kind::Other(Other::Raw)),
    (b"IIU\0", Kind::Other(Other::Raw)),
    (b"FUJIFILMCCD-RAW", Kind::Other(Other::Raw)),
    (b"FOVb", Kind::Other(Other::Raw)),
    (b"\0MRM", Kind::Other(Other::Raw)),
    (b"II\x1a\0\0\0HEAPCCDR", Kind::Other(Other::Raw)),
    (b"DSC-Image", Kind::Other(Other::Raw)),
    (b"II\xbc\x01", Kind::Other(Other::JpegXr)),
    (b"II*\0", Kind::Other(Other::Tiff)),
    (b"MM\0*", Kind::Other(Other::Tiff)),
    (b"II+\0", Kind::Other(Other::Tiff)),
    (b"MM\0+", Kind::Other(Other::Tiff)),
    (b"\0\0\x01\0", Kind::Other(Other::Icon)),
    (b"8BPS", Kind::Other(Other::Photoshop)),
    (b"\xc5\xd0\xd3\xc6", Kind::Other(Other::Eps)),
    (b"#?RADIANCE", Kind::Other(Other::Hdr)),
    (b"#?RGBE", Kind::Other(Other::Hdr)),
    (b"\x76\x2f\x31\x01", Kind::Other(Other::OpenExr)),
    (b"qoif", Kind::Other(Other::Qoi)),
    (b"gimp xcf", Kind::Other(Other::Gimp)),
    (b"\x01\xda\0", Kind::Other(Other::Sgi)),
    (b"\x01\xda\x01", Kind::Other(Other::Sgi)),
    (b"SIMPLE  =", Kind::Other(Other::Fits)),
    (b"DDS |\0\0\0", Kind::Other(Other::Dds)),
    (b"%PDF-", Kind::Other(Other::Pdf)),
    (b"\x1aE\xdf\xa3", Kind::Other(Other::Video)),
    (b"\0\0\x01\xba", Kind::Other(Other::Video)),
    (b"ID3", Kind::Other(Other::Audio)),
    (b"fLaC", Kind::Other(Other::Audio)),
    (b"OggS", Kind::Other(Other::Audio)),
    (b"PK\x03\x04", Kind::Other(Other::Archive)),
    (b"\x1f\x8b", Kind::Other(Other::Archive)),
    (b"7z\xbc\xaf\x27\x1c", Kind::Other(Other::Archive)),
    (b"Rar!", Kind::Other(Other::Archive)),
];

/// Tells what a file is by its first [`HEAD`] bytes.
#[must_use]
pub fn sniff(head: &[u8]) -> Kind {
    if head.is_empty() {
        return Kind::Other(Other::Empty);
    }
    if let Some((_, kind)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return *kind;
    }
    match (head.get(..4), head.get(4..8), head.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => return Kind::Picture(Format::Webp),
        (Some(b"RIFF"), _, Some(b"AVI ")) => return Kind::Other(Other::Video),
        (Some(b"RIFF"), _, Some(b"WAVE")) => return Kind::Other(Other::Audio),
        (_, Some(b"ftyp"), Some(_)) => return base_media(head),
        // QuickTime from before there was an `ftyp`.
        (_, Some(b"moov" | b"mdat" | b"wide" | b"pnot"), _) => return Kind::Other(Other::Video),
        (_, Some(b"free" | b"skip"), _) if head.starts_with(b"\0\0") => return Kind::Other(Other::Video),
        _ => {}
    }
    // `BM` alone begins many a text: the four reserved bytes of a bitmap are zero.
    if head.starts_with(b"BM") && head.get(6..10) == Some(&[0; 4]) {
        return Kind::Other(Other::Bmp);
    }
    let other = netpbm(head).or_else(|| written(head)).or_else(|| by_fields(head));
    Kind::Other(other.unwrap_or(Other::Unknown))
}

/// An ISO base media file, by its brands (ISO/IEC 14496-12, 4.3): AVIF, HEIC and MP4 are all such.
fn base_media(head: &[u8]) -> Kind {
    let size = head.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let end = size.clamp(12, head.len());
    let major = head.get(8..12).unwrap_or_default();
    let compatible = head.get(16..end).unwrap_or_default().chunks_exact(4);
    let brands = || std::iter::once(major).chain(compatible.clone());
    let has = |wanted: &[&[u8]]| brands().any(|brand| wanted.contains(&brand));

    if has(&[b"avif", b"avis", b"avio"]) {
        Kind::Picture(Format::Avif)
    } else if has(&[b"crx "]) {
        Kind::Other(Other::Raw)
    } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        Kind::Other(Other::Heic)
    } else if major.starts_with(b"M4A") {
        Kind::Other(Other::Audio)
    } else {
        Kind::Other(Other::Video)
    }
}

/// PBM, PGM, PPM, PAM and PFM: a letter and a digit, blanks or a comment, and a number.
fn netpbm(head: &[u8]) -> Option<Other> {
    let kind = match head.get(..2)? {
        b"PF" | b"Pf" => Other::FloatMap,
        b"P7" if head.starts_with(b"P7\nWIDTH ") || head.starts_with(b"P7\n#") => return Some(Other::Netpbm),
        [b'P', b'1'..=b'6'] => Other::Netpbm,
        _ => return None,
    };
    let mut rest = head.get(2..)?;
    if !rest.first()?.is_ascii_whitespace() {
        return None;
    }
    loop {
        rest = rest.trim_ascii_start();
        if !rest.starts_with(b"#") {
            return rest.first()?.is_ascii_digit().then_some(kind);
        }
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { return Some(kind) };
        rest = rest.get(end..)?;
    }
}

/// What has no signature of its own, by fields that only make sense together.
fn by_fields(head: &[u8]) -> Option<Other> {
    if head.get(128..132) == Some(b"DICM") {
        return Some(Other::Dicom);
    }
    if let [0x0a, 0 | 2..=5, 0 | 1, 1 | 2 | 4 | 8, ..] = head {
        return Some(Other::Pcx);
    }
    // TGA: kind of map, kind of picture, origin of the map, its length and depth, then the picture's
    // place, sides and depth.
    let (about, depth) = (head.get(1..3)?, *head.get(16)?);
    let (map, sides) = (head.get(3..8)?, head.get(12..16)?);
    let is_plain = about.first() == Some(&0) && map.iter().all(|byte| *byte == 0);
    let fits = match about {
        [0, 2 | 3 | 10 | 11] => is_plain && matches!(depth, 8 | 15 | 16 | 24 | 32),
        [1, 1 | 9] => depth == 8 && matches!(map.last(), Some(15 | 16 | 24 | 32)),
        _ => false,
    };
    let has_sides = sides.chunks_exact(2).all(|side| side != [0, 0]);
    (fits && has_sides && head.get(17)? & 0xc0 == 0).then_some(Other::Tga)
}

/// Something that people or programs wrote, if it is text at all.
fn written(head: &[u8]) -> Option<Other> {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Some(Other::Text);
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character cut through by the end of the head is no fault.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?,
        Err(_) => return None,
    };
    if text.is_empty() || text.chars().any(|c| c.is_control() && !c.is_whitespace() && c != '\u{1b}') {
        return None;
    }
    let start = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if start.starts_with("%!ps") {
        let first = start.lines().next().unwrap_or_default();
        Some(if first.contains("epsf") { Other::Eps } else { Other::PostScript })
    } else if is_svg(&start) {
        Some(Other::Svg)
    } else if start.starts_with("<!doctype html") || start.starts_with("<html") {
        Some(Other::Html)
    } else {
        Some(Other::Text)
    }
}

/// Whether the first element is `svg`, behind whatever XML lets stand before it; in small letters.
fn is_svg(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("<!doctype") && !rest.starts_with("<!doctype svg") {
            return false;
        }
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!doctype svg") => return true,
            // A prefix may stand before the name.
            _ => {
                let name = rest.strip_prefix('<').unwrap_or_default();
                let name = name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
                return name == "svg" || name.ends_with(":svg");
            }
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after,
            // A long comment before all: what follows cannot be seen from here.
            None => return rest.contains("svg"),
        }
    }
}
