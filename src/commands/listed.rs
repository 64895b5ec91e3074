//! A list of photos held against the model, before anything is sent: every line that could not be sent is told.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::commands::failure::Failure;
use crate::intake::{BadLine, Line, Manifest};
use crate::job::{clean, plural};
use crate::model::{Model, ParamError, Params};

/// Bad lines that are told one by one.
const TOLD: usize = 50;

/// A list without the lines that could not be sent, and what is to be said of those.
pub(super) struct Checked {
    pub(super) manifest: Manifest,
    pub(super) note: Option<String>,
}

/// Reads a list and holds it against the model.
///
/// # Errors
/// If it cannot be read, a column is no parameter of the model, or a line is bad and `skip_bad` does not leave it out.
pub(super) fn read(list: &Path, (model, params): (&Model, &Params), skip_bad: bool) -> Result<Checked, Failure> {
    let mut manifest = Manifest::read(list)?;
    let mut bad = manifest.bad().to_vec();
    for line in manifest.lines() {
        match own(line, model, params) {
            Ok(own) if manifest.has_params() => {
                let missing = own.complete(model).err();
                bad.extend(missing.map(|error| BadLine { number: line.number, problem: first(&error) }));
            }
            Ok(_) => {}
            // Of a table, the whole column is none of the model's.
            Err((Some(column), error @ (ParamError::Unknown { .. } | ParamError::Reserved(_)))) => {
                let list = clean(&list.to_string_lossy()).into_owned();
                return Err(Failure::refusal(format!("`{list}`, column {column}: {error}")));
            }
            Err((column, error)) => {
                let place = column.map(|column| format!("column {column}: ")).unwrap_or_default();
                bad.push(BadLine { number: line.number, problem: format!("{place}{}", first(&error)) });
            }
        }
    }
    if bad.is_empty() {
        return Ok(Checked { manifest, note: None });
    }
    bad.sort_by_key(|bad| bad.number);
    let told = told(list, &bad);
    if !skip_bad {
        return Err(Failure::refusal(format!(
            "{told}nothing was sent\nhint: see to them, or go on without them by --skip-bad"
        )));
    }
    manifest.leave_out(&bad.iter().map(|bad| bad.number).collect::<HashSet<_>>());
    if manifest.roots().next().is_none() {
        return Err(Failure::refusal(format!("{told}nothing is left to be sent")));
    }
    let lines: Vec<_> =
        bad.iter().take(TOLD).map(|bad| format!("line {}: {}", bad.number, clean(&bad.problem))).collect();
    let note = format!(
        "{} left out (--skip-bad): {}",
        plural(bad.len(), "line of the list is", "lines of the list are"),
        lines.join("; ")
    );
    Ok(Checked { manifest, note: Some(note) })
}

/// A line's own parameters, or what is wrong with which column.
pub(super) fn own(line: &Line, model: &Model, params: &Params) -> Result<Params, (Option<usize>, ParamError)> {
    let pairs = line.cells.iter().map(|cell| (&*cell.name, &*cell.text));
    params.typed(model, pairs).map_err(|(place, error)| (line.cells.get(place).and_then(|cell| cell.column), error))
}

fn told(list: &Path, bad: &[BadLine]) -> String {
    let list = clean(&list.to_string_lossy()).into_owned();
    let mut text = format!("`{list}` has {}:\n", plural(bad.len(), "bad line", "bad lines"));
    for BadLine { number, problem } in bad.iter().take(TOLD) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  line {number}: {}", clean(problem));
    }
    if bad.len() > TOLD {
        let _ = writeln!(text, "  and {} more", bad.len() - TOLD);
    }
    text
}

/// An error without its hint.
fn first(error: &ParamError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
