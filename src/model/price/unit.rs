//! What prices are counted in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a unit price is counted in (fal docs: platform pricing).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Megapixels of output, 10⁶ px.
    Megapixel,
    /// Finished images.
    Image,
    /// The same, under another name.
    Generation,
    /// Requests, whatever comes of each.
    Request,
    /// So many seconds of what comes out.
    Seconds(u32),
    /// Anything that cannot be known beforehand, such as compute seconds.
    Other(String),
}

impl Unit {
    /// Reads the pricing API's `unit`.
    #[must_use]
    pub fn from_api(unit: &str) -> Self {
        let small = unit.to_ascii_lowercase();
        match small.as_str() {
            "megapixel" | "megapixels" => Self::Megapixel,
            "image" | "images" => Self::Image,
            "generation" | "generations" => Self::Generation,
            "request" | "requests" => Self::Request,
            "second" | "seconds" => Self::Seconds(1),
            "minute" | "minutes" => Self::Seconds(60),
            _ => {
                let many = small.strip_suffix(" seconds").and_then(|many| many.parse().ok());
                many.filter(|many| *many > 0).map_or_else(|| Self::Other(unit.to_owned()), Self::Seconds)
            }
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Megapixel => f.write_str("MP"),
            Self::Image => f.write_str("image"),
            Self::Generation => f.write_str("generation"),
            Self::Request => f.write_str("request"),
            Self::Seconds(1) => f.write_str("second"),
            Self::Seconds(60) => f.write_str("minute"),
            Self::Seconds(many) => write!(f, "{many} seconds"),
            // fal names units in the plural.
            Self::Other(unit) if unit.starts_with(|c: char| c.is_alphabetic()) => {
                f.write_str(unit.strip_suffix('s').unwrap_or(unit))
            }
            Self::Other(unit) => f.write_str(unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_as_fal_names_them_and_told_in_the_singular() {
        for (said, unit, told) in [
            ("megapixels", Unit::Megapixel, "MP"),
            ("Images", Unit::Image, "image"),
            ("generations", Unit::Generation, "generation"),
            ("requests", Unit::Request, "request"),
            ("seconds", Unit::Seconds(1), "second"),
            ("5 seconds", Unit::Seconds(5), "5 seconds"),
            ("minutes", Unit::Seconds(60), "minute"),
            ("compute seconds", Unit::Other("compute seconds".to_owned()), "compute second"),
            ("0 seconds", Unit::Other("0 seconds".to_owned()), "0 seconds"),
            ("1000 tokens", Unit::Other("1000 tokens".to_owned()), "1000 tokens"),
        ] {
            assert_eq!((Unit::from_api(said), Unit::from_api(said).to_string().as_str()), (unit, told));
        }
    }
}
