//! Names of results as a person wishes them: `{dir}/{stem}-{factor}x.{ext}`.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::job::Photo;

/// What a part between braces stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Dir,
    Stem,
    Model,
    Factor,
    Seed,
    Index,
    RequestId,
}

/// A text or what stands for one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

/// A template of names, checked. The extension is what the file's bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    folders: Vec<Vec<Piece>>,
    name: Vec<Piece>,
}

/// What is known of a result besides its photo.
#[derive(Debug, Clone, Copy, Default)]
pub struct Made<'a> {
    /// Its job's number, from 1.
    pub index: u32,
    /// The seed that was used.
    pub seed: Option<i64>,
    /// fal's id of its request.
    pub request: &'a str,
}

/// Names that some file systems keep for themselves, whatever follows a dot.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl Template {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence that begins with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bare = text.strip_suffix(".{ext}").unwrap_or(text);
        if bare.contains("{ext}") {
            return Err("has its `{ext}` not at the end: the extension is what the file is".to_owned());
        }
        let mut parts = bare.split('/').map(pieces).collect::<Result<Vec<_>, _>>()?;
        let name = parts.pop().filter(|name| !name.is_empty()).ok_or("is no name of a file")?;
        let is_dir = |part: &[Piece]| part.contains(&Piece::Field(Field::Dir));
        for part in &parts {
            let is_late = |piece: &Piece| matches!(piece, Piece::Field(Field::Seed | Field::Index | Field::RequestId));
            if part.iter().any(is_late) {
                return Err(
                    "has `{seed}`, `{index}` or `{request_id}` in a folder: they may stand in the file's name alone"
                        .to_owned(),
                );
            }
            if part.is_empty() || matches!(&part[..], [Piece::Text(text)] if matches!(text.as_str(), "." | "..")) {
                return Err("leads out of the output folder, or through an empty name".to_owned());
            }
            if is_dir(part) && part.len() > 1 {
                return Err("has something beside `{dir}` between two slashes".to_owned());
            }
        }
        if is_dir(&name) {
            return Err("ends with a folder: `{dir}` is one".to_owned());
        }
        Ok(Self { text: text.to_owned(), folders: parts, name })
    }

    /// As it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// With what a batch knows: its model's endpoint id and how its results grow, as `×2`.
    #[must_use]
    pub fn of_batch(mut self, endpoint: &str, growth: Option<&str>) -> Self {
        let model = endpoint.split_once('/').map_or(endpoint, |(_, name)| name);
        let growth = growth.unwrap_or("1").trim_start_matches('×');
        for piece in self.folders.iter_mut().flatten().chain(&mut self.name) {
            match piece {
                Piece::Field(Field::Model) => *piece = Piece::Text(safe(model)),
                Piece::Field(Field::Factor) => *piece = Piece::Text(safe(growth)),
                _ => {}
            }
        }
        self
    }

    /// The folder of a photo's result, below the output folder.
    #[must_use]
    pub fn folder(&self, photo: &Photo) -> PathBuf {
        let mut folder = PathBuf::new();
        for part in &self.folders {
            if let [Piece::Field(Field::Dir)] = &part[..] {
                folder.extend(photo.path.parent());
            } else {
                folder.push(sound(rendered(part, photo, Made::default())));
            }
        }
        folder
    }

    /// The name of a result without its extension.
    #[must_use]
    pub fn stem(&self, photo: &Photo, made: Made<'_>) -> OsString {
        sound(rendered(&self.name, photo, made))
    }

    /// Whether every result has a name of its own by what its request alone has.
    fn tells_all_apart(&self) -> bool {
        let is_own = |piece: &Piece| matches!(piece, Piece::Field(Field::Index | Field::RequestId));
        self.name.iter().any(is_own)
    }
}

/// Which names photos have taken: two that differ in case alone are one to many file systems.
#[derive(Debug)]
pub struct Taken {
    template: Template,
    names: HashSet<u128>,
}

impl Taken {
    /// Why a photo is not sent whose result would have the name of another's.
    pub const REASON: &str = "its result would have the name of another one's: --name tells them not apart";

    /// None yet.
    #[must_use]
    pub fn new(template: Template) -> Self {
        Self { template, names: HashSet::new() }
    }

    /// Whether a photo's result has a name of its own, which is taken from now on.
    pub fn take(&mut self, photo: &Photo) -> bool {
        if self.template.tells_all_apart() {
            return true;
        }
        let path = self.template.folder(photo).join(self.template.stem(photo, Made::default()));
        let hash = blake3::hash(path.to_string_lossy().to_lowercase().as_bytes());
        self.names.insert(u128::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default()))
    }
}

