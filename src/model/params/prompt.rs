//! Texts that say something else for each photo: `a photo of {stem}`.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::{Params, out_of_range, spec_of};
use crate::model::{Model, ParamError, ParamKind};

/// What a text may hold of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// Its file's name without the extension.
    Stem,
    /// The folder that it is in, below the input.
    Folder,
    /// The text file beside it.
    Sidecar,
    /// What an earlier batch said of the same picture.
    Caption,
}

/// What stands for a photo in these places; `None` where there is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    /// Its file's name without the extension.
    pub stem: String,
    /// The folder that it is in, below the input; empty for the input itself.
    pub folder: String,
    /// The text file beside it.
    pub sidecar: Option<String>,
    /// What an earlier batch said of the same picture.
    pub caption: Option<String>,
}

/// Why a photo's texts cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfilled {
    /// There is nothing for it.
    Missing(Slot),
    /// The model does not take what came of it.
    Refused(ParamError),
}

impl Slot {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Stem, Self::Folder, Self::Sidecar, Self::Caption];

    fn name(self) -> &'static str {
        match self {
            Self::Stem => "stem",
            Self::Folder => "folder",
            Self::Sidecar => "sidecar",
            Self::Caption => "caption",
        }
    }
}

/// `{stem}`.
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.name())
    }
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    Text(&'t str),
    Slot(Slot),
}

/// A text in its pieces; `{{` and `}}` stand for one of them.
///
/// # Errors
/// What stands in braces and is no place that is known, or a brace that is alone.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        pieces.push(Piece::Text(before));
        if let Some(after) = from.strip_prefix("{{") {
            pieces.push(Piece::Text("{"));
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            pieces.push(Piece::Text("}"));
            rest = after;
        } else {
            let inside = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let Some((name, after)) = inside else { return Err(from.chars().take(1).collect()) };
            let slot = Slot::ALL.into_iter().find(|slot| slot.name() == name.trim());
            pieces.push(Piece::Slot(slot.ok_or_else(|| format!("{{{name}}}"))?));
            rest = after;
        }
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

impl Filling {
    fn of(&self, slot: Slot) -> Option<&str> {
        match slot {
            Slot::Stem => Some(&self.stem),
            Slot::Folder => Some(&self.folder),
            Slot::Sidecar => self.sidecar.as_deref(),
            Slot::Caption => self.caption.as_deref(),
        }
    }
}

impl Params {
    /// Its texts that are filled in for each photo.
    fn prompts<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_text = |name: &str| model.param(name).is_some_and(|spec| matches!(spec.kind, ParamKind::Text { .. }));
        let texts = self.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        texts.filter(move |(name, text)| text.contains(['{', '}']) && is_text(name))
    }

    /// What its texts hold of each photo; `None` if they are the same for all.
    #[must_use]
    pub fn slots(&self, model: &Model) -> Option<BTreeSet<Slot>> {
        let mut prompts = self.prompts(model).peekable();
        prompts.peek()?;
        let of = |text: &str| {
            let pieces = pieces(text).unwrap_or_default();
            pieces
                .into_iter()
                .filter_map(|piece| if let Piece::Slot(slot) = piece { Some(slot) } else { None })
                .collect::<Vec<_>>()
        };
        Some(prompts.flat_map(|(_, text)| of(text)).collect())
    }

    /// Looks whether its texts can be filled in.
    pub(super) fn fillable(self, model: &Model) -> Result<Self, ParamError> {
        let refused = self.prompts(model).find_map(|(name, text)| Some((name, pieces(text).err()?)));
        match refused {
            None => Ok(self),
            Some((name, found)) => Err(ParamError::Slot {
                name: name.to_owned(),
                found: crate::job::clean(&found).chars().take(60).collect(),
                known: Slot::ALL.map(|slot| slot.to_string()).join(", "),
            }),
        }
    }

    /// The same with its texts filled in for a photo.
    ///
    /// # Errors
    /// If there is nothing for one of the places, or the model does not take what comes of it.
    pub fn filled(&self, model: &Model, filling: &Filling) -> Result<Self, Unfilled> {
        let mut filled = self.clone();
        for (name, text) in self.prompts(model) {
            let mut whole = String::new();
            for piece in pieces(text).unwrap_or_default() {
                whole.push_str(match piece {
                    Piece::Text(text) => text,
                    Piece::Slot(slot) => filling.of(slot).ok_or(Unfilled::Missing(slot))?,
                });
            }
            let spec = spec_of(model, name).map_err(Unfilled::Refused)?;
            let value =
                spec.take(&Value::from(whole)).map_err(|no| Unfilled::Refused(out_of_range(model, spec, &no)))?;
            filled.values.insert(name.to_owned(), value);
        }
        Ok(filled)
    }

    /// What its texts say that are filled in for each photo, of a photo whose own these are.
    #[must_use]
    pub fn said(&self, model: &Model, own: &Self) -> String {
        let texts = self.prompts(model).filter_map(|(name, _)| own.get(name)?.as_str());
        texts.collect::<Vec<_>>().join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::EndpointId;
    use crate::model::{ParamSpec, SizeRule};

    fn model() -> Model {
        let flux = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
        let params = vec![ParamSpec::new("prompt", ParamKind::text()), ParamSpec::new("negative", ParamKind::text())];
        Model { params, size: SizeRule::Unknown, ..flux }
    }

    fn said(text: &str) -> Result<String, Unfilled> {
        let params = Params::parse(&model(), [format!("prompt={text}").as_str()]).unwrap();
        let filling = Filling {
            stem: "IMG_1".to_owned(),
            folder: "beach".to_owned(),
            sidecar: Some("a {dog}".to_owned()),
            caption: None,
        };
        let filled = params.filled(&model(), &filling)?;
        Ok(filled.get("prompt").unwrap().as_str().unwrap().to_owned())
    }

    #[test]
    fn each_place_is_filled_in_and_what_is_filled_in_is_taken_as_it_is() {
        assert_eq!(said("{stem} of { folder }: {sidecar}.").as_deref(), Ok("IMG_1 of beach: a {dog}."));
        assert_eq!(said("{{stem}} }}{{ {stem}").as_deref(), Ok("{stem} }{ IMG_1"));
        assert_eq!(said("{stem} {caption}"), Err(Unfilled::Missing(Slot::Caption)));
    }

    #[test]
    fn what_is_no_place_is_refused_with_those_that_are() {
        for (text, found) in [("a {cat}", "{cat}"), ("{stem", "{"), ("stem}", "}"), ("{}", "{}"), ("{Stem}", "{Stem}")]
        {
            let refused = Params::parse(&model(), [format!("prompt={text}").as_str()]).unwrap_err().to_string();
            assert!(refused.contains(&format!("`{found}`")), "{text}: {refused}");
            assert!(refused.contains("{stem}, {folder}, {sidecar}, {caption}"), "{refused}");
        }
    }

    #[test]
    fn what_is_filled_in_is_read_back_as_it_is_and_is_no_template_of_its_own() {
        let params = Params::parse(&model(), ["prompt={sidecar}", "negative=blur"]).unwrap();
        assert_eq!(params.slots(&model()), Some(BTreeSet::from([Slot::Sidecar])));
        let filling = Filling { sidecar: Some("{stem} {".to_owned()), ..Filling::default() };
        let own = params.filled(&model(), &filling).unwrap();
        assert_eq!(Params::from_canonical(&model(), &own.canonical()), Ok(own.clone()));
        assert_eq!(params.said(&model(), &own), "{stem} {");
        assert_eq!(Params::parse(&model(), ["prompt=plain"]).unwrap().slots(&model()), None);
    }
}
