//! `metadata.jsonl`: pictures and captions in the form that Hugging Face's `imagefolder` loads as it
//! is, a JSON object a line. Every line has the same keys, as its reader wants.
//!
//! It is the folder's own memory, too: a line says what its picture was made of, by whom and how, so
//! that a run whose ledger was lost does not pay for it again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::job::{
    ContentHash, Cost, Job, LONGEST_CAPTION, Opinion, Saved, SavedFile, Stars, Terms, Timestamp, Usd, Verdict,
    one_line, path_text,
};
use crate::output::caption::Captions;

/// All that a line says. What lines of earlier versions lack is `null`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) file_name: String,
    pub(super) text: Option<String>,
    /// Both are 0 for a file that is no picture.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) seed: Option<i64>,
    #[serde(flatten)]
    pub(super) origin: Origin,
    /// The picture's length when it was saved.
    pub(super) bytes: Option<u64>,
    pub(super) cost_usd: Option<f64>,
    /// The most that it may have cost, where fal did not say.
    pub(super) cost_at_most_usd: Option<f64>,
    /// RFC 3339.
    pub(super) saved_at: Option<String>,
    /// What the model calls the picture, where that is not `image`.
    pub(super) role: Option<String>,
    /// Which of its request's files it is, from 1, where there are several.
    pub(super) part: Option<u32>,
    /// How many those are.
    pub(super) parts: Option<u32>,
    #[serde(flatten)]
    pub(super) opinion: Judged,
    /// What only lines by other hands have.
    #[serde(flatten)]
    theirs: BTreeMap<String, Value>,
}

/// What was said of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Judged {
    /// By the model, or a person in its place, where `text` is not just that.
    pub(super) said: Option<String>,
    /// By the model, nothing being an empty text, where a person says something else.
    pub(super) model_said: Option<String>,
    /// 1 to 5.
    pub(super) stars: Option<u8>,
    /// `accepted` or `rejected`.
    pub(super) verdict: Option<String>,
}

/// What a picture was made of, by whom and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) source: String,
    pub(super) request_id: String,
    /// As JSON in a text, so that a loader sees one type: what the picture was made with, where that
    /// differs from the batch's.
    pub(super) params: Option<String>,
    /// The batch's, in the same form.
    pub(super) batch_params: Option<String>,
    /// In the same form, what files were called that went along, by what stands for them in the parameters.
    pub(super) files: Option<String>,
    pub(super) model: Option<String>,
    /// Whom it was sent to.
    pub(super) service: Option<String>,
    /// The photo's length when it was sent.
    pub(super) source_bytes: Option<u64>,
    /// What the photo held, in hex.
    pub(super) source_blake3: Option<String>,
}

/// The part of a line that tells whose it is.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    /// The picture that it is about.
    pub(super) file_name: String,
    /// Only our lines have it.
    pub(super) request_id: Option<String>,
    service: Option<Value>,
}

impl Named {
    /// Whom it was sent to, if the line says so.
    pub(super) fn service(&self) -> Option<&str> {
        self.service.as_ref()?.as_str()
    }
}

