//! What stands between this process and others: proxy, certificates, clock, terminal.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::finding::Finding;
use crate::commands::failure::Failure;
use crate::config::{Environment, Settings};
use crate::job::clean;
use crate::tui;
use crate::tui::caps::Caps;

/// An answer that takes longer than this is slow.
const SLOW: Duration = Duration::from_millis(1500);
/// A clock that is further off than this is wrong: tokens and signed URLs are good from and until a time.
const OFF: Duration = Duration::from_secs(30);

/// By which proxy calls go, without the password that its URL may hold.
pub(super) fn proxy(environment: &Environment) -> Option<Finding> {
    let get = |name: &'static str| Some((name, environment.get(name)?.to_string_lossy().into_owned()));
    // As everywhere: small letters count, too.
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let (name, url) = names.into_iter().find_map(get)?;
    let hint = "set it to http://HOST:PORT, or unset it";
    let Ok(parsed) = url::Url::parse(&url) else {
        return Some(Finding::odd("proxy", format!("{name} is no URL, and is not used"), hint));
    };
    let host = parsed.host_str().unwrap_or_default();
    let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
    let but = ["NO_PROXY", "no_proxy"].into_iter().find_map(get);
    let but = but.map(|(name, hosts)| format!(", but for {} ({name})", clean(&hosts))).unwrap_or_default();
    let says = format!("calls go by {}://{}{port} ({name}){but}", parsed.scheme(), clean(host));
    Some(match parsed.scheme() {
        "http" | "https" | "socks5" | "socks5h" => Finding::fine("proxy", says),
        _ => Finding::odd("proxy", says, hint),
    })
}

/// Which certificates are trusted beside, or in place of, the system's.
pub(super) fn certificates(environment: &Environment) -> Option<Finding> {
    let file = environment.get("SSL_CERT_FILE");
    let folder = environment.get("SSL_CERT_DIR");
    if let Some(file) = file {
        let shown = clean(&file.to_string_lossy()).into_owned();
        let hint = "name a PEM file with the CA in it, or unset SSL_CERT_FILE";
        return Some(match std::fs::read_to_string(Path::new(file)) {
            Ok(text) => match text.matches("-----BEGIN CERTIFICATE-----").count() {
                0 => Finding::odd("CA", format!("{shown} (SSL_CERT_FILE) holds no certificate in PEM"), hint),
                1 => Finding::fine("CA", format!("one certificate in {shown} (SSL_CERT_FILE)")),
                number => Finding::fine("CA", format!("{number} certificates in {shown} (SSL_CERT_FILE)")),
            },
            Err(error) => Finding::odd("CA", format!("{shown} (SSL_CERT_FILE) cannot be read: {error}"), hint),
        });
    }
    let folder = folder?;
    let shown = clean(&folder.to_string_lossy()).into_owned();
    Some(match std::fs::read_dir(Path::new(folder)) {
        Ok(_) => Finding::fine("CA", format!("the certificates in {shown} (SSL_CERT_DIR)")),
        Err(error) => {
            Finding::odd("CA", format!("{shown} (SSL_CERT_DIR) cannot be read: {error}"), "unset SSL_CERT_DIR")
        }
    })
}

/// How long an answer takes, and how far this machine's clock is off.
pub(super) fn line(took: Duration, date: Option<SystemTime>) -> Vec<Finding> {
    let says = format!("an answer takes {} ms", took.as_millis());
    let latency = if took > SLOW {
        Finding::odd("latency", says, "a slow line or proxy; more at once (-c) makes up for it")
    } else {
        Finding::fine("latency", says)
    };
    let clock = date.map(|date| {
        let now = SystemTime::now();
        // The header has whole seconds, and was on its way.
        let (off, word) = match now.duration_since(date) {
            Ok(ahead) => (ahead.saturating_sub(took + Duration::from_secs(1)), "ahead of"),
            Err(behind) => (behind.duration(), "behind"),
        };
        if off > OFF {
            let says = format!("this machine is {} s {word} fal", off.as_secs());
            Finding::odd(
                "clock",
                says,
                "set it, as with `timedatectl set-ntp true`: certificates and URLs hold for a time",
            )
        } else {
            Finding::fine("clock", "agrees with fal's")
        }
    });
    std::iter::once(latency).chain(clock).collect()
}

