//! The CDN token: one for all uploads, renewed before it expires.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::fal::Fal;
use crate::fal::call::Call;
use crate::fal::client::{exchange, join};
use crate::fal::error::FalError;
use crate::fal::wire::CdnToken;

/// Renewed this long before it expires.
const MARGIN: Duration = Duration::from_mins(5);

/// The token in use, if there is one. The lock is held while one is fetched, so that many
/// uploads that begin together ask once.
#[derive(Debug, Default)]
pub(crate) struct TokenCell(Mutex<Option<Arc<Token>>>);

/// A token that lets us upload to the CDN and nothing else.
pub(in crate::fal) struct Token {
    authorization: HeaderValue,
    /// The CDN, without a trailing slash.
    pub(super) base_url: String,
    expires_at: Option<Timestamp>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("base_url", &self.base_url)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Token {
    pub(super) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    fn is_good(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now.saturating_add(MARGIN).is_ok_and(|soon| soon < expires_at))
    }
}

impl TryFrom<CdnToken> for Token {
    type Error = FalError;

    fn try_from(token: CdnToken) -> Result<Self, FalError> {
        let mut authorization = HeaderValue::try_from(format!("{} {}", token.token_type, token.token))
            .map_err(|_| FalError::unreadable(Call::Token, "answered with a token that is none"))?;
        authorization.set_sensitive(true);
        Ok(Self {
            authorization,
            base_url: token.base_url.trim_end_matches('/').to_owned(),
            expires_at: token.expires_at.parse().ok(),
        })
    }
}

impl TokenCell {
    /// Drops a token that was refused, unless somebody has already replaced it.
    pub(super) async fn forget(&self, refused: &Arc<Token>) {
        let mut current = self.0.lock().await;
        if current.as_ref().is_some_and(|token| Arc::ptr_eq(token, refused)) {
            *current = None;
        }
    }
}

impl Fal {
    /// The token in use, or a new one (fal docs: storage, CDN token).
    pub(in crate::fal) async fn token(&self) -> Result<Arc<Token>, FalError> {
        let mut current = self.token.0.lock().await;
        if let Some(token) = current.as_ref().filter(|token| token.is_good(Timestamp::now())) {
            return Ok(Arc::clone(token));
        }
        let mut url = join(&self.http.hosts.rest, ["storage", "auth", "token"])?;
        url.set_query(Some("storage_type=fal-cdn-v3"));
        let request = self.http.with_key(Method::POST, url).json(&serde_json::json!({}));
        let answer: CdnToken = exchange(Call::Token, request).await?.json(Call::Token)?;
        let token = Arc::new(Token::try_from(answer)?);
        *current = Some(Arc::clone(&token));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(expires_at: &str) -> Token {
        let wire = CdnToken {
            token: "s3cret".to_owned(),
            token_type: "Bearer".to_owned(),
            base_url: "https://v3b.fal.media/".to_owned(),
            expires_at: expires_at.to_owned(),
            created_at: String::new(),
        };
        Token::try_from(wire).unwrap()
    }

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        assert!(token("2026-01-01T12:06:00Z").is_good(now));
        assert!(!token("2026-01-01T12:04:00Z").is_good(now));
        assert!(token("").is_good(now), "without a date it is good until it is refused");
    }

    #[test]
    fn a_token_never_prints_its_secret() {
        assert!(!format!("{:?}", token("")).contains("s3cret"));
        assert!(!format!("{:?}", token("").authorization()).contains("s3cret"));
    }
}
