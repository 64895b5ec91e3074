//! What will be lost of the photos that would be sent, said before anything is paid.

use serde::{Deserialize, Serialize};

use super::ruled::RuleNote;
use crate::job::{Format, Loss, Photo, Usd, Way, clean, count};
use crate::model::{Gives, Work};
use crate::output::{Form, MOST_AVIF, Written};

/// Photos that are named of a kind.
const NAMED: usize = 100;

/// What is to be said beside the counts of a plan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Notes {
    /// Of the ledger and the output folder.
    pub said: Vec<String>,
    /// Of what rules say, each in its order.
    pub rules: Vec<RuleNote>,
    /// Of what will be lost, by kind.
    pub losses: Vec<LossNote>,
    /// How fal gets the photos that would be sent.
    pub ways: Ways,
    /// Photos that are reduced before they are sent.
    pub reduced: usize,
    /// Photos whose results are larger than AVIF is written, though they should be.
    pub as_they_come: usize,
}

/// How many photos fal gets in each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ways {
    /// From its storage.
    pub upload: usize,
    /// In the request itself.
    pub data_uri: usize,
    /// From where they lie.
    pub url: usize,
}

impl Ways {
    /// Those of one way.
    pub(super) fn of(&mut self, way: Way) -> &mut usize {
        match way {
            Way::Upload => &mut self.upload,
            Way::DataUri => &mut self.data_uri,
            Way::Url => &mut self.url,
        }
    }

    /// What is to be said of those that do not go through fal's storage.
    pub fn lines(self) -> impl Iterator<Item = String> {
        let inline =
            (self.data_uri > 0).then(|| format!("{} sent in the request itself, as data URIs", count(self.data_uri)));
        let fetched = (self.url > 0).then(|| format!("{} fetched by fal itself, from their URLs", count(self.url)));
        inline.into_iter().chain(fetched)
    }
}

/// One kind of loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LossNote {
    /// Which.
    pub loss: Loss,
    /// Photos that would be sent.
    pub photos: usize,
    /// Photos that a person left out.
    pub out: usize,
    /// The photos that would be sent, the dearest first; not all if there are very many. Cleaned for a terminal.
    pub paths: Vec<String>,
    /// What the dearest of them will cost; `None` if that cannot be known.
    pub dearest: Option<Usd>,
    /// Whether it is put back into what comes, so that nothing is lost.
    pub kept: bool,
}

impl Notes {
    /// All of them as lines.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let reduced = (self.reduced > 0).then(|| format!("{} reduced before they are sent", count(self.reduced)));
        let losses = self.losses.iter().filter(|note| note.photos > 0).map(LossNote::told);
        let stay = (self.as_they_come > 0).then(|| {
            let (photos, most) = (count(self.as_they_come), MOST_AVIF / 1_000_000);
            format!("{photos} with results above {most} MP: too large to be written as AVIF, they stay as they come")
        });
        let rules = self.rules.iter().map(RuleNote::told);
        self.said.iter().cloned().chain(rules).chain(self.ways.lines()).chain(reduced).chain(stay).chain(losses)
    }
}

impl LossNote {
    /// What it means for each of them.
    #[must_use]
    pub fn consequence(&self) -> &'static str {
        match self.loss {
            Loss::Transparency if self.kept => "with transparency: it is put back into the result",
            Loss::Transparency | Loss::TransparencyLost => "with transparency: what is transparent comes back opaque",
            Loss::RawPreview => "in camera raw: the preview of full size in them is sent",
            Loss::Animation => "animated: one still comes back",
            Loss::Pages => "of several pages: the first is sent",
            Loss::Depth => "in more than 8 bit: 8 bit come back",
            Loss::GainMap => "with a map that makes them brighter on HDR screens: come back without it",
            Loss::Film => "with a film in them (motion photos): come back without it",
            Loss::DepthMap => "with a depth map: come back without it",
            Loss::Matte => "with a matte of what they show (portrait photos): come back without it",
            Loss::Orientation => "that cannot be turned upright here: may come back on the side",
            Loss::Size => "above 50 MP",
        }
    }

    /// The note for a person.
    #[must_use]
    pub fn told(&self) -> String {
        let (photos, out) = (count(self.photos), count(self.out));
        let told = match (self.loss, self.dearest) {
            (Loss::Size, Some(dearest)) => format!("above 50 MP, the dearest {dearest}"),
            _ => self.consequence().to_owned(),
        };
        if self.photos == 0 {
            return format!("{out} {told}: left out by you");
        }
        if self.out > 0 { format!("{photos} {told} ({out} left out by you)") } else { format!("{photos} {told}") }
    }
}

/// What can be lost at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Losing {
    /// Whether transparency is put back.
    keeps_alpha: bool,
    /// Whether pictures come back; of texts nothing but their price is to be said.
    pictures: bool,
    /// In which format they are written.
    form: Form,
}

impl Losing {
    /// By a model that gives this, with results that are written so.
    pub(crate) fn of(gives: Gives, written: &Written) -> Self {
        Self { keeps_alpha: written.keeps_alpha(), pictures: gives.is_file(), form: written.form }
    }

