//! A place in a store: whose it is, in which bucket or at which server, and under which key.

use std::io;
use std::path::Path;

use object_store::ObjectMeta;
use object_store::path::Path as Key;

use super::dav::bare;
/// Who keeps the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Service {
    /// Amazon S3, and what speaks as it does.
    S3,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure,
    /// A server of WebDAV, by the scheme that its calls are made by.
    Dav(&'static str),
}

impl Service {
    const ALL: [(&'static str, Self); 5] = [
        ("s3", Self::S3),
        ("gs", Self::Google),
        ("az", Self::Azure),
        ("webdav+https", Self::Dav("https")),
        ("webdav+http", Self::Dav("http")),
    ];

    /// Where it finds who we are.
    pub(super) fn credentials(self) -> &'static str {
        match self {
            Self::S3 => "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
            Self::Google => "GOOGLE_APPLICATION_CREDENTIALS, or `gcloud auth application-default login`",
            Self::Azure => "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
            Self::Dav(_) => "FAL_TUI_WEBDAV_USER and FAL_TUI_WEBDAV_PASSWORD",
        }
    }

    /// Whether it signs URLs by which others can fetch what lies there.
    pub(super) fn signs(self) -> bool {
        !matches!(self, Self::Dav(_))
    }

    /// Its mark for an object, the same whichever call it was told by.
    pub(super) fn mark(self, meta: &ObjectMeta) -> Option<&str> {
        let tag = meta.e_tag.as_deref()?;
        Some(if let Self::Dav(_) = self { bare(tag) } else { tag })
    }
}

/// A place in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) service: Service,
    /// The bucket, or the server with its port.
    pub(super) bucket: String,
    pub(super) key: Key,
}

impl Spot {
    /// The one that a place means.
    ///
    /// # Errors
    /// If no key can be like that.
    pub(super) fn of(at: &Path) -> io::Result<Self> {
        let no_name =
            |why: &str| io::Error::new(io::ErrorKind::InvalidFilename, format!("no object is called so: {why}"));
        let (scheme, rest) =
            at.to_str().and_then(|text| text.split_once("://")).ok_or_else(|| no_name("it is no text"))?;
        let service = Service::ALL.into_iter().find(|(name, _)| *name == scheme);
        let (_, service) = service.ok_or_else(|| no_name("nobody keeps it"))?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        let key = Key::parse(key).map_err(|_| no_name("a part of it is empty or has a character that no key takes"))?;
        Ok(Self { service, bucket: bucket.to_owned(), key })
    }

    /// What stands before the keys of all below it.
    pub(super) fn below(&self) -> String {
        if self.key.is_root() { String::new() } else { format!("{}/", self.key) }
    }
}
