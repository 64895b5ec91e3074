//! What is done to pictures: 100 photos of 12 megapixels in HEIC made ready on all processors up to four, and metadata put
//! on a result of 48 megapixels. Time and the most memory that it took; reported, never asserted.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use std::io::{Cursor, sink};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use fal_tui::job::Format;
use fal_tui::picture::{self, Alpha, Dress, Metadata, Provenance, Strip, Wish};
use image::ImageEncoder as _;

const PHOTOS: usize = 100;
/// What of a file is at hand when its metadata are put in, bytes.
const HEAD: usize = 512 << 10;

/// A photo of these sides with a camera, as HEIC.
fn heic(width: u32, height: u32) -> Vec<u8> {
    let shade = |at: u32| u16::from((at ^ (at >> 3)).to_le_bytes()[0]);
    let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| [shade(x), shade(y), shade(x / 7 + y / 5), 255]));
    let picture = heifer::Image { width, height, bit_depth: 8, has_alpha: false, data: data.collect() };
    let exif = b"II*\0\x08\0\0\0\x01\0\x10\x01\x02\0\x06\0\0\0\x1a\0\0\0\0\0\0\0Box 3\0".to_vec();
    let metadata = heifer::Metadata { exif: Some(exif), ..heifer::Metadata::default() };
    let options = heifer::EncodeOptions { quality: 60, ..heifer::EncodeOptions::default() };
    heifer::encode_with_metadata(&picture, &metadata, &options).unwrap()
}

/// The most memory that this process took so far, MB, where the system tells it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1000
}

/// Forgets what was taken so far.
fn forget() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn prepare(photo: &[u8]) {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(4);
    let next = AtomicUsize::new(0);
    forget();
    let began = Instant::now();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::Relaxed) < PHOTOS {
                    let header = picture::photo(Cursor::new(photo)).unwrap();
                    let wish = Wish { alpha: Alpha::Keep, size: header.upright() };
                    // Each has its file in memory, as the step has.
                    let bytes = photo.to_vec();
                    picture::ready(&bytes, &header, wish, sink()).unwrap();
                }
            });
        }
    });
    let took = began.elapsed().as_secs_f64();
    println!("{PHOTOS} HEIC of 12 MP made ready by {workers}: {took:.1} s, at most {} MB", peak());
}

fn dress(photo: &[u8]) {
    let picture = image::RgbImage::from_fn(8000, 6000, |x, y| image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 90]));
    let mut result = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut result);
    encoder.write_image(&picture, 8000, 6000, image::ExtendedColorType::Rgb8).unwrap();
    drop(picture);
    let began = Instant::now();
    let source = Metadata::of(Cursor::new(photo)).unwrap();
    let read = began.elapsed();
    let made = Provenance::new("fal-ai/some-model", "{}".to_owned(), Some(7), "request");
    let dress = Dress::new(source, Strip::None, made);
    let began = Instant::now();
    let head = dress.put_on(Format::Png, result.get(..HEAD).unwrap_or(&result)).unwrap();
    let put = began.elapsed();
    assert!(head.len() > HEAD.min(result.len()), "something was put in");
    println!("metadata of the photo read in {read:.1?}, put on a PNG of 48 MP in {put:.1?}");
}

fn main() {
    let photo = heic(4000, 3000);
    println!("a HEIC of {} kB", photo.len() / 1000);
    dress(&photo);
    prepare(&photo);
}
