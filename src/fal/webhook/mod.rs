//! Webhooks: whom fal tells of a request's end, and the keys that it signs with (fal docs: webhooks).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use reqwest::RequestBuilder;
use url::Url;

use super::Fal;
use super::call::Call;
use super::client::{exchange, join};
use super::error::FalError;
use super::wire::Jwks;

/// The query parameter of a paid call.
const WEBHOOK: &str = "fal_webhook";
/// How many keys are looked at.
const MOST_KEYS: usize = 32;

impl Fal {
    /// A client whose requests tell `url` when they have ended.
    #[must_use]
    pub fn telling(self, url: Option<Url>) -> Self {
        Self { webhook: url.map(Arc::new), ..self }
    }

    /// The keys that webhooks are signed with, ED25519. They are public, so that no key of ours is sent.
    ///
    /// # Errors
    /// As every call; and if there is none among them.
    pub async fn webhook_keys(&self) -> Result<Vec<[u8; 32]>, FalError> {
        let url = join(&self.http.hosts.rest, [".well-known", "jwks.json"])?;
        let jwks: Jwks = exchange(Call::Keys, self.http.unsigned(Method::GET, url)).await?.json(Call::Keys)?;
        let known = |key: &&super::wire::Jwk| key.kty.as_deref().is_none_or(|kind| kind == "OKP");
        let decoded = jwks.keys.iter().take(MOST_KEYS).filter(known).filter_map(|key| {
            let bytes = URL_SAFE_NO_PAD.decode(key.x.as_deref()?.trim_end_matches('=')).ok()?;
            bytes.try_into().ok()
        });
        let keys: Vec<_> = decoded.collect();
        if keys.is_empty() { Err(FalError::unreadable(Call::Keys, "gave no ED25519 key")) } else { Ok(keys) }
    }

    /// A paid call that says whom to tell.
    pub(super) fn told(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.webhook {
            Some(url) => request.query(&[(WEBHOOK, url.as_str())]),
            None => request,
        }
    }
}
