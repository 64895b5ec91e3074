//! The config file: the same settings by the same names, in TOML.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{SettingsError, did_you_mean};
use super::names::{self, Setting, Shape};

/// A config file's settings, each as text and with its line.
#[derive(Debug, Clone, Default)]
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    entries: BTreeMap<Setting, Entry>,
    /// `[keys]`: the keys of each action of the dashboard, by its name.
    pub(super) keys: Bindings,
}

/// What the file says of one setting.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The line, from 1.
    pub(super) line: usize,
    /// The setting's values.
    pub(super) values: Vec<OsString>,
}

impl ConfigFile {
    /// Reads the file; one that is not there says nothing.
    pub(super) fn read(path: &Path) -> Result<Self, SettingsError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self { path: path.into(), ..Self::default() }),
            Err(source) => Err(SettingsError::Unreadable { path: path.into(), source }),
        }
    }

    pub(super) fn get(&self, setting: Setting) -> Option<&Entry> {
        self.entries.get(&setting)
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, SettingsError> {
        let wrong = |span: Range<usize>, problem: String| SettingsError::File {
            path: path.into(),
            line: line(text, &span),
            problem: crate::job::clean(&problem).into_owned(),
        };
        let table = DeTable::parse(text)
            .map_err(|error| wrong(error.span().unwrap_or_default(), error.message().to_owned()))?;
        let (mut entries, mut keys) = (BTreeMap::new(), BTreeMap::new());
        for (key, value) in table.get_ref() {
            let name = key.get_ref().as_ref();
            if name == KEYS {
                keys = bindings(value).map_err(|(span, takes)| wrong(span, format!("`{KEYS}` takes {takes}")))?;
                continue;
            }
            let setting = names::ALL.iter().copied().find(|setting| setting.name == name).ok_or_else(|| {
                let known = names::ALL.iter().map(|setting| setting.name).chain([KEYS]);
                let close = names::closest(name, known);
                wrong(key.span(), format!("`{name}` is no setting{}", did_you_mean(close)))
            })?;
            let values =
                values(setting.shape, value).map_err(|takes| wrong(value.span(), format!("`{name}` takes {takes}")))?;
            entries.insert(setting, Entry { line: line(text, &key.span()), values });
        }
        Ok(Self { path: path.into(), entries, keys })
    }
}

/// The table of the dashboard's keys, which no flag or variable can give.
const KEYS: &str = "keys";

/// The keys of each action, by its name.
type Bindings = BTreeMap<String, Vec<String>>;

