//! What the room promises, on real folders.

#[cfg(unix)]
mod unix;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{Arrival, Found, Inputs, IntakeError, walk};
use crate::job::{Format, Pixels};
use crate::picture::samples::{self, bytes};

/// A folder with files in it, gone after the test.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(path)
    }

    fn file(&self, path: impl AsRef<Path>, bytes: &[u8]) -> &Self {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Small pictures, JPEG whatever their names say.
    fn photos(&self, paths: &[&str]) -> &Self {
        let jpeg = samples::encoded(&samples::small(), image::ImageFormat::Jpeg);
        for path in paths {
            self.file(path, &jpeg);
        }
        self
    }

    fn check(&self, paths: &[&str]) -> Result<Inputs, IntakeError> {
        let paths: Vec<_> = paths.iter().map(|path| self.at(path)).collect();
        Inputs::check(&paths, None, &[], &[])
    }

    fn walk(&self, paths: &[&str]) -> Vec<Found> {
        all(self.check(paths).unwrap())
    }
}

fn all(inputs: Inputs) -> Vec<Found> {
    let (sender, mut receiver) = mpsc::channel(2);
    let walking = std::thread::spawn(move || walk(inputs, sender));
    let mut found = Vec::new();
    while let Some(some) = receiver.blocking_recv().map(Arrival::found) {
        assert!((1..=256).contains(&some.len()), "{}", some.len());
        found.extend(some);
    }
    walking.join().unwrap();
    found
}

/// Each as `path`, or `path: reason` if it is not sent.
fn told(found: &[Found]) -> Vec<String> {
    let told = |found: &Found| match found {
        Found::Photo(photo, _) => photo.slash_path(),
        Found::Skipped(photo, reason) => format!("{}: {reason}", photo.slash_path()),
    };
    found.iter().map(told).collect()
}

#[test]
fn real_photos_are_found_in_natural_order_with_their_sizes() {
    let inputs = Inputs::check(&[samples::photo("")], None, &[], &[]).unwrap();
    let found = all(inputs);
    assert_eq!(
        told(&found),
        [
            "chelsea.png",
            "coffee.png",
            "LICENSES.md: text, not a picture",
            "retina.jpg",
            "space/astronaut.png",
            "space/hubble_deep_field.jpg",
            "space/rocket.jpg",
            "textures/grass.png",
        ]
    );
    let rocket = found[6].photo();
    assert_eq!((rocket.format, rocket.pixels), (Some(Format::Jpeg), Some(Pixels::new(640, 427))));
    assert_eq!((rocket.bytes, rocket.shares_stem), (112_525, false));
    assert!(rocket.modified.0 > 1_500_000_000_000 && rocket.source.is_absolute());
}

#[test]
fn numbers_in_names_count() {
    let tree = Tree::new();
    tree.photos(&["in/img10.jpg", "in/img2.jpg", "in/IMG1.jpg", "in/day 10/a.jpg", "in/day 9/a.jpg"]);
    let expected = ["day 9/a.jpg", "day 10/a.jpg", "IMG1.jpg", "img2.jpg", "img10.jpg"];
    assert_eq!(told(&tree.walk(&["in"])), expected);
}

#[test]
fn kinds_come_from_bytes_and_never_from_names() {
    let tree = Tree::new();
    tree.file("in/a.txt", &bytes("chelsea.png")).file("in/b", &bytes("space/rocket.jpg")).file("in/c.jpg", b"words");
    let found = tree.walk(&["in"]);
    assert_eq!(told(&found), ["a.txt", "b", "c.jpg: text, not a picture"]);
    assert_eq!(found[0].photo().format, Some(Format::Png));
}

#[test]
fn broken_files_are_left_out_with_their_reasons() {
    let tree = Tree::new();
    let photo = bytes("retina.jpg");
    tree.file("in/cut.jpg", &photo[..photo.len() / 2])
        .file("in/cut.png", &bytes("coffee.png")[..100_000])
        .file("in/empty.jpg", b"")
        .file("in/heic.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        .file("in/whole.jpg", &photo);
    assert_eq!(
        told(&tree.walk(&["in"])),
        [
            "cut.jpg: truncated JPEG",
            "cut.png: truncated PNG",
            "empty.jpg: empty file",
            "heic.jpg: HEIC, of a kind that is not read: save it as JPEG or PNG",
            "whole.jpg"
        ]
    );
}

#[test]
fn clutter_and_hidden_files_are_passed_over() {
    let tree = Tree::new();
    tree.photos(&[
        "in/.hidden.jpg",
        "in/._a.jpg",
        "in/.git/a.jpg",
        "in/Thumbs.db",
        "in/.DS_Store",
        "in/Desktop.ini",
        "in/@eaDir/a.jpg/thumb.jpg",
        "in/__MACOSX/._a.jpg",
        "in/.fal-tui-x1y2z3.part",
        "in/a.jpg",
    ]);
    assert_eq!(told(&tree.walk(&["in"])), ["a.jpg"]);
}

#[test]
fn what_stands_beside_photos_is_counted_as_such_and_looked_at_if_it_is_named() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "in/a.XMP", "in/b.aae", "in/clip.thm"]);
    let sidecar = |name: &str| format!("{name}: sidecar, not a photo");
    assert_eq!(told(&tree.walk(&["in"])), [sidecar("a.XMP"), "a.jpg".into(), sidecar("b.aae"), sidecar("clip.thm")]);
    assert_eq!(told(&tree.walk(&["in/clip.thm"])), ["clip.thm"]);
}

