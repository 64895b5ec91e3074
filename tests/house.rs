//! The house keeps its order: who may use whom, how long a file may be, and that each says what it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and what it may use of ours. `src/lib.rs` says why.
const ROOMS: &[(&str, &[&str])] = &[
    ("job", &[]),
    ("picture", &["job"]),
    ("fal", &["job"]),
    ("ledger", &["job"]),
    ("intake", &["job", "picture"]),
    ("output", &["job", "picture"]),
    ("plan", &["job", "ledger", "intake"]),
    ("engine", &["job", "picture", "fal", "ledger", "intake", "output", "plan"]),
    (
        "tui",
        &["job", "picture", "engine::board", "engine::Command", "engine::Leave", "engine::Ending", "engine::Summary"],
    ),
    (
        "headless",
        &[
            "job",
            "engine::board",
            "engine::Event",
            "engine::What",
            "engine::JobChange",
            "engine::Ending",
            "engine::Summary",
        ],
    ),
    ("sandbox", &["fal::wire"]),
    ("cli", &["job"]),
    ("settings", &["cli", "engine", "fal", "job", "output", "sandbox", "tui::caps"]),
];

/// What ties the rooms together and may use them all.
const TIES: &[&str] = &["app", "lib", "main"];

/// Lines that a file may have.
const LONGEST: usize = 400;

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let mut wrong = Vec::new();
    for file in rust_files("src") {
        let text = fs::read_to_string(&file).unwrap();
        let below = file.strip_prefix(root().join("src")).unwrap();
        let room = below.iter().next().unwrap().to_string_lossy();
        let room = room.trim_end_matches(".rs");
        if TIES.contains(&room) {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: no rule says what `{room}` may use", below.display()));
            continue;
        };
        let forbidden = paths_of(&text).into_iter().filter(|path| !may_use(room, allowed, path));
        wrong.extend(forbidden.map(|path| format!("{}: `{room}` may not use `crate::{path}`", below.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_and_the_rules_name_the_same_rooms() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let ruled: BTreeSet<_> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(modules.filter(|room| !TIES.contains(room)).collect::<BTreeSet<_>>(), ruled);
}

#[test]
fn no_file_outgrows_its_idea() {
    let files = ["src", "tests", "benches"].into_iter().flat_map(rust_files);
    let long: Vec<_> = files
        .map(|file| (fs::read_to_string(&file).unwrap().lines().count(), file))
        .filter(|(lines, file)| *lines > if file.ends_with("src/main.rs") { 40 } else { LONGEST })
        .collect();
    assert!(long.is_empty(), "split these: {long:#?}");
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let silent: Vec<_> = rust_files("src")
        .into_iter()
        .filter(|file| !file.to_string_lossy().contains("tests"))
        .filter(|file| !fs::read_to_string(file).unwrap().starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "these say nothing: {silent:#?}");
}

#[test]
fn a_forbidden_use_would_be_seen_however_it_is_written() {
    let text = "
        use crate::job::Job;
        use crate::{engine::{board::{Row, Totals}, Command}, ledger};
        pub(crate) use crate::fal::wire as protocol;
        //! [`crate::output`] is only spoken of, // crate::intake too
        fn f() -> crate::tui::Theme { let url = \"crate::sandbox\"; super::crate_name(crate::picture::whole()) }
    ";
    let seen: Vec<_> = paths_of(text).into_iter().collect();
    assert_eq!(
        seen,
        [
            "engine::Command",
            "engine::board::Row",
            "engine::board::Totals",
            "fal::wire",
            "job::Job",
            "ledger",
            "picture::whole",
            "tui::Theme",
        ]
    );
    assert!(may_use("sandbox", &["fal::wire"], "fal::wire::Status"));
    assert!(!may_use("sandbox", &["fal::wire"], "fal::wired"));
    assert!(!may_use("sandbox", &["fal::wire"], "fal::Hosts"));
    assert!(may_use("job", &[], "job::Job") && !may_use("job", &[], "fal::Hosts"));
}

fn may_use(room: &str, allowed: &[&str], path: &str) -> bool {
    let below = |top: &str| path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    below(room) || allowed.iter().any(|allowed| below(allowed))
}

/// Every path of ours that a file's code names, without its `crate::`.
fn paths_of(text: &str) -> BTreeSet<String> {
    let code: String = text.lines().map(without_comment).collect::<Vec<_>>().join("\n");
    let mut paths = BTreeSet::new();
    let mut rest = code.as_str();
    while let Some((before, after)) = rest.split_once("crate::") {
        if !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '"')) {
            expand("", after, &mut paths);
        }
        rest = after;
    }
    paths
}

/// Adds the paths at the start of `text`: one, or a tree of them in braces. What follows it.
fn expand<'a>(prefix: &str, text: &'a str, paths: &mut BTreeSet<String>) -> &'a str {
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':')).unwrap_or(text.len());
    let (path, rest) = text.split_at(end);
    let path = format!("{prefix}{path}");
    let Some(mut rest) = rest.strip_prefix('{') else {
        paths.insert(path.trim_end_matches(':').to_owned());
        return rest;
    };
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            return after;
        }
        if rest.is_empty() {
            return rest;
        }
        rest = expand(&path, rest, paths);
        // An alias, and the comma.
        rest = rest.trim_start_matches(|c| !matches!(c, ',' | '}'));
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}

/// A line up to its comment; `//` in a URL is none.
fn without_comment(line: &str) -> &str {
    match line.split_once("//") {
        Some((before, _)) if !before.ends_with(':') => before,
        _ => line,
    }
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().filter_map(Result::ok);
    walk.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|ext| ext == "rs")).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
