//! What of a folder's records is worth more than a trial's: lines of the service that it gives way to.

use std::collections::HashSet;
use std::io::BufReader;
use std::path::Path;

use super::lines::{each_line, text_of};
use super::places::{metadata_path, open, others_path, report_path};
use super::{metadata, report};
use crate::job::Service;

/// Pictures and photos whose lines stay.
#[derive(Debug, Default)]
pub(in crate::output) struct Outranked {
    /// By `file_name` in `metadata.jsonl`, and of files that are none.
    pub(in crate::output) pictures: HashSet<String>,
    /// By `path` in `report.csv`.
    pub(in crate::output) photos: HashSet<String>,
}

impl Outranked {
    /// What a service's records leave alone; nothing for one that gives way to none. It blocks.
    pub(in crate::output) fn of(root: &Path, service: &Service) -> Self {
        let mut outranked = Self::default();
        if !matches!(service, Service::Sandbox | Service::StandIn(_)) {
            return outranked;
        }
        // What cannot be read is not replaced either.
        for path in [metadata_path(root), others_path(root)] {
            let Ok(Some(file)) = open(&path) else { continue };
            let read = each_line(file, |line| {
                let outranks = |theirs| service.gives_way_to(&Service::from_name(theirs));
                if text_of(line, "service").is_some_and(|theirs| !outranks(theirs)) {
                    return;
                }
                let Some(named) = metadata::named(line) else { return };
                if named.service().is_some_and(outranks) {
                    outranked.pictures.insert(named.file_name);
                }
            });
            if let Err(error) = read {
                tracing::warn!(folder = %root.display(), %error, "a record cannot be read to its end");
            }
        }
        if let Ok(Some(file)) = report_path(root).and_then(|path| open(&path)) {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(BufReader::new(file));
            for record in reader.byte_records().flatten() {
                let (photo, theirs) = report::named(&record);
                if theirs.is_some_and(|theirs| service.gives_way_to(&theirs)) {
                    outranked.photos.insert(photo);
                }
            }
        }
        outranked
    }
}
