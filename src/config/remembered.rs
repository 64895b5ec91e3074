//! What becomes of a batch's captions, as the run that made them had it: whoever goes on with the batch by its number writes
//! the same, unless a flag says otherwise.

use serde::{Deserialize, Serialize};

use super::layers::Source;
use super::names::{self, Setting};
use super::{Settings, captions};
use crate::output::{Captions, Pattern, Style};

/// The settings of captions, as they are typed.
#[derive(Debug, Serialize, Deserialize)]
struct Texts {
    captions: String,
    prefix: String,
    suffix: String,
    strip: Vec<String>,
    existing: String,
    ext: String,
    keywords: Vec<String>,
}

impl Settings {
    /// What becomes of captions, to be kept with the batch.
    #[must_use]
    pub fn captions_kept(&self) -> String {
        let Captions { style, existing, extension, keywords, .. } = &self.written.captions;
        let texts = Texts {
            captions: self.written.captions.to_string(),
            prefix: style.prefix.to_string(),
            suffix: style.suffix.to_string(),
            strip: style.strip.iter().map(|pattern| pattern.text().to_owned()).collect(),
            existing: captions::existing_name(*existing).to_owned(),
            ext: extension.to_string(),
            keywords: keywords.clone(),
        };
        serde_json::to_string(&texts).unwrap_or_default()
    }

    /// The same settings with what a batch keeps of captions, but for what was typed now. What a later version kept, and
    /// this one cannot read, is left aside.
    #[must_use]
    pub fn with_captions_kept(&self, kept: Option<&str>) -> Self {
        let mut settings = self.clone();
        let Some(kept) = kept.and_then(|kept| serde_json::from_str::<Texts>(kept).ok()) else { return settings };
        let is_typed = |setting: Setting| {
            self.origins.iter().any(|origin| origin.name == setting.name && origin.source == Source::Flag)
        };
        let Captions { forms, style: Style { prefix, suffix, strip }, existing, extension, keywords } =
            &mut settings.written.captions;
        put(forms, is_typed(names::CAPTIONS), || captions::forms(kept.captions.as_ref()).ok());
        put(prefix, is_typed(names::CAPTION_PREFIX), || captions::around(kept.prefix.as_ref()).ok());
        put(suffix, is_typed(names::CAPTION_SUFFIX), || captions::around(kept.suffix.as_ref()).ok());
        let patterns = || kept.strip.iter().map(|text| Pattern::parse(text).ok()).collect();
        put(strip, is_typed(names::CAPTION_STRIP), patterns);
        put(existing, is_typed(names::CAPTION_EXISTING), || captions::existing(kept.existing.as_ref()).ok());
        put(extension, is_typed(names::CAPTION_EXT), || captions::extension(kept.ext.as_ref()).ok());
        put(keywords, is_typed(names::KEYWORDS), || Some(kept.keywords.clone()));
        settings
    }
}

fn put<T>(place: &mut T, is_typed: bool, kept: impl FnOnce() -> Option<T>) {
    if let Some(kept) = Some(kept).filter(|_| !is_typed).and_then(|kept| kept()) {
        *place = kept;
    }
}
