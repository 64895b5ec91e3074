//! The forms that a list may have, read line by line.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{BadLine, Cell};
use crate::job::{of_cell, path_of};
use crate::os;

/// One of them, as the list has it.
pub(super) struct Entry {
    /// Its line, from 1.
    pub(super) number: u64,
    pub(super) path: PathBuf,
    /// Its path below the folder that it was found in.
    pub(super) below: Option<PathBuf>,
    pub(super) cells: Box<[Cell]>,
}

type Read = Result<Entry, BadLine>;

/// The column, or field, that names the photo.
const PATH: &str = "path";

/// What a list has, by its lines.
pub(super) fn entries(bytes: &[u8]) -> Vec<Read> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"{") {
        return objects(bytes);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = reader.byte_headers().cloned().unwrap_or_default();
    let columns: Vec<Arc<str>> = columns.iter().map(|name| String::from_utf8_lossy(name).trim().into()).collect();
    match columns.iter().position(|column| &**column == PATH) {
        None => lines(bytes),
        Some(path) => reader.byte_records().map(|record| row(bytes, record, &columns, path)).collect(),
    }
}

/// A line of a table.
fn row(bytes: &[u8], record: Result<csv::ByteRecord, csv::Error>, columns: &[Arc<str>], path: usize) -> Read {
    let record = record.map_err(|error| {
        let number = error.position().map_or(0, csv::Position::line);
        BadLine { number, problem: "cannot be read as CSV".to_owned() }
    })?;
    let number = record.position().map_or(0, |at| at.line() + blank(bytes, at.byte()));
    let bad = |problem: &str| BadLine { number, problem: problem.to_owned() };
    let cell = |place: usize| record.get(place).map(String::from_utf8_lossy).filter(|cell| !cell.is_empty());
    let path_cell = cell(path).ok_or_else(|| bad("has no path"))?;
    // What we wrote ourselves says what came of a photo.
    let has = |name: &str| columns.iter().any(|column| &**column == name);
    let is_ours = (has("photo") && has("cause")) || (has("state") && has("request_id"));
    if record.len() > columns.len() && !is_ours {
        return Err(bad("has more cells than there are columns"));
    }
    let below = columns.iter().position(|column| is_ours && &**column == "photo").and_then(cell);
    let mut cells = Vec::new();
    for (place, name) in columns.iter().enumerate().filter(|(place, _)| !is_ours && *place != path) {
        if let Some(text) = record.get(place).filter(|text| !text.is_empty()) {
            let text = std::str::from_utf8(text).map_err(|_| bad(&format!("column {}: is not UTF-8", place + 1)))?;
            cells.push(Cell { name: name.clone(), column: Some(place + 1), text: text.into() });
        }
    }
    Ok(Entry {
        number,
        path: path_of(of_cell(&path_cell)),
        below: below.map(|below| path_of(of_cell(&below))),
        cells: cells.into(),
    })
}

/// Blank lines at a place: the reader passes over them, and counts them later.
fn blank(bytes: &[u8], at: u64) -> u64 {
    let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    blank.filter(|byte| **byte == b'\n').count() as u64
}

/// An object a line.
fn objects(bytes: &[u8]) -> Vec<Read> {
    let object = |(number, line): (u64, &[u8])| {
        let bad = |problem: &str| BadLine { number, problem: problem.to_owned() };
        let fields: Map<String, Value> = serde_json::from_slice(line).map_err(|_| bad("is no JSON object"))?;
        let path = fields.get(PATH).and_then(Value::as_str).filter(|path| !path.is_empty());
        let path = PathBuf::from(path.ok_or_else(|| bad("has no path"))?);
        let said = fields.iter().filter(|(name, value)| *name != PATH && !value.is_null());
        let cells = said.map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Cell { name: name.as_str().into(), column: None, text: text.into() }
        });
        Ok(Entry { number, path, below: None, cells: cells.collect() })
    };
    numbered(bytes).map(object).collect()
}

/// A path a line.
fn lines(bytes: &[u8]) -> Vec<Read> {
    let entry = |(number, path): (u64, &[u8])| {
        Ok(Entry { number, path: os::path_of(path.to_vec()), below: None, cells: Box::default() })
    };
    numbered(bytes).map(entry).collect()
}

/// Lines that are not blank, with their numbers from 1.
fn numbered(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    (1_u64..).zip(lines).filter(|(_, line)| !line.is_empty())
}
