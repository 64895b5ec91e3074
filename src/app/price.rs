//! What the model costs, before anything is sent.

use std::time::Duration;

use crate::fal::{Fal, FalError};
use crate::job::{Cause, CauseKind, Class, Model, UnitPrice};

/// How often fal is asked, if it cannot be reached.
const TRIES: u32 = 3;

/// Asks fal for the price; if it gives none, takes the list price that we were built with. This is
/// also where a refused key or a dead network shows, at no cost.
///
/// # Errors
/// If the key is refused, or nothing answers at all.
pub(super) async fn unit_price(fal: &Fal, model: &Model) -> Result<Option<UnitPrice>, FalError> {
    let mut tried = 1;
    loop {
        let error = match fal.price(&model.endpoint).await {
            Ok(Some(price)) => return Ok(Some(price)),
            Ok(None) => return Ok(model.list_price.clone()),
            Err(error) => error,
        };
        tracing::info!(%error, source = ?error.source, "no live price");
        if error.cause.kind == CauseKind::KeyRefused {
            return Err(error);
        }
        let unreached = error.cause.http.is_none()
            && matches!(error.cause, Cause { kind: CauseKind::Network | CauseKind::Timeout, .. });
        match error.class {
            Class::Transient { after } if tried < TRIES => {
                let wait =
                    Duration::from_millis(300 << tried).max(after.unwrap_or_default().min(Duration::from_secs(5)));
                tokio::time::sleep(wait).await;
                tried += 1;
            }
            _ if unreached => return Err(error),
            // The API that knows prices is not the one that runs models: go on with the list price.
            _ => return Ok(model.list_price.clone()),
        }
    }
}
