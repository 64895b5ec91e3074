//! Making a result again: which parameters are asked for, and how the result differs then.

use serde_json::Value;

use super::{Model, ParamSpec, Params, shown};

/// Characters of a value that are told.
const TOLD: usize = 40;

impl Model {
    /// Every parameter, since a person may set any for another go: first those that make another picture of the
    /// same size and price. Each has what it has; `None` where the model is to pick anew, since the same value
    /// would give the same picture.
    pub fn redo<'m>(&'m self, params: &'m Params) -> impl Iterator<Item = (&'m ParamSpec, Option<&'m Value>)> {
        let first = self.redo.iter().filter_map(|name| self.param(name));
        let specs = first.chain(self.params.iter().filter(|spec| !self.redo.contains(&spec.name)));
        specs.map(|spec| (spec, params.get(&spec.name).filter(|_| self.seed.as_ref() != Some(&spec.name))))
    }

    /// In what a result that was made again differs: what was set other than in its batch, and the seed that
    /// was used.
    #[must_use]
    pub fn differences(&self, own: &Params, batch: &Params, seed_used: Option<i64>) -> Vec<String> {
        let is_seed = |name: &str| self.seed.as_deref() == Some(name);
        let others = own.iter().filter(|(name, set)| !is_seed(name) && batch.get(name) != Some(*set));
        let mut told: Vec<_> = others.map(|(name, set)| format!("{name} {}", told(set))).collect();
        let set = self.seed.as_ref().and_then(|name| own.get(name)).cloned();
        told.extend(set.or(seed_used.map(Value::from)).map(|seed| format!("seed {seed}")));
        told
    }
}

/// A value in a few words.
fn told(value: &Value) -> String {
    let text = shown(value);
    let mut short: String = text.chars().take(TOLD).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::EndpointId;

    #[test]
    fn a_seed_is_picked_anew_and_told_as_it_was_used() {
        let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let of = |pairs: &[&str]| Params::parse(&model, pairs.iter().copied()).unwrap();
        let (batch, own) = (of(&["seed=7"]), of(&["creativity=0.5"]));
        let asked: Vec<_> = model.redo(&batch).map(|(spec, value)| (&*spec.name, value.cloned())).collect();
        assert_eq!(asked[..2], [("seed", None), ("creativity", Some(Value::from(0.3)))]);
        assert_eq!(
            asked[2..].iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["upscale_factor", "guidance", "steps", "enable_safety_checker"]
        );
        assert_eq!(model.differences(&own, &batch, Some(42)), ["creativity 0.5", "seed 42"]);
        assert_eq!(model.differences(&of(&["seed=9"]), &batch, Some(42)), ["seed 9"]);
        assert!(model.differences(&batch, &batch, None).iter().eq(["seed 7"]));
    }
}
