//! `fal-ai/flux-vision-upscaler`: looks at the photo, describes it and paints it larger by that.

use serde_json::{Value, json};

use crate::job::{EndpointId, Usd};
use crate::model::{Model, ParamKind, ParamSpec, PriceSource, SizeRule, Unit, UnitPrice};

/// As on its page at fal.
pub(crate) fn model(endpoint: EndpointId) -> Model {
    let spec = |name: &str, kind, default: Value, about: &str| ParamSpec {
        name: name.to_owned(),
        kind,
        default: Some(default),
        about: about.to_owned(),
    };
    Model {
        endpoint,
        image_field: "image_url".to_owned(),
        params: vec![
            spec("upscale_factor", ParamKind::Number { min: 1.0, max: 4.0 }, json!(2), "how much each side grows"),
            spec("creativity", ParamKind::Number { min: 0.0, max: 1.0 }, json!(0.3), "how far it may leave the photo"),
            spec(
                "guidance",
                ParamKind::Number { min: 0.0, max: 20.0 },
                json!(1),
                "how closely it keeps to its own caption",
            ),
            spec("steps", ParamKind::Integer { min: 4, max: 50 }, json!(20), "how many passes it makes"),
            ParamSpec {
                name: "seed".to_owned(),
                kind: ParamKind::Integer { min: i64::MIN, max: i64::MAX },
                default: None,
                about: "the random seed; the same one gives like results".to_owned(),
            },
            spec("enable_safety_checker", ParamKind::Boolean, json!(true), "blacks out what it takes for unsafe"),
        ],
        size: SizeRule::Times("upscale_factor".to_owned()),
        redo: ["seed", "creativity"].map(str::to_owned).to_vec(),
        seed: Some("seed".to_owned()),
        list_price: Some(UnitPrice {
            usd: Usd::from_nanos(100_000_000),
            unit: Unit::Megapixel,
            source: PriceSource::BuiltIn,
        }),
    }
}
