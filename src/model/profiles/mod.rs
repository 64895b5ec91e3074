//! The models that this version knows without asking fal.

pub(super) mod flux_vision_upscaler;
