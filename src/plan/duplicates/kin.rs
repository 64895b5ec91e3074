//! Parameters that differ in nothing but how giants are reduced: a photo that both send at one size is one job by both.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::job::Terms;
use crate::ledger::{Ledger, LedgerError};
use crate::model::Fit;

/// Such parameters of a ledger's batches, in their canonical form; those that are asked for are not among them.
///
/// # Errors
/// If the ledger cannot be read.
pub(super) async fn kin(ledger: &Ledger, terms: &Terms) -> Result<Vec<(String, Fit)>, LedgerError> {
    let taken_apart = |text: &str| {
        let mut values: Map<String, Value> = serde_json::from_str(text).ok()?;
        let fit = Fit::taken_from(&mut values);
        Some((values, fit))
    };
    let Some((ours, _)) = taken_apart(&terms.params) else { return Ok(Vec::new()) };
    let others =
        ledger.params_used(&terms.model, &terms.service).await?.into_iter().filter(|text| *text != terms.params);
    let is_kin = |text: String| taken_apart(&text).filter(|(values, _)| *values == ours).map(|(_, fit)| (text, fit));
    Ok(others.filter_map(is_kin).collect())
}

/// The lengths of the photos that were sent so, or with parameters like these, bytes.
///
/// # Errors
/// If the ledger cannot be read.
pub async fn sizes(ledger: &Ledger, terms: &Terms) -> Result<HashSet<u64>, LedgerError> {
    let mut sizes = ledger.sizes(&terms.model, &terms.params, &terms.service).await?;
    if fills(&terms.params) {
        // What is filled in for a photo may have been sent as it is, or by other texts.
        for params in ledger.params_used(&terms.model, &terms.service).await? {
            sizes.extend(ledger.sizes(&terms.model, &params, &terms.service).await?);
        }
        return Ok(sizes);
    }
    for (params, _) in kin(ledger, terms).await? {
        sizes.extend(ledger.sizes(&terms.model, &params, &terms.service).await?);
    }
    Ok(sizes)
}

/// Whether texts in these parameters may be filled in for each photo.
fn fills(params: &str) -> bool {
    let values: Map<String, Value> = serde_json::from_str(params).unwrap_or_default();
    values.values().filter_map(Value::as_str).any(|text| text.contains(['{', '}']))
}
