//! Words for people: names, counts and texts from outside.

mod cell;
mod clean;
mod count;
mod file_path;
mod line;
mod name;
mod natural;
mod seen;

pub use cell::{as_cell, of_cell};
pub use clean::{clean, is_turning, shortened};
pub(crate) use count::grouped;
pub use count::{count, plural};
pub use file_path::FilePath;
pub use line::one_line;
pub use name::{name_text, path_of, path_text};
pub(crate) use natural::push_name;
pub use seen::Seen;
