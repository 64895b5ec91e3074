//! Rules beside the photos: what a `fal-tui.toml` says of those below its folder, by glob. It says how photos are sent,
//! and never who pays, how much, or where anything goes.

mod read;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

use super::{Inputs, IntakeError};
use crate::job::clean;
use crate::storage::{self, Kind};
use read::rules;

/// What a file of rules is called.
pub(super) const RULES_FILE: &str = "fal-tui.toml";

/// Why one further down is not read.
pub(super) const NOT_AT_THE_TOP: &str = "rules are read at the top of a PATH alone";

/// The longest one, bytes.
const LONGEST: u64 = 1 << 20;

/// The rules of every PATH.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The folders that have any, and where theirs begin among all.
    folders: Vec<(PathBuf, usize)>,
    rules: Vec<Rule>,
}

/// What is said of the photos that some globs match.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The file that it stands in.
    pub file: Arc<Path>,
    /// The line that it begins on, from 1.
    pub line: usize,
    /// Its globs, as they were written.
    pub globs: Vec<String>,
    /// Whether they are left out, or taken in again; `None` if it says nothing of that.
    pub skip: Option<bool>,
    /// What it sets.
    pub values: Vec<RuleValue>,
    /// The names of what it would set, if nobody had said otherwise for this run.
    pub beaten: Vec<Box<str>>,
    set: GlobSet,
}

/// What a rule says of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleValue {
    /// The parameter's name.
    pub name: Box<str>,
    /// The value, as it would be typed.
    pub text: Box<str>,
    /// Where it stands: line and column, from 1.
    pub at: (usize, usize),
}

/// What the rules say of one photo.
#[derive(Debug, Default)]
pub struct Holding<'a> {
    /// The rules that match it, by their number.
    pub matching: Vec<usize>,
    /// The one that leaves it out, if one does.
    pub skipped_by: Option<usize>,
    /// What is set for it, each once and with the rule that said it last.
    pub values: Vec<(&'a RuleValue, &'a Rule)>,
}

impl Rules {
    /// Reads the rules beside the photos of a run. A folder without such a file has none.
    ///
    /// # Errors
    /// The first mistake in one, by its line and column, or if one cannot be read.
    pub fn read(inputs: &Inputs) -> Result<Self, IntakeError> {
        let (mut all, mut seen) = (Self::default(), BTreeSet::new());
        for folder in inputs.bases.iter().map(|base| &base.folder).filter(|folder| seen.insert((*folder).clone())) {
            let file = folder.join(RULES_FILE);
            let source = storage::source(&file);
            if !source.stat(&file).is_ok_and(|there| there.kind == Kind::File) {
                continue;
            }
            let unreadable = |source| IntakeError::Unreadable { path: file.clone(), source };
            let (mut text, opened) = (Vec::new(), source.open(&file).map_err(unreadable)?);
            opened.take(LONGEST + 1).read_to_end(&mut text).map_err(unreadable)?;
            let wrong = |line, column, problem| IntakeError::Rules { file: file.clone(), line, column, problem };
            if text.len() as u64 > LONGEST {
                return Err(wrong(1, 1, format!("is longer than {} KiB", LONGEST >> 10)));
            }
            let text = String::from_utf8(text).map_err(|_| wrong(1, 1, "is not UTF-8".to_owned()))?;
            all.folders.push((folder.clone(), all.rules.len()));
            let text = text.trim_start_matches('\u{feff}');
            all.rules.extend(rules(&file, text).map_err(|bad| wrong(bad.at.0, bad.at.1, bad.problem))?);
        }
        Ok(all)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Each, in its order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The same where something else was said of these parameters for this run: rules set them no longer.
    #[must_use]
    pub fn beaten_by(&self, names: &BTreeSet<String>) -> Self {
        let mut beaten = self.clone();
        for rule in &mut beaten.rules {
            let (out, stay) =
                std::mem::take(&mut rule.values).into_iter().partition(|value| names.contains(&*value.name));
            let out: Vec<RuleValue> = out;
            rule.values = stay;
            rule.beaten.extend(out.into_iter().map(|value| value.name));
        }
        beaten
    }

    /// What they say of a photo: of all that match it, a later one holds over an earlier, value by value.
    #[must_use]
    pub fn of(&self, source: &Path) -> Holding<'_> {
        let mut holding = Holding::default();
        if self.rules.is_empty() {
            return holding;
        }
        let folders = self.folders.iter().enumerate().filter(|(_, (folder, _))| source.starts_with(folder));
        let Some((place, (folder, first))) = folders.max_by_key(|(_, (folder, _))| folder.components().count()) else {
            return holding;
        };
        let end = self.folders.get(place + 1).map_or(self.rules.len(), |(_, next)| *next);
        let below = source.strip_prefix(folder).unwrap_or(source);
        let matching = (*first..end).filter_map(|number| Some((number, self.rules.get(number)?)));
        for (number, rule) in matching.filter(|(_, rule)| rule.set.is_match(below)) {
            holding.matching.push(number);
            if let Some(skip) = rule.skip {
                holding.skipped_by = skip.then_some(number);
            }
            for value in &rule.values {
                holding.values.retain(|(before, _)| before.name != value.name);
                holding.values.push((value, rule));
            }
        }
        holding
    }
}

