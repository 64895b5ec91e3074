//! Colours as theme files write them, and what is left of them on a terminal that shows fewer.

use std::str::FromStr;

use ratatui::style::Color;

use crate::tui::caps::Depth;

/// A colour, with the values that were picked by hand for terminals that show fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Paint {
    pub(super) rgb: Option<(u8, u8, u8)>,
    pub(super) ansi256: Option<u8>,
    pub(super) ansi16: Option<Color>,
}

impl Paint {
    /// Reads `reset`, a name of the sixteen, a number of the 256 or `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match Color::from_str(text).ok()? {
            Color::Rgb(r, g, b) => Self { rgb: Some((r, g, b)), ..Self::default() },
            Color::Indexed(index) => Self { ansi256: Some(index), ..Self::default() },
            named => Self { ansi16: Some(named), ..Self::default() },
        })
    }

    /// The colour to use on a terminal of this depth.
    pub(super) fn at(self, depth: Depth) -> Color {
        let rgb = self.rgb.map(|(r, g, b)| Color::Rgb(r, g, b));
        let indexed = self.ansi256.map(Color::Indexed);
        let picked = match depth {
            Depth::Mono => None,
            Depth::Rgb => rgb.or(indexed).or(self.ansi16),
            Depth::Ansi256 => indexed.or_else(|| self.rgb.map(|rgb| Color::Indexed(nearest_256(rgb)))).or(self.ansi16),
            Depth::Ansi16 => {
                let rgb = self.rgb.or_else(|| self.ansi256.map(rgb_of_256));
                self.ansi16.or_else(|| rgb.map(nearest_16))
            }
        };
        picked.unwrap_or(Color::Reset)
    }
}

/// xterm's values for the sixteen; a user's own may differ, which is their point.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// The values of the steps in each direction of xterm's 6 × 6 × 6 cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    // The eye tells greens apart best and blues worst.
    let part = |x: u8, y: u8, weight: u32| u32::from(x.abs_diff(y)).pow(2) * weight;
    part(a.0, b.0, 2) + part(a.1, b.1, 4) + part(a.2, b.2, 3)
}

fn rgb_of_256(index: u8) -> (u8, u8, u8) {
    if let Some((_, rgb)) = SIXTEEN.get(usize::from(index)) {
        return *rgb;
    }
    if index >= 232 {
        let grey = 8 + (index - 232) * 10;
        return (grey, grey, grey);
    }
    let place = usize::from(index - 16);
    let step = |n: usize| STEPS.get(n % 6).copied().unwrap_or_default();
    (step(place / 36), step(place / 6), step(place))
}

/// Only the cube and the greys: what the first sixteen look like is not known.
fn nearest_256(rgb: (u8, u8, u8)) -> u8 {
    (16..=255).min_by_key(|index| distance(rgb_of_256(*index), rgb)).unwrap_or(16)
}

fn nearest_16(rgb: (u8, u8, u8)) -> Color {
    SIXTEEN.iter().min_by_key(|(_, known)| distance(*known, rgb)).map_or(Color::Reset, |(color, _)| *color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_colours_take_the_hand_picked_value_first_and_the_nearest_else() {
        let picked = Paint { rgb: Some((243, 139, 168)), ansi256: Some(211), ansi16: Some(Color::LightRed) };
        assert_eq!(picked.at(Depth::Rgb), Color::Rgb(243, 139, 168));
        assert_eq!(picked.at(Depth::Ansi256), Color::Indexed(211));
        assert_eq!(picked.at(Depth::Ansi16), Color::LightRed);
        assert_eq!(picked.at(Depth::Mono), Color::Reset);

        let adhoc = Paint::parse("#ff0000").unwrap();
        assert_eq!(adhoc.at(Depth::Ansi256), Color::Indexed(196));
        assert_eq!(adhoc.at(Depth::Ansi16), Color::LightRed);
        assert_eq!(Paint::parse("232").unwrap().at(Depth::Ansi16), Color::Black);
        assert_eq!(Paint::parse("light-blue").unwrap().at(Depth::Rgb), Color::LightBlue);
    }

    #[test]
    fn every_index_is_its_own_nearest() {
        for index in 16..=255_u8 {
            let nearest = nearest_256(rgb_of_256(index));
            assert_eq!(rgb_of_256(nearest), rgb_of_256(index), "{index}");
        }
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in ["", "reddish", "#12345", "#gggggg", "256", "-1"] {
            assert_eq!(Paint::parse(text), None, "{text}");
        }
        assert_eq!(Paint::parse("reset").unwrap().at(Depth::Rgb), Color::Reset);
    }
}
