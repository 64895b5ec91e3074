//! Whom fal tells of requests that have ended.

use std::ffi::OsStr;
use std::net::SocketAddr;

use url::Url;

use crate::cli::WebhookFlags;
use crate::config::error::SettingsError;
use crate::config::groups::telling::NotifyUrl;
use crate::config::layers::Layers;
use crate::config::names;
use crate::config::values::{Read, utf8};
use crate::fal::Hosts;
use crate::storage::{is_inner, is_loopback};

/// Whom fal tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Webhook {
    /// Somebody else.
    Other(NotifyUrl),
    /// Us: where we listen, and how fal gets there.
    Own(SocketAddr, NotifyUrl),
}

impl Webhook {
    /// The URL that fal is told.
    #[must_use]
    pub fn url(&self) -> &Url {
        match self {
            Self::Other(url) | Self::Own(_, url) => url.url(),
        }
    }

    /// What is to be said of it before anything is sent.
    #[must_use]
    pub fn note(&self) -> String {
        match self {
            Self::Other(url) => format!("fal tells {url} of each request that has ended (--webhook)"),
            Self::Own(at, url) => {
                format!("fal tells {url} of each request that has ended, which is heard at {at} (--listen)")
            }
        }
    }
}

/// Who delivers, and so where to.
#[derive(Debug, Clone, Copy)]
enum By {
    /// fal, to what is public.
    Fal,
    /// A stand-in on this machine, which may do either.
    StandIn,
    /// The sandbox in this process, to this machine.
    Sandbox,
}

/// Reads it.
pub(in crate::config) fn webhook(
    l: &mut Layers<'_>,
    flags: &WebhookFlags,
    is_sandbox: bool,
    hosts: &Hosts,
) -> Result<Option<Webhook>, SettingsError> {
    let by = match is_sandbox {
        true => By::Sandbox,
        false if is_loopback(&hosts.queue) => By::StandIn,
        false => By::Fal,
    };
    let theirs = l.secret(names::WEBHOOK, flags.webhook.as_ref(), "none", |text| told(text, by))?;
    let listen = l.optional(names::LISTEN, flags.listen.as_ref(), "off", address)?;
    let public_url = l.secret(names::PUBLIC_URL, flags.public_url.as_ref(), "none", |text| told(text, by))?;
    let lacks = |given: &str, problem: &str| {
        Err(SettingsError::Value { given: format!("`--{given}`"), problem: problem.to_owned() })
    };
    match (theirs, listen, public_url) {
        (None, None, None) => Ok(None),
        (Some(url), None, None) => Ok(Some(Webhook::Other(url))),
        (None, Some(at), Some(url)) => Ok(Some(Webhook::Own(at, url))),
        (Some(_), ..) => lacks(
            names::WEBHOOK.name,
            "fal tells one URL of a request: give either this, or `--listen` with `--public-url`",
        ),
        (None, Some(_), None) => lacks(
            names::LISTEN.name,
            "fal must be told how to get there\nhint: name the URL of the tunnel or proxy before it with `--public-url`",
        ),
        (None, None, Some(_)) => lacks(
            names::PUBLIC_URL.name,
            "nobody listens behind it\nhint: say where to with `--listen`, or use `--webhook` for a service of your own",
        ),
    }
}

fn address(text: &OsStr) -> Read<SocketAddr> {
    let read = utf8(text)?.parse().ok().filter(|at: &SocketAddr| at.port() > 0);
    read.ok_or_else(|| "takes an address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

/// A URL that can be told. fal drops webhooks to private addresses without a word (fal docs: webhooks).
fn told(text: &OsStr, by: By) -> Read<NotifyUrl> {
    let url = Url::parse(utf8(text)?).ok().filter(Url::has_host);
    let url = url.ok_or_else(|| "takes a URL such as https://hooks.example.com/fal".to_owned())?;
    let is_here = is_loopback(&url);
    let is_https = url.scheme() == "https";
    match by {
        By::Sandbox if !is_here => Err("the sandbox delivers webhooks to this machine only, such as to http://127.0.0.1:8080"),
        By::Sandbox | By::StandIn if is_here && (is_https || url.scheme() == "http") => Ok(()),
        _ if !is_https => Err("must be https: fal delivers webhooks to nothing else"),
        By::Fal if is_inner(&url) => {
            Err("is of this machine or network, where fal delivers nothing\nhint: name the URL of a tunnel or proxy that fal can reach")
        }
        _ => Ok(()),
    }
    .map(|()| NotifyUrl::new(url))
    .map_err(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fal_delivers_to_public_https_alone() {
        let fal = |url: &str| told(url.as_ref(), By::Fal);
        for fine in ["https://hooks.example.com/fal?secret=1", "https://hooks.example.com:8443", "https://8.8.8.8/x"] {
            assert!(fal(fine).is_ok(), "{fine}");
        }
        for bad in [
            "http://hooks.example.com/",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://10.1.2.3/",
            "https://[::1]/",
            "https://[::ffff:192.168.0.1]/",
            "https://[fd00::1]/",
            "https://intranet/",
            "ftp://hooks.example.com/",
            "hooks.example.com",
            "",
        ] {
            assert!(fal(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_sandbox_delivers_to_this_machine_alone_and_a_stand_in_to_either() {
        let (here, there) = ("http://127.0.0.1:8080/x", "https://hooks.example.com/");
        let reads = |url: &str, by| told(url.as_ref(), by).is_ok();
        assert!(reads(here, By::Sandbox) && !reads(there, By::Sandbox));
        assert!(reads(here, By::StandIn) && reads(there, By::StandIn));
        assert!(!reads("http://hooks.example.com/", By::StandIn) && !reads("ftp://127.0.0.1/", By::StandIn));
    }

    #[test]
    fn an_address_has_a_port() {
        for fine in ["127.0.0.1:8080", "[::]:80", "0.0.0.0:1"] {
            assert!(address(fine.as_ref()).is_ok(), "{fine}");
        }
        for bad in ["8080", ":8080", "localhost:8080", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", ""] {
            assert!(address(bad.as_ref()).is_err(), "{bad}");
        }
    }
}
