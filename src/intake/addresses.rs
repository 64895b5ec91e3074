//! Photos at addresses: what they are called below the output folder, and what is looked at of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use super::examine::{Candidate, changed, losses_in};
use super::order::{compare, stem_key};
use crate::job::{ContentHash, Loss, Losses, Photo, Pixels, Timestamp, is_turning};
use crate::picture::{HEAD, Header, Kind, Orientation, PictureError, photo as read_photo, sniff};
use crate::storage;

/// The longest name, characters.
const LONGEST: usize = 120;

/// What becomes of photos at addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fetching {
    /// Whether fal fetches what has an address itself, so that nothing can be done to it before.
    pub by_fal: bool,
    /// The same of what lies in an object store.
    pub from_stores: bool,
    /// Whether metadata are not to be sent.
    pub strips: bool,
}

impl Fetching {
    /// Whether fal fetches a photo itself.
    fn is_by_fal(self, photo: &Photo) -> bool {
        if storage::is_address(&photo.source) { self.by_fal } else { self.from_stores }
    }
}

/// Why a photo is not sent that fal would have to fetch as it is.
const TO_BE_MADE: &str = "would have to be turned or converted before it is sent, which --send upload does";
const TO_BE_STRIPPED: &str = "has metadata that are not to be sent, which --send upload takes out";

/// Addresses, by their host.
#[derive(Debug, Clone, Default)]
pub(super) struct Addresses(BTreeMap<PathBuf, BTreeSet<PathBuf>>);

impl Addresses {
    pub(super) fn add(&mut self, address: &Path) {
        let host = address.to_str().and_then(host).unwrap_or_default();
        self.0.entry(host.into()).or_default().insert(address.to_owned());
    }

    /// Each of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.0.values().flatten().map(PathBuf::as_path)
    }

    /// Their hosts.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    /// Them as they are looked at, in natural order: each by the last part of its address, below the folder that its host
    /// has, if there are several.
    pub(super) fn candidates(&self, prefixes: &BTreeMap<PathBuf, OsString>) -> Vec<Candidate> {
        let mut all = Vec::new();
        for (host, addresses) in &self.0 {
            let mut named = named(addresses);
            named.sort_by(|(a, _), (b, _)| compare((OsStr::new(a), false), (OsStr::new(b), false)));
            let prefix = prefixes.get(host).map_or(Path::new(""), Path::new);
            all.extend(named.into_iter().map(|(name, address)| Candidate {
                path: prefix.join(&name).into(),
                source: address.into(),
                stem: stem_key(OsStr::new(&name)).into(),
                trouble: None,
            }));
        }
        all
    }
}

/// What a host is called as a folder: `example.org`, with a port `example.org-8080`.
fn host(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?']).next()?;
    Some(host.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect())
}

/// A name for each address, no two alike whatever their case. Where the last parts of two are, each gets a mark made of
/// its whole address: it stays the same whatever else is listed with the two.
fn named(addresses: &BTreeSet<PathBuf>) -> Vec<(String, &Path)> {
    let mut alike: HashMap<String, usize> = HashMap::new();
    let named: Vec<_> = addresses.iter().map(|address| (name(address), address.as_path())).collect();
    for (name, _) in &named {
        *alike.entry(name.to_lowercase()).or_default() += 1;
    }
    let unique = |(name, address): (String, &'_ Path)| {
        if alike.get(&name.to_lowercase()).is_none_or(|count| *count < 2) {
            return name;
        }
        let mark = blake3::hash(address.as_os_str().as_encoded_bytes()).to_hex();
        let mark: String = mark.chars().take(8).collect();
        match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}-{mark}.{extension}"),
            None => format!("{name}-{mark}"),
        }
    };
    named.into_iter().map(|(name, address)| (unique((name, address)), address)).collect()
}

