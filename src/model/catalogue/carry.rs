//! Another model in place of one: which of the parameters that were set it takes, too.

use serde_json::{Map, Value};

use crate::job::clean;
use crate::model::{Model, ParamSpec, Params, shown};

/// Characters of a value that are told.
const TOLD: usize = 24;

/// What becomes of the parameters of one model with another.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// All that the other is sent.
    pub params: Params,
    /// The names of those that it takes as they were set.
    pub kept: Vec<String>,
    /// The names of those that it does not, each with the reason.
    pub lost: Vec<(String, String)>,
}

impl Model {
    /// Takes over what was set for another model: just what a person set, since each has its own defaults.
    pub fn carry<'a>(&self, set: impl IntoIterator<Item = (&'a ParamSpec, &'a Value)>) -> Carried {
        let (mut given, mut kept, mut lost) = (Map::new(), Vec::new(), Vec::new());
        for (spec, value) in set.into_iter().filter(|(spec, value)| spec.default.as_ref() != Some(*value)) {
            let name = || clean(&spec.name).into_owned();
            match self.param(&spec.name).map(|own| (own, own.take(value))) {
                Some((own, Ok(value))) => {
                    kept.push(name());
                    given.insert(own.name.clone(), value);
                }
                Some((own, Err(_))) => {
                    let set: String = clean(&shown(value)).chars().take(TOLD).collect();
                    lost.push((name(), format!("{set}: it takes {}", clean(&own.kind.to_string()))));
                }
                None => lost.push((name(), "it has no such field".to_owned())),
            }
        }
        Carried { params: Params::of(self, given), kept, lost }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::job::EndpointId;
    use crate::model::{Bounds, ParamKind};

    #[test]
    fn what_was_set_is_kept_as_far_as_the_other_takes_it() {
        let flux = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let mut other = flux.clone();
        other.params.retain(|spec| spec.name != "creativity");
        for spec in &mut other.params {
            match spec.name.as_str() {
                "steps" => spec.kind = ParamKind::Integer(Bounds::new(1.0, 8.0)),
                "guidance" => spec.default = Some(json!(7)),
                _ => {}
            }
        }
        let params = Params::parse(&flux, ["steps=30", "creativity=0.5", "seed=7", "upscale_factor=4"]).unwrap();
        let set = flux.params.iter().filter_map(|spec| Some((spec, params.get(&spec.name)?)));
        let carried = other.carry(set);
        assert_eq!(carried.kept, ["upscale_factor", "seed"]);
        let lost: Vec<_> = carried.lost.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        assert_eq!(lost, ["creativity: it has no such field", "steps: 30: it takes a whole number from 1 to 8"]);
        assert_eq!(carried.params.get("guidance"), Some(&json!(7)), "its own default, since none was set");
        assert_eq!(carried.params.growth().as_deref(), Some("×4"));
    }
}
