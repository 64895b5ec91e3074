//! Results of more than a picture, or of none.

use std::path::Path;

use super::{Out, captioned, photo, place, saved};
use crate::job::{FileKind, Saved};
use crate::output::{Expect, Part, Wanted};
use crate::picture::samples::bytes;

#[tokio::test]
async fn all_files_of_a_result_get_one_stem_together_and_are_replaced_together() {
    let out = Out::new();
    out.put("a-2.png", b"mine");
    let part = async |what: Wanted, bytes: Vec<u8>| {
        let mut draft = out.output.draft(&photo("a.jpg")).unwrap();
        draft.write(&bytes).await.unwrap();
        draft.end(what, None).await.unwrap()
    };
    let mask = "https://v3.fal.media/files/m.svg";
    let parts = vec![
        part(Wanted::picture("images"), bytes("coffee.png")).await,
        part(Wanted::picture("images"), bytes("chelsea.png")).await,
        part(Wanted::file("mask_image", mask), b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec()).await,
    ];
    let placed = out.output.place(&photo("a.jpg"), parts, captioned("A cup")).await.unwrap();
    // A name that is taken for one of them is for all.
    let all = ["a-2.png", "a.jpg-2.png", "a.jpg.mask_image.svg", "a.jpg.png", "a.jpg.txt"];
    assert_eq!(out.files(), all);
    assert_eq!(out.read("a.jpg-2.png"), bytes("chelsea.png"));
    assert_eq!(placed.further[1].kind, FileKind::Other("svg".into()));

    let previous = Saved { further: placed.further.clone(), ..saved(&placed, Some("A cup")) };
    let again = Expect { previous: Some(&previous), ..captioned("A cat") };
    out.save(&photo("a.jpg"), &bytes("chelsea.png"), again).await.unwrap();
    assert_eq!(out.files(), ["a-2.png", "a.jpg.png", "a.jpg.txt"]);
    assert_eq!(out.read("a-2.png"), b"mine");
}

#[tokio::test]
async fn of_a_model_that_gives_text_alone_the_text_is_the_result() {
    let out = Out::new();
    let texts = [("output", "A cat\u{202e}.\r\n\nOn a mat.\n\n"), ("results", "two")];
    let part = Part::of_texts(texts.into_iter()).unwrap();
    let placed = out.output.place(&photo("a.jpg"), vec![part], captioned(texts[0].1)).await.unwrap();
    assert_eq!((place(&placed), &*placed.first.role), (Path::new("a.txt"), "output"));
    assert_eq!(out.read("a.txt"), "A cat.\n\nOn a mat.\ntwo\n".as_bytes());
    assert_eq!(out.files(), ["a.txt"], "and no caption beside it");
    assert!(Part::of_texts([("output", " \n")].into_iter()).is_none());
}
