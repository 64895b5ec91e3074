//! The ledger on real files.

mod samples;

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::job::JobId;
use samples::*;

pub(super) async fn open(folder: &Path) -> Ledger {
    Ledger::open(folder).await.unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_state_reads_back_as_it_was_written(
        rounds in prop::collection::vec(prop::collection::vec(any_job(5), 1..30), 1..4),
    ) {
        runtime().block_on(async {
            let folder = TempDir::new().unwrap();
            let ledger = open(folder.path()).await;
            let batch = ledger.open_batch(&key("a")).await.unwrap();
            let writer = ledger.writer(batch.id);
            let mut newest: BTreeMap<JobId, Job> = BTreeMap::new();
            for round in rounds {
                for job in round {
                    writer.note(&job);
                    newest.insert(job.id, job);
                }
                writer.flush().await.unwrap();
                let expected: Vec<_> = newest.values().cloned().collect();
                prop_assert_eq!(ledger.jobs(batch.id).await.unwrap(), expected);
            }
            Ok(())
        })?;
    }
}
