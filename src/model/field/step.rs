//! One step up or down from a value.

use serde_json::Value;

use super::{Bounds, ParamKind, ParamSpec};

impl ParamSpec {
    /// The value one step up or down, within the range; of `true` and `false`, the other one. Numbers
    /// stay on a grid of round steps. `None` where there is nothing to step from or to.
    #[must_use]
    pub fn stepped(&self, value: Option<&Value>, up: bool) -> Option<Value> {
        stepped(&self.kind, value, up)
    }
}

fn stepped(kind: &ParamKind, value: Option<&Value>, up: bool) -> Option<Value> {
    match kind {
        ParamKind::Boolean => Some(Value::from(!value.and_then(Value::as_bool).unwrap_or_default())),
        ParamKind::Integer(bounds) => {
            let step = bounds.step.filter(|step| step.fract() == 0.0 && *step >= 1.0).unwrap_or(1.0);
            #[expect(clippy::cast_possible_truncation, reason = "a small whole number; a cast saturates")]
            let step = step as i64;
            let next = value?.as_i64()?.checked_add(if up { step } else { -step })?;
            #[expect(clippy::cast_precision_loss, reason = "bounds beyond that are none")]
            let holds = bounds.hold(next as f64);
            holds.then(|| Value::from(next))
        }
        ParamKind::Number(bounds) => {
            let number = value?.as_f64()?;
            let next = beside(bounds, number, up);
            let spec = ParamSpec::new("", kind.clone());
            spec.read(&format!("{next:.4}")).filter(|next| next.as_f64() != Some(number))
        }
        ParamKind::Choice(of) => {
            let Some(at) = value.and_then(|value| of.iter().position(|one| one == value)) else {
                return of.first().cloned();
            };
            let next = if up { at.checked_add(1) } else { at.checked_sub(1) };
            next.and_then(|next| of.get(next)).cloned()
        }
        ParamKind::OneOf(kinds) => kinds.iter().find_map(|kind| stepped(kind, value, up)),
        ParamKind::Text { .. } | ParamKind::File | ParamKind::List { .. } | ParamKind::Object(_) | ParamKind::Any => {
            None
        }
    }
}

/// The next number of a round grid.
fn beside(bounds: &Bounds, number: f64, up: bool) -> f64 {
    let step = round_step(bounds.span().unwrap_or_else(|| 2.0 * number.abs().max(1.0)));
    let step = bounds.step.filter(|least| *least > 0.0).map_or(step, |least| (step / least).round().max(1.0) * least);
    let steps = number / step;
    // What lies between two steps goes to the nearer one in that direction.
    bounds.clamp(if up { (steps + 1e-6).floor() + 1.0 } else { (steps - 1e-6).ceil() - 1.0 } * step)
}

/// About a twentieth of a range: 1, 2 or 5 times a power of ten.
fn round_step(range: f64) -> f64 {
    let wanted = range / 20.0;
    let power = 10_f64.powf(wanted.log10().floor());
    [5.0, 2.0].into_iter().find(|times| times * power <= wanted * 1.001).unwrap_or(1.0) * power
}
