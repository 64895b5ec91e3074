//! How large results are, as far as names of parameters tell.

use super::Gives;
use crate::job::EndpointId;
use crate::model::{ParamKind, ParamSpec, SizeRule};

/// Parameters that each side is multiplied by.
const FACTORS: [&str; 4] = ["upscale_factor", "upscaling_factor", "scale_factor", "upscale_ratio"];
/// The same on models that do nothing but enlarge; on others it is something else.
const SCALE: &str = "scale";
/// What the ids of those hold.
const ENLARGERS: [&str; 5] = ["upscal", "esrgan", "ccsr", "super-resolution", "aura-sr"];
/// A parameter that may say that results have a size of their own.
const MODE: &str = "upscale_mode";

/// The rule for a model's results.
pub(super) fn rule(endpoint: &EndpointId, params: &[ParamSpec], gives: Gives) -> SizeRule {
    if !gives.pictures {
        return SizeRule::Unknown;
    }
    let is_enlarger = ENLARGERS.iter().any(|part| endpoint.as_str().contains(part));
    let is_factor = |spec: &&ParamSpec| {
        let is_number = match &spec.kind {
            ParamKind::Number(_) | ParamKind::Integer(_) => true,
            ParamKind::Choice(of) => of.iter().all(serde_json::Value::is_number),
            _ => false,
        };
        is_number && (FACTORS.contains(&spec.name.as_str()) || (is_enlarger && spec.name == SCALE))
    };
    let Some(factor) = params.iter().find(is_factor) else { return SizeRule::Unknown };
    let mode = params.iter().find(|spec| spec.name == MODE);
    SizeRule::Times { by: factor.name.clone(), only_if: mode.map(|mode| (mode.name.clone(), "factor".to_owned())) }
}
