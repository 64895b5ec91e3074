//! Calls that change and cost nothing, to see whether a host answers and takes the key.

use std::time::{Duration, Instant, SystemTime};

use http::Method;
use http::header::DATE;

use super::call::Call;
use super::client::{Reply, exchange, head};
use super::error::FalError;
use super::wire::StatusAnswer;
use super::{Fal, Hosts};
use crate::job::{CauseKind, EndpointId};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request id that nobody has.
const NOBODYS: &str = "00000000-0000-0000-0000-000000000000";

impl Fal {
    /// Where it is.
    #[must_use]
    pub fn hosts(&self) -> &Hosts {
        &self.http.hosts
    }

    /// Looks whether the queue can be reached. Any answer shows that it can be.
    ///
    /// # Errors
    /// If no answer comes.
    pub async fn reach(&self, endpoint: &EndpointId) -> Result<(), FalError> {
        match self.ask_about_nobody(endpoint).await {
            Err(error) if error.cause.http.is_none() => Err(error),
            _ => Ok(()),
        }
    }

    /// Looks whether the queue takes the key: that it knows of no such request means that it did. Of a
    /// locked account it says nothing (fal docs: queue status).
    ///
    /// # Errors
    /// As every call.
    pub async fn probe_queue(&self, endpoint: &EndpointId) -> Result<(), FalError> {
        match self.ask_about_nobody(endpoint).await {
            Ok(reply) => reply.json::<StatusAnswer>(Call::Status).map(drop),
            Err(error) if error.cause.kind == CauseKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Looks how long the queue takes to answer, and what time it says that it is; `None` if it does not.
    ///
    /// # Errors
    /// If no answer comes.
    pub async fn look(&self, endpoint: &EndpointId) -> Result<(Duration, Option<SystemTime>), FalError> {
        let nobody = self.app_url(endpoint, ["requests", NOBODYS, "status"])?;
        // The first call also sets up the connection.
        head(Call::Status, self.http.with_key(Method::GET, nobody.clone()), PATIENCE).await?;
        let begun = Instant::now();
        let answer = head(Call::Status, self.http.with_key(Method::GET, nobody), PATIENCE).await?;
        let date = answer.headers().get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        Ok((begun.elapsed(), date))
    }

    /// Looks whether storage gives the token that uploads go by.
    ///
    /// # Errors
    /// As every call.
    pub async fn probe_storage(&self) -> Result<(), FalError> {
        self.token().await.map(drop)
    }

    async fn ask_about_nobody(&self, endpoint: &EndpointId) -> Result<Reply, FalError> {
        let nobody = self.app_url(endpoint, ["requests", NOBODYS, "status"])?;
        exchange(Call::Status, self.http.with_key(Method::GET, nobody)).await
    }
}
