//! Which machines are the web's, and which are somebody's own.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Whether a URL leads to this machine and nowhere else, by its host's name.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a host is in an inner network, as far as its name says. This machine is.
#[must_use]
pub fn is_inner(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.contains('.') || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| name.ends_with(end))
        }
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        None => true,
    }
}

/// Whether an address is one of the web.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        // This network, shared by carriers, for protocols, for tests of speed, kept for later.
        (0 | 240.., ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18 | 19, _) => true,
        _ => false,
    };
    !(is_special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(within) = address.to_ipv4_mapped() {
        return is_public_v4(within);
    }
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        // Addresses of the old kind within one of the new.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(v4(high, low))
        }
        [0x2001, 0xdb8, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Finds machines by their names, and none of an inner network: whoever says a name may have it lead there.
#[derive(Debug)]
pub(super) struct Public {
    /// The proxies that the settings name may stand there.
    proxies: HashSet<String>,
}

impl Public {
    pub(super) fn new() -> Self {
        let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
        let host = |name: &&str| {
            let text = std::env::var(name).ok()?;
            let url =
                Url::parse(&text).ok().filter(Url::has_host).or_else(|| Url::parse(&format!("http://{text}")).ok());
            url?.host_str().map(str::to_lowercase)
        };
        Self { proxies: names.iter().filter_map(host).collect() }
    }
}

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let is_ours = name.as_str() == "localhost" || self.proxies.contains(&name.as_str().to_lowercase());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if !is_ours && found.iter().any(|found| !is_public(found.ip())) {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, INNER).into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

/// What is said of a name that leads there.
pub(super) const INNER: &str = "its address leads into an inner network";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_networks_are_known_however_they_are_written() {
        let inner = |url: &str| is_inner(&Url::parse(url).unwrap());
        for url in [
            "https://10.0.0.1/a",
            "https://192.168.1.1/a",
            "https://169.254.169.254/latest/meta-data",
            "https://127.0.0.1/a",
            "https://2130706433/a",
            "https://0x7f.1/a",
            "https://0.0.0.0/a",
            "https://100.64.0.1/a",
            "https://[::1]/a",
            "https://[::ffff:10.0.0.1]/a",
            "https://[64:ff9b::a00:1]/a",
            "https://[fe80::1]/a",
            "https://[fd00::1]/a",
            "https://localhost/a",
            "https://intranet/a",
            "https://printer.local/a",
            "https://metadata.google.internal./a",
        ] {
            assert!(inner(url), "{url}");
        }
        for url in ["https://example.org/a", "https://93.184.216.34/a", "https://[2606:2800:220:1::1]/a"] {
            assert!(!inner(url), "{url}");
        }
    }
}