#[test]
fn the_output_folder_is_passed_over_wherever_it_is() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "in/out/a.jpg", "in/sub/out/b.jpg"]);
    let check = |output: &str| Inputs::check(&[tree.at("in")], Some(&tree.at(output)), &[], &[]);
    assert_eq!(told(&all(check("in/out").unwrap())), ["a.jpg", "sub/out/b.jpg"]);
    assert_eq!(told(&all(check("in/./sub/../sub/out").unwrap())), ["a.jpg", "out/a.jpg"]);
    assert!(matches!(check("in"), Err(IntakeError::OutputIsInput(_))));
    assert!(matches!(check("in/sub/.."), Err(IntakeError::OutputIsInput(_))));
}

#[test]
fn the_results_of_another_batch_are_not_paid_for_again() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "in/up/a.jpg", "in/up/sub/a.jpg", "in/sales/a.jpg"])
        .file("in/up/report.csv", b"path,state,output,width,height,seed,cost_usd\n")
        .file("in/sales/report.csv", b"month,sales\n");
    assert_eq!(
        told(&tree.walk(&["in"])),
        [
            "a.jpg",
            "sales/a.jpg",
            "sales/report.csv: text, not a picture",
            "up: folder with the results of a batch: give it as a PATH to send them"
        ]
    );
    assert_eq!(told(&tree.walk(&["in/up"]))[0], "a.jpg");
    assert!(told(&tree.walk(&["in", "in/up"])).contains(&"up/sub/a.jpg".to_owned()));
}

#[test]
fn the_default_output_is_beside_the_first_path() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "other/b.jpg"]);
    for (paths, output) in [
        (vec!["in"], "in-upscaled"),
        (vec!["in/"], "in-upscaled"),
        (vec!["in/."], "in-upscaled"),
        (vec!["in/a.jpg"], "in-upscaled"),
        (vec!["other", "in"], "other-upscaled"),
        (vec!["other/../in"], "in-upscaled"),
    ] {
        let inputs = tree.check(&paths).unwrap();
        let output = tree.at(output);
        let beside = |path: &Path| fs::canonicalize(path.parent().unwrap()).unwrap().join(path.file_name().unwrap());
        assert_eq!(beside(inputs.output()), beside(&output), "{paths:?}");
    }
    assert!(matches!(Inputs::check(&["/".into()], None, &[], &[]), Err(IntakeError::NoOutput(_))));
}

#[test]
fn a_photo_that_can_be_reached_in_two_ways_is_taken_once() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "in/sub/b.jpg", "in/.hidden/c.jpg"]);
    assert_eq!(told(&tree.walk(&["in", "in/sub", "in/a.jpg", "in/sub/../a.jpg"])), ["a.jpg", "sub/b.jpg"]);
    assert_eq!(told(&tree.walk(&["in/sub", "in"])), ["a.jpg", "sub/b.jpg"]);
    // What the walk of the outer folder does not reach is taken from where it is.
    assert_eq!(told(&tree.walk(&["in", "in/.hidden"])), ["in/a.jpg", "in/sub/b.jpg", ".hidden/c.jpg"]);
}

#[test]
fn several_folders_stand_before_their_photos_by_unique_names() {
    let tree = Tree::new();
    tree.photos(&["x/photos/a.jpg", "y/photos/a.jpg", "z/a.jpg"]);
    let expected = ["z/a.jpg", "photos-2/a.jpg", "photos/a.jpg"];
    let found = tree.walk(&["z", "y/photos", "x/photos"]);
    assert_eq!(told(&found), expected);
    let mut again = told(&tree.walk(&["x/photos", "y/photos", "z"]));
    again.reverse();
    assert_eq!(again, expected, "the order of the PATHs names nobody anew");
    assert_eq!(&*found[1].photo().source, tree.at("y/photos/a.jpg"));
    let identity = |paths: &[&str]| tree.check(paths).unwrap().identity().to_vec();
    assert_eq!(identity(&["z", "x/photos"]), identity(&["x/photos", "z", "z/"]));
    assert_ne!(identity(&["z"]), identity(&["x/photos"]));
}