/// What a run would be shown on.
pub(super) fn terminal(settings: &Settings, caps: Caps) -> Finding {
    let characters = if caps.unicode { "UTF-8" } else { "ASCII" };
    let remote = if caps.remote { ", over SSH" } else { "" };
    let says = format!("{}, {characters}{remote}, theme {}", caps.depth.name(), clean(&settings.face.look.theme));
    if let Err(error) = tui::Theme::load(&settings.face.look.theme, settings.home.themes_dir().as_deref()) {
        return Finding::wrong("terminal", 2, &Failure::usage(&error).message);
    }
    if let Err(error) = tui::keys::KeyMap::with(&settings.face.look.keys) {
        return Finding::wrong("terminal", 2, &Failure::usage(&error).message);
    }
    match caps.dashboard {
        Ok(()) => match tui::size::known() {
            Ok(known) if !known.is_reported => {
                let (columns, rows) = (known.size.width, known.size.height);
                let says = format!("{says}; it reports no size, so {columns} columns and {rows} rows are taken");
                Finding::odd("terminal", says, "say it, as with `stty cols 120 rows 36`")
            }
            _ => Finding::fine("terminal", says),
        },
        Err(why) => Finding::fine("terminal", format!("{why}: here a run prints lines")),
    }
}

/// What was chosen for it, and by which variables.
pub(super) fn chosen(caps: Caps, environment: &Environment) -> Finding {
    let outside = caps.outside;
    let yes = |has: bool, what: &'static str| if has { what.to_owned() } else { format!("no {what}") };
    let chosen = [
        caps.images.title(caps.depth, caps.unicode).to_owned(),
        yes(outside.title, "title"),
        yes(outside.progress, "progress in the tab"),
        outside.alert.words().to_owned(),
    ];
    let names = [
        "TERM",
        "COLORTERM",
        "TERM_PROGRAM",
        "NO_COLOR",
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
        "TMUX",
        "STY",
        "ZELLIJ",
        "SSH_CONNECTION",
        "WT_SESSION",
        "KITTY_WINDOW_ID",
    ];
    // What some of them hold is nobody's business.
    let shown = |name: &'static str| {
        let value = environment.get(name)?.to_string_lossy().into_owned();
        let is_plain = !["TMUX", "STY", "SSH_CONNECTION", "WT_SESSION", "KITTY_WINDOW_ID", "ZELLIJ"].contains(&name);
        Some(if is_plain { format!("{name}={}", clean(&value)) } else { name.to_owned() })
    };
    let by: Vec<_> = names.into_iter().filter_map(shown).collect();
    let by = if by.is_empty() { "nothing in the environment".to_owned() } else { by.join(" ") };
    Finding::fine("chosen", format!("{}; by {by}", chosen.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(finding: &Finding) -> String {
        finding.line(false)
    }

    #[test]
    fn a_proxy_is_told_without_its_password() {
        let of = |vars: &[(&str, &str)]| proxy(&Environment::of(vars.iter().copied())).map(|found| said(&found));
        assert_eq!(of(&[]), None);
        let told = of(&[("HTTPS_PROXY", "http://me:sesame@proxy.local:3128"), ("NO_PROXY", "localhost")]).unwrap();
        assert!(
            told.starts_with("ok  ") && told.contains("http://proxy.local:3128 (HTTPS_PROXY), but for localhost"),
            "{told}"
        );
        assert!(!told.contains("sesame"), "{told}");
        assert!(of(&[("https_proxy", "nonsense")]).unwrap().contains("is no URL"));
    }

    #[test]
    fn a_clock_that_is_off_and_a_slow_line_are_told_with_what_to_do() {
        let soon = Duration::from_millis(80);
        let told = |took, date| line(took, date).iter().map(said).collect::<String>();
        let now = SystemTime::now();
        assert!(told(soon, Some(now)).contains("ok   clock"), "{}", told(soon, Some(now)));
        let off = told(soon, Some(now - Duration::from_mins(10)));
        assert!(off.contains("ahead of fal") && off.contains("hint: set it"), "{off}");
        assert!(told(soon, Some(now + Duration::from_mins(10))).contains("behind fal"));
        assert!(told(Duration::from_secs(3), None).contains("odd  latency"));
    }

    #[test]
    fn certificates_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        let of = |text: &str| {
            let file = dir.path().join("ca.pem");
            std::fs::write(&file, text).unwrap();
            said(&certificates(&Environment::of([("SSL_CERT_FILE", file)])).unwrap())
        };
        let one = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n";
        assert!(of(&one.repeat(2)).contains("2 certificates in "));
        assert!(of("nothing").contains("holds no certificate"));
        let gone = certificates(&Environment::of([("SSL_CERT_FILE", "/nowhere.pem")])).unwrap();
        assert!(said(&gone).contains("cannot be read"));
    }
}