/// The keys of each action, or what is wrong and where. Whether there are such keys and actions is
/// for the dashboard to say.
fn bindings(value: &Spanned<DeValue<'_>>) -> Result<Bindings, (Range<usize>, &'static str)> {
    let table = value.get_ref().as_table().ok_or((value.span(), "a table, as in `{ pause = [\"P\"] }`"))?;
    let keys = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::String(key) => Some(vec![key.to_string()]),
        DeValue::Array(keys) => keys.iter().map(|key| key.get_ref().as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    let binding = |(action, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let action: &std::borrow::Cow<'_, str> = action.get_ref();
        let keys = keys(value).ok_or((value.span(), "texts, as in `pause = [\"P\"]`"))?;
        Ok((action.to_string(), keys))
    };
    table.iter().map(binding).collect()
}

/// A setting's values as text, or what it takes instead.
fn values(shape: Shape, value: &Spanned<DeValue<'_>>) -> Result<Vec<OsString>, &'static str> {
    let each = |values: &[Spanned<DeValue<'_>>]| values.iter().map(|value| scalar(value.get_ref())).collect();
    match (shape, value.get_ref()) {
        (Shape::One, value) => scalar(value).map(|text| vec![text.into()]).ok_or("one value"),
        (Shape::List, DeValue::Array(array)) => {
            let texts: Option<Vec<String>> = each(array);
            texts.map(|texts| vec![texts.join(",").into()]).ok_or("a list of texts")
        }
        (Shape::List, value) => scalar(value).map(|text| vec![text.into()]).ok_or("a text or a list of texts"),
        (Shape::Many, DeValue::Array(array)) => {
            let texts: Option<Vec<String>> = each(array);
            texts.map(|texts| texts.into_iter().map(OsString::from).collect()).ok_or("a list of texts")
        }
        (Shape::Many, _) => Err("a list, as in `[\"*.jpg\"]`"),
        (Shape::Pairs, DeValue::Table(table)) => {
            let pair = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                let key: &std::borrow::Cow<'_, str> = key.get_ref();
                scalar(value.get_ref()).map(|text| OsString::from(format!("{key}={text}")))
            };
            table.iter().map(pair).collect::<Option<_>>().ok_or("numbers, texts, true or false")
        }
        (Shape::Pairs, _) => Err("a table, as in `{ upscale_factor = 4 }`"),
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(value) => Some(value.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// The line that a place in a text is on, from 1.
fn line(text: &str, span: &Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, String> {
        ConfigFile::parse(Path::new("config.toml"), text).map_err(|error| error.to_string())
    }

    fn values_of(text: &str, setting: Setting) -> Vec<OsString> {
        parse(text).unwrap().get(setting).unwrap().values.clone()
    }

    #[test]
    fn every_kind_of_value_is_read_as_its_flag_would_write_it() {
        assert_eq!(values_of("concurrency = 16", names::CONCURRENCY), ["16"]);
        assert_eq!(values_of("budget = 12.5", names::BUDGET), ["12.5"]);
        assert_eq!(values_of("max-failures = '5%'", names::MAX_FAILURES), ["5%"]);
        assert_eq!(values_of("yes = true", names::YES), ["true"]);
        assert_eq!(values_of("captions = ['txt', 'xmp']", names::CAPTIONS), ["txt,xmp"]);
        assert_eq!(values_of("captions = 'xmp'", names::CAPTIONS), ["xmp"]);
        assert_eq!(values_of("include = ['*.jpg', 'a;b']", names::INCLUDE), ["*.jpg", "a;b"]);
        assert_eq!(values_of("[param]\nsteps = 30\ncreativity = 0.5", names::PARAM), ["creativity=0.5", "steps=30"]);
    }

    #[test]
    fn keys_are_given_by_the_names_of_their_actions() {
        let keys = parse("[keys]\npause = 'P'\nup = ['up', 'i']").unwrap().keys;
        assert_eq!(keys["pause"], ["P"]);
        assert_eq!(keys["up"], ["up", "i"]);
        assert!(parse("fps = 5").unwrap().keys.is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, message) in [
            ("\n\nbuget = 5", "config.toml, line 3: `buget` is no setting; did you mean `budget`?"),
            ("mouse = true\nmouse = true", "config.toml, line 2: duplicate key"),
            ("yes = true\nfps = [1]", "config.toml, line 2: `fps` takes one value"),
            ("include = '*.jpg'", "config.toml, line 1: `include` takes a list, as in `[\"*.jpg\"]`"),
            ("param = ['a=1']", "config.toml, line 1: `param` takes a table, as in `{ upscale_factor = 4 }`"),
            ("[keys]\n\npause = 5", "config.toml, line 3: `keys` takes texts, as in `pause = [\"P\"]`"),
            ("keys = 'P'", "config.toml, line 1: `keys` takes a table, as in `{ pause = [\"P\"] }`"),
            ("key = 'P'", "config.toml, line 1: `key` is no setting; did you mean `keys`?"),
            ("[param.x]", "config.toml, line 1: `param` takes numbers, texts, true or false"),
        ] {
            assert_eq!(parse(text).unwrap_err(), message);
        }
        assert!(parse("fps = ").unwrap_err().starts_with("config.toml, line 1: "));
    }

    #[test]
    fn a_file_that_is_not_there_says_nothing_and_one_that_cannot_be_read_does() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ConfigFile::read(&folder.path().join("none.toml")).unwrap().entries.is_empty());
        assert!(matches!(ConfigFile::read(folder.path()), Err(SettingsError::Unreadable { .. })));
    }
}
