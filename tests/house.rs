//! The house keeps its order: who may use whom, how long a file may be, and that each says what it is.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test of our own text; a panic fails it"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "house/circles.rs"]
mod circles;
#[path = "house/limits.rs"]
mod limits;
#[path = "house/paths.rs"]
mod paths;
#[path = "house/ways.rs"]
mod ways;

use fal_tui::job::EndpointId;
use fal_tui::model::Model;

use circles::{Modules, wide_circles};
use paths::paths_of;

/// Each room and what it may use of ours. `src/lib.rs` says why.
const ROOMS: &[(&str, &[&str])] = &[
    ("os", &[]),
    ("job", &[]),
    ("model", &["job"]),
    ("picture", &["job"]),
    ("storage", &["job"]),
    (
        "fal",
        &[
            "job",
            "model::Quote",
            "model::Standing",
            "model::Unit",
            "model::read_answer",
            "model::count",
            "model::Gives",
            "storage::Opened",
            "storage::is_loopback",
            "storage::Reading",
            "storage::ReadSeek",
        ],
    ),
    ("ledger", &["job"]),
    ("webhook", &["job", "fal::Fal"]),
    ("intake", &["job", "picture", "storage"]),
    ("output", &["job", "picture", "storage"]),
    ("plan", &["job", "model", "ledger", "intake", "output", "storage"]),
    ("engine", &["job", "model", "picture", "fal", "ledger", "intake", "output", "plan", "storage", "webhook"]),
    (
        "tui",
        &[
            "job",
            "model",
            "picture",
            "engine::snapshot",
            "engine::Command",
            "engine::Leave",
            "engine::Ending",
            "engine::Summary",
        ],
    ),
    (
        "headless",
        &[
            "job",
            "model",
            "engine::snapshot",
            "engine::Event",
            "engine::What",
            "engine::JobChange",
            "engine::Ending",
            "engine::Summary",
        ],
    ),
    (
        "attach",
        &[
            "job",
            "engine::snapshot",
            "engine::Access",
            "engine::Clock",
            "engine::Command",
            "engine::Door",
            "engine::FaceEnds",
            "engine::Sighting",
            "engine::Stand",
            "engine::Watching",
            "engine::first_line",
            "engine::order_of",
            "engine::what_became",
            "ledger",
            "tui::Finds",
            "tui::Models",
            "tui::Search",
        ],
    ),
    // What a picture is, is read in one place; fal's own reading could not differ more than another of ours.
    ("sandbox", &["fal::wire", "picture", "job::Format"]),
    ("cli", &["job"]),
    (
        "config",
        &[
            "cli",
            "engine",
            "fal",
            "intake::FurtherFault",
            "intake::further",
            "job",
            "ledger::Address",
            "model",
            "output",
            "sandbox",
            "storage::Hearing",
            "storage::WEBDAV_PASSWORD",
            "storage::WEBDAV_USER",
            "storage::is_inner",
            "storage::is_loopback",
            "tui::caps",
        ],
    ),
];

/// What all rooms may ask, as they ask the standard library.
const GROUND: &[&str] = &["os"];

/// What ties the rooms together and may use them all.
const TIES: &[&str] = &["commands", "lib", "main"];

/// Lines that a file may have.
const LONGEST: usize = 400;

/// A bound that something does not keep yet: what, how far it goes, and why. Each may only shrink.
type Exception = (&'static str, usize, &'static str);

/// Files in the widest circle of a room; a pair is none.
const CIRCLES: &[Exception] = &[];

/// Files that a folder may have.
const MOST_FILES: usize = 15;

/// Fields that a struct may have.
const MOST_FIELDS: usize = 15;
const LARGE_STRUCTS: &[Exception] = &[];

