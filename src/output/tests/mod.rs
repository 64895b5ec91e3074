//! What the room promises, on real files.

mod captions;
mod several;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Captions;
use super::{Expect, Output, OutputError, Placed, Wanted};
use crate::job::{CauseKind, Format, Photo, Pixels, Saved, Timestamp, saved_samples};
use crate::picture::samples::{self, bytes};
use crate::storage::UNFINISHED;

struct Out {
    dir: TempDir,
    output: Output,
}

impl Out {
    fn new() -> Self {
        Self::with(Captions::default())
    }

    fn with(captions: Captions) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("out")).unwrap();
        let output = Output::open(&dir.path().join("out"), captions).unwrap();
        Self { dir, output }
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.output.root().join(path)
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.at(path)).unwrap()
    }

    async fn save(&self, photo: &Photo, bytes: &[u8], expect: Expect<'_>) -> Result<Placed, OutputError> {
        let mut draft = self.output.draft(photo)?;
        for chunk in bytes.chunks(10_000) {
            draft.write(chunk).await?;
        }
        assert_eq!(draft.written(), bytes.len() as u64);
        let part = draft.end(Wanted::picture("image"), None).await?;
        self.output.place(photo, vec![part], expect).await
    }

    /// Every file below the output folder, the hidden ones too.
    fn files(&self) -> Vec<String> {
        let mut files: Vec<_> = walkdir::WalkDir::new(self.output.root())
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| entry.path().strip_prefix(self.output.root()).unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        files
    }
}

pub(super) fn photo(path: impl AsRef<Path>) -> Photo {
    let path = path.as_ref();
    Photo {
        path: path.into(),
        source: Path::new("/in").join(path).into(),
        format: Some(Format::Jpeg),
        pixels: None,
        bytes: 1,
        modified: Timestamp(0),
        shares_stem: false,
        losses: crate::job::Losses::NONE,
    }
}

fn captioned(caption: &str) -> Expect<'_> {
    Expect { caption: Some(caption), ..Expect::default() }
}

fn saved(placed: &Placed, caption: Option<&str>) -> Saved {
    saved_samples::saved("r1", placed.first.clone(), caption)
}

fn place(placed: &Placed) -> &Path {
    placed.first.path.as_ref()
}

#[tokio::test]
async fn a_result_is_whole_under_its_name_with_its_caption_beside_it() {
    let out = Out::new();
    let result = bytes("coffee.png");
    let expect = Expect {
        pixels: Some(Pixels::new(600, 400)),
        previous: None,
        caption: Some("A cup\nof coffee."),
        ..Expect::default()
    };
    let placed = out.save(&photo("sub/deep/cup.jpg"), &result, expect).await.unwrap();
    let first = saved_samples::png("sub/deep/cup.png", 600, 400, result.len() as u64);
    let expected = Placed { first, further: [].into(), note: None, suspicion: None };
    assert_eq!(placed, expected);
    assert_eq!(out.read("sub/deep/cup.png"), result);
    assert_eq!(out.read("sub/deep/cup.txt"), b"A cup of coffee.\n");
    assert_eq!(out.files(), ["sub/deep/cup.png", "sub/deep/cup.txt"]);
}

#[tokio::test]
async fn the_extension_is_what_the_bytes_are() {
    let out = Out::new();
    for (name, format, _, bytes) in samples::all() {
        let placed = out.save(&photo(format!("{name}.tiff")), &bytes, Expect::default()).await.unwrap();
        assert_eq!(place(&placed), Path::new(&format!("{name}.{}", format.extension())));
    }
}

