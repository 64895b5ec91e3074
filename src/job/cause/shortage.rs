//! What this machine runs out of: nobody's failure, and over when others give it back.

use std::error::Error;
use std::fmt;
use std::io;

use crate::os;

/// What there is no more of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// Files and connections that this process may have open.
    Files,
    /// The same of the whole machine.
    AllFiles,
    /// Memory.
    Memory,
    /// Threads and processes.
    Threads,
}

impl Shortage {
    /// Whether that is what lies behind an error: it, or one of its causes, says so.
    #[must_use]
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            let own = error.downcast_ref::<Self>().copied();
            let system = || Self::of_system(error.downcast_ref::<io::Error>()?);
            if let Some(shortage) = own.or_else(system) {
                return Some(shortage);
            }
            next = error.source();
        }
        None
    }

    fn of_system(error: &io::Error) -> Option<Self> {
        if let Some(code) = error.raw_os_error() {
            return Self::of_code(code).or((error.kind() == io::ErrorKind::OutOfMemory).then_some(Self::Memory));
        }
        let inner = error.get_ref()?;
        Self::of(inner).or_else(|| Self::of_code(code_in(&inner.to_string())?))
    }

    fn of_code(code: i32) -> Option<Self> {
        let known =
            [(os::TOO_MANY_FILES, Self::Files), (os::ALL_FILES_OPEN, Self::AllFiles), (os::NO_MEMORY, Self::Memory)];
        known.into_iter().find(|(codes, _)| codes.contains(&code)).map(|(_, shortage)| shortage)
    }

    /// Whether that is what made a thread's start panic.
    #[must_use]
    pub fn of_panic(said: &str) -> Option<Self> {
        (said.contains("spawn") && said.contains("thread")).then_some(Self::Threads)
    }

    /// What there is no more of, with how many there may be if that is known, and what to do.
    #[must_use]
    pub fn words(self, files: Option<u64>) -> (String, &'static str) {
        match self {
            Self::Files => {
                let files = files.map(|files| format!(": {files}")).unwrap_or_default();
                (format!("open files{files}"), "raise the limit with `ulimit -n 1024`")
            }
            Self::AllFiles => {
                ("open files of the whole machine".to_owned(), "close what else runs, or raise fs.file-max")
            }
            Self::Memory => ("memory".to_owned(), "close what else runs, or raise the limit (`ulimit -v`)"),
            Self::Threads => ("threads".to_owned(), "close what else runs, or raise the limit (`ulimit -u`)"),
        }
    }
}

/// The code in the words of a library that puts a path to what the system said, and hides the rest.
fn code_in(text: &str) -> Option<i32> {
    text.split_once("(os error ")?.1.split_once(')')?.0.parse().ok()
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(None).0)
    }
}

impl Error for Shortage {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("a call")]
    struct Call(#[source] io::Error);

    #[test]
    #[cfg(unix)]
    fn a_shortage_is_found_however_deep_it_lies() {
        let files = || io::Error::from_raw_os_error(24);
        assert_eq!(Shortage::of(&files()), Some(Shortage::Files));
        assert_eq!(Shortage::of(&Call(files())), Some(Shortage::Files));
        assert_eq!(Shortage::of(&Call(io::Error::other(Call(files())))), Some(Shortage::Files));
        assert_eq!(Shortage::of(&Call(io::Error::from_raw_os_error(12))), Some(Shortage::Memory));
        assert_eq!(Shortage::of(&Call(io::Error::from_raw_os_error(2))), None);
        assert_eq!(Shortage::of(&io::Error::other("words")), None);
        let hidden = io::Error::other("Too many open files (os error 24) at path \"a\"");
        assert_eq!(Shortage::of(&Call(hidden)), Some(Shortage::Files));
    }

    #[test]
    fn the_limit_is_named() {
        assert_eq!(Shortage::Files.words(Some(40)).0, "open files: 40");
        let said = "OS can't spawn worker thread: Resource temporarily unavailable (os error 11)";
        assert_eq!(Shortage::of_panic(said), Some(Shortage::Threads));
        assert_eq!(Shortage::of_panic("index out of bounds"), None);
    }
}