impl Rule {
    /// Where it stands: `fal-tui.toml, line 3`. Cleaned for a terminal.
    #[must_use]
    pub fn place(&self) -> String {
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        format!("{}, line {}", clean(&name), self.line)
    }

    /// Its globs: `hero/**`. Cleaned for a terminal.
    #[must_use]
    pub fn told(&self) -> String {
        clean(&self.globs.join(", ")).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn read(text: &str) -> (tempfile::TempDir, Result<Rules, String>) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("photos")).unwrap();
        fs::write(dir.path().join("photos").join(RULES_FILE), text).unwrap();
        let inputs = Inputs::check(&[dir.path().join("photos")], None, &[], &[]).unwrap();
        let rules = Rules::read(&inputs).map_err(|error| error.to_string());
        (dir, rules)
    }

    #[test]
    fn later_rules_hold_over_earlier_ones_value_by_value() {
        let text = "[[rule]]\nmatch = '*.jpg'\nparam = { steps = 9, seed = 1 }\n[[rule]]\nmatch = ['hero', 'best/*']\n\
                    param = { steps = 20 }\n[[rule]]\nmatch = 'thumbs/**'\nskip = true\n[[rule]]\nmatch = '*_keep.jpg'\nskip = false\n";
        let (dir, rules) = read(text);
        let rules = rules.unwrap();
        let of = |path: &str| {
            let source = dir.path().join("photos").join(path);
            let holding = rules.of(&source);
            let values: Vec<_> =
                holding.values.iter().map(|(value, _)| format!("{}={}", value.name, value.text)).collect();
            (values.join(" "), holding.skipped_by)
        };
        assert_eq!(of("a.jpg"), ("seed=1 steps=9".to_owned(), None));
        assert_eq!(of("hero/deep/A.JPG"), ("seed=1 steps=20".to_owned(), None));
        assert_eq!(of("best/a.png"), ("steps=20".to_owned(), None));
        assert_eq!(of("thumbs/a.png"), (String::new(), Some(2)));
        assert_eq!(of("thumbs/a_keep.jpg").1, None);
        assert!(rules.of(&dir.path().join("elsewhere/a.jpg")).matching.is_empty());
        let typed = rules.beaten_by(&BTreeSet::from(["steps".to_owned()]));
        let hero = dir.path().join("photos/hero/a.jpg");
        assert_eq!(typed.of(&hero).values.len(), 1, "what was typed holds");
        assert_eq!(typed.iter().map(|rule| rule.beaten.len()).collect::<Vec<_>>(), [1, 1, 0, 0]);
    }

    #[test]
    fn a_mistake_is_named_with_file_line_and_column() {
        for (text, problem) in [
            ("[[rule]]\nmatch = 'a'\nskip = 1\n", "line 3, column 8: `skip` takes true or false"),
            ("[[rule]]\nskip = true\n", "line 1, column 1: the rule has no `match`"),
            ("[[rule]]\nmatch = 'a'\n", "line 1, column 1: the rule says nothing"),
            ("[[rule]]\nmatch = '[a'\nskip = true\n", "line 2, column 9: `[a` is no glob"),
            (
                "[[rule]]\nmatch = 'a'\nmatches = 'b'\n",
                "line 3, column 1: `matches` is nothing that a rule says; did you mean `match`?",
            ),
            (
                "[[rules]]\nmatch = 'a'\n",
                "line 1, column 3: `rules` is nothing that a file of rules says; did you mean `rule`?",
            ),
            ("[[rule]]\nmatch = 'a'\nparam = { x = 1979-05-27 }\n", "line 3, column 15: `x` takes a number, a text"),
            ("[rule]\nmatch = 'a'\n", "`rule` takes a list of tables"),
            ("\n  x =", "line 2, column 6: "),
            ("key = 'x'\n", "line 1, column 1: a file of rules cannot say who pays"),
            (
                "[[rule]]\nmatch = 'a'\noutput = '../x'\n",
                "line 3, column 1: a file of rules cannot say where results go",
            ),
            ("budget = 5\n", "a file of rules cannot say what may be spent"),
            ("queue-url = 'https://x'\n", "a file of rules cannot say where fal is"),
            ("model = 'a/b'\n", "a file of rules cannot say which model"),
        ] {
            let error = read(text).1.unwrap_err();
            assert!(error.contains("fal-tui.toml`, line ") && error.contains(problem), "{text}: {error}");
        }
        assert!(read("# nothing yet\n").1.unwrap().is_empty());
    }
}