impl Line {
    /// A job's lines, one for each of its files.
    pub(super) fn of<'a>(
        job: &'a Job,
        terms: &'a Terms,
        captions: &'a Captions,
    ) -> impl Iterator<Item = Self> + use<'a> {
        let parts = |saved: &Saved| saved.files().count();
        job.state.saved().into_iter().flat_map(move |saved| {
            let files = saved.files().enumerate();
            let text = captions.line(job.caption());
            let said = job.caption().map(one_line).filter(|said| !said.is_empty() && Some(said) != text.as_ref());
            let is_edited = job.said().caption.is_some();
            let model_said = is_edited.then(|| saved.caption().map(one_line).unwrap_or_default());
            files.map(move |(place, file)| {
                let line = Self::of_file(job, terms, (saved, file), (place, parts(saved)));
                let opinion = Judged { said: said.clone(), model_said: model_said.clone(), ..line.opinion };
                Self { text: text.clone(), opinion, ..line }
            })
        })
    }

    fn of_file(job: &Job, terms: &Terms, (saved, file): (&Saved, &SavedFile), (place, parts): (usize, usize)) -> Self {
        let pixels = file.pixels();
        let of_several = |number: usize| u32::try_from(number).ok().filter(|_| parts > 1);
        Self {
            role: (*file.role != *SavedFile::PICTURE).then(|| file.role.to_string()),
            part: of_several(place + 1),
            parts: of_several(parts),
            file_name: path_text(file.path.as_ref()),
            text: None,
            width: pixels.map_or(0, |pixels| pixels.width),
            height: pixels.map_or(0, |pixels| pixels.height),
            seed: saved.seed,
            origin: Origin {
                source: job.photo.slash_path(),
                request_id: saved.request.as_str().to_owned(),
                params: job.own.as_ref().map(|own| own.0.to_string()),
                batch_params: Some(terms.params.clone()),
                files: None,
                model: Some(terms.model.clone()),
                service: Some(terms.service.name().to_owned()),
                source_bytes: Some(job.photo.bytes),
                source_blake3: saved.content.map(|content| blake3::Hash::from_bytes(content.0).to_hex().to_string()),
            },
            opinion: Judged {
                said: None,
                model_said: None,
                stars: job.stars().rated(),
                verdict: job.verdict().map(|verdict| verdict.name().to_owned()),
            },
            theirs: BTreeMap::new(),
            bytes: Some(file.bytes),
            cost_usd: saved.cost.and_then(|cost| cost.likely().told()),
            cost_at_most_usd: match saved.cost {
                Some(Cost::Assumed { at_most, .. }) => at_most.told(),
                Some(Cost::Known(_)) | None => None,
            },
            saved_at: job.state.closed().and_then(|closed| moment(closed.at)),
        }
    }

    /// Whether it is about a picture: nothing else stands in `metadata.jsonl`.
    pub(super) fn is_picture(&self) -> bool {
        self.width > 0
    }

    /// What the model calls the picture.
    pub(super) fn role(&self) -> &str {
        self.role.as_deref().unwrap_or(SavedFile::PICTURE)
    }

    /// The line of a file, if it is one of ours, of this version or an earlier one.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok().filter(|line: &Self| line.theirs.is_empty())
    }

    /// As it is written, with its end.
    pub(super) fn written(&self) -> String {
        // Numbers that JSON has no form for are written as null: nothing here can fail.
        serde_json::to_string(self).map(|line| line + "\n").unwrap_or_default()
    }

    /// What the model said, and what a person says of the picture.
    pub(super) fn said(&self) -> (Option<Box<str>>, Opinion) {
        let said: Option<Box<str>> = self.opinion.said.as_ref().or(self.text.as_ref()).map(|said| said.as_str().into());
        let (models, edited) = match &self.opinion.model_said {
            Some(models) => (Some(models.as_str().into()).filter(|_| !models.is_empty()), said),
            None => (said, None),
        };
        let opinion = Opinion {
            stars: self.opinion.stars.map(Stars::new).unwrap_or_default(),
            verdict: self.opinion.verdict.as_deref().and_then(Verdict::from_name),
            caption: edited.filter(|text| text.len() <= LONGEST_CAPTION),
        };
        (models, opinion)
    }

    /// What it cost, as far as it says so.
    pub(super) fn cost(&self) -> Option<Cost> {
        let likely = Usd::from_f64(self.cost_usd?)?;
        Some(match self.cost_at_most_usd.and_then(Usd::from_f64) {
            Some(at_most) => Cost::assumed(likely, at_most),
            None => Cost::Known(likely),
        })
    }

    /// What the photo held.
    pub(super) fn content(&self) -> Option<ContentHash> {
        let hash = blake3::Hash::from_hex(self.origin.source_blake3.as_ref()?).ok()?;
        Some(ContentHash(*hash.as_bytes()))
    }

    /// When the picture was saved.
    pub(super) fn saved_at(&self) -> Option<Timestamp> {
        let at: jiff::Timestamp = self.saved_at.as_ref()?.parse().ok()?;
        Some(Timestamp(at.as_millisecond()))
    }
}

/// Reads whose line it is that is there already, if it is one.
pub(super) fn named(line: &[u8]) -> Option<Named> {
    serde_json::from_slice(line).ok()
}

/// A line of an earlier version with the keys that it lacks. Lines by other hands stay what they are.
pub(super) fn completed(line: &[u8]) -> Option<String> {
    let written = Line::read(line)?.written();
    (written.trim_end().as_bytes() != line.trim_ascii_end()).then_some(written)
}

fn moment(at: Timestamp) -> Option<String> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|at| at.to_string())
}
