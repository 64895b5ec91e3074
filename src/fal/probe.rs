//! Calls that change and cost nothing, to see whether a host answers and takes the key.

use super::{Fal, FalError};
use crate::job::{CauseKind, ContentHash, EndpointId, Request, RequestId, Timestamp, Upload};

impl Fal {
    /// Asks the queue host about a request that nobody made. That it knows of none means that it
    /// took the key; of a locked account it says nothing (fal docs: queue status).
    ///
    /// # Errors
    /// As every call.
    pub async fn probe_queue(&self, endpoint: &EndpointId) -> Result<(), FalError> {
        let made_up = uuid::Uuid::new_v4().to_string();
        let id = RequestId::new(&made_up)
            .map_err(|_| FalError::unreadable(super::error::Call::Status, "was not asked: no id could be made up"))?;
        let upload = Upload { url: "".into(), at: Timestamp(0), content: ContentHash([0; 32]) };
        let request = Request { id, url: None, at: Timestamp(0), upload };
        match self.status(endpoint, &request, false).await {
            Ok(_) => Ok(()),
            Err(error) if error.cause.kind == CauseKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks the REST host for the token that uploads go by.
    ///
    /// # Errors
    /// As every call.
    pub async fn probe_storage(&self) -> Result<(), FalError> {
        self.token().await.map(drop)
    }
}
