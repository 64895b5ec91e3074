//! A picture's header and body, of whatever format its first bytes say.
#![no_main]

use std::io::Cursor;

use fal_tui::picture::{self, HEAD, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let kind = picture::sniff(bytes.get(..HEAD).unwrap_or(bytes));
    let _ = picture::header(Cursor::new(bytes));
    if let Ok(header) = picture::photo(Cursor::new(bytes))
        && header.upright().count() < 1 << 22
    {
        let wish = picture::Wish { alpha: picture::Alpha::Keep, size: header.upright() };
        let _ = picture::ready(bytes, &header, wish, std::io::sink());
    }
    let _ = picture::Metadata::of(Cursor::new(bytes));
    if let Kind::Picture(format) = kind {
        let _ = picture::ends_well(Cursor::new(bytes), format);
        let _ = picture::complete(Cursor::new(bytes), format);
    }
});
