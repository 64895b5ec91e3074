//! Which way up a picture is stored.

/// How what is stored is to be turned and mirrored to be upright: the eight values of EXIF's tag 0x0112
/// (Exif 2.32, 4.6.4), by what has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Orientation {
    /// 1: nothing.
    #[default]
    Upright,
    /// 2: left and right change places.
    FlipAcross,
    /// 3: it is turned by 180°.
    HalfTurn,
    /// 4: top and bottom change places.
    FlipDown,
    /// 5: rows become columns.
    Transpose,
    /// 6: it is turned by 90°, clockwise.
    TurnRight,
    /// 7: rows become columns, from the other corner.
    Transverse,
    /// 8: it is turned by 90°, anticlockwise.
    TurnLeft,
}

impl Orientation {
    /// Every one, in the order of their tags.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::FlipAcross,
        Self::HalfTurn,
        Self::FlipDown,
        Self::Transpose,
        Self::TurnRight,
        Self::Transverse,
        Self::TurnLeft,
    ];

    /// What EXIF's tag says; nothing for a number that means nothing.
    #[must_use]
    pub fn from_tag(tag: u16) -> Option<Self> {
        Self::ALL.get(usize::from(tag).checked_sub(1)?).copied()
    }

    /// What a decoder says.
    pub(in crate::picture) fn of_image(said: image::metadata::Orientation) -> Option<Self> {
        Self::from_tag(said.to_exif().into())
    }

    /// EXIF's number for it.
    #[must_use]
    pub fn tag(self) -> u16 {
        match self {
            Self::Upright => 1,
            Self::FlipAcross => 2,
            Self::HalfTurn => 3,
            Self::FlipDown => 4,
            Self::Transpose => 5,
            Self::TurnRight => 6,
            Self::Transverse => 7,
            Self::TurnLeft => 8,
        }
    }

    /// Whether width and height change places.
    #[must_use]
    pub fn swaps_sides(self) -> bool {
        self.tag() > 4
    }

    /// What comes of it if the picture is turned on by 90°, anticlockwise.
    pub(in crate::picture) fn then_left(self) -> Self {
        match self {
            Self::Upright => Self::TurnLeft,
            Self::TurnLeft => Self::HalfTurn,
            Self::HalfTurn => Self::TurnRight,
            Self::TurnRight => Self::Upright,
            Self::FlipAcross => Self::Transpose,
            Self::Transpose => Self::FlipDown,
            Self::FlipDown => Self::Transverse,
            Self::Transverse => Self::FlipAcross,
        }
    }

    /// What comes of it if top and bottom change places after it.
    pub(in crate::picture) fn then_flip_down(self) -> Self {
        match self {
            Self::Upright => Self::FlipDown,
            Self::FlipDown => Self::Upright,
            Self::FlipAcross => Self::HalfTurn,
            Self::HalfTurn => Self::FlipAcross,
            Self::TurnLeft => Self::Transpose,
            Self::Transpose => Self::TurnLeft,
            Self::TurnRight => Self::Transverse,
            Self::Transverse => Self::TurnRight,
        }
    }
}

impl From<Orientation> for image::metadata::Orientation {
    fn from(orientation: Orientation) -> Self {
        match orientation {
            Orientation::Upright => Self::NoTransforms,
            Orientation::FlipAcross => Self::FlipHorizontal,
            Orientation::HalfTurn => Self::Rotate180,
            Orientation::FlipDown => Self::FlipVertical,
            Orientation::Transpose => Self::Rotate90FlipH,
            Orientation::TurnRight => Self::Rotate90,
            Orientation::Transverse => Self::Rotate270FlipH,
            Orientation::TurnLeft => Self::Rotate270,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, GrayImage, Luma};

    use super::*;

    /// A picture of which no two corners are alike.
    fn sample() -> DynamicImage {
        GrayImage::from_fn(3, 2, |x, y| Luma([u8::try_from(10 * x + y).unwrap()])).into()
    }

    fn shown(orientation: Orientation) -> DynamicImage {
        let mut picture = sample();
        picture.apply_orientation(orientation.into());
        picture
    }

    #[test]
    fn a_number_means_what_exif_says() {
        for tag in 0..=9 {
            let found = Orientation::from_tag(tag);
            assert_eq!(found.map(Orientation::tag), (1..=8).contains(&tag).then_some(tag));
            let theirs = image::metadata::Orientation::from_exif(u8::try_from(tag).unwrap());
            assert_eq!(found.map(image::metadata::Orientation::from), theirs, "{tag}");
        }
    }

    #[test]
    fn what_comes_after_is_added() {
        for orientation in Orientation::ALL {
            assert_eq!(shown(orientation.then_left()), shown(orientation).rotate270(), "{orientation:?}");
            assert_eq!(shown(orientation.then_flip_down()), shown(orientation).flipv(), "{orientation:?}");
            assert_eq!(orientation.swaps_sides(), shown(orientation).width() == 2);
        }
    }
}