#[test]
fn files_can_be_given_one_by_one() {
    let tree = Tree::new();
    tree.photos(&["in/b10.jpg", "in/b9.jpg", "in/b9.png", "in/.hidden.jpg", "in/c.jpg"]).file("in/words.jpg", b"words");
    let found = tree.walk(&["in/b10.jpg", "in/b9.png", "in/b9.jpg", "in/.hidden.jpg", "in/words.jpg"]);
    assert_eq!(told(&found), [".hidden.jpg", "b9.jpg", "b9.png", "b10.jpg", "words.jpg: text, not a picture"]);
    let shares: Vec<_> = found.iter().map(|found| found.photo().shares_stem).collect();
    assert_eq!(shares, [false, true, true, false, false]);
}

#[test]
fn only_photos_that_would_share_a_name_share_a_stem() {
    let tree = Tree::new();
    tree.photos(&[
        "in/a.jpg",
        "in/A.PNG",
        "in/b.jpg",
        "in/c.jpg",
        "in/c.d.jpg",
        "in/sub/b.jpg",
        "in/x.y.jpg",
        "in/x.y.png",
    ])
    .file("in/b.txt", b"a caption")
    .file("in/c.png", b"");
    let found = tree.walk(&["in"]);
    let sharing: Vec<_> = found.iter().filter(|found| found.photo().shares_stem).cloned().collect();
    assert_eq!(told(&sharing), ["A.PNG", "a.jpg", "x.y.jpg", "x.y.png"]);
}

#[test]
fn many_neighbours_are_all_found_in_order_and_know_each_other() {
    let tree = Tree::new();
    let names: Vec<_> = (0..700).flat_map(|n| [format!("{n}.gif"), format!("{n}.jpg")]).collect();
    tree.photos(
        &names
            .iter()
            .map(|name| format!("in/{name}"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    let found = tree.walk(&["in"]);
    assert_eq!(told(&found), names);
    assert!(found.iter().all(|found| found.photo().shares_stem));
}

#[test]
fn patterns_limit_what_is_taken() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "in/b.JPG", "in/c.png", "in/raw/d.jpg", "in/sub/raw/e.jpg"]).file("in/f.txt", b"words");
    let check = |include: &[&str], exclude: &[&str]| {
        let owned = |globs: &[&str]| globs.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>();
        told(&all(Inputs::check(&[tree.at("in")], None, &owned(include), &owned(exclude)).unwrap()))
    };
    assert_eq!(check(&["*.jpg"], &[]), ["a.jpg", "b.JPG", "raw/d.jpg", "sub/raw/e.jpg"]);
    assert_eq!(check(&["*.jpg"], &["raw"]), ["a.jpg", "b.JPG"]);
    assert_eq!(check(&["/raw/**", "*.png"], &[]), ["c.png", "raw/d.jpg"]);
}

#[test]
fn bad_inputs_are_said_before_anything_happens() {
    let tree = Tree::new();
    let error = tree.check(&["nowhere"]).unwrap_err().to_string();
    assert!(error.starts_with("there is no file or folder `") && error.ends_with("nowhere`"), "{error}");
    assert!(matches!(Inputs::check(&[], None, &[], &[]), Err(IntakeError::NoInput)));
    assert!(matches!(tree.file("f", b"").check(&["f/g"]), Err(IntakeError::Missing(_))));
    let evil = tree.check(&["no\x1b[2J\nwhere"]).unwrap_err().to_string();
    assert!(!evil.contains(['\x1b', '\n']), "{evil:?}");
}

#[test]
fn an_empty_folder_gives_nothing() {
    let tree = Tree::new();
    fs::create_dir(tree.at("in")).unwrap();
    assert!(tree.walk(&["in"]).is_empty());
}

#[test]
fn names_of_all_scripts_are_kept_as_they_are() {
    let tree = Tree::new();
    let names =
        ["in/Прибой/волна 2.jpg", "in/海辺.jpg", "in/👩\u{200d}🚀 ❤\u{fe0f}.jpg", "in/e\u{301}té.jpg", "in/-rf *.jpg"];
    tree.photos(&names);
    let mut found: Vec<_> =
        tree.walk(&["in"]).iter().map(|found| format!("in/{}", found.photo().slash_path())).collect();
    found.sort();
    let mut expected = names.map(str::to_owned);
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn the_walk_stops_when_nobody_listens() {
    let tree = Tree::new();
    let names: Vec<_> = (0..600).map(|n| format!("in/{n}.jpg")).collect();
    tree.photos(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let (sender, mut receiver) = mpsc::channel(1);
    let inputs = tree.check(&["in"]).unwrap();
    let walking = std::thread::spawn(move || walk(inputs, sender));
    let first = receiver.blocking_recv().unwrap().found();
    assert!(first.len() < 100, "the first photos come soon, not after {}", first.len());
    drop(receiver);
    walking.join().unwrap();
}
