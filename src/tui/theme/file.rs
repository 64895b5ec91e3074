//! Reading theme files: TOML with places, so that what is wrong is told with its line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ratatui::style::Modifier;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::color::Paint;
use super::{Ink, Role, Theme, ThemeError, builtin};

/// Where a theme's text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    File(PathBuf),
    BuiltIn(&'static str),
}

/// One theme file as written: colours of roles are still names.
#[derive(Debug, Default)]
struct Sheet {
    inherits: Option<String>,
    palette: BTreeMap<String, Paint>,
    roles: BTreeMap<Role, Written>,
    warnings: Vec<String>,
}

/// A role's style as written.
#[derive(Debug, Clone, Default)]
struct Written {
    fg: Option<Word>,
    bg: Option<Word>,
    mods: Modifier,
}

/// A colour or the name of one, and where it stands.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    file: String,
    line: usize,
}

pub(super) fn load(name_or_path: &str, user_dir: Option<&Path>) -> Result<Theme, ThemeError> {
    let is_path = name_or_path.contains(['/', '\\']) || has_theme_extension(Path::new(name_or_path));
    let first = if is_path {
        Source::File(PathBuf::from(name_or_path))
    } else {
        find(name_or_path, user_dir, &[]).ok_or_else(|| not_found(name_or_path, user_dir))?
    };
    let name = first.name();
    let mut chain = vec![first];
    let mut merged = Sheet::default();
    let mut at = 0;
    while let Some(source) = chain.get(at) {
        let sheet = Sheet::read(source)?;
        let parent = sheet.inherits.clone();
        merged.fill_from(sheet);
        if let Some(parent) = parent {
            chain.push(find(&parent, user_dir, &chain).ok_or_else(|| no_parent(&parent, user_dir, &chain))?);
        }
        at += 1;
    }
    merged.resolve(name)
}

/// The names of the themes in a folder, in their order.
pub(super) fn names(user_dir: Option<&Path>) -> Vec<String> {
    let files = user_dir.and_then(|dir| fs::read_dir(dir).ok()).into_iter().flatten().flatten().map(|file| file.path());
    let themes = files.filter(|path| has_theme_extension(path) && path.is_file());
    let mut names: Vec<_> = themes.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

/// A theme by name: the user's own first, so that it may take a built-in one's name and inherit it.
fn find(name: &str, user_dir: Option<&Path>, seen: &[Source]) -> Option<Source> {
    let own = user_dir.map(|dir| dir.join(format!("{name}.toml"))).filter(|path| path.is_file()).map(Source::File);
    let built_in = builtin::ALL.iter().find(|(known, _)| *known == name).map(|(known, _)| Source::BuiltIn(known));
    [own, built_in].into_iter().flatten().find(|source| !seen.contains(source))
}

fn no_parent(parent: &str, user_dir: Option<&Path>, chain: &[Source]) -> ThemeError {
    if chain.iter().any(|source| source.name() == parent) {
        let names: Vec<_> = chain.iter().map(Source::name).chain([parent.to_owned()]).collect();
        ThemeError::Circle(names.join(" → "))
    } else {
        not_found(parent, user_dir)
    }
}

fn not_found(name: &str, user_dir: Option<&Path>) -> ThemeError {
    let own = user_dir.and_then(|dir| dir.read_dir().ok()).into_iter().flatten().flatten().map(|entry| entry.path());
    let own = own.filter(|path| has_theme_extension(path)).map(|path| stem(&path));
    let mut known: Vec<String> = builtin::ALL.iter().map(|(name, _)| (*name).to_owned()).chain(own).collect();
    known.sort();
    known.dedup();
    ThemeError::NotFound { name: name.to_owned(), known: known.join(", ") }
}

fn has_theme_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::File(path) => stem(path),
            Self::BuiltIn(name) => (*name).to_owned(),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::BuiltIn(name) => format!("the built-in theme {name}"),
        }
    }
}

