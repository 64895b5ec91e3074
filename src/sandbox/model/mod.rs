//! The models that the sandbox serves: what they take, what they give, what they would cost at fal.

mod caption;
mod check;
mod enlarge;
mod jpeg;

pub(super) use caption::describe;
pub(super) use check::{Checked, check, detail};
pub(super) use enlarge::{Enlarged, Unusable, enlarge, measure, open, scaled};

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
    /// What one unit costs at fal, USD.
    pub(super) unit_price: f64,
    /// What is counted.
    pub(super) unit: Unit,
}

/// What a model is billed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A million pixels that come out.
    Megapixel,
    /// A picture.
    Image,
}

/// What a model does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Enlarges by `upscale_factor`; gives `image`, `seed`, `caption`, `timings`.
    Upscale,
    /// Enlarges by what its method says; gives `images`.
    Vary,
    /// Describes; gives `results`, a text.
    Caption,
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

const IMAGE_URL: Field = Field { name: "image_url", kind: Kind::ImageUrl, about: "The URL of the image to work on." };
const SEED: Field = Field {
    name: "seed",
    kind: Kind::Seed,
    about: "The same seed and input give the same result; random if not given.",
};

/// Every model, each with the ranges and prices of its page at fal.
pub(super) static MODELS: [Model; 3] = [
    Model {
        id: "fal-ai/flux-vision-upscaler",
        title: "Flux Vision Upscaler",
        schema: "FluxVisionUpscaler",
        category: "image-to-image",
        about: "Magnifies an image after looking at it and writing its own prompt.",
        fields: &[
            IMAGE_URL,
            Field {
                name: "upscale_factor",
                kind: Kind::Number { min: 1.0, max: 4.0, default: 2.0 },
                about: "By how much each side grows.",
            },
            SEED,
            Field {
                name: "creativity",
                kind: Kind::Number { min: 0.0, max: 1.0, default: 0.3 },
                about: "How far the result may leave the image.",
            },
            Field {
                name: "guidance",
                kind: Kind::Number { min: 0.0, max: 20.0, default: 1.0 },
                about: "How closely the result follows the caption.",
            },
            Field {
                name: "steps",
                kind: Kind::Integer { min: 4, max: 50, default: 20 },
                about: "How many passes are made.",
            },
            Field {
                name: "enable_safety_checker",
                kind: Kind::Boolean { default: true },
                about: "Whether what looks unsafe is blacked out.",
            },
        ],
        image: "image_url",
        work: Work::Upscale,
        unit_price: 0.1,
        unit: Unit::Megapixel,
    },
    Model {
        id: "fal-ai/fooocus/upscale-or-vary",
        title: "Fooocus Upscale or Vary",
        schema: "FooocusUpscaleOrVary",
        category: "image-to-image",
        about: "Enlarges or varies an image.",
        fields: &[
            Field { name: "uov_image_url", kind: Kind::ImageUrl, about: "The image to upscale or vary." },
            Field {
                name: "uov_method",
                kind: Kind::Choice(&[
                    "Vary (Strong)",
                    "Vary (Subtle)",
                    "Upscale (1.5x)",
                    "Upscale (2x)",
                    "Upscale (Fast 2x)",
                    "Disabled",
                ]),
                about: "What to do with it.",
            },
            Field { name: "prompt", kind: Kind::Text { default: "" }, about: "What the result should show." },
            Field {
                name: "guidance_scale",
                kind: Kind::Number { min: 1.0, max: 30.0, default: 4.0 },
                about: "How closely the result follows the prompt.",
            },
            Field {
                name: "num_images",
                kind: Kind::Integer { min: 1, max: 8, default: 1 },
                about: "How many results to make.",
            },
            SEED,
            Field {
                name: "enable_safety_checker",
                kind: Kind::Boolean { default: true },
                about: "Whether what looks unsafe is blacked out.",
            },
        ],
        image: "uov_image_url",
        work: Work::Vary,
        unit_price: 0.02,
        unit: Unit::Image,
    },
    Model {
        id: "fal-ai/florence-2-large/caption",
        title: "Florence-2 Large: Caption",
        schema: "Florence2LargeCaption",
        category: "vision",
        about: "Says in a sentence what an image shows.",
        fields: &[IMAGE_URL],
        image: "image_url",
        work: Work::Caption,
        unit_price: 0.001,
        unit: Unit::Image,
    },
];

impl Model {
    /// The model with this endpoint id.
    pub(super) fn find(id: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.id == id)
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
        }
    }
}