    /// Whether a photo's result is to be AVIF and too large for that.
    pub(super) fn stays(self, photo: &Photo, work: Work) -> bool {
        let is_avif = match self.form {
            Form::One(format) => format == Format::Avif,
            Form::Same => photo.format == Some(Format::Avif),
            Form::Result => false,
        };
        self.pictures && is_avif && work.pixels.is_some_and(|pixels| pixels.count() > MOST_AVIF)
    }

    fn is_told(self, loss: Loss) -> bool {
        self.pictures || matches!(loss, Loss::Size | Loss::Orientation | Loss::RawPreview | Loss::Pages)
    }
}

impl Default for Losing {
    fn default() -> Self {
        Self { keeps_alpha: true, pictures: true, form: Form::Result }
    }
}

/// Counts them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    losing: Losing,
    kinds: [Kind; Loss::ALL.len()],
}

#[derive(Debug, Default)]
struct Kind {
    photos: usize,
    out: usize,
    /// Of the dearest: price and path.
    named: Vec<(Option<Usd>, String)>,
}

impl Tally {
    pub(super) fn new(losing: Losing) -> Self {
        Self { losing, ..Self::default() }
    }

    pub(super) fn losing(&self) -> Losing {
        self.losing
    }

    fn of(&mut self, photo: &Photo) -> impl Iterator<Item = &mut Kind> {
        let losses = photo.losses;
        self.kinds.iter_mut().zip(Loss::ALL).filter(move |(_, loss)| losses.has(*loss)).map(|(kind, _)| kind)
    }

    /// A photo would be sent.
    pub(super) fn add(&mut self, photo: &Photo, price: Option<Usd>) {
        for kind in self.of(photo) {
            kind.photos += 1;
            let at = kind.named.partition_point(|(other, _)| *other >= price);
            if at < NAMED {
                kind.named.insert(at, (price, clean(&photo.slash_path()).into_owned()));
                kind.named.truncate(NAMED);
            }
        }
    }

    /// A photo that was counted is not sent after all.
    pub(super) fn remove(&mut self, photo: &Photo) {
        let path = clean(&photo.slash_path()).into_owned();
        for kind in self.of(photo) {
            kind.photos = kind.photos.saturating_sub(1);
            kind.named.retain(|(_, named)| *named != path);
        }
    }

    /// A person left a photo out.
    pub(super) fn leave_out(&mut self, photo: &Photo) {
        self.of(photo).for_each(|kind| kind.out += 1);
    }

    /// What is to be said.
    pub(super) fn notes(&self) -> Vec<LossNote> {
        let is_there = |(kind, loss): &(&Kind, Loss)| kind.photos + kind.out > 0 && self.losing.is_told(*loss);
        let kinds = self.kinds.iter().zip(Loss::ALL).filter(is_there);
        let note = |(kind, loss): (&Kind, Loss)| LossNote {
            loss,
            photos: kind.photos,
            out: kind.out,
            paths: kind.named.iter().map(|(_, path)| path.clone()).collect(),
            dearest: kind.named.first().and_then(|(price, _)| *price),
            kept: loss == Loss::Transparency && self.losing.keeps_alpha,
        };
        kinds.map(note).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::job::{Losses, Timestamp};
    use crate::output::{Alpha, Captions};

    fn photo(name: &str, losses: Losses) -> Photo {
        let path: Box<Path> = Path::new(name).into();
        let source = path.clone();
        Photo { path, source, format: None, pixels: None, bytes: 1, modified: Timestamp(0), shares_stem: false, losses }
    }

    #[test]
    fn each_kind_is_told_with_its_photos_the_dearest_first() {
        let mut tally = Tally::default();
        let giant = Losses::NONE.with(Loss::Size, true);
        let both = giant.with(Loss::Transparency, true);
        let usd = |cents: i64| Usd::from_nanos(cents * 10_000_000);
        tally.add(&photo("a.png", giant), Some(usd(500)));
        tally.add(&photo("b.png", both), Some(usd(7680)));
        tally.add(&photo("c.png", Losses::NONE), Some(usd(9)));
        tally.leave_out(&photo("d.gif", Losses::NONE.with(Loss::Animation, true)));
        let notes = Notes { said: vec!["first".to_owned()], losses: tally.notes(), ..Notes::default() };
        let lines: Vec<_> = notes.lines().collect();
        let alpha = "1 with transparency: it is put back into the result";
        assert_eq!(lines, ["first", alpha, "2 above 50 MP, the dearest $76.80"]);
        assert_eq!(notes.losses[2].paths, ["b.png", "a.png"]);
        assert_eq!((notes.losses[1].loss, notes.losses[1].out), (Loss::Animation, 1));
        let without = |alpha, pictures| {
            let written = Written { alpha, ..Captions::default().into() };
            let mut tally = Tally::new(Losing::of(Gives { pictures, files: false, texts: true }, &written));
            tally.add(&photo("b.png", both), None);
            tally.notes().iter().map(LossNote::told).collect::<Vec<_>>()
        };
        let opaque = "1 with transparency: what is transparent comes back opaque";
        assert_eq!(without(Alpha::Drop, true), [opaque, "1 above 50 MP"]);
        assert_eq!(without(Alpha::Keep, false), ["1 above 50 MP"], "of a text nothing is transparent");
        tally.remove(&photo("b.png", both));
        assert_eq!(tally.notes().last().unwrap().told(), "1 above 50 MP, the dearest $5.00");
    }
}
