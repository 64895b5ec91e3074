//! The models that the sandbox serves: what they take, what they give, what they would cost at fal.

mod caption;
mod catalogue;
mod check;
mod cut_out;
mod edit;
mod enlarge;
mod fill;
mod film;
mod jpeg;
mod make;
mod trace;

pub(super) use catalogue::models;
pub(super) use check::{Checked, check, detail};
pub(super) use enlarge::{Unusable, measure, open};
pub(super) use make::{Made, MadeFile, Plan, make};

/// A model that the sandbox serves.
#[derive(Debug)]
pub(super) struct Model {
    /// Its endpoint id.
    pub(super) id: &'static str,
    /// What people call it.
    pub(super) title: &'static str,
    /// What schemas of it are called.
    pub(super) schema: &'static str,
    /// Its category in fal's catalogue.
    pub(super) category: &'static str,
    /// What it does, in a sentence.
    pub(super) about: &'static str,
    /// The input fields, in the order of its page.
    pub(super) fields: &'static [Field],
    /// The field that takes the picture's URL.
    pub(super) image: &'static str,
    /// What it does with the picture.
    pub(super) work: Work,
    /// Where it stands in the catalogue.
    pub(super) standing: Standing,
    /// What one unit costs at fal, USD; `None` where its page does not say.
    pub(super) unit_price: Option<f64>,
    /// What is counted.
    pub(super) unit: Unit,
}

/// Where a model stands in fal's catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is there to stay.
    Active,
    /// It may be gone soon; this one is there in its place.
    Deprecated(&'static str),
    /// It is gone; this one is there in its place.
    Retired(&'static str),
}

impl Standing {
    /// As the catalogue calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deprecated(_) => "deprecated",
            Self::Retired(_) => "retired",
        }
    }
}

/// What a model is billed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A million pixels that come out.
    Megapixel,
    /// A picture.
    Image,
    /// A second on a runner.
    ComputeSecond,
    /// A thousand characters of text.
    Characters,
    /// A second of video.
    Second,
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Enlarges by `upscale_factor`; gives `image`, `seed`, `caption`, `timings`.
    Upscale,
    /// Enlarges by the parameter of this name, or twice; gives what is named of `image`, `images`, `seed` and
    /// `timings`.
    Enlarge {
        /// The parameter, if there is one.
        by: Option<&'static str>,
        /// The fields of its answer.
        gives: &'static [&'static str],
    },
    /// Enlarges by what its method says; gives `images`.
    Vary,
    /// Describes; gives a text of this name.
    Caption(&'static str),
    /// Makes what looks like the border transparent; gives `image`, and `mask_image` if that is asked for.
    CutOut,
    /// Does that where a mask is bright; gives `images`, and the prompt as it was.
    Fill,
    /// Makes a video of so many seconds; gives `video`.
    Film,
    /// Colours, mirrors or brightens as its prompt says; gives `images` and a `description`.
    Edit,
    /// Draws it anew with rectangles; gives `image`, an SVG.
    Trace,
    /// The same; gives `images`, each inside the answer.
    Draw,
}

/// An input field.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name in the body.
    pub(super) name: &'static str,
    /// What it takes.
    pub(super) kind: Kind,
    /// What it does.
    pub(super) about: &'static str,
}

/// What a field takes, and what is taken where it is not given. Bounds are inclusive.
#[derive(Debug)]
pub(super) enum Kind {
    /// A picture's URL; there is no default.
    ImageUrl,
    /// The URL of a picture that goes along; there is no default.
    FileUrl,
    /// A list of them; the first is worked on.
    ImageUrls,
    /// A text of at least so many characters; there is no default.
    Prompt { min: usize },
    /// A number.
    Number { min: f64, max: f64, default: f64 },
    /// A whole number.
    Integer { min: i64, max: i64, default: i64 },
    /// A whole number, or null for a random one.
    Seed,
    /// `true` or `false`.
    Boolean { default: bool },
    /// Any text.
    Text { default: &'static str },
    /// One of these; the first unless given.
    Choice(&'static [&'static str]),
}

impl Model {
    /// The URL of the picture in its input.
    pub(super) fn picture_in<'i>(&self, input: &'i serde_json::Map<String, serde_json::Value>) -> Option<&'i str> {
        let value = input.get(self.image)?;
        value.as_str().or_else(|| value.as_array()?.first()?.as_str())
    }

    /// The model with this endpoint id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        models().find(|model| model.id == id)
    }

    /// The app: the part of the id that a request's URLs have (fal docs: queue).
    pub(super) fn app(&self) -> &'static str {
        let second = self.id.match_indices('/').nth(1);
        second.and_then(|(at, _)| self.id.get(..at)).unwrap_or(self.id)
    }
}

impl Unit {
    /// As the pricing API calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Megapixel => "megapixels",
            Self::Image => "images",
            Self::ComputeSecond => "compute seconds",
            Self::Characters => "1000 characters",
            Self::Second => "seconds",
        }
    }
}