impl Sheet {
    fn read(source: &Source) -> Result<Self, ThemeError> {
        let owned;
        let text = match source {
            Source::File(path) => {
                owned = std::fs::read_to_string(path)
                    .map_err(|error| ThemeError::Read { path: path.clone(), source: error })?;
                owned.as_str()
            }
            Source::BuiltIn(name) => builtin::find(name).unwrap_or_default(),
        };
        Reader { text, file: source.shown() }.sheet(&source.name())
    }

    /// Takes from a parent what is not said here.
    fn fill_from(&mut self, parent: Self) {
        for (name, paint) in parent.palette {
            self.palette.entry(name).or_insert(paint);
        }
        for (role, written) in parent.roles {
            self.roles.entry(role).or_insert(written);
        }
        self.warnings.extend(parent.warnings);
    }

    fn resolve(self, name: String) -> Result<Theme, ThemeError> {
        let paint = |word: &Option<Word>| word.as_ref().map(|word| word.paint(&self.palette)).transpose();
        let mut inks = BTreeMap::new();
        for (role, written) in &self.roles {
            inks.insert(*role, Ink { fg: paint(&written.fg)?, bg: paint(&written.bg)?, mods: written.mods });
        }
        let with_fallback = |role: Role| {
            std::iter::successors(Some(role), |role| role.fallback())
                .find_map(|role| inks.get(&role).copied())
                .unwrap_or_default()
        };
        let inks = Role::ALL.iter().map(|role| with_fallback(*role)).collect();
        Ok(Theme { name, inks, warnings: self.warnings })
    }
}

impl Word {
    fn paint(&self, palette: &BTreeMap<String, Paint>) -> Result<Paint, ThemeError> {
        palette.get(&self.text).copied().or_else(|| Paint::parse(&self.text)).ok_or_else(|| ThemeError::Wrong {
            file: self.file.clone(),
            line: self.line,
            what: format!(
                "`{}` is neither in the palette nor a colour; colours are `reset`, names such as `light-red`, 0 to 255 and #rrggbb",
                self.text
            ),
        })
    }
}

