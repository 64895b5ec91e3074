//! What a file of bytes is: its format and size from its header, and whether it is whole.
//!
//! Nothing here goes by a file's name, and nothing decodes a whole picture: memory does not grow
//! with its size.

mod alpha;
mod avif;
mod boxes;
mod bytes;
mod directory;
mod downscale;
mod error;
mod facts;
mod finish;
mod foreign;
mod gif;
mod header;
mod jpeg;
mod kind;
mod metadata;
mod pixels;
mod png;
mod prepare;
mod raw;
mod tags;
mod thumbs;
mod webp;
mod whole;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use alpha::{Alpha, is_transparent, mask};
pub use downscale::{Against, Downscaled, Part, Unseen, against};
pub use error::PictureError;
pub(crate) use error::said;
pub use facts::{Colour, Header, Look};
pub use finish::{Finish, finish, holds_mask, is_written, memory_to_finish};
pub use foreign::{photo, photo_ends_well};
pub use header::header;
pub use kind::{HEAD, Kind, Other, sniff};
pub use metadata::{
    Anew, Bare, Dress, Existing, Label, Left, Mark, Metadata, NoXmp, NotAnew, Provenance, Strip, Words, stripped,
    with_mark, with_words,
};
pub use pixels::sums::Reduced;
pub use pixels::{MOST_AVIF, READS_AVIF, Unready, stored};
pub use prepare::{SOURCE_WITHIN, Sourced, Wish, ready, source_of};
pub use tags::{Besides, Carried, Orientation};
pub use thumbs::Thumbs;
pub use whole::{complete, complete_as_it_comes, ends_well};
