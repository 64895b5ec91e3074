//! The files that go along with every photo of a batch: as the command line gives them, else as the ledger knows them.

use std::path::Path;

use super::batch::Batch;
use super::failure::Failure;
use crate::intake;
use crate::job::{ContentHash, FurtherFile};
use crate::ledger::Ledger;

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
