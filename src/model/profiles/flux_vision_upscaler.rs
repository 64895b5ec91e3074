//! `fal-ai/flux-vision-upscaler`: looks at the photo, describes it and paints it larger by that.

use serde_json::{Map, Value, json};

use crate::job::{EndpointId, Usd};
use crate::model::{Bounds, Gives, ImageField, Model, ParamKind, ParamSpec, PriceSource, SizeRule, Unit, UnitPrice};

/// As on its page at fal.
pub(crate) fn model(endpoint: EndpointId) -> Model {
    let spec = |name: &str, kind, default: Value, about: &str| ParamSpec {
        default: Some(default),
        about: about.to_owned(),
        ..ParamSpec::new(name, kind)
    };
    let number = |min, max| ParamKind::Number(Bounds::new(min, max));
    Model {
        endpoint,
        image: ImageField { field: "image_url".to_owned(), is_list: false },
        params: vec![
            spec("upscale_factor", number(1.0, 4.0), json!(2), "how much each side grows"),
            spec("creativity", number(0.0, 1.0), json!(0.3), "how far it may leave the photo"),
            spec("guidance", number(0.0, 20.0), json!(1), "how closely it keeps to its own caption"),
            spec("steps", ParamKind::Integer(Bounds::new(4.0, 50.0)), json!(20), "how many passes it makes"),
            ParamSpec {
                about: "the random seed; the same one gives like results".to_owned(),
                ..ParamSpec::new("seed", ParamKind::Integer(Bounds::default()))
            },
            spec("enable_safety_checker", ParamKind::Boolean, json!(true), "blacks out what it takes for unsafe"),
        ],
        size: SizeRule::Times { by: "upscale_factor".to_owned(), only_if: None },
        counts: Vec::new(),
        lasts: None,
        gives: Gives { pictures: true, files: false, texts: true },
        pinned: Map::new(),
        by_name: false,
        redo: ["seed", "creativity"].map(str::to_owned).to_vec(),
        seed: Some("seed".to_owned()),
        list_price: Some(UnitPrice {
            usd: Usd::from_nanos(100_000_000),
            unit: Unit::Megapixel,
            source: PriceSource::BuiltIn,
        }),
    }
}
