//! Who delivers webhooks: the key that signs them and the addresses that they go to.

use std::sync::OnceLock;

use aws_lc_rs::signature::Ed25519KeyPair;
use url::{Host, Url};

/// Signs and delivers.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Postman {
    key: OnceLock<Option<Ed25519KeyPair>>,
    http: OnceLock<Option<reqwest::Client>>,
}

impl Postman {
    pub(super) fn key(&self) -> Option<&Ed25519KeyPair> {
        self.key.get_or_init(|| Ed25519KeyPair::generate().ok()).as_ref()
    }

    /// The webhook of a request, if it is one that the sandbox would deliver to.
    pub(super) fn address(given: &str) -> Option<Url> {
        let url = Url::parse(given).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let here = match url.host()? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        here.then_some(url)
    }

    pub(super) fn http(&self) -> Option<&reqwest::Client> {
        let build = || reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().ok();
        self.http.get_or_init(build).as_ref()
    }
}
