use std::path::Path;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::darkroom::Darkroom;
use super::*;
use crate::job::Timestamp;
use crate::picture::samples;
use crate::tui::fixtures::CAPS;

fn paper(images: Images) -> Paper {
    Paper::new(Caps { images, depth: Depth::Rgb, ..CAPS }, USUAL_FONT)
}

fn ask(file: &Path, paper: Paper) -> Ask {
    let part = Part::whole(Pixels::new(451, 300));
    Ask { file: file.to_owned(), stamp: String::new(), part, cells: Size { width: 30, height: 10 }, paper }
}

fn drawn(print: &Print) -> Buffer {
    let mut buf = Buffer::empty(Rect::new(0, 0, 40, 12));
    print.render(Rect::new(2, 1, 30, 10), &mut buf);
    buf
}

fn made(ask: &Ask) -> Arc<Print> {
    Darkroom::default().develop(ask, &|| false).unwrap().unwrap()
}

#[test]
fn a_cat_is_a_cat_in_half_blocks() {
    let cat = samples::photo("chelsea.png");
    let buf = drawn(&made(&ask(&cat, paper(Images::Halfblocks))));
    let expected = image::open(&cat).unwrap().resize_exact(30, 20, image::imageops::Triangle).into_rgb8();
    for (x, y) in [(0, 0), (15, 5), (29, 9), (7, 3)] {
        let cell = &buf[(2 + x, 1 + y)];
        for (row, colour) in [(0, cell.fg), (1, cell.bg)] {
            let Color::Rgb(r, g, b) = colour else { panic!("{colour:?}") };
            let wanted = expected.get_pixel(x.into(), u32::from(y) * 2 + row).0;
            let far = [r, g, b].into_iter().zip(wanted).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(far < 24 || cell.symbol() == " ", "{x}, {y}: {colour:?} {wanted:?}");
        }
    }
    assert_eq!(buf[(1, 1)].symbol(), " ", "nothing is drawn outside");
    assert_eq!(buf[(32, 1)].bg, Color::Reset);
}

#[test]
fn terminals_that_draw_pixels_are_sent_them_in_their_own_way() {
    let cat = samples::photo("chelsea.png");
    for (images, start) in
        [(Images::Kitty, "\u{1b}_G"), (Images::Iterm2, "\u{1b}]1337;File="), (Images::Sixel, "\u{1b}P")]
    {
        let print = made(&ask(&cat, paper(images)));
        let symbol = drawn(&print)[(2, 1)].symbol().to_owned();
        assert!(symbol.contains(start), "{images:?}: {:?}", symbol.get(..80));
        assert!(!symbol.contains("tmux"), "{images:?}");
        assert!(print.bytes() > 1000, "{images:?}: {}", print.bytes());

        let through = made(&ask(&cat, Paper { passthrough: true, ..paper(images) }));
        assert!(drawn(&through)[(2, 1)].symbol().contains("\u{1b}Ptmux;"), "{images:?}");
    }
}

#[test]
fn a_decoded_part_serves_for_moving_about_until_the_file_changes() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.png");
    std::fs::copy(samples::photo("coffee.png"), &file).unwrap();
    let of = Pixels::new(600, 400);
    let ask = |x| Ask { part: Part { x, y: 100, width: 60, height: 40, of }, ..ask(&file, paper(Images::Halfblocks)) };
    let mut darkroom = Darkroom::default();
    let first = darkroom.develop(&ask(200), &|| false).unwrap();
    assert!(first.is_ok());
    // Whoever decodes asks whether to stop: this one must not be asked.
    let decodes = std::cell::Cell::new(false);
    let stop = || {
        decodes.set(true);
        true
    };
    assert!(darkroom.develop(&ask(230), &stop).is_some() && !decodes.get());
    assert!(darkroom.develop(&ask(530), &stop).is_none() && decodes.get(), "too far off");

    decodes.set(false);
    let later = std::time::SystemTime::now() + Duration::from_secs(9);
    std::fs::File::options().write(true).open(&file).unwrap().set_modified(later).unwrap();
    assert!(darkroom.develop(&ask(230), &stop).is_none() && decodes.get(), "another file by now");
}

#[test]
fn what_is_no_picture_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.jpg");
    std::fs::write(&file, "hello").unwrap();
    let why = |file: &Path| Darkroom::default().develop(&ask(file, paper(Images::Halfblocks)), &|| false).unwrap();
    assert_eq!(&*why(&file).unwrap_err(), "text, not a picture");
    assert_eq!(&*why(&dir.path().join("gone.jpg")).unwrap_err(), "cannot be read: no such file or directory");
}

#[test]
fn the_gallery_forgets_what_is_not_on_the_screen_first() {
    let cat = samples::photo("chelsea.png");
    let print = made(&ask(&cat, paper(Images::Iterm2)));
    let numbered = |n: usize| Ask { stamp: n.to_string(), ..ask(&cat, paper(Images::Iterm2)) };
    let mut gallery = Gallery::default();
    gallery.want(vec![numbered(0)], Timestamp(0), false);
    for n in 0..400 {
        gallery.take(numbered(n), Ok(Arc::clone(&print)));
    }
    assert!(gallery.get(&numbered(0)).is_some(), "it is on the screen");
    assert!(gallery.get(&numbered(1)).is_none() && gallery.get(&numbered(399)).is_some());
}

#[tokio::test]
async fn the_studio_makes_only_what_is_wanted_last() {
    let cat = samples::photo("chelsea.png");
    let numbered = |n: usize| Ask { stamp: n.to_string(), ..ask(&cat, paper(Images::Halfblocks)) };
    let mut studio = Studio::default();
    studio.want(vec![numbered(0), numbered(1), numbered(2)]);
    studio.want(vec![numbered(7), numbered(8)]);
    let mut made = Vec::new();
    while studio.is_working() {
        made.extend(studio.made().await.map(|(ask, found)| (ask.stamp, found.is_ok())));
    }
    // The one that was in the making may be finished or not; those after it were not begun.
    made.retain(|(stamp, _)| stamp != "0");
    assert_eq!(made, [("7".to_owned(), true), ("8".to_owned(), true)]);
}