#[test]
fn nothing_is_excepted() {
    assert_eq!(CIRCLES.len() + LARGE_STRUCTS.len(), 0);
}

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
        let forbidden = paths_of(&text, &module_of(below)).into_iter().filter(|path| !may_use(room, allowed, path));
        wrong.extend(forbidden.map(|path| format!("{}: `{room}` may not use `crate::{path}`", below.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_and_the_rules_name_the_same_rooms() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules =
        lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
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
fn no_room_has_a_circle_wider_than_a_pair() {
    let mut widest = std::collections::BTreeMap::new();
    for room in ROOMS.iter().map(|(room, _)| *room).chain(TIES.iter().copied()) {
        let circles = wide_circles(&modules_of(room));
        if let Some(circle) = circles.into_iter().max_by_key(BTreeSet::len) {
            widest.insert(room.to_owned(), circle);
        }
    }
    let found = widest.iter().map(|(room, circle)| (room.clone(), circle.len())).collect();
    let told = |room: &str| widest.get(room).map(|circle| format!("{circle:?}")).unwrap_or_default();
    limits::hold("files use each other in a circle", 2, CIRCLES, &found, told);
}

#[test]
fn no_folder_is_too_full() {
    let mut found = std::collections::BTreeMap::new();
    for file in rust_files("src") {
        let folder = file.strip_prefix(root()).unwrap().parent().unwrap();
        *found.entry(folder.to_string_lossy().into_owned()).or_insert(0) += 1;
    }
    limits::hold("files are in one folder", MOST_FILES, &[], &found, |_| String::new());
}

#[test]
fn no_struct_holds_too_much() {
    let found = rust_files("src").into_iter().flat_map(|file| {
        let name = file.strip_prefix(root().join("src")).unwrap().display().to_string();
        let of_file = move |(of, fields): (String, usize)| (format!("{name} {of}"), fields);
        limits::structs(&fs::read_to_string(&file).unwrap()).into_iter().map(of_file)
    });
    limits::hold("fields are in one struct", MOST_FIELDS, LARGE_STRUCTS, &found.collect(), |_| String::new());
}

/// Where a parameter of a model may be named: in help, as an example.
const EXAMPLES: [&str; 2] = ["cli/words.rs", "config/file.rs"];

#[test]
fn no_model_is_known_outside_its_room() {
    let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
    // Shorter ones are words.
    let names = model.params.iter().map(|param| param.name.clone()).filter(|name| name.len() > 5);
    let names: Vec<_> = names.chain(["image_url".to_owned()]).collect();
    let src = root().join("src");
    let mut found = BTreeSet::new();
    for file in rust_files("src").into_iter().filter(|file| is_built(file)) {
        let below = file.strip_prefix(&src).unwrap();
        let code = paths::own_code(&fs::read_to_string(&file).unwrap());
        let is_elsewhere = !["model", "sandbox"].iter().any(|room| below.starts_with(room));
        if is_elsewhere && names.iter().any(|name| code.contains(name.as_str())) {
            found.insert(below.to_string_lossy().into_owned());
        }
    }
    assert_eq!(found, BTreeSet::from(EXAMPLES.map(str::to_owned)));
}

#[test]
fn a_room_of_the_engine_knows_nothing_of_the_actor() {
    let mut found = Vec::new();
    for file in rust_files("src/engine").into_iter().filter(|file| is_built(file)) {
        let below = file.strip_prefix(root().join("src")).unwrap();
        let is_above = below.starts_with("engine/actor") || below == Path::new("engine/mod.rs");
        let paths = paths_of(&fs::read_to_string(&file).unwrap(), &module_of(below));
        if !is_above && paths.iter().any(|path| is_below("engine::actor", path)) {
            found.push(below.display().to_string());
        }
    }
    assert!(found.is_empty(), "only the actor has all rooms in hand: {found:#?}");
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
        use crate::{engine::{snapshot::{Row, Totals}, Command}, ledger};
        pub(crate) use crate::fal::wire as protocol;
        //! [`crate::output`] is only spoken of, // crate::intake too
        fn f() -> crate::tui::Theme { let url = \"crate::sandbox\"; super::crate_name(crate::picture::whole()) }
    ";
    let seen = |text, module| paths_of(text, module).into_iter().collect::<Vec<_>>();
    assert_eq!(
        seen(text, "output::draft"),
        [
            "engine::Command",
            "engine::snapshot::Row",
            "engine::snapshot::Totals",
            "fal::wire",
            "job::Job",
            "ledger",
            "output::crate_name",
            "picture::whole",
            "tui::Theme",
        ]
    );
    let text = "
use super::{super::fal, name::{self, Names}};
pub(super) fn f() { self::g(); super::super::ledger::open() } // super::spoken
mod tests {
    use super::*;
    use super::super::place;
}
";
    assert_eq!(
        seen(text, "output::draft"),
        [
            "fal",
            "ledger::open",
            "output::draft",
            "output::draft::g",
            "output::name",
            "output::name::Names",
            "output::place"
        ]
    );
    assert!(may_use("sandbox", &["fal::wire"], "fal::wire::Status"));
    assert!(!may_use("sandbox", &["fal::wire"], "fal::wired"));
    assert!(!may_use("sandbox", &["fal::wire"], "fal::Hosts"));
    assert!(may_use("job", &[], "job::Job") && !may_use("job", &[], "fal::Hosts"));
}

#[test]
fn a_circle_would_be_seen_however_it_is_closed() {
    let module = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    let circles = |texts: &[(&str, &str)]| wide_circles(&texts.iter().copied().map(module).collect());
    let map = ("room", "mod a;\nmod b;\nmod c;\npub use a::A;\npub use b::{B, C};\n");
    let (b, c) = (("room::b", "use crate::room::c::C;\n"), ("room::c", "fn f() { super::A::new() }\n"));
    let all = BTreeSet::from(["room::a", "room::b", "room::c"].map(str::to_owned));
    assert_eq!(circles(&[map, ("room::a", "use super::{B, x};\n"), b, c]), [all]);
    assert!(circles(&[map, ("room::a", "mod tests {\n    use super::super::B;\n}\n"), b, c]).is_empty());
    assert!(circles(&[map, ("room::a", "use super::C;\n"), ("room::b", "use super::a::x;\n"), c]).is_empty());
    let map = ("room", "mod a;\nmod b;\nfn f() { a::g() }\n");
    let wide = circles(&[map, ("room::a", "use super::b;\n"), ("room::b", "use super::f;\n")]);
    assert_eq!(wide.len(), 1, "through the room's own file");
}

#[test]
fn a_struct_is_counted_by_its_fields() {
    let text = "pub struct A {\n    /// One.\n    pub one: u8,\n    pub(super) r#two: Vec<(u8, u8)>,\n}\nstruct B;\n\
                mod m {\n    struct C<'a> {\n        x: &'a str,\n    }\n}\n";
    assert_eq!(limits::structs(text), [("A".to_owned(), 2), ("C".to_owned(), 1)]);
}

/// The files of a room that are built, as modules.
fn modules_of(room: &str) -> Modules {
    let src = root().join("src");
    let below = |file: PathBuf| file.strip_prefix(&src).unwrap().to_owned();
    let of_room = |file: &PathBuf| module_of(file).split("::").next() == Some(room);
    let files = rust_files("src").into_iter().map(below).filter(|file| of_room(file) && is_built(file));
    files.map(|file| (module_of(&file), fs::read_to_string(src.join(file)).unwrap())).collect()
}

/// Whether a file is more than tests and what they look at.
fn is_built(file: &Path) -> bool {
    let path = file.to_string_lossy();
    !path.ends_with("tests.rs") && !path.contains("/tests/") && !path.contains("/fixtures/")
}

/// The module that a file below `src` is.
fn module_of(file: &Path) -> String {
    let path = file.with_extension("");
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).filter(|part| part != "mod").collect();
    parts.join("::")
}

fn may_use(room: &str, allowed: &[&str], path: &str) -> bool {
    is_below(room, path) || allowed.iter().chain(GROUND).any(|allowed| is_below(allowed, path))
}

fn is_below(top: &str, path: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().filter_map(Result::ok);
    walk.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|ext| ext == "rs")).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
