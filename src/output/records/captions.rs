//! `captions.csv`: a line for each picture that has a caption, as trainers read them that take no JSON.

use super::metadata::Line;
use crate::job::{as_cell, of_cell};

/// The columns.
pub(super) const COLUMNS: [&str; 2] = ["file_name", "text"];

/// Whether a file with these columns is one of ours.
pub(super) fn is_ours<'a>(columns: impl Iterator<Item = &'a [u8]>) -> bool {
    columns.eq(COLUMNS.iter().map(|name| name.as_bytes()))
}

/// The picture that a line is about.
pub(super) fn named(record: &csv::ByteRecord) -> String {
    of_cell(&String::from_utf8_lossy(record.get(0).unwrap_or_default())).to_owned()
}

/// A picture's line, if it has a caption.
pub(super) fn line(line: &Line) -> Option<[String; 2]> {
    Some([as_cell(line.file_name.clone()), as_cell(line.text.clone()?)])
}
