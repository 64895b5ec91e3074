//! The files that go along with every photo of a batch: as the command line gives them, else as the ledger knows them.

use std::path::Path;

use serde_json::{Map, Value};

use super::batch::Batch;
use super::failure::Failure;
use crate::intake;
use crate::job::{ContentHash, FurtherFile, Job};
use crate::ledger::{Ledger, LedgerError};
use crate::model::{file_mark, marked};
use crate::output::FileNames;

impl Batch {
    /// The same with all files at hand that its parameters name, each as it was when that was said.
    ///
    /// # Errors
    /// If one is gone, was changed, or is not known.
    pub(super) async fn with_files(self, ledger: &Ledger) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for (name, content) in self.params.files(&self.model) {
            let given = self.files.iter().find(|file| file.content == content).cloned();
            files.push(match given {
                Some(file) => file,
                None => known(ledger, &name, content).await?,
            });
        }
        Ok(Self { files, ..self })
    }

    /// Keeps where they lie: that is where they are brought up from.
    pub(super) async fn keep_files(&self, ledger: &Ledger) -> Result<(), Failure> {
        for file in &self.files {
            ledger.keep_file(&file.content, &file.path).await?;
        }
        Ok(())
    }
}

/// What stands for files in parameters as they are kept, each with the parameter that it is given for.
pub(super) fn marks(params: &str) -> Vec<(String, ContentHash)> {
    let params: Map<String, Value> = serde_json::from_str(params).unwrap_or_default();
    let marks = params.iter().flat_map(|(name, value)| {
        let texts = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        texts.iter().filter_map(Value::as_str).filter_map(marked).map(|content| (name.clone(), content))
    });
    marks.collect()
}

/// Learns what files are called that parameters name, as far as the ledger knows.
///
/// # Errors
/// If it cannot be read.
pub(super) async fn learn(names: &mut FileNames, ledger: &Ledger, params: &str) -> Result<(), LedgerError> {
    for (_, content) in marks(params) {
        if let Some(path) = ledger.file(&content).await? {
            names.learn(file_mark(&content), FurtherFile::name_of(&path));
        }
    }
    Ok(())
}

/// What files are called that a batch and its jobs name.
///
/// # Errors
/// If the ledger cannot be read.
pub(super) async fn names_of(ledger: &Ledger, params: &str, jobs: &[Job]) -> Result<FileNames, LedgerError> {
    let mut names = FileNames::default();
    learn(&mut names, ledger, params).await?;
    for own in jobs.iter().filter_map(|job| job.own.as_ref()) {
        learn(&mut names, ledger, &own.0).await?;
    }
    Ok(names)
}

async fn known(ledger: &Ledger, name: &str, content: ContentHash) -> Result<FurtherFile, Failure> {
    let Some(path) = ledger.file(&content).await? else {
        return Err(Failure::refusal(format!(
            "`{name}` stands for a file that is not known here any more\nhint: `-p {name}=@FILE` names it anew"
        )));
    };
    let shown = crate::job::clean(&path.to_string_lossy()).into_owned();
    let looked = tokio::task::spawn_blocking(move || intake::further(Path::new(&path))).await;
    let why = match looked {
        Ok(Ok(file)) if file.content == content => return Ok(file),
        Ok(Ok(_)) => "has changed since".to_owned(),
        Ok(Err(fault)) => fault.to_string(),
        Err(error) => format!("cannot be read: {error}"),
    };
    Err(Failure::refusal(format!(
        "the file that this batch sends along as `{name}`, {shown}, {why}\nhint: put it back as it was; with another file it is another batch"
    )))
}
