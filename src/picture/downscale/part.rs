//! A rectangle of a picture, so that one place can be found in pictures of different sizes.

use crate::job::Pixels;
use crate::picture::Orientation;

/// A rectangle of an upright picture, in px of a picture that is `of` px large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    /// From the left, px.
    pub x: u32,
    /// From the top, px.
    pub y: u32,
    /// Its width, px.
    pub width: u32,
    /// Its height, px.
    pub height: u32,
    /// The whole picture's size, px.
    pub of: Pixels,
}

/// A rectangle in shares of a picture's sides, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shares {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Part {
    /// All of a picture of this size.
    #[must_use]
    pub fn whole(of: Pixels) -> Self {
        Self { x: 0, y: 0, width: of.width, height: of.height, of }
    }

    /// The same with as much around it as it is large, as far as the picture goes.
    #[must_use]
    pub fn widened(self) -> Self {
        let (x, y) = (self.x.saturating_sub(self.width), self.y.saturating_sub(self.height));
        let right = self.x.saturating_add(self.width.saturating_mul(2)).min(self.of.width);
        let bottom = self.y.saturating_add(self.height.saturating_mul(2)).min(self.of.height);
        Self { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y), of: self.of }
    }

    pub(super) fn contains(self, other: Self) -> bool {
        let end = |at: u32, size: u32| u64::from(at) + u64::from(size);
        self.of == other.of
            && self.x <= other.x
            && self.y <= other.y
            && end(self.x, self.width) >= end(other.x, other.width)
            && end(self.y, self.height) >= end(other.y, other.height)
    }

    pub(super) fn shares(self) -> Shares {
        let (width, height) = (f64::from(self.of.width.max(1)), f64::from(self.of.height.max(1)));
        Shares {
            left: f64::from(self.x) / width,
            top: f64::from(self.y) / height,
            width: f64::from(self.width) / width,
            height: f64::from(self.height) / height,
        }
    }

    /// How large it is, px, in a picture of another size; never nothing.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a u32")]
    pub(super) fn scaled_to(self, of: Pixels) -> Pixels {
        let shares = self.shares();
        let side = |share: f64, all: u32| ((share * f64::from(all)).round() as u32).clamp(1, all.max(1));
        Pixels::new(side(shares.width, of.width), side(shares.height, of.height))
    }

    /// Where it is in the picture as the file stores it.
    pub(super) fn as_stored(self, orientation: Orientation) -> Self {
        let Self { x, y, width, height, of } = self;
        let from_right = of.width.saturating_sub(x.saturating_add(width));
        let from_bottom = of.height.saturating_sub(y.saturating_add(height));
        let turned = Pixels::new(of.height, of.width);
        let straight = |x, y| Self { x, y, width, height, of };
        let turn = |x, y| Self { x, y, width: height, height: width, of: turned };
        match orientation {
            Orientation::Upright => self,
            Orientation::FlipAcross => straight(from_right, y),
            Orientation::FlipDown => straight(x, from_bottom),
            Orientation::HalfTurn => straight(from_right, from_bottom),
            Orientation::TurnRight => turn(y, from_right),
            Orientation::TurnLeft => turn(from_bottom, x),
            Orientation::Transpose => turn(y, x),
            Orientation::Transverse => turn(from_bottom, from_right),
        }
    }
}

impl Shares {
    /// The same place in shares of a part that it lies in.
    pub(super) fn within(self, other: Self) -> Self {
        Self {
            left: (self.left - other.left) / other.width,
            top: (self.top - other.top) / other.height,
            width: self.width / other.width,
            height: self.height / other.height,
        }
    }
}
