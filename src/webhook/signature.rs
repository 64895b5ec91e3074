//! What a webhook says of itself in its headers, and whether fal signed that (fal docs: webhooks): ED25519 over four
//! lines, the request's id, the user's, the time in seconds, and the SHA-256 of the body in small hex digits.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use http::HeaderMap;

/// How far its time may be from ours, seconds.
pub(super) const TOLERANCE: i64 = 300;
/// The longest header that is looked at, bytes.
const LONGEST: usize = 256;

/// One of fal's public keys.
pub(super) type Key = [u8; 32];

/// What a webhook says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    /// The request that it is about.
    pub(super) request: String,
    user: String,
    /// Its time as it stands there, which is what is signed.
    time: String,
    /// The same, Unix seconds.
    pub(super) at: i64,
    signature: [u8; 64],
}

impl Signed {
    /// Reads it; `None` if something lacks or cannot be what it should be.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let (value, more) = (values.next()?, values.next());
            let value = value.to_str().ok().filter(|value| value.len() <= LONGEST && !value.is_empty())?;
            more.is_none().then(|| value.to_owned())
        };
        let time = text("x-fal-webhook-timestamp")?;
        Some(Self {
            request: text("x-fal-webhook-request-id")?,
            user: text("x-fal-webhook-user-id")?,
            at: time.parse().ok()?,
            time,
            signature: unhex(&text("x-fal-webhook-signature")?)?,
        })
    }

    /// Whether its time is near enough to ours.
    pub(super) fn is_timely(&self, now: i64) -> bool {
        self.at.abs_diff(now) <= TOLERANCE.unsigned_abs()
    }

    /// What is signed, with the SHA-256 of the body.
    pub(super) fn message(&self, digest: &[u8]) -> Vec<u8> {
        format!("{}\n{}\n{}\n{}", self.request, self.user, self.time, hex(digest)).into_bytes()
    }

    /// Whether one of these keys signed a message.
    pub(super) fn is_of(&self, keys: &[Key], message: &[u8]) -> bool {
        keys.iter().any(|key| UnparsedPublicKey::new(&ED25519, key).verify(message, &self.signature).is_ok())
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex(text: &str) -> Option<[u8; 64]> {
    if text.len() != 128 {
        return None;
    }
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; 64];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().as_chunks::<2>().0) {
        let [high, low] = *pair;
        *byte = nibble(high)? << 4 | nibble(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
pub(super) mod tests {
    use aws_lc_rs::digest::{SHA256, digest};
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    use super::*;

    /// The headers of a webhook as fal signs it.
    pub(in crate::webhook) fn headers(pair: &Ed25519KeyPair, request: &str, at: i64, body: &[u8]) -> HeaderMap {
        let message = format!("{request}\nuser\n{at}\n{}", hex(digest(&SHA256, body).as_ref()));
        let signature = hex(pair.sign(message.as_bytes()).as_ref());
        let at = at.to_string();
        let all = [("request-id", request), ("user-id", "user"), ("timestamp", &at), ("signature", &signature)];
        all.into_iter()
            .map(|(name, value)| {
                let name = http::HeaderName::from_bytes(format!("x-fal-webhook-{name}").as_bytes()).unwrap();
                (name, value.parse().unwrap())
            })
            .collect()
    }

    pub(in crate::webhook) fn public(pair: &Ed25519KeyPair) -> Key {
        pair.public_key().as_ref().try_into().unwrap()
    }

    #[test]
    fn only_what_fal_signed_to_the_letter_is_fals() {
        let [fal, other] = [0; 2].map(|_: u8| Ed25519KeyPair::generate().unwrap());
        let headers = headers(&fal, "r-1", 1000, b"{}");
        let signed = Signed::of(&headers).unwrap();
        let is_fals = |signed: &Signed, body: &[u8], keys: &[Key]| {
            signed.is_of(keys, &signed.message(digest(&SHA256, body).as_ref()))
        };
        assert!(is_fals(&signed, b"{}", &[public(&other), public(&fal)]), "any key may have signed it");
        assert!(!is_fals(&signed, b"{ }", &[public(&fal)]));
        assert!(!is_fals(&signed, b"{}", &[public(&other)]));
        assert!(!is_fals(&signed, b"{}", &[]));
        for (name, value) in
            [("request-id", "r-2"), ("user-id", "users"), ("timestamp", "1001"), ("timestamp", "+1000")]
        {
            let mut changed = headers.clone();
            let name = http::HeaderName::from_bytes(format!("x-fal-webhook-{name}").as_bytes()).unwrap();
            changed.insert(name, value.parse().unwrap());
            assert!(!is_fals(&Signed::of(&changed).unwrap(), b"{}", &[public(&fal)]), "{value}");
        }
    }

    #[test]
    fn what_lacks_something_or_says_it_twice_is_not_looked_at() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let whole = headers(&pair, "r-1", 1000, b"{}");
        for name in whole.keys() {
            let mut less = whole.clone();
            less.remove(name);
            assert_eq!(Signed::of(&less), None, "{name}");
            let mut twice = whole.clone();
            twice.append(name, whole[name].clone());
            assert_eq!(Signed::of(&twice), None, "{name}");
        }
        let mut short = whole.clone();
        short.insert("x-fal-webhook-signature", "ab".parse().unwrap());
        assert_eq!(Signed::of(&short), None);
        short.insert("x-fal-webhook-signature", "g".repeat(128).parse().unwrap());
        assert_eq!(Signed::of(&short), None);
    }

    #[test]
    fn five_minutes_are_near_enough_either_way() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let at = |at| Signed::of(&headers(&pair, "r-1", at, b"{}")).unwrap().is_timely(10_000);
        assert_eq!(
            [9_699, 9_700, 10_300, 10_301, i64::MIN, i64::MAX].map(at),
            [false, true, true, false, false, false]
        );
    }
}
