//! Which processes live: not told here.

/// The machine's name, and what is the same only while a process number means the same process.
pub(crate) fn machine() -> (String, String) {
    let host = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "a machine".to_owned());
    (host.clone(), host)
}

/// Whether a process of this machine lives: every one may.
pub(crate) fn is_alive(_pid: u32) -> bool {
    true
}
