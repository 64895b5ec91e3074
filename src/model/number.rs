//! Numbers in what a model answered, in whichever form they are.

use std::time::Duration;

use serde_json::Value;

/// The longest time that a parameter may mean, seconds: a day.
const LONGEST: f64 = 86_400.0;

/// A whole number of at least 0, in whichever form: `192`, `192.0`, `"192"`.
#[must_use]
pub fn count(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole and in range")]
    let whole = |number: f64| (number.fract() == 0.0 && (0.0..1e15).contains(&number)).then_some(number as u64);
    match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(text) => text.trim().parse().ok().or_else(|| text.trim().parse().ok().and_then(whole)),
        _ => None,
    }
}

/// A number, also where it is written as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|number| number.is_finite())
}

/// A time in seconds, in whichever form: `5`, `"5"`, `"8s"`. `None` for words such as `auto`.
pub(super) fn seconds(value: &Value) -> Option<Duration> {
    let text = value.as_str().map(|text| text.trim().trim_end_matches("seconds").trim_end_matches('s').trim());
    let seconds = text.map_or_else(|| number(value), |text| number(&Value::from(text)))?;
    (seconds > 0.0 && seconds <= LONGEST).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_read_in_any_form() {
        let counts = [json!(192), json!(192.0), json!("192"), json!(" 192.0 ")];
        assert!(counts.iter().all(|form| count(form) == Some(192)));
        assert!(
            [json!(-1), json!(1.5), json!(null), json!("wide"), json!(1e300)].iter().all(|form| count(form).is_none())
        );
        assert_eq!((number(&json!("2.5")), number(&json!(2)), number(&json!("NaN"))), (Some(2.5), Some(2.0), None));
    }
    #[test]
    fn a_time_is_read_in_any_form() {
        let times = [json!(5), json!("5"), json!("5s"), json!("5 seconds"), json!(5.0)];
        assert!(times.iter().all(|form| seconds(form) == Some(Duration::from_secs(5))));
        assert_eq!(seconds(&json!(7.5)), Some(Duration::from_millis(7500)));
        assert!(
            [json!("auto"), json!(0), json!(-5), json!(1e9), json!(null)].iter().all(|form| seconds(form).is_none())
        );
    }
}
