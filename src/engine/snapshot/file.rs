//! A picture's file as it is, beside its name as it is shown: a snapshot may cross to another process,
//! and a file's name need not be text.

use serde::{Deserialize, Serialize};

use crate::job::{FilePath, Pixels};

/// A picture's file, for a face that shows pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureFile {
    /// Where it is, with its true name.
    pub path: FilePath,
    /// Its size, px, as people see it; `None` if it is not known.
    pub pixels: Option<Pixels>,
    /// The size at which it is sent, px, where that is smaller.
    pub sent: Option<Pixels>,
}
