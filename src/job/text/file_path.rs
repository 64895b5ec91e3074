//! A path that can be written as JSON, whatever bytes a file's name has.

use std::path::{Path, PathBuf};

use crate::os;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path of any bytes that can be written as JSON: as a text, or where it is none as its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FilePath(pub PathBuf);

impl AsRef<Path> for FilePath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl Serialize for FilePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Some(text) => text.serialize(serializer),
            None => self.0.as_os_str().as_encoded_bytes().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(PathBuf),
            Bytes(Vec<u8>),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Text(path) => path,
            Written::Bytes(bytes) => os::path_of(bytes),
        }))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn a_path_of_any_bytes_comes_through_json() {
        for bytes in [&b"/photos/a.jpg"[..], "/фото/海辺.jpg".as_bytes(), b"/photos/\xff\xfe\n.jpg", b""] {
            let path = FilePath(Path::new(std::ffi::OsStr::from_bytes(bytes)).to_owned());
            let json = serde_json::to_string(&path).unwrap();
            assert_eq!(serde_json::from_str::<FilePath>(&json).unwrap(), path, "{json}");
        }
    }
}
