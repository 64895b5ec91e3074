//! The name that somebody may have meant.

/// How much alike two names must be, of 1.
const ALIKE: f64 = 0.8;

/// The name that looks most like what was given, if one does. A part in common counts: who says
/// `scale_factor` may mean `upscale_factor`.
#[must_use]
pub fn nearest<'n>(given: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let given = given.to_lowercase();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let whole = strsim::jaro_winkler(&given, &name).max(strsim::normalized_damerau_levenshtein(&given, &name));
        let parts =
            |of: &str| of.split(['_', '-', '/', ' ']).filter(|part| part.len() > 2).map(str::to_owned).collect();
        let (ours, theirs): (Vec<String>, Vec<String>) = (parts(&given), parts(&name));
        let is_shared = |part: &String| theirs.iter().any(|other| other == part || other.ends_with(part.as_str()));
        let shared = ours.iter().filter(|part| is_shared(part)).count();
        // Each word in common is worth more than letters that are.
        if shared > 0 { 1.0 + f64::from(u32::try_from(shared).unwrap_or(u32::MAX)) + whole } else { whole }
    };
    let mut best = None;
    for name in names {
        let likeness = likeness(name);
        if likeness > ALIKE && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, name));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_most_like_it_is_meant() {
        let names = ["upscale_factor", "creativity", "guidance", "steps", "seed", "enable_safety_checker"];
        let near = |given| nearest(given, names);
        assert_eq!(near("scale_factor"), Some("upscale_factor"));
        assert_eq!(near("factor"), Some("upscale_factor"));
        assert_eq!(near("step"), Some("steps"));
        assert_eq!(near("guidence"), Some("guidance"));
        assert_eq!(near("safety_checker"), Some("enable_safety_checker"));
        assert_eq!((near("prompt"), near("xyz"), near("")), (None, None, None));
        assert_eq!(nearest("jpg", ["png", "jpeg", "webp"]), Some("jpeg"));
    }
}
