//! How large a photo goes to a model, so that giants do not cost what nobody wants.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::job::Pixels;

/// How a limit on a photo's longer side stands among parameters: no model has a field of such a name.
const LONG_EDGE: &str = "--fit-long-edge";
/// The same of one on its result.
const MAX_OUTPUT: &str = "--max-output-mp";
/// Pixels of a megapixel.
const MEGAPIXEL: f64 = 1e6;

/// What a photo, or its result, is at the most. Those that are larger are reduced before they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Fit {
    /// The longer side of what is sent, px.
    pub long_edge: Option<u32>,
    /// What comes back, megapixels.
    pub max_output_mp: Option<f64>,
}

/// How large a result is beside what was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Growth {
    /// Each side so many times.
    Times(f64),
    Checkpoint,
    Unknown,
}

/// How large photos of a request are sent, and come back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizing {
    pub(super) growth: Growth,
    pub(super) fit: Fit,
}

impl Fit {
    /// Whether it limits nothing.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Takes it out of parameters as they are written down.
    #[must_use]
    pub fn taken_from(values: &mut Map<String, Value>) -> Self {
        let long_edge = values.remove(LONG_EDGE).and_then(|side| u32::try_from(side.as_u64()?).ok());
        Self { long_edge, max_output_mp: values.remove(MAX_OUTPUT).and_then(|most| most.as_f64()) }
    }

    /// Adds it to them: whoever is sent smaller is another job.
    pub(super) fn add_to(self, values: &mut Map<String, Value>) {
        if let Some(side) = self.long_edge {
            values.insert(LONG_EDGE.to_owned(), side.into());
        }
        if let Some(most) = self.max_output_mp {
            values.insert(MAX_OUTPUT.to_owned(), most.into());
        }
    }
}

impl Sizing {
    /// The same with other limits.
    #[must_use]
    pub fn with(self, fit: Fit) -> Self {
        Self { fit, ..self }
    }

    /// The size at which a photo is sent, px: its own, or a smaller one of the same shape.
    #[must_use]
    pub fn sent(self, photo: Pixels) -> Pixels {
        let long = photo.width.max(photo.height);
        let by_edge =
            self.fit.long_edge.filter(|most| *most < long).map_or(1.0, |most| f64::from(most) / f64::from(long));
        let most = self.fit.max_output_mp.map(|most| most * MEGAPIXEL);
        let comes = self.grown(photo).map(Pixels::megapixels).map(|mp| mp * MEGAPIXEL);
        let by_output =
            most.zip(comes).filter(|(most, comes)| most < comes).map_or(1.0, |(most, comes)| (most / comes).sqrt());
        let by = by_edge.min(by_output);
        if by >= 1.0 {
            return photo;
        }
        let mut sent = side_by_side(photo.scaled(by));
        // Rounding may have led above it.
        let is_above =
            |sent| most.zip(self.grown(sent)).is_some_and(|(most, comes)| comes.megapixels() * MEGAPIXEL > most);
        while is_above(sent) && sent.count() > 1 {
            sent = side_by_side(Pixels::new(sent.width.saturating_sub(1), sent.height.saturating_sub(1)));
        }
        sent
    }

    /// Whether a photo is made smaller before it is sent.
    #[must_use]
    pub fn reduces(self, photo: Pixels) -> bool {
        self.sent(photo) != photo
    }

    /// The size that comes of a photo, px; `None` where that cannot be known.
    #[must_use]
    pub fn output(self, photo: Option<Pixels>) -> Option<Pixels> {
        self.grown(self.sent(photo?))
    }

    fn grown(self, sent: Pixels) -> Option<Pixels> {
        match self.growth {
            Growth::Times(times) => Some(sent.scaled(times)),
            Growth::Checkpoint => Some(sent),
            Growth::Unknown => None,
        }
    }
}

/// No side is nothing.
fn side_by_side(size: Pixels) -> Pixels {
    Pixels::new(size.width.max(1), size.height.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizing(long_edge: Option<u32>, max_output_mp: Option<f64>, growth: Growth) -> Sizing {
        Sizing { growth, fit: Fit { long_edge, max_output_mp } }
    }

    #[test]
    fn what_is_larger_is_reduced_to_the_stricter_limit_and_keeps_its_shape() {
        let photo = Pixels::new(6000, 4000);
        let twice = Growth::Times(2.0);
        assert_eq!(sizing(None, None, twice).sent(photo), photo);
        assert_eq!(sizing(Some(6000), Some(96.0), twice).sent(photo), photo);
        assert_eq!(sizing(Some(3000), None, twice).sent(photo), Pixels::new(3000, 2000));
        assert_eq!(sizing(Some(3000), Some(6.0), twice).sent(photo), Pixels::new(1500, 1000));
        assert_eq!(sizing(Some(900), Some(24.0), twice).output(Some(photo)), Some(Pixels::new(1800, 1200)));
        assert_eq!(sizing(None, Some(24.0), Growth::Checkpoint).sent(photo), photo);
        assert_eq!(sizing(None, Some(1.0), Growth::Unknown).sent(photo), photo, "nobody knows what comes");
    }

    #[test]
    fn a_limit_is_never_passed_by_rounding() {
        for (width, height, most) in [(6001, 3999, 50.0), (65_535, 3, 0.01), (3, 1, 0.000_004), (4032, 3024, 12.2)] {
            let sent = sizing(None, Some(most), Growth::Times(2.0));
            let comes = sent.output(Some(Pixels::new(width, height))).unwrap();
            assert!(comes.megapixels() <= most, "{width}×{height}: {comes}");
            assert!(comes.count() > 0);
        }
    }
}
