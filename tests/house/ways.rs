//! Ways that only one room goes: to the file system, and to what one operating system has.

use std::fs;

use crate::paths::own_code;
use crate::{is_built, root, rust_files};

/// Rooms for which photos and results come and go through `storage` alone.
const WITHOUT_FILES: [&str; 5] = ["intake", "plan", "fal", "output", "engine"];
/// How the file system is asked.
const FILE_SYSTEM: [&str; 11] = [
    "fs::",
    "File::open",
    "File::options",
    "tempfile",
    "walkdir",
    ".exists()",
    ".is_dir()",
    ".metadata()",
    "symlink_metadata",
    "canonicalize",
    "read_dir",
];

#[test]
fn files_are_reached_through_storage_alone() {
    let asks = |text: &str| FILE_SYSTEM.into_iter().find(|way| own_code(text).contains(way)).map(str::to_owned);
    assert_eq!(asks("fn f(path: &Path) -> bool { path.is_dir() }"), Some(".is_dir()".to_owned()));
    let mut found = Vec::new();
    for file in rust_files("src").into_iter().filter(|file| is_built(file)) {
        let below = file.strip_prefix(root().join("src")).unwrap();
        let is_without = WITHOUT_FILES.iter().any(|room| below.starts_with(room));
        if let Some(way) = asks(&fs::read_to_string(&file).unwrap()).filter(|_| is_without) {
            found.push(format!("{}: `{way}`", below.display()));
        }
    }
    assert!(found.is_empty(), "ask the room `storage`: {found:#?}");
}

/// What only some operating systems have.
const OF_ONE_SYSTEM: [&str; 7] =
    ["cfg(unix)", "cfg(not(unix))", "cfg!(", "os::unix", "os::windows", "signal::unix", "rustix::"];

#[test]
fn what_operating_systems_do_each_in_its_own_way_stands_in_one_room() {
    let asks = |text: &str| OF_ONE_SYSTEM.into_iter().find(|way| own_code(text).contains(way)).map(str::to_owned);
    assert_eq!(asks("#[cfg(unix)]\nfn f() {}"), Some("cfg(unix)".to_owned()));
    let mut found = Vec::new();
    for file in rust_files("src").into_iter().filter(|file| is_built(file)) {
        let below = file.strip_prefix(root().join("src")).unwrap();
        let way = asks(&fs::read_to_string(&file).unwrap().replace("cfg!(feature", ""));
        if let Some(way) = way.filter(|_| !below.starts_with("os")) {
            found.push(format!("{}: `{way}`", below.display()));
        }
    }
    assert!(found.is_empty(), "ask the room `os`: {found:#?}");
}
