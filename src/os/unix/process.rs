//! Which processes live.

use rustix::process::{Pid, test_kill_process};
use rustix::system::uname;

/// The machine's name, and what is the same only while a process number means the same process: its name, its boot and
/// the numbers' own space, as a container has one. The latter two are known on Linux alone.
pub(crate) fn machine() -> (String, String) {
    let host = uname().nodename().to_string_lossy().into_owned();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let machine = format!("{host} {} {}", boot.trim(), space.display());
    (host, machine)
}

/// Whether a process of this machine lives. One that may not be asked does.
pub(crate) fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_none_or(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_that_was_waited_for_does_not() {
        assert!(is_alive(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(!is_alive(child.id()));
    }
}
