//! What is written of a batch, as the run that made it had it: whoever goes on with the batch by its number writes the same,
//! and leaves the same metadata out of what is sent, unless a flag says otherwise.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::layers::Source;
use super::names::{self, Setting};
use super::{Settings, captions, values};
use crate::output::{Alpha, Captions, Form, Pattern, Strip, Style, Written};

/// The settings, as they are typed.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    texts: Texts,
    /// What was begun by an earlier version has none.
    results: Option<Results>,
}

/// Those of captions.
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

/// Those of results and of the page.
#[derive(Debug, Serialize, Deserialize)]
struct Results {
    strip: String,
    alpha: String,
    format: String,
    quality: u8,
    name: Option<String>,
    keep_time: bool,
    report: String,
    likeness: u8,
}

impl Settings {
    /// What is written, to be kept with the batch.
    #[must_use]
    pub fn written_kept(&self) -> String {
        let Written { captions, strip, alpha, form, quality, name, keep_time, page, likeness } = &self.written;
        let Captions { style, existing, extension, keywords, .. } = captions;
        let texts = Texts {
            captions: captions.to_string(),
            prefix: style.prefix.to_string(),
            suffix: style.suffix.to_string(),
            strip: style.strip.iter().map(|pattern| pattern.text().to_owned()).collect(),
            existing: captions::existing_name(*existing).to_owned(),
            ext: extension.to_string(),
            keywords: keywords.clone(),
        };
        let results = Results {
            strip: strip_name(*strip).to_owned(),
            alpha: alpha_name(*alpha).to_owned(),
            format: form_name(*form),
            quality: *quality,
            name: name.as_ref().map(|name| name.text().to_owned()),
            keep_time: *keep_time,
            report: if *page { "html" } else { "none" }.to_owned(),
            likeness: *likeness,
        };
        serde_json::to_string(&Kept { texts, results: Some(results) }).unwrap_or_default()
    }

    /// The same settings with what a batch keeps of what is written, but for what was typed now. What a later version kept,
    /// and this one cannot read, is left aside.
    #[must_use]
    pub fn with_written_kept(&self, kept: Option<&str>) -> Self {
        let mut settings = self.clone();
        let Some(Kept { texts, results }) = kept.and_then(|kept| serde_json::from_str(kept).ok()) else {
            return settings;
        };
        let is_typed = |setting: Setting| {
            self.origins.iter().any(|origin| origin.name == setting.name && origin.source == Source::Flag)
        };
        texts.put(&mut settings.written.captions, is_typed);
        if let Some(results) = results {
            results.put(&mut settings.written, is_typed);
        }
        settings
    }
}

impl Texts {
    fn put(self, captions: &mut Captions, is_typed: impl Fn(Setting) -> bool) {
        let Captions { forms, style: Style { prefix, suffix, strip }, existing, extension, keywords } = captions;
        put(forms, is_typed(names::CAPTIONS), || captions::forms(self.captions.as_ref()).ok());
        put(prefix, is_typed(names::CAPTION_PREFIX), || captions::around(self.prefix.as_ref()).ok());
        put(suffix, is_typed(names::CAPTION_SUFFIX), || captions::around(self.suffix.as_ref()).ok());
        let patterns = || self.strip.iter().map(|text| Pattern::parse(text).ok()).collect();
        put(strip, is_typed(names::CAPTION_STRIP), patterns);
        put(existing, is_typed(names::CAPTION_EXISTING), || captions::existing(self.existing.as_ref()).ok());
        put(extension, is_typed(names::CAPTION_EXT), || captions::extension(self.ext.as_ref()).ok());
        put(keywords, is_typed(names::KEYWORDS), || Some(self.keywords));
    }
}

impl Results {
    fn put(self, written: &mut Written, is_typed: impl Fn(Setting) -> bool) {
        let Written { captions: _, strip, alpha, form, quality, name, keep_time, page, likeness } = written;
        put(strip, is_typed(names::STRIP), || values::strip(self.strip.as_ref()).ok());
        put(alpha, is_typed(names::ALPHA), || values::alpha(self.alpha.as_ref()).ok());
        put(form, is_typed(names::FORMAT), || values::form(self.format.as_ref()).ok());
        put(quality, is_typed(names::QUALITY), || Some(self.quality).filter(|quality| (1..=100).contains(quality)));
        // None at all is a name, too: that of the photo.
        let template = || self.name.map(|name| values::template(name.as_ref()).map(Arc::new)).transpose().ok();
        put(name, is_typed(names::NAME), template);
        put(keep_time, is_typed(names::KEEP_TIME), || Some(self.keep_time));
        put(page, is_typed(names::REPORT), || values::report(self.report.as_ref()).ok());
        put(likeness, is_typed(names::LIKENESS), || Some(self.likeness).filter(|likeness| *likeness <= 100));
    }
}

fn put<T>(place: &mut T, is_typed: bool, kept: impl FnOnce() -> Option<T>) {
    if let Some(kept) = Some(kept).filter(|_| !is_typed).and_then(|kept| kept()) {
        *place = kept;
    }
}

fn strip_name(strip: Strip) -> &'static str {
    match strip {
        Strip::None => "none",
        Strip::Gps => "gps",
        Strip::All => "all",
    }
}

fn alpha_name(alpha: Alpha) -> &'static str {
    match alpha {
        Alpha::Keep => "keep",
        Alpha::Drop => "drop",
    }
}

fn form_name(form: Form) -> String {
    match form {
        Form::Result => "result".to_owned(),
        Form::Same => "same".to_owned(),
        Form::One(format) => format.to_string().to_ascii_lowercase(),
    }
}
