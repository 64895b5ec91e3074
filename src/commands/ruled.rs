//! The rules beside the photos, held against the model before anything is sent.

use std::collections::BTreeSet;

use crate::commands::failure::Failure;
use crate::intake::{Inputs, IntakeError, RuleValue, Rules};
use crate::model::{Model, ParamError, Params};

/// Reads the rules beside the photos. What was typed for this run holds over them.
///
/// # Errors
/// The first mistake, by file, line and column: also what the model does not take.
pub(super) fn read(
    inputs: &Inputs,
    (model, params): (&Model, &Params),
    typed: &BTreeSet<String>,
) -> Result<Rules, Failure> {
    let rules = Rules::read(inputs)?;
    for rule in rules.iter() {
        own(rule.values.iter(), model, params).map_err(|(place, error)| {
            let (line, column) = rule.values.get(place).map_or((rule.line, 1), |value| value.at);
            let problem = error.to_string().lines().next().unwrap_or_default().to_owned();
            IntakeError::Rules { file: rule.file.to_path_buf(), line, column, problem }
        })?;
    }
    Ok(rules.beaten_by(typed))
}

/// Parameters with what rules set, or what is wrong with which value.
pub(super) fn own<'a>(
    values: impl Iterator<Item = &'a RuleValue>,
    model: &Model,
    params: &Params,
) -> Result<Params, (usize, ParamError)> {
    params.typed(model, values.map(|value| (&*value.name, &*value.text)))
}

/// The names of what has another value in one than in the other.
pub(super) fn differing(before: &Params, after: &Params) -> BTreeSet<String> {
    let names = before.iter().chain(after.iter()).map(|(name, _)| name);
    names.filter(|name| before.get(name) != after.get(name)).map(str::to_owned).collect()
}
