//! Bounds that the house keeps, with a list of what does not keep them yet and may only shrink.

use std::collections::BTreeMap;

/// Holds that nothing goes beyond a bound but what is excepted, and that no exception is wider than need be.
pub(crate) fn hold(
    what: &str,
    most: usize,
    excepted: &[super::Exception],
    found: &BTreeMap<String, usize>,
    told: impl Fn(&str) -> String,
) {
    let mut wrong = Vec::new();
    for (name, count) in found {
        match excepted.iter().find(|(excepted, ..)| excepted == name) {
            None if count > &most => {
                wrong.push(format!("{name}: {count} {what}, {most} are the most {}", told(name)));
            }
            Some((_, most, why)) if count > most => {
                wrong.push(format!("{name}: {count} {what}, {most} are excepted ({why}) {}", told(name)));
            }
            _ => {}
        }
    }
    for (name, allowed, why) in excepted {
        let count = found.get(*name).copied().unwrap_or_default();
        if count <= most {
            wrong.push(format!("{name}: needs no exception any more"));
        } else if count < *allowed {
            wrong.push(format!("{name}: its exception can shrink from {allowed} to {count}"));
        }
        assert!(!why.is_empty(), "{name}: no reason is given");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The structs of a file and how many fields each has, as rustfmt writes them: a field a line.
pub(crate) fn structs(text: &str) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut within: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let code = line.trim_start();
        let item = code.strip_prefix("pub").map_or(code, |rest| rest.split_once(' ').map_or(code, |(_, rest)| rest));
        if let Some(rest) = item.strip_prefix("struct ").filter(|rest| rest.ends_with('{')) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push((rest[..end].to_owned(), 0));
            within = Some(indent);
        } else if within == Some(indent) && code.starts_with('}') {
            within = None;
        } else if within.is_some_and(|of| indent == of + 4)
            && !code.starts_with(['/', '#', ')', '}'])
            && let Some((name, _)) = item.split_once(": ")
            && name.trim_start_matches("r#").chars().all(|c| c.is_alphanumeric() || c == '_')
            && let Some((_, fields)) = found.last_mut()
        {
            *fields += 1;
        }
    }
    found
}
