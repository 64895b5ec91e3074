//! Links, pipes, permissions, and names that are no text.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

#[test]
fn names_that_are_no_text_are_kept_as_they_are() {
    let tree = Tree::new();
    let names = [&b"caf\xe9.jpg"[..], b"\x1b[31mred\n2.jpg", b"\xff\xfe10.jpg"].map(OsStr::from_bytes);
    for name in names {
        tree.file(Path::new("in").join(name), &bytes("chelsea.png"));
    }
    let found = tree.walk(&["in"]);
    for name in names {
        let one = found.iter().find(|found| found.photo().path.as_os_str() == name).unwrap();
        assert!(matches!(one, Found::Photo(photo, _) if photo.source.is_file()), "{one:?}");
    }
}

#[test]
fn links_are_followed_and_circles_are_not() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "elsewhere/b.jpg", "elsewhere/c.jpg"]);
    fs::create_dir(tree.at("in/sub")).unwrap();
    let link = |to: &str, name: &str| symlink(tree.at(to), tree.at(name)).unwrap();
    link("elsewhere/b.jpg", "in/link.jpg");
    link("elsewhere", "in/z");
    link("in", "in/circle");
    link("", "in/sub/out of it");
    link("in/ping", "in/pong");
    link("in/pong", "in/ping");
    link("nowhere", "in/broken.jpg");
    // b.jpg is already there as link.jpg.
    assert_eq!(told(&tree.walk(&["in"])), ["a.jpg", "broken.jpg: broken link", "link.jpg", "z/c.jpg"]);
}

#[test]
fn a_linked_folder_can_be_given() {
    let tree = Tree::new();
    tree.photos(&["true/a.jpg", "true/out/a.jpg"]);
    symlink(tree.at("true"), tree.at("link")).unwrap();
    let inputs = tree.check(&["link"]).unwrap();
    assert_eq!(inputs.output(), tree.at("link-upscaled"));
    let inputs = Inputs::check(&[tree.at("link")], Some(&tree.at("true/out")), &[], &[]).unwrap();
    assert_eq!(told(&all(inputs)), ["a.jpg"]);
    assert_eq!(told(&tree.walk(&["link", "true/a.jpg"])), ["a.jpg", "out/a.jpg"]);
}

#[test]
fn an_output_folder_has_one_name_whether_or_not_its_way_is_there() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "far/away/x.jpg"]);
    symlink(tree.at("far/away"), tree.at("link")).unwrap();
    let output =
        |name: &str| Inputs::check(&[tree.at("in")], Some(&tree.at(name)), &[], &[]).unwrap().output().to_owned();
    for (name, truly) in [
        ("nope/../out", "out"),
        ("nope/no/../../out/./x/", "out/x"),
        ("nope/../link/../out", "far/out"),
        ("link/../../out", "out"),
        ("link/nope/../out", "far/away/out"),
    ] {
        assert_eq!(output(name), tree.at(truly), "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_a_row_with_the_reason_and_no_end() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg", "in/locked/b.jpg", "in/secret.jpg", "in/z.jpg"]);
    fs::set_permissions(tree.at("in/locked"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(tree.at("in/secret.jpg"), fs::Permissions::from_mode(0o000)).unwrap();
    let found = told(&tree.walk(&["in"]));
    fs::set_permissions(tree.at("in/locked"), fs::Permissions::from_mode(0o755)).unwrap();
    if rustix::process::geteuid().is_root() {
        assert_eq!(found, ["a.jpg", "locked/b.jpg", "secret.jpg", "z.jpg"], "root may read everything");
    } else {
        let expected = [
            "a.jpg",
            "locked: folder cannot be read: permission denied",
            "secret.jpg: cannot be read: permission denied",
            "z.jpg",
        ];
        assert_eq!(found, expected);
    }
}

#[test]
fn what_is_no_file_is_not_opened() {
    let tree = Tree::new();
    tree.photos(&["in/a.jpg"]);
    let pipe = std::process::Command::new("mkfifo").arg(tree.at("in/pipe.jpg")).status().unwrap();
    assert!(pipe.success());
    assert_eq!(told(&tree.walk(&["in"])), ["a.jpg", "pipe.jpg: not a regular file"]);
    assert!(matches!(tree.check(&["in/pipe.jpg"]), Err(IntakeError::NeitherFileNorFolder(_))));
}
