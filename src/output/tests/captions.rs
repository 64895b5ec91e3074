//! Captions beside what others wrote.

use std::fs::{self, Permissions};

use super::{Out, captioned, photo, place, saved};
use crate::output::{CaptionForm, Captions, Existing, Expect};
use crate::picture::samples::bytes;

fn out(form: CaptionForm, existing: Existing) -> Out {
    Out::with(Captions { existing, ..Captions::in_forms([form]) })
}

#[tokio::test]
async fn a_caption_by_hand_stays_or_is_joined_and_the_picture_has_its_name_beside_it() {
    let by_rule = [
        (Existing::Skip, "my own words\n"),
        (Existing::Overwrite, "Coffee\n"),
        (Existing::Append, "my own words, Coffee\n"),
        (Existing::Prepend, "Coffee, my own words\n"),
    ];
    for (existing, left) in by_rule {
        let out = out(CaptionForm::Txt, existing);
        out.put("a.txt", b"my own words\n");
        // Twice, as after a crash.
        for _ in 0..2 {
            let placed = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
            assert_eq!(place(&placed), std::path::Path::new("a.png"));
            assert_eq!(String::from_utf8_lossy(&out.read("a.txt")), left, "{existing:?}");
            assert_eq!(placed.note.is_some(), existing == Existing::Skip, "{:?}", placed.note);
        }
    }
}

#[tokio::test]
async fn a_retry_replaces_its_own_words_within_anothers() {
    let out = out(CaptionForm::Txt, Existing::Append);
    out.put("a.txt", b"zwx\n");
    let first = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
    let previous = saved(&first, Some("Coffee"));
    let again = Expect { previous: Some(&previous), ..captioned("A cup") };
    out.save(&photo("a.jpg"), &bytes("chelsea.png"), again).await.unwrap();
    assert_eq!(out.read("a.txt"), b"zwx, A cup\n");
    assert_eq!(out.files(), ["a.png", "a.txt"]);
}

#[tokio::test]
async fn what_cannot_be_added_to_is_said_and_the_picture_is_safe() {
    let long = vec![b'x'; (16 << 20) + 1];
    let bad: [(&str, &[u8], &str); 4] = [
        ("a.xmp", b"my notes", "`a.xmp` stays as it is: it is not XML that can be read"),
        ("a.xmp", b"<notes/>", "`a.xmp` stays as it is: it is XML, but no XMP"),
        ("a.png.xmp", b"\xff\xfe<", "`a.png.xmp` stays as it is: it is no UTF-8"),
        ("a.xmp", &long, "`a.xmp` stays as it is: it is too large"),
    ];
    for (name, theirs, note) in bad {
        let out = out(CaptionForm::Xmp, Existing::Overwrite);
        out.put(name, theirs);
        let placed = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
        assert!(placed.note.as_deref().is_some_and(|said| said.starts_with(note)), "{:?}", placed.note);
        assert_eq!(out.read(name), theirs);
        assert_eq!(out.files(), if name == "a.xmp" { ["a.png", "a.xmp"] } else { ["a.png", "a.png.xmp"] });
    }
    let out = out(CaptionForm::Txt, Existing::Overwrite);
    fs::create_dir(out.at("a.txt")).unwrap();
    let placed = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
    assert_eq!(placed.note.as_deref(), Some("`a.txt` stays as it is: it is no file"));
}

#[tokio::test]
async fn a_read_only_sidecar_stays() {
    let out = out(CaptionForm::Txt, Existing::Overwrite);
    out.put("a.txt", b"mine\n");
    let mut mode: Permissions = fs::metadata(out.at("a.txt")).unwrap().permissions();
    mode.set_readonly(true);
    fs::set_permissions(out.at("a.txt"), mode).unwrap();
    let placed = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
    assert_eq!(placed.note.as_deref(), Some("`a.txt` stays as it is: it is read-only"));
    assert_eq!(out.read("a.txt"), b"mine\n");
}

#[tokio::test]
async fn what_an_earlier_version_wrote_is_ours_still() {
    let out = Out::new();
    let first = out.save(&photo("a.jpg"), &bytes("coffee.png"), captioned("Coffee")).await.unwrap();
    let previous = saved(&first, Some("Coffee"));
    let style = crate::output::Style { prefix: "zwx ".into(), ..crate::output::Style::default() };
    let captions = Captions { style, ..Captions::default() };
    let output = crate::output::Output::open(out.output.root(), captions).unwrap();
    let out = Out { dir: out.dir, output };
    let again = Expect { previous: Some(&previous), ..captioned("A cup") };
    out.save(&photo("a.jpg"), &bytes("chelsea.png"), again).await.unwrap();
    assert_eq!(out.read("a.txt"), b"zwx A cup\n");
}