/// Walks one file's TOML.
struct Reader<'a> {
    text: &'a str,
    file: String,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn sheet(&self, name: &str) -> Result<Sheet, ThemeError> {
        let document = DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.wrong(at, error.message())
        })?;
        let mut sheet = Sheet::default();
        for (key, value) in document.get_ref() {
            match key.get_ref().as_ref() {
                "name" if self.string(value)? != name => {
                    return Err(self.wrong(value.span().start, &format!("the name must be the file's: `{name}`")));
                }
                "name" => {}
                "inherits" => sheet.inherits = Some(self.string(value)?.to_owned()),
                "variant" if matches!(self.string(value)?, "dark" | "light" | "any") => {}
                "variant" => return Err(self.wrong(value.span().start, "`variant` is `dark`, `light` or `any`")),
                "palette" => {
                    for (name, value) in self.table(value)? {
                        sheet.palette.insert(name.get_ref().to_string(), self.paint(value)?);
                    }
                }
                "roles" => self.roles(value, &mut sheet)?,
                other => {
                    return Err(self.wrong(
                        key.span().start,
                        &format!("`{other}` is none of name, inherits, variant, palette and roles"),
                    ));
                }
            }
        }
        Ok(sheet)
    }

    /// An unknown role is no error: a theme may be newer than the program.
    fn roles(&self, value: &Value<'_>, sheet: &mut Sheet) -> Result<(), ThemeError> {
        for (name, value) in self.table(value)? {
            let written = self.written(value)?;
            if let Some(role) = Role::from_name(name.get_ref()) {
                sheet.roles.insert(role, written);
            } else {
                let meant = Role::closest(name.get_ref()).map(|known| format!("; did you mean `{known}`?"));
                sheet.warnings.push(format!(
                    "{}, line {}: there is no role `{}`{}",
                    self.file,
                    self.line(name.span().start),
                    crate::job::clean(name.get_ref()),
                    meant.unwrap_or_default()
                ));
            }
        }
        Ok(())
    }

    fn written(&self, value: &Value<'_>) -> Result<Written, ThemeError> {
        if value.get_ref().as_str().is_some() {
            return Ok(Written { fg: Some(self.word(value)?), ..Written::default() });
        }
        let mut written = Written::default();
        for (key, value) in self.table(value)? {
            match key.get_ref().as_ref() {
                "fg" => written.fg = Some(self.word(value)?),
                "bg" => written.bg = Some(self.word(value)?),
                "mods" => written.mods = self.mods(value)?,
                other => {
                    return Err(self.wrong(key.span().start, &format!("`{other}` is none of fg, bg and mods")));
                }
            }
        }
        Ok(written)
    }

    fn mods(&self, value: &Value<'_>) -> Result<Modifier, ThemeError> {
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong(value.span().start, "`mods` is a list"))?;
        list.iter().try_fold(Modifier::empty(), |mods, value| {
            let one = match self.string(value)? {
                "bold" => Modifier::BOLD,
                "dim" => Modifier::DIM,
                "italic" => Modifier::ITALIC,
                "underlined" => Modifier::UNDERLINED,
                "reversed" => Modifier::REVERSED,
                other => {
                    let what = format!("`{other}` is none of bold, dim, italic, underlined and reversed");
                    return Err(self.wrong(value.span().start, &what));
                }
            };
            Ok(mods | one)
        })
    }

    /// A palette entry: a colour, or one for each number of colours that a terminal may show.
    fn paint(&self, value: &Value<'_>) -> Result<Paint, ThemeError> {
        let bad = |value: &Value<'_>, what: &str| self.wrong(value.span().start, what);
        if let Some(text) = value.get_ref().as_str() {
            return Paint::parse(text).ok_or_else(|| bad(value, &format!("`{text}` is no colour")));
        }
        let mut paint = Paint::default();
        for (key, value) in self.table(value)? {
            match key.get_ref().as_ref() {
                "rgb" => {
                    let read = Paint::parse(self.string(value)?).and_then(|paint| paint.rgb);
                    paint.rgb = Some(read.ok_or_else(|| bad(value, "`rgb` is of the form \"#rrggbb\""))?);
                }
                "ansi256" => {
                    let number = value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
                    paint.ansi256 = Some(number.ok_or_else(|| bad(value, "`ansi256` is a number from 0 to 255"))?);
                }
                "ansi16" => {
                    let read = Paint::parse(self.string(value)?).and_then(|paint| paint.ansi16);
                    paint.ansi16 =
                        Some(read.ok_or_else(|| bad(value, "`ansi16` is one of the sixteen names, or reset"))?);
                }
                other => {
                    return Err(self.wrong(key.span().start, &format!("`{other}` is none of rgb, ansi256 and ansi16")));
                }
            }
        }
        Ok(paint)
    }

    fn word(&self, value: &Value<'_>) -> Result<Word, ThemeError> {
        let text = self.string(value)?.to_owned();
        Ok(Word { text, file: self.file.clone(), line: self.line(value.span().start) })
    }

    fn string<'v>(&self, value: &'v Value<'_>) -> Result<&'v str, ThemeError> {
        value.get_ref().as_str().ok_or_else(|| self.wrong(value.span().start, "a string is expected here"))
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>) -> Result<&'v DeTable<'i>, ThemeError> {
        value.get_ref().as_table().ok_or_else(|| self.wrong(value.span().start, "a table is expected here"))
    }

    fn line(&self, at: usize) -> usize {
        1 + self.text.bytes().take(at).filter(|byte| *byte == b'\n').count()
    }

    fn wrong(&self, at: usize, what: &str) -> ThemeError {
        ThemeError::Wrong { file: self.file.clone(), line: self.line(at), what: what.to_owned() }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
