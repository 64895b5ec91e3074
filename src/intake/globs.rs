//! Which files a run is limited to, by their paths below PATH.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::IntakeError;

/// The patterns of `--include` and `--exclude`.
///
/// A pattern with a `/` is matched against the whole path below PATH, one without against each part
/// of it; a match on a folder takes in all below it. Case does not matter: cameras write `.JPG`.
#[derive(Debug, Clone)]
pub(super) struct Globs {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Globs {
    pub(super) fn new(include: &[String], exclude: &[String]) -> Result<Self, IntakeError> {
        let include = if include.is_empty() { None } else { Some(set(include)?) };
        Ok(Self { include, exclude: set(exclude)? })
    }

    /// Whether a file is wanted, by its path below PATH.
    pub(super) fn wants(&self, path: &Path) -> bool {
        self.include.as_ref().is_none_or(|include| include.is_match(path)) && !self.exclude.is_match(path)
    }

    /// Whether anything in a folder can be wanted.
    pub(super) fn enters(&self, folder: &Path) -> bool {
        !self.exclude.is_match(folder)
    }
}

/// What they match, by paths below PATH.
pub(super) fn set(globs: &[String]) -> Result<GlobSet, IntakeError> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let bad = |error: &globset::Error| IntakeError::Glob { glob: glob.clone(), reason: error.kind().to_string() };
        let trimmed = glob.trim_end_matches('/');
        let rooted = match trimmed.trim_start_matches("./").trim_start_matches('/') {
            path if trimmed.contains('/') => path.to_owned(),
            part => format!("**/{part}"),
        };
        for pattern in [rooted.clone(), format!("{rooted}/**")] {
            let built = GlobBuilder::new(&pattern).literal_separator(true).case_insensitive(true).build();
            set.add(built.map_err(|error| bad(&error))?);
        }
    }
    set.build().map_err(|error| IntakeError::Glob { glob: globs.join(" "), reason: error.kind().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(include: &[&str], exclude: &[&str]) -> Result<Globs, IntakeError> {
        let owned = |globs: &[&str]| globs.iter().map(|&glob| glob.to_owned()).collect::<Vec<_>>();
        Globs::new(&owned(include), &owned(exclude))
    }

    #[test]
    fn a_pattern_without_a_slash_matches_at_any_depth_and_in_any_case() {
        let globs = globs(&["*.jpg"], &["raw"]).unwrap();
        for wanted in ["a.jpg", "A.JPG", "sub/deep/a.jpg", "sub/raw.jpg"] {
            assert!(globs.wants(Path::new(wanted)), "{wanted}");
        }
        for unwanted in ["a.png", "raw/a.jpg", "sub/RAW/a.jpg", "sub/raw/deep/a.jpg"] {
            assert!(!globs.wants(Path::new(unwanted)), "{unwanted}");
        }
        assert!(!globs.enters(Path::new("sub/raw")) && globs.enters(Path::new("sub")));
    }

    #[test]
    fn a_pattern_with_a_slash_matches_from_the_top() {
        let globs = globs(&[], &["/sub/raw/", "./x/*.png", "y/**/*_small.*"]).unwrap();
        for unwanted in ["sub/raw", "sub/raw/a.jpg", "x/a.png", "y/a_small.jpg", "y/z/a_small.jpg"] {
            assert!(!globs.wants(Path::new(unwanted)), "{unwanted}");
        }
        for wanted in ["deep/sub/raw/a.jpg", "x/deep/a.png", "raw/a.jpg", "y/a.jpg"] {
            assert!(globs.wants(Path::new(wanted)), "{wanted}");
        }
    }

    #[test]
    fn a_bad_pattern_is_named() {
        let error = globs(&["[a-"], &[]).unwrap_err();
        assert!(error.to_string().starts_with("`[a-` is no glob: "), "{error}");
    }
}