#[tokio::test]
async fn what_is_not_the_whole_picture_leaves_nothing() {
    let out = Out::new();
    let result = bytes("retina.jpg");
    let half = &result[..result.len() / 2];
    let cases: [(&[u8], &str); 4] = [
        (half, "the result is no whole picture: truncated JPEG"),
        (b"<html>504 Gateway Time-out</html>", "the result is no whole picture: HTML, not a picture"),
        (b"", "the result is no whole picture: empty file"),
        (b"{\"detail\":\"gone\"}", "the result is no whole picture: text, not a picture"),
    ];
    let mut draft = out.output.draft(&photo("a.jpg")).unwrap();
    draft.write(half).await.unwrap();
    let error = draft.end(Wanted::picture("image"), Some(result.len() as u64)).await.unwrap_err();
    assert_eq!(error.to_string(), "the result is no whole picture: 134782 of 269564 bytes came");
    for (bytes, message) in cases {
        let error = out.save(&photo("a.jpg"), bytes, captioned("x")).await.unwrap_err();
        assert!(matches!(error, OutputError::BadResult(_)));
        assert_eq!((error.kind(), error.to_string().as_str()), (CauseKind::BadResult, message));
        assert_eq!(out.files(), [""; 0]);
    }
}

#[tokio::test]
async fn a_draft_that_is_given_up_leaves_nothing() {
    let out = Out::new();
    let mut draft = out.output.draft(&photo("sub/a.jpg")).unwrap();
    // More than is kept in memory.
    while out.files().is_empty() {
        draft.write(&bytes("coffee.png")).await.unwrap();
    }
    assert!(out.files()[0].starts_with("sub/.fal-tui-"), "hidden from everybody's walk");
    drop(draft);
    assert_eq!(out.files(), [""; 0]);
}

#[tokio::test]
async fn what_others_wrote_is_never_overwritten() {
    let out = Out::new();
    let result = bytes("coffee.png");
    out.put("a.png", b"mine");
    let name = async |expect| out.save(&photo("a.jpg"), &result, expect).await.unwrap().first.path.0;
    assert_eq!(name(Expect::default()).await, Path::new("a.jpg.png"));
    out.put("a.jpg.png", b"mine too");
    assert_eq!(name(captioned("Coffee")).await, Path::new("a.jpg.2.png"));
    assert_eq!(out.read("a.png"), b"mine");
    assert_eq!(out.read("a.jpg.png"), b"mine too");
    assert_eq!(out.files(), ["a.jpg.2.png", "a.jpg.2.txt", "a.jpg.png", "a.png"]);
}

#[tokio::test]
async fn a_caption_of_another_picture_is_gone_around() {
    let out = Out::new();
    out.put("a.webp", b"another picture");
    out.put("a.txt", b"what it shows");
    let placed = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
    assert_eq!(place(&placed), Path::new("a.jpg.png"));
    assert_eq!(out.files(), ["a.jpg.png", "a.jpg.txt", "a.txt", "a.webp"]);
    assert_eq!(out.read("a.txt"), b"what it shows");
}

#[tokio::test]
async fn neighbours_with_one_stem_keep_their_full_names() {
    let out = Out::new();
    for name in ["a.jpg", "a.png"] {
        let photo = Photo { shares_stem: true, ..photo(name) };
        out.save(&photo, &bytes("coffee.png"), captioned(name)).await.unwrap();
    }
    assert_eq!(out.files(), ["a.jpg.png", "a.jpg.txt", "a.png.png", "a.png.txt"]);
}

#[tokio::test]
async fn a_run_that_was_killed_after_the_rename_makes_no_second_file() {
    let out = Out::new();
    let result = bytes("coffee.png");
    for _ in 0..3 {
        let placed = out.save(&photo("a.jpg"), &result, captioned("Coffee")).await.unwrap();
        assert_eq!(place(&placed), Path::new("a.png"));
    }
    assert_eq!(out.files(), ["a.png", "a.txt"]);
    // Killed between caption and picture.
    fs::remove_file(out.at("a.png")).unwrap();
    out.save(&photo("a.jpg"), &result, captioned("Coffee")).await.unwrap();
    assert_eq!(out.files(), ["a.png", "a.txt"]);
}

