//! A URL that is told of a run's end. It has nothing to do with fal: a client of its own, which never had the key.

use std::error::Error as _;
use std::time::Duration;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use reqwest::Client;
use reqwest::redirect::Policy;

use crate::config::NotifyUrl;

/// So much time it has.
const TIME: Duration = Duration::from_secs(15);
/// Redirects that are followed.
const REDIRECTS: usize = 3;

/// Why it was not told.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unsent {
    #[error("no HTTP client can be set up: {0}")]
    Client(String),
    #[error("{0} cannot be reached: {1}")]
    Transport(NotifyUrl, String),
    #[error("{0} answered {1}")]
    Refused(NotifyUrl, StatusCode),
}

/// Sends a text to it.
pub(super) async fn post(url: &NotifyUrl, text: &str) -> Result<(), Unsent> {
    // To another host the text would go to whom nobody named.
    let policy = Policy::custom(|attempt| {
        let first = attempt.previous().first().map(url::Url::origin);
        let stays = first == Some(attempt.url().origin()) && attempt.previous().len() <= REDIRECTS;
        if stays { attempt.follow() } else { attempt.stop() }
    });
    let client = Client::builder()
        .user_agent(concat!("fal-tui/", env!("CARGO_PKG_VERSION")))
        .timeout(TIME)
        .redirect(policy)
        .referer(false)
        .build()
        .map_err(|error| Unsent::Client(root(&error)))?;
    let request = client.post(url.url().clone()).header(CONTENT_TYPE, "application/json").body(text.to_owned());
    let answer = request.send().await.map_err(|error| Unsent::Transport(url.clone(), root(&error.without_url())))?;
    if answer.status().is_success() { Ok(()) } else { Err(Unsent::Refused(url.clone(), answer.status())) }
}

/// The innermost cause, which says most.
fn root(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = error.to_string();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    text
}
