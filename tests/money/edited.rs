//! Photos that are edited or exchanged between the plan and their upload: what is sent is what is paid for.

use std::fs::{self, File};
use std::io::Cursor;
use std::path::Path;

use fal_tui::engine::Command;
use fal_tui::engine::snapshot::NoticeKind;
use fal_tui::job::{Group, Usd};
use image::{DynamicImage, ImageFormat, RgbImage};

use super::bench::{Bench, Given};
use super::common::{Stage, fast};
use super::{on_a_paused_clock, stats};

/// A PNG of one colour that is `length` bytes long.
fn flat(width: u32, height: u32, length: usize) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_pixel(width, height, image::Rgb([200, 90, 40]));
    DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let mut bytes = bytes.into_inner();
    let end = bytes.len() - 12;
    let room = length.checked_sub(bytes.len() + 12).unwrap();
    let mut chunk = u32::try_from(room).unwrap().to_be_bytes().to_vec();
    chunk.extend(b"fpAd");
    chunk.extend(vec![0; room]);
    let mut crc = u32::MAX;
    for byte in chunk.iter().skip(4) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    chunk.extend((!crc).to_be_bytes());
    bytes.splice(end..end, chunk);
    bytes
}

const LENGTH: usize = 20_000;

/// A small photo that is planned at $0.10 at the most, in place of which something else is put before the
/// start; and what the engine made of it.
#[expect(clippy::needless_pass_by_value, reason = "closures read better where they stand")]
fn exchanged(budget: Option<f64>, put: impl Fn(&Path), check: impl AsyncFn(&mut Bench, &Stage)) {
    let stage = Stage::with(fast());
    let path = stage.photos().join("a.png");
    fs::write(&path, flat(60, 40, LENGTH)).unwrap();
    on_a_paused_clock(async {
        let given = Given { budget, waits_to_start: true, stay: true, ..Given::default() };
        let mut bench = Bench::start(&stage, given).await;
        bench.until("the plan is there", |bench| bench.snapshot().plan.photos == 1).await;
        put(&path);
        bench.ask(Command::Start).await;
        check(&mut bench, &stage).await;
        bench.crash().await;
    });
}

/// 36 times the pixels in as many bytes, and as old as before.
fn enlarge(path: &Path) {
    let was = fs::metadata(path).unwrap().modified().unwrap();
    fs::write(path, flat(600, 800, LENGTH)).unwrap();
    File::options().write(true).open(path).unwrap().set_modified(was).unwrap();
}

#[test]
fn a_photo_that_has_grown_is_not_sent_at_the_old_price() {
    exchanged(Some(0.15), enlarge, async |bench, stage| {
        bench.until("it stops at the cap", |bench| bench.notices() == [NoticeKind::BudgetReached]).await;
        assert_eq!(stats(stage)["accepted"], 0);
        // With a cap that is high enough for what it is now it goes on by itself.
        bench.ask(Command::Budget(Usd::from_f64(1.0))).await;
        bench.until("it is done", |bench| bench.snapshot().totals.of(Group::Done) == 1).await;
        assert_eq!(bench.snapshot().totals.of(Group::Review), 0);
    });
}

#[test]
fn without_a_cap_only_a_person_agrees_to_pay_more() {
    exchanged(None, enlarge, async |bench, stage| {
        bench.until("it is not sent", |bench| bench.snapshot().totals.of(Group::Failed) == 1).await;
        assert_eq!(stats(stage)["accepted"], 0);
        bench.ask(Command::RetryFailed { only: None }).await;
        bench.until("it is sent when asked", |bench| bench.snapshot().totals.of(Group::Done) == 1).await;
    });
}

#[test]
fn a_photo_that_costs_no_more_goes_as_it_is_now() {
    let edit = |path: &Path| fs::write(path, flat(50, 40, LENGTH + 7)).unwrap();
    exchanged(None, edit, async |bench, _| {
        bench.until("it is done", |bench| bench.snapshot().totals.of(Group::Done) == 1).await;
    });
}

#[cfg(unix)]
#[test]
fn a_link_that_took_a_photos_place_is_not_followed() {
    let link = |path: &Path| {
        let secret = path.parent().unwrap().with_file_name("secret.png");
        fs::write(&secret, flat(60, 40, LENGTH)).unwrap();
        fs::remove_file(path).unwrap();
        std::os::unix::fs::symlink(secret, path).unwrap();
    };
    exchanged(Some(1.0), link, async |bench, stage| {
        bench.until("it is not sent", |bench| bench.snapshot().totals.of(Group::Failed) == 1).await;
        assert_eq!(stats(stage)["calls"]["upload"].as_u64().unwrap_or(0), 0);
    });
}

#[test]
fn what_is_no_picture_any_more_is_not_sent() {
    let spoil = |path: &Path| fs::write(path, vec![b'x'; LENGTH]).unwrap();
    exchanged(Some(1.0), spoil, async |bench, stage| {
        bench.until("it is not sent", |bench| bench.snapshot().totals.of(Group::Failed) == 1).await;
        assert_eq!(stats(stage)["accepted"], 0);
    });
}