/// The last part of an address as the name of a file that every system takes.
fn name(address: &Path) -> String {
    let text = address.to_string_lossy();
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
    let decoded = storage::unescaped(last);
    let decoded = String::from_utf8_lossy(&decoded);
    let allowed = |c: char| !(c.is_control() || is_turning(c) || r#"/\:*?"<>|"#.contains(c));
    let clean: String = decoded.chars().filter(|c| allowed(*c)).take(LONGEST).collect();
    let clean = clean.trim().trim_matches('.').trim();
    if clean.is_empty() { "photo".to_owned() } else { clean.to_owned() }
}

/// Looks at what lies at a photo's address, or in a store: its length, when it was changed, what it is and how large, by its first
/// parts alone. Where these do not show the size, that stays unknown.
///
/// # Errors
/// In words, if it cannot be fetched, is no picture that fal takes, or something is to be done to it that cannot be.
pub fn measure_address(photo: &mut Photo, fetching: Fetching) -> Result<(), String> {
    let told = |error: PictureError| error.to_string();
    let mut file =
        storage::source(&photo.source).open(&photo.source).map_err(|error| told(PictureError::Unreadable(error)))?;
    let stat = file.stat();
    photo.bytes = stat.bytes;
    photo.modified = stat.modified.map(changed).unwrap_or_default();
    let header = match read_photo(&mut file) {
        Ok(header) => header,
        Err(error @ PictureError::Unreadable(_)) => return unsized_(photo, &mut file, &told(error)),
        Err(error) => return Err(told(error)),
    };
    let by_fal = fetching.is_by_fal(photo);
    if by_fal {
        let carries = header.carried.exif || header.carried.xmp || header.carried.iptc;
        if header.is_to_be_made() || header.orientation != Orientation::Upright {
            return Err(TO_BE_MADE.to_owned());
        }
        if fetching.strips && carries {
            return Err(TO_BE_STRIPPED.to_owned());
        }
    }
    photo.format = Some(header.format);
    photo.pixels = Some(header.upright());
    photo.losses = losses(&header, by_fal);
    Ok(())
}

/// A picture that fal takes, whose size does not show in what is looked at.
fn unsized_(photo: &mut Photo, mut file: impl Read + Seek, why: &str) -> Result<(), String> {
    let mut head = Vec::new();
    let read = file.rewind().and_then(|()| (&mut file).take(HEAD as u64).read_to_end(&mut head));
    match (read, sniff(&head)) {
        (Ok(_), Kind::Picture(format)) => {
            (photo.format, photo.pixels) = (Some(format), None::<Pixels>);
            Ok(())
        }
        _ => Err(why.to_owned()),
    }
}

fn losses(header: &Header, by_fal: bool) -> Losses {
    losses_in(header)
        .with(Loss::Transparency, header.alpha && !by_fal && header.may_have_mask())
        .with(Loss::TransparencyLost, header.alpha && (by_fal || !header.may_have_mask()))
}

/// What stands for the content of a photo on another machine; `None` for one of this.
#[must_use]
pub fn remote_content(photo: &Photo) -> Option<ContentHash> {
    storage::is_remote(&photo.source).then(|| address_content(&photo.source, photo.bytes, photo.modified))
}

/// What stands for the content of a photo on another machine, which nobody reads as a whole: its address or its place in
/// a store, the length, bytes, and when it was changed or by which mark it is known. What is put in its place is another
/// photo.
pub(super) fn address_content(address: &Path, bytes: u64, changed: Timestamp) -> ContentHash {
    let mut hasher = blake3::Hasher::new_derive_key("fal-tui: a photo at an address, by its address, length and age");
    hasher.update(address.as_os_str().as_encoded_bytes());
    hasher.update(&bytes.to_le_bytes()).update(&changed.0.to_le_bytes());
    ContentHash(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(addresses: &[&str], prefixes: &[(&str, &str)]) -> Vec<String> {
        let mut all = Addresses::default();
        for address in addresses {
            all.add(Path::new(address));
        }
        let prefixes = prefixes.iter().map(|(host, name)| (host.into(), name.into())).collect();
        all.candidates(&prefixes).iter().map(|one| one.path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn an_address_is_called_by_its_last_part_made_harmless_and_unique() {
        assert_eq!(paths(&["https://a.org/x/sea%20view.JPG?size=large"], &[]), ["sea view.JPG"]);
        assert_eq!(paths(&["https://a.org/x/..%2f..%2fetc%2Fpasswd"], &[]), ["etcpasswd"]);
        assert_eq!(paths(&["https://a.org/", "https://a.org/%2e%2E"], &[]).len(), 2);
        assert_eq!(paths(&["https://a.org/a%E2%80%AEgpj.png%00"], &[]), ["agpj.png"]);
        let alike = paths(&["https://a.org/1/a.jpg", "https://a.org/2/A.jpg", "https://a.org/b.jpg"], &[]);
        assert!(alike[0].starts_with("a-") || alike[0].starts_with("A-"), "{alike:?}");
        assert!(alike[0].to_lowercase() != alike[1].to_lowercase() && alike[2] == "b.jpg", "{alike:?}");
        let two = [("a.org", "a.org"), ("b.org-8080", "b.org-8080")];
        assert_eq!(
            paths(&["https://a.org/a.jpg", "https://b.org:8080/a.jpg"], &two),
            ["a.org/a.jpg", "b.org-8080/a.jpg"]
        );
    }

    #[test]
    fn another_object_at_an_address_is_another_photo() {
        let content = |address: &str, bytes, at| address_content(Path::new(address), bytes, Timestamp(at));
        let one = content("https://a.org/a.jpg", 5, 7);
        assert_eq!(one, content("https://a.org/a.jpg", 5, 7));
        for other in [
            content("https://a.org/b.jpg", 5, 7),
            content("https://a.org/a.jpg", 6, 7),
            content("https://a.org/a.jpg", 5, 8),
        ] {
            assert_ne!(one, other);
        }
    }
}