#[tokio::test]
async fn a_retry_takes_the_place_of_what_the_job_saved_before() {
    let out = Out::new();
    out.put("a.png", b"mine");
    let first = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
    let previous = saved(&first, Some("Coffee"));
    let again = Expect { previous: Some(&previous), ..captioned("A cat") };
    let second = out.save(&photo("a.jpg"), &bytes("chelsea.png"), again).await.unwrap();
    assert_eq!(place(&second), place(&first));
    assert_eq!(out.read("a.jpg.png"), bytes("chelsea.png"));
    assert_eq!(out.read("a.jpg.txt"), b"A cat\n");
    // Another format has another name; the old picture goes, and with no new caption the old one too.
    let previous = saved(&second, Some("A cat"));
    let again = Expect { previous: Some(&previous), ..Expect::default() };
    let third = out.save(&photo("a.jpg"), &bytes("space/rocket.jpg"), again).await.unwrap();
    assert_eq!(place(&third), Path::new("a.jpg.jpg"));
    assert_eq!(out.files(), ["a.jpg.jpg", "a.png"]);
}

#[tokio::test]
async fn what_somebody_changed_is_no_longer_ours() {
    let out = Out::new();
    let first = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
    out.put("a.png", b"retouched");
    let previous = saved(&first, Some("Coffee"));
    let again = Expect { previous: Some(&previous), ..captioned("A cat") };
    let second = out.save(&photo("a.jpg"), &bytes("chelsea.png"), again).await.unwrap();
    assert_eq!(place(&second), Path::new("a.jpg.png"));
    assert_eq!(out.read("a.png"), b"retouched");

    out.put("a.jpg.txt", b"what I see\n");
    let previous = saved(&second, Some("A cat"));
    let again = Expect { previous: Some(&previous), ..captioned("A dog") };
    let third = out.save(&photo("a.jpg"), &bytes("coffee.png"), again).await.unwrap();
    assert_eq!(place(&third), Path::new("a.jpg.png"));
    assert_eq!(out.read("a.jpg.txt"), b"what I see\n");
    assert!(third.note.unwrap().contains("by another hand is kept"));
}

#[tokio::test]
async fn many_at_once_never_take_each_others_names() {
    let out = Out::new();
    let tasks = (0..20_u8).map(|n| {
        let output = out.output.clone();
        tokio::spawn(async move {
            // Whole pictures with something of their own behind them.
            let bytes = [bytes("space/rocket.jpg"), vec![n; 40]].concat();
            let mut draft = output.draft(&photo("a.png")).unwrap();
            draft.write(&bytes).await.unwrap();
            let part = draft.end(Wanted::picture("image"), None).await.unwrap();
            let placed = output.place(&photo("a.png"), vec![part], captioned("A rocket")).await.unwrap();
            (fs::read(output.root().join(place(&placed))).unwrap() == bytes, place(&placed).to_owned())
        })
    });
    let mut names = std::collections::HashSet::new();
    for task in tasks.collect::<Vec<_>>() {
        let (right, name) = task.await.unwrap();
        assert!(right && names.insert(name.clone()), "{name:?}");
    }
    assert_eq!(names.len(), 20);
}

#[tokio::test]
async fn another_size_is_kept_and_marked() {
    let out = Out::new();
    let promised = Expect { pixels: Some(Pixels::new(1280, 854)), ..Expect::default() };
    let placed = out.save(&photo("a.jpg"), &bytes("coffee.png"), promised).await.unwrap();
    assert_eq!(placed.suspicion.unwrap().0.as_ref(), "is 600×400, expected 1280×854");
    assert_eq!(out.files(), ["a.png"]);
}

#[tokio::test]
async fn names_of_all_scripts_and_lengths_are_kept_as_far_as_the_disk_takes_them() {
    let out = Out::new();
    let long = "д".repeat(126);
    let names =
        ["Прибой/волна.jpg", "海辺.jpg", "👩\u{200d}🚀.jpg", "a\n\u{1b}[2Jb.jpg", "v1.2 .final.jpg", "no extension"];
    for name in names {
        let placed = out.save(&photo(name), &bytes("coffee.png"), captioned("x")).await.unwrap();
        assert_eq!(place(&placed).with_extension(""), photo(name).output_stem());
    }
    for name in [format!("{long}.jpg"), format!("{long}е.jp"), "x".repeat(255)] {
        let placed = out.save(&photo(&name), &bytes("coffee.png"), captioned("x")).await.unwrap();
        assert!(out.at(place(&placed)).is_file(), "{name}");
    }
    assert_eq!(out.files().len(), 2 * (names.len() + 3));
}

