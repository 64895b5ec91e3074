//! A JPEG turned without loss: its blocks change places, its samples are never decoded (as `jpegtran -perfect` does).

use std::panic::{AssertUnwindSafe, catch_unwind};

use libjpeg_turbo_rs::{MarkerCopyMode, TransformOp, TransformOptions, transform_jpeg_with_options};

use crate::picture::Orientation;

/// A JPEG upright, with its colour profile and nothing else of what it carries. `None` where that loses something: its
/// sides are not whole blocks where they would have to be, or it is made in a way that is not understood.
pub(in crate::picture) fn turned(bytes: &[u8], orientation: Orientation) -> Option<Vec<u8>> {
    let options = TransformOptions {
        op: operation(orientation),
        perfect: true,
        optimize: true,
        copy_markers: MarkerCopyMode::IccOnly,
        ..TransformOptions::default()
    };
    // What it cannot do is done otherwise: a fault of it is none of the photo's.
    catch_unwind(AssertUnwindSafe(|| transform_jpeg_with_options(bytes, &options).ok())).ok().flatten()
}

fn operation(orientation: Orientation) -> TransformOp {
    match orientation {
        Orientation::Upright => TransformOp::None,
        Orientation::FlipAcross => TransformOp::HFlip,
        Orientation::HalfTurn => TransformOp::Rot180,
        Orientation::FlipDown => TransformOp::VFlip,
        Orientation::Transpose => TransformOp::Transpose,
        Orientation::TurnRight => TransformOp::Rot90,
        Orientation::Transverse => TransformOp::Transverse,
        Orientation::TurnLeft => TransformOp::Rot270,
    }
}
