//! The looking for paid calls whose answer was lost, in what fal remembers.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::engine::steps::stages::{Outcome, Stages};
use crate::fal::held_inline;
use crate::job::{BatchId, JobId, RequestId, Service, Timestamp, inline_key, told_by};
use crate::ledger::{Ledger, LedgerError, Writer};
use crate::model::{Model, Params};

/// The looking for lost answers.
#[derive(Debug, Default)]
pub(in crate::engine) struct Search {
    /// When the next look is due; `None` if there is nothing to look for any more.
    pub(in crate::engine) due: Option<Timestamp>,
    /// The jobs that are being looked for; `None` between two looks.
    pub(super) asked: Option<HashSet<JobId>>,
    pub(super) looks: u32,
    /// Since when, and until when at the most.
    pub(super) times: Option<(Timestamp, Option<Timestamp>)>,
    /// The jobs that are sent again if they are not found, because a person said so.
    pub(in crate::engine) to_send: HashSet<JobId>,
}

impl Search {
    /// Since when it has been going on, and until when it goes on at the most, if that is known.
    pub(in crate::engine) fn times(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        self.times
    }
}

/// Jobs whose paid call's answer was lost.
#[derive(Debug)]
pub(in crate::engine) struct Lost {
    pub(in crate::engine) ledger: Ledger,
    pub(in crate::engine) batch: BatchId,
    pub(in crate::engine) jobs: Vec<JobId>,
}

impl Lost {
    /// The requests of their earlier attempts.
    async fn spent(&self, writer: &Writer) -> Result<HashSet<RequestId>, LedgerError> {
        // What is still on its way into the ledger counts, too.
        writer.flush().await?;
        let mut spent = HashSet::new();
        for job in &self.jobs {
            let attempts = self.ledger.attempts(self.batch, *job).await?;
            spent.extend(attempts.into_iter().filter_map(|attempt| attempt.request));
        }
        Ok(spent)
    }

    /// Whether no job of the ledger knows a request.
    async fn is_nobodys(&self, id: &RequestId, service: &Service) -> bool {
        let known = self.ledger.by_request(id, service).await;
        known.is_ok_and(|known| known.is_empty())
    }
}

/// Requests that fal remembers and that could be these jobs' lost ones. A retry uses its upload
/// again, so that earlier requests which are over and done with bear the same URL: they are not meant.
pub(in crate::engine) async fn look_up(stages: Arc<Stages>, model: Model, since: Timestamp, lost: Lost) -> Outcome {
    // A data URI is not unique: what was asked for it tells more.
    let key = |input: &Map<String, Value>| {
        let url = model.photo_in(input)?;
        Some(match held_inline(url) {
            None => told_by(url).to_owned(),
            Some(sent) => inline_key(&sent, &Params::of_input(&model, input)?.canonical()),
        })
    };
    let listed = match stages.fal.requests_since(&stages.endpoint, key, since).await {
        Ok(listed) => listed,
        Err(error) => return Outcome::Listed(Err(error)),
    };
    let (inline, mut listed): (Vec<_>, Vec<_>) = listed.into_iter().partition(|(key, _)| key.starts_with("data:"));
    match lost.spent(&stages.writer).await {
        Ok(spent) => {
            listed.retain(|(_, id)| !spent.contains(id));
            for (key, id) in inline {
                // Another job's request may hold the same picture.
                if lost.is_nobodys(&id, &stages.terms.service).await {
                    listed.push((key, id));
                }
            }
            Outcome::Listed(Ok(listed))
        }
        Err(error) => {
            tracing::warn!(%error, "without the ledger nobody knows which requests are over; it is asked again");
            Outcome::Listed(Ok(Vec::new()))
        }
    }
}