#[tokio::test]
async fn a_path_that_leads_out_of_the_folder_is_refused() {
    let out = Out::new();
    for path in ["../a.jpg", "/etc/a.jpg", "sub/../../a.jpg", ".."] {
        let error = out.output.draft(&photo(path)).unwrap_err();
        assert_eq!(error.kind(), CauseKind::LocalFile, "{path}");
    }
    assert_eq!(fs::read_dir(out.dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn what_a_killed_run_left_goes_and_what_another_writes_stays() {
    let out = Out::new();
    out.put(".fal-tui-killed.part", b"half");
    out.put("sub/.fal-tui-killed.part", b"half");
    out.put(".fal-tui-notes", b"mine");
    let running = out.output.0.sink().begin(out.output.root(), UNFINISHED).unwrap();
    let name = running.path().file_name().unwrap().to_string_lossy().into_owned();

    let again = Output::open(out.output.root(), Captions::default()).unwrap();
    let mut left = vec![name.clone(), ".fal-tui-notes".to_owned(), "sub/.fal-tui-killed.part".to_owned()];
    left.sort();
    assert_eq!(out.files(), left);
    let placed = Out { dir: out.dir, output: again };
    placed.save(&photo("sub/a.jpg"), &bytes("coffee.png"), Expect::default()).await.unwrap();
    assert!(!placed.at("sub/.fal-tui-killed.part").exists());
    assert!(running.path().exists());
}

#[test]
fn a_folder_that_cannot_be_made_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"").unwrap();
    for path in ["file", "file/out"] {
        let error = Output::open(&dir.path().join(path), Captions::default()).unwrap_err();
        assert!(matches!(error, OutputError::Folder { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.starts_with("cannot write to the output folder `") && text.contains("\nhint: "), "{text}");
        assert_eq!(error.cause().kind, CauseKind::LocalFile);
        let cause = error.cause().message;
        assert!(cause.ends_with("not a directory") || cause.ends_with("file exists"), "{cause}");
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[tokio::test]
    async fn names_that_are_no_text_are_kept_as_they_are() {
        let out = Out::new();
        let name = OsStr::from_bytes(b"caf\xe9.jpg");
        let placed = out.save(&photo(name), &bytes("coffee.png"), captioned("x")).await.unwrap();
        assert_eq!(place(&placed).as_os_str().as_bytes(), b"caf\xe9.png");
        let long = [&[0xe9; 250][..], b".jpg"].concat();
        let placed = out.save(&photo(OsStr::from_bytes(&long)), &bytes("coffee.png"), captioned("x")).await.unwrap();
        assert!(out.at(place(&placed)).is_file());
    }

    #[tokio::test]
    async fn a_link_under_the_name_is_not_followed() {
        let out = Out::new();
        let target = out.dir.path().join("elsewhere");
        symlink(&target, out.at("a.png")).unwrap();
        let placed = out.save(&photo("a.jpg"), &bytes("coffee.png"), Expect::default()).await.unwrap();
        assert_eq!(place(&placed), Path::new("a.jpg.png"));
        assert!(!target.exists());
    }

    #[tokio::test]
    async fn results_are_as_readable_as_other_files() {
        let out = Out::new();
        out.put("plain", b"");
        out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("x")).await.unwrap();
        let mode = |path: &str| fs::metadata(out.at(path)).unwrap().permissions().mode();
        assert_eq!([mode("a.png"), mode("a.txt")], [mode("plain"); 2]);
    }

    /// `/dev/full` is a disk without room.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_from_other_trouble() {
        use std::io::Write;
        let error = fs::File::options().write(true).open("/dev/full").unwrap().write_all(b"x").unwrap_err();
        let error = OutputError::of(Path::new("a.png"), error);
        assert!(matches!(error, OutputError::Disk { .. }), "{error:?}");
        assert_eq!(error.kind(), CauseKind::Disk);
        let cause = error.cause();
        assert_eq!(&*cause.message, "no room on the disk for `a.png`: no space left on device");
    }
}
