//! Where fal's three APIs are, and which places the key may be sent to.

use std::fmt;

use url::Url;

use crate::job::Service;
use crate::storage::is_loopback;

/// The base URLs of fal's APIs, each with any path prefix. They take the key; nothing else does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    /// Submit, status, result, cancel (fal docs: queue).
    pub queue: Url,
    /// Storage tokens and signed uploads (fal docs: file uploads).
    pub rest: Url,
    /// Models, prices and the history of requests; without `/v1` (fal docs: platform APIs).
    pub api: Url,
}

impl Hosts {
    /// The queue host's base URL at fal.
    pub const QUEUE: &str = "https://queue.fal.run";
    /// The REST host's base URL at fal.
    pub const REST: &str = "https://rest.fal.ai";
    /// The platform API's base URL at fal.
    pub const API: &str = "https://api.fal.ai";

    /// fal itself.
    #[must_use]
    pub fn fal() -> Self {
        Self { queue: own(Self::QUEUE), rest: own(Self::REST), api: own(Self::API) }
    }

    /// Whether all three are fal's own.
    #[must_use]
    pub fn are_fal(&self) -> bool {
        *self == Self::fal()
    }

    /// Whom photos are sent to: whose the queue is decides.
    #[must_use]
    pub fn service(&self) -> Service {
        let (queue, host) = (&self.queue, self.queue.host_str().unwrap_or_default().trim_end_matches('.'));
        let is_below = |name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if is_loopback(queue) {
            Service::stand_in(queue.scheme(), host)
        } else if is_below("fal.run") || is_below("fal.ai") {
            Service::Fal
        } else {
            Service::Other(queue.origin().ascii_serialization().into())
        }
    }
}

impl Default for Hosts {
    fn default() -> Self {
        Self::fal()
    }
}

#[expect(clippy::expect_used, reason = "the three constants above are URLs; a test parses them")]
fn own(url: &str) -> Url {
    Url::parse(url).expect("a constant URL")
}

/// What was given as a base URL cannot be one. Nothing of a URL that holds a password is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHost {
    /// No URL at all.
    #[error("`{0}` is no URL, as in `https://queue.fal.run`")]
    NotUrl(String),
    /// Neither https nor http.
    #[error("`{0}` is neither https nor http")]
    Scheme(String),
    /// The key would travel readable.
    #[error(
        "`{0}` would send the key unencrypted to another machine\nhint: use https; plain http is for loopback only"
    )]
    PlainHttp(String),
    /// A user name or password in the URL.
    #[error("a base URL takes no user name or password")]
    Credentials,
    /// A query or fragment in the URL.
    #[error("`{0}` has a `?` or `#` part, which a base URL cannot have")]
    Query(String),
    /// Not a bare host name.
    #[error("`{0}` is no host name, as in `queue.fal.run`: give no scheme and no path")]
    NotHost(String),
}

/// Checks a base URL: https, or plain http to a loopback address (`localhost`, `127.0.0.0/8`, `::1`).
/// A slash at its end is taken off, unless it is the whole path.
///
/// # Errors
/// If it is no such URL, or has a user, a query or a fragment.
pub fn base_url(text: &str) -> Result<Url, InvalidHost> {
    let text = text.trim();
    let shown = || crate::job::clean(text).into_owned();
    let mut url = Url::parse(text).map_err(|_| InvalidHost::NotUrl(shown()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidHost::Credentials);
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(InvalidHost::PlainHttp(shown())),
        _ => return Err(InvalidHost::Scheme(shown())),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(InvalidHost::Query(shown()));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// The https base URL of a bare host, with a port or without, as the official Python client takes
/// them (fal docs: client setup).
///
/// # Errors
/// If it is anything but a host.
pub fn https_host(host: &str) -> Result<Url, InvalidHost> {
    let host = host.trim();
    let not_host = || InvalidHost::NotHost(crate::job::clean(host).into_owned());
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if host.is_empty() || !host.chars().all(safe) {
        return Err(not_host());
    }
    Url::parse(&format!("https://{host}")).map_err(|_| not_host())
}

/// The three, as one line for a log or `fal-tui config`.
impl fmt::Display for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.queue, self.rest, self.api)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fals_own_hosts_pass_their_own_check() {
        assert!(Hosts::default().are_fal());
        for url in [Hosts::QUEUE, Hosts::REST, Hosts::API] {
            assert_eq!(base_url(url).unwrap(), own(url));
        }
    }

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for good in ["http://localhost:1/queue", "http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:80/rest"] {
            assert!(base_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://queue.fal.run",
            "http://192.168.0.1",
            "http://localhost.evil.com",
            "http://127.0.0.1.evil.com",
            "http://0.0.0.0:80",
        ] {
            assert!(matches!(base_url(bad), Err(InvalidHost::PlainHttp(_))), "{bad}");
        }
    }

    #[test]
    fn a_base_url_is_a_place_and_nothing_more() {
        assert!(matches!(base_url("queue.fal.run"), Err(InvalidHost::NotUrl(_))));
        assert!(matches!(base_url("ftp://127.0.0.1/"), Err(InvalidHost::Scheme(_))));
        assert!(matches!(base_url("https://a.b/?x=1"), Err(InvalidHost::Query(_))));
        assert!(matches!(base_url("https://a.b/#x"), Err(InvalidHost::Query(_))));
        let error = base_url("http://me:secret@127.0.0.1/").unwrap_err();
        assert!(!error.to_string().contains("secret"));
        assert_eq!(base_url(" https://a.b/fal/queue/ \n").unwrap().as_str(), "https://a.b/fal/queue");
    }

    fn service(queue: &str) -> Service {
        Hosts { queue: base_url(queue).unwrap(), ..Hosts::fal() }.service()
    }

    #[test]
    fn fal_is_its_own_hosts_and_nobody_who_only_looks_so() {
        for fal in [Hosts::QUEUE, "https://fal.run", "https://queue.fal.run./x", "https://q.x.fal.ai:444/a"] {
            assert_eq!(service(fal), Service::Fal, "{fal}");
        }
        for other in ["https://fal.run.evil.com", "https://notfal.run", "https://fal.dev", "https://10.0.0.1/fal.run"] {
            assert!(matches!(service(other), Service::Other(_)), "{other}");
        }
    }

    #[test]
    fn a_stand_in_that_was_started_again_on_another_port_is_the_same() {
        assert_eq!(service("http://127.0.0.1:4000/queue"), service("http://127.0.0.1:5000/queue"));
        assert_eq!(service("http://127.0.0.1:4000/queue").name(), "http://127.0.0.1:*");
        assert_ne!(service("http://127.0.0.1:4000"), service("http://localhost:4000"));
        assert_ne!(service("https://gate.example:4000/fal"), service("https://gate.example:5000/fal"));
        assert_eq!(service("https://gate.example/fal").name(), "https://gate.example");
    }

    #[test]
    fn a_host_is_no_url() {
        assert_eq!(https_host("queue.example.com").unwrap().as_str(), "https://queue.example.com/");
        assert_eq!(https_host("queue.example.com:444").unwrap().as_str(), "https://queue.example.com:444/");
        for bad in ["", "https://queue.fal.run", "a/b", "a?b", "user@host", "a b"] {
            assert!(matches!(https_host(bad), Err(InvalidHost::NotHost(_))), "{bad}");
        }
    }
}
