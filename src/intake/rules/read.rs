//! How a file of rules is read: TOML, a table a rule, each mistake with its place.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Rule, RuleValue};
use crate::intake::globs::set;
use crate::job::clean;

/// The tables, one a rule.
const RULE: &str = "rule";
/// What a rule may say.
const MATCH: &str = "match";
const SKIP: &str = "skip";
const PARAM: &str = "param";

/// What is not for a folder to say: names, what they are, and who says it.
const REFUSED: &[(&[&str], &str)] = &[
    (&["key", "fal-key", "fal_key", "keys", "profile"], "who pays: a key comes from FAL_KEY or `fal-tui login`"),
    (
        &["host", "hosts", "queue-url", "rest-url", "api-url", "queue", "rest", "api", "proxy", "sandbox"],
        "where fal is: the key goes there, so that comes from the environment alone",
    ),
    (&["budget", "cap", "max-failures", "yes", "trust-price"], "what may be spent: give `--budget` with the command"),
    (
        &["output", "out", "name", "state-dir", "log", "ledger"],
        "where results go: give `--output` with the command; those of a folder lie as in that folder",
    ),
    (&["on-finish", "notify-url", "webhook", "listen"], "what is called: give it with the command"),
    (&["model", "endpoint", "image-field"], "which model is used: give `--model` with the command"),
];

/// A mistake, and where: line and column, from 1.
pub(super) struct Bad {
    pub(super) at: (usize, usize),
    pub(super) problem: String,
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

/// A file's text, to say where in it something stands.
struct Text<'a> {
    file: Arc<Path>,
    text: &'a str,
}

/// The rules that a file has.
pub(super) fn rules(file: &Path, text: &str) -> Result<Vec<Rule>, Bad> {
    let whole = Text { file: file.into(), text };
    let table = DeTable::parse(text).map_err(|error| whole.bad(&error.span().unwrap_or_default(), error.message()))?;
    let mut rules = Vec::new();
    for (key, value) in table.get_ref() {
        if key.get_ref() != RULE {
            return Err(whole.unknown(key, &[RULE], "a file of rules says"));
        }
        let takes = || whole.bad(&value.span(), format!("`{RULE}` takes a list of tables, each under `[[{RULE}]]`"));
        for rule in value.get_ref().as_array().ok_or_else(takes)? {
            rules.push(whole.rule(rule.get_ref().as_table().ok_or_else(takes)?, &rule.span())?);
        }
    }
    Ok(rules)
}

impl Text<'_> {
    /// The line and the column, in characters, of a place, from 1.
    fn at(&self, place: usize) -> (usize, usize) {
        let mut end = place.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(..end).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }

    fn bad(&self, span: &Range<usize>, problem: impl AsRef<str>) -> Bad {
        Bad { at: self.at(span.start), problem: clean(problem.as_ref()).into_owned() }
    }

    /// A name that says nothing here, or is not to be said here.
    fn unknown(&self, key: &Key<'_>, known: &[&str], whose: &str) -> Bad {
        let name = key.get_ref().as_ref();
        if let Some((_, what)) = REFUSED.iter().find(|(names, _)| names.contains(&name)) {
            return self.bad(&key.span(), format!("a file of rules cannot say {what}"));
        }
        let near = known.iter().find(|known| name.starts_with(**known) || known.starts_with(name));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        self.bad(&key.span(), format!("`{name}` is nothing that {whose}{near}"))
    }

    fn rule(&self, table: &DeTable<'_>, span: &Range<usize>) -> Result<Rule, Bad> {
        let (mut globs, mut skip, mut values) = (None, None, Vec::new());
        for (key, value) in table {
            let takes = |what: &str| self.bad(&value.span(), format!("`{}` takes {what}", key.get_ref()));
            match key.get_ref().as_ref() {
                MATCH => {
                    let written = texts(value.get_ref()).ok_or_else(|| takes("a glob or a list of globs"))?;
                    let built = set(&written).map_err(|error| {
                        let told = error.to_string();
                        self.bad(&value.span(), told.lines().next().unwrap_or_default())
                    })?;
                    globs = Some((written, built));
                }
                SKIP => skip = Some(value.get_ref().as_bool().ok_or_else(|| takes("true or false"))?),
                PARAM => {
                    let table = value.get_ref().as_table();
                    let table = table.ok_or_else(|| takes("a table, as in `{ NAME = VALUE }`"))?;
                    for (name, value) in table {
                        values.push(self.value(name, value)?);
                    }
                }
                _ => return Err(self.unknown(key, &[MATCH, SKIP, PARAM], "a rule says")),
            }
        }
        let (globs, set) = globs.ok_or_else(|| self.bad(span, format!("the rule has no `{MATCH}`")))?;
        if skip.is_none() && values.is_empty() {
            return Err(self.bad(span, format!("the rule says nothing: `{PARAM} = {{ … }}` or `{SKIP} = true`")));
        }
        Ok(Rule { file: self.file.clone(), line: self.at(span.start).0, globs, skip, values, beaten: Vec::new(), set })
    }

    fn value(&self, name: &Key<'_>, value: &Spanned<DeValue<'_>>) -> Result<RuleValue, Bad> {
        let takes = || format!("`{}` takes a number, a text, true, false, or a list or table of them", name.get_ref());
        let json = json(value.get_ref()).ok_or_else(|| self.bad(&value.span(), takes()))?;
        let text = if let Value::String(text) = json { text } else { json.to_string() };
        Ok(RuleValue { name: name.get_ref().as_ref().into(), text: text.into(), at: self.at(value.span().start) })
    }
}

/// A text or a list of texts, none of them empty.
fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let texts: Option<Vec<String>> = match value {
        DeValue::Array(list) => list.iter().map(|text| text.get_ref().as_str().map(str::to_owned)).collect(),
        value => value.as_str().map(|text| vec![text.to_owned()]),
    };
    texts.filter(|texts| !texts.is_empty() && texts.iter().all(|text| !text.trim().is_empty()))
}

/// A value as JSON has it; `None` for what that does not know.
fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok()?.into(),
        DeValue::Float(number) => Value::Number(serde_json::Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(is) => Value::Bool(*is),
        DeValue::Array(list) => Value::Array(list.iter().map(|value| json(value.get_ref())).collect::<Option<_>>()?),
        DeValue::Table(table) => {
            let field = |(name, value): (&Key<'_>, &Spanned<DeValue<'_>>)| {
                Some((name.get_ref().to_string(), json(value.get_ref())?))
            };
            Value::Object(table.iter().map(field).collect::<Option<Map<_, _>>>()?)
        }
        DeValue::Datetime(_) => return None,
    })
}
