//! How fal gets a photo: from its storage, in the request itself, or from where the photo lies.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::request::ContentHash;
use crate::job::Format;

/// How fal gets a photo (fal docs: file inputs).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// It is brought to fal's storage, and its URL there is sent.
    Upload,
    /// It stands in the request, as a data URI.
    DataUri,
    /// It has an address of its own that is sent: fal fetches it from there.
    Url,
}

impl Way {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Upload, Self::DataUri, Self::Url];

    /// The longest file that stands in a request, bytes. fal's documents name no bound and advise against more than a few
    /// KB; four megabytes of text go through its gateway, and three pages of them through its history.
    pub const LONGEST_INLINE: u64 = 3 << 20;

    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::DataUri => "data-uri",
            Self::Url => "url",
        }
    }

    /// The way that is called so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// The way of one photo where this was asked for, if anything was: what has an address is fetched from there.
    #[must_use]
    pub fn of(asked: Option<Self>, has_address: bool) -> Self {
        asked.unwrap_or(if has_address { Self::Url } else { Self::Upload })
    }
}

/// What stands in place of a data URI, in which the whole picture would be: what was sent, and a number that makes it
/// unique as the URL of an upload is.
#[must_use]
pub fn inline_mark(format: Format, sent: &ContentHash, unique: u64) -> Box<str> {
    format!("{INLINE}{};blake3={sent:?};n={unique:016x}", format.media_type()).into()
}

/// What was sent in a data URI, by what stands in its place.
#[must_use]
pub fn inlined(mark: &str) -> Option<ContentHash> {
    let (_, hash) = mark.strip_prefix(INLINE)?.split_once(";blake3=")?;
    let (hash, _) = hash.split_once(";n=")?;
    let mut bytes = [0; 32];
    if hash.len() != 64 || !hash.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hash.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(ContentHash(bytes))
}

/// What a data URI is looked up by: what it holds and what was asked for it, since it is not unique.
#[must_use]
pub fn inline_key(sent: &ContentHash, params: &str) -> String {
    let mut key = String::from(INLINE);
    // Writing to a String cannot fail.
    let _ = write!(key, "{sent:?} {params}");
    key
}

/// What stands in place of a URL that the store of a photo signed, which whoever has it can fetch the photo by: a number
/// that is unique as the URL of an upload is.
#[must_use]
pub fn signed_mark(unique: u64) -> Box<str> {
    format!("{SIGNED}{unique:016x}").into()
}

/// A signed URL as it is sent where this mark stands for it, if one does: with a fragment that the request can be told by,
/// which whoever fetches it keeps to himself (RFC 9110, 4.2.5).
#[must_use]
pub fn marked(mark: &str, signed: &str) -> Option<String> {
    is_signed(mark).then(|| format!("{signed}#{mark}"))
}

/// Whether this stands in place of a signed URL.
#[must_use]
pub fn is_signed(mark: &str) -> bool {
    mark.starts_with(SIGNED)
}

/// What the ledger has of what was sent: of a signed URL the mark.
#[must_use]
pub fn told_by(url: &str) -> &str {
    url.rsplit_once('#').map_or(url, |(_, mark)| if is_signed(mark) { mark } else { url })
}

/// A text without what is secret in signed URLs: all behind the `?` of each.
#[must_use]
pub fn without_signatures(text: &str) -> Cow<'_, str> {
    if !text.contains("ignature=") && !text.contains("sig=") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ')')) {
        match word.split_once('?') {
            Some((address, query)) if query.contains("ignature=") || query.contains("sig=") => {
                plain.push_str(address);
                plain.push_str("?…");
                plain.extend(query.chars().last().filter(|last| !last.is_alphanumeric()));
            }
            _ => plain.push_str(word),
        }
    }
    Cow::Owned(plain)
}

/// Whether a request that was sent this may be the one that was made for that: the same URL, or the same picture in it.
#[must_use]
pub fn is_same_upload(one: &str, other: &str) -> bool {
    one == other || inlined(one).is_some_and(|sent| inlined(other) == Some(sent))
}

/// With what data URIs begin.
const INLINE: &str = "data:";
/// With what the marks of signed URLs begin.
const SIGNED: &str = "fal-tui-signed-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_what_was_sent_and_no_url_is_one() {
        let hash = ContentHash([0xa7; 32]);
        let mark = inline_mark(Format::Jpeg, &hash, 5);
        assert_eq!(inlined(&mark), Some(hash));
        assert_ne!(mark, inline_mark(Format::Jpeg, &hash, 6));
        for other in
            ["https://v3.fal.media/a.jpg", "data:image/jpeg;base64,AAAA", "data:;blake3=zz;n=1", "data:;blake3=é;n="]
        {
            assert_eq!(inlined(other), None, "{other}");
        }
        let signed = marked(&signed_mark(5), "https://b.s3.amazonaws.com/a.jpg?X-Amz-Signature=0a1b").unwrap();
        assert_eq!(told_by(&signed), &*signed_mark(5));
        assert_eq!(told_by("https://a.org/a.jpg#fal-tui-01"), "https://a.org/a.jpg#fal-tui-01");
        assert_eq!(marked(&mark, "https://a.org"), None);
        let told = format!("could not fetch '{signed}', nor https://a.org/?w=1: 403");
        let plain = without_signatures(&told);
        assert_eq!(plain, "could not fetch 'https://b.s3.amazonaws.com/a.jpg?…', nor https://a.org/?w=1: 403");
        assert_eq!(Way::ALL.map(|way| Way::from_name(way.name())), Way::ALL.map(Some));
    }
}