fn pieces(part: &str) -> Result<Vec<Piece>, String> {
    let (mut pieces, mut rest) = (Vec::new(), part);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or("has a `{` without its `}`")?;
        if !before.is_empty() {
            pieces.push(Piece::Text(safe(before)));
        }
        pieces.push(Piece::Field(match name {
            "dir" => Field::Dir,
            "stem" => Field::Stem,
            "model" => Field::Model,
            "factor" => Field::Factor,
            "seed" => Field::Seed,
            "index" => Field::Index,
            "request_id" => Field::RequestId,
            _ => {
                let known = "{dir}, {stem}, {ext}, {model}, {factor}, {seed}, {index} and {request_id}";
                return Err(format!("has `{{{name}}}`, which stands for nothing; there are {known}"));
            }
        }));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(safe(rest)));
    }
    Ok(pieces)
}

fn rendered(pieces: &[Piece], photo: &Photo, made: Made<'_>) -> OsString {
    let mut name = OsString::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => name.push(text),
            Piece::Field(Field::Stem) => name.push(photo.output_stem().file_name().unwrap_or_default()),
            Piece::Field(Field::Seed) => name.push(made.seed.map(|seed| seed.to_string()).unwrap_or_default()),
            Piece::Field(Field::Index) => name.push(made.index.to_string()),
            Piece::Field(Field::RequestId) => name.push(safe(made.request)),
            Piece::Field(Field::Dir | Field::Model | Field::Factor) => {}
        }
    }
    name
}

/// A text without what no name may hold on some system.
fn safe(text: &str) -> String {
    let is_bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*');
    text.chars().map(|c| if is_bad(c) { '_' } else { c }).collect()
}

/// A name that every system takes: none that is reserved, none that is nothing or hidden.
fn sound(name: OsString) -> OsString {
    let text = name.to_string_lossy().into_owned();
    let first = text.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let is_odd =
        text.trim_matches(['.', ' ']).is_empty() || text.starts_with('.') || RESERVED.contains(&first.as_str());
    let mut sound = if is_odd { OsString::from("_") } else { OsString::new() };
    sound.push(name);
    if text.ends_with(['.', ' ']) {
        sound.push("_");
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::tests::photo;

    fn named(template: &str, path: &str) -> String {
        let template = Template::parse(template).unwrap().of_batch("fal-ai/some/upscaler", Some("×2"));
        let made = Made { index: 7, seed: Some(-3), request: "764c/ab" };
        template.folder(&photo(path)).join(template.stem(&photo(path), made)).to_string_lossy().into_owned()
    }

    #[test]
    fn what_stands_between_braces_is_filled_in() {
        for (template, name) in [
            ("{dir}/{stem}.{ext}", "sub/of/a.b"),
            ("{dir}/{stem}-{factor}x.{ext}", "sub/of/a.b-2x"),
            ("{model}/{dir}/{stem}", "some_upscaler/sub/of/a.b"),
            ("flat/{index}_{seed}.{ext}", "flat/7_-3"),
            ("{request_id}", "764c_ab"),
            ("{stem}?.{ext}", "a.b_"),
            ("x/con.{ext}", "x/_con"),
            (".{stem}", "_.a.b"),
        ] {
            assert_eq!(named(template, "sub/of/a.b.jpg"), name, "{template}");
        }
        assert_eq!(named("{dir}/{stem}", "top.jpg"), "top");
    }

    #[test]
    fn what_makes_no_name_is_refused() {
        for template in [
            "",
            "/",
            "a/",
            "../{stem}",
            "/{stem}",
            "a//{stem}",
            "{stem}/..",
            "{what}",
            "{stem",
            "{ext}/{stem}",
            "{stem}/{dir}",
            "x{dir}/{stem}",
            "{request_id}/{stem}",
            "./{stem}",
        ] {
            let read = Template::parse(template);
            assert!(read.is_err() || template == "{stem}/..", "{template}");
        }
        // What looks like the folder above is a name as any.
        assert_eq!(named("{stem}/..", "a.jpg"), "a/_.._");
    }

    #[test]
    fn a_name_is_taken_once_whatever_its_case() {
        let takes = |template: &str, paths: [&str; 2]| {
            let mut taken = Taken::new(Template::parse(template).unwrap());
            paths.map(|path| taken.take(&photo(path)))
        };
        assert_eq!(takes("{stem}", ["a/x.jpg", "b/X.jpg"]), [true, false]);
        assert_eq!(takes("{dir}/{stem}", ["a/x.jpg", "b/X.jpg"]), [true, true]);
        assert_eq!(takes("{stem}-{index}", ["a/x.jpg", "b/x.jpg"]), [true, true]);
        assert_eq!(takes("{stem}-{seed}", ["a/x.jpg", "b/x.jpg"]), [true, false], "a seed may be one for all");
    }
}
