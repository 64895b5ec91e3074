//! Which field of a model takes the photo.

use super::Unfit;
use crate::job::EndpointId;
use crate::model::{ImageField, ParamKind, ParamSpec};

/// What the field of the photo is called, the likeliest first (fal: model pages).
const MAIN: [&str; 16] = [
    "image_url",
    "input_image_url",
    "image_urls",
    "input_image_urls",
    "image",
    "images",
    "input_image",
    "input_images",
    "uov_image_url",
    "source_image_url",
    "init_image_url",
    "photo_url",
    "img_url",
    "picture_url",
    "input_urls",
    "input_url",
];
/// What a name holds that means a picture.
const PICTURE: [&str; 4] = ["image", "img", "photo", "picture"];
/// What a name holds of a picture that stands beside the photo.
const BESIDE: [&str; 18] = [
    "mask",
    "control",
    "reference",
    "ref",
    "style",
    "tail",
    "end",
    "last",
    "depth",
    "pose",
    "garment",
    "background",
    "face",
    "adapter",
    "target",
    "logo",
    "lora",
    "product",
];
/// What a name holds that is no picture, or a packed heap of them.
const OTHER: [&str; 6] = ["video", "audio", "pdf", "archive", "zip", "data"];

/// A field that takes a picture.
struct Candidate<'f> {
    spec: &'f ParamSpec,
    is_list: bool,
    /// How likely it takes the photo: less is likelier.
    rank: usize,
}

/// The field that takes the photo.
///
/// # Errors
/// If there is none, if it is not clear which it is, or if the one that is named is none.
pub(super) fn picture_field(
    endpoint: &EndpointId,
    fields: &[ParamSpec],
    named: Option<&str>,
) -> Result<ImageField, Unfit> {
    let candidates: Vec<_> = fields.iter().filter_map(candidate).collect();
    let listed = |of: &mut dyn Iterator<Item = &Candidate<'_>>| {
        of.map(|one| one.spec.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let found = |one: &Candidate<'_>| ImageField { field: one.spec.name.clone(), is_list: one.is_list };
    if let Some(named) = named {
        let spec = fields.iter().find(|spec| spec.name == named);
        let is_list = spec.and_then(|spec| takes_url(&spec.kind));
        return is_list.map(|is_list| ImageField { field: named.to_owned(), is_list }).ok_or_else(|| Unfit::NoField {
            model: endpoint.clone(),
            field: crate::job::clean(named).into_owned(),
            candidates: listed(&mut candidates.iter()),
        });
    }
    let has_needed = candidates.iter().any(|one| one.spec.required);
    let in_question = || candidates.iter().filter(|one| one.spec.required || !has_needed);
    let Some(best) = in_question().map(|one| one.rank).min() else {
        let all: Vec<_> = fields.iter().map(|spec| spec.name.as_str()).collect();
        let fields = if all.is_empty() { "no fields".to_owned() } else { all.join(", ") };
        return Err(Unfit::NoPicture { model: endpoint.clone(), fields });
    };
    let best: Vec<_> = in_question().filter(|one| one.rank == best).collect();
    match best.as_slice() {
        [only] => Ok(found(only)),
        several => Err(Unfit::Unclear {
            model: endpoint.clone(),
            candidates: listed(&mut several.iter().copied()),
            first: several.first().map(|one| one.spec.name.clone()).unwrap_or_default(),
        }),
    }
}

fn candidate(spec: &ParamSpec) -> Option<Candidate<'_>> {
    let named = spec.name.to_lowercase();
    let has = |of: &[&str]| named.split('_').any(|part| of.contains(&part) || of.contains(&part.trim_end_matches('s')));
    let main = MAIN.iter().position(|main| *main == named);
    let is_list = takes_url(&spec.kind)?;
    let is_url = spec.kind.takes_file() || main.is_some() || named.starts_with("image") || named.ends_with("image");
    if !is_url || has(&OTHER) || !(main.is_some() || has(&PICTURE) || (has(&BESIDE) && spec.kind.takes_file())) {
        return None;
    }
    let rank = main.unwrap_or(if has(&BESIDE) { MAIN.len() + 1 } else { MAIN.len() });
    Some(Candidate { spec, is_list, rank })
}

/// Whether a field can take a URL, and if so, whether as a list.
fn takes_url(kind: &ParamKind) -> Option<bool> {
    match kind {
        ParamKind::File | ParamKind::Text { .. } => Some(false),
        ParamKind::List { of, .. } => matches!(**of, ParamKind::File | ParamKind::Text { .. }).then_some(true),
        ParamKind::OneOf(kinds) => kinds.iter().find_map(takes_url),
        _ => None,
    }
}
