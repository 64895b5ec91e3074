//! Which files of a room use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{passed_on, paths_of_what_is_built};

/// Files as modules, each with its text.
pub(crate) type Modules = BTreeMap<String, String>;

/// The circles of three files and more.
pub(crate) fn wide_circles(modules: &Modules) -> Vec<BTreeSet<String>> {
    let passes_on: BTreeMap<_, BTreeMap<String, String>> =
        modules.iter().map(|(name, text)| (name.as_str(), passed_on(text, name).into_iter().collect())).collect();
    let uses: BTreeMap<_, BTreeSet<String>> = modules
        .iter()
        .map(|(name, text)| {
            let paths = paths_of_what_is_built(text, name);
            let used = paths.iter().filter_map(|path| whose(path, &passes_on, 0)).filter(|used| used != name);
            (name.as_str(), used.collect())
        })
        .collect();
    let reached: BTreeMap<_, _> = uses.keys().map(|name| (*name, reach(name, &uses))).collect();
    let mut circles = BTreeSet::new();
    for (name, others) in &reached {
        let back = |other: &&String| reached.get(other.as_str()).is_some_and(|reached| reached.contains(*name));
        circles.insert(others.iter().filter(back).cloned().collect::<BTreeSet<_>>());
    }
    circles.into_iter().filter(|circle| circle.len() > 2).collect()
}

/// The file that a path leads to, through all that only pass it on.
fn whose(path: &str, passes_on: &BTreeMap<&str, BTreeMap<String, String>>, turns: usize) -> Option<String> {
    let mut end = path.len();
    loop {
        let module = &path[..end];
        if let Some(passed) = passes_on.get(module) {
            let rest = path[end..].trim_start_matches("::");
            let item = rest.split("::").next().unwrap_or_default();
            return match passed.get(item) {
                Some(from) if turns < 8 && from != path => whose(from, passes_on, turns + 1),
                _ => Some(module.to_owned()),
            };
        }
        end = module.rfind("::")?;
    }
}

/// All files that a file uses, and those that they use.
fn reach(from: &str, uses: &BTreeMap<&str, BTreeSet<String>>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from.to_owned()];
    while let Some(name) = next.pop() {
        for used in uses.get(name.as_str()).into_iter().flatten() {
            if reached.insert(used.clone()) {
                next.push(used.clone());
            }
        }
    }
    reached
}
