//! What `fal-tui recover` says: a line for each result, and the sum of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::commands::failure::Failure;
use crate::commands::moment::{local, utc};
use crate::commands::process::stdout::print;
use crate::fal::Past;
use crate::job::{Cost, Spent, Timestamp, clean};

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is on disk now.
    Saved,
    /// It would be saved.
    Found,
    /// The photo has a result.
    There,
    /// It was made with other parameters than were given.
    OtherParams,
    /// No photo holds what was sent.
    Unmatched,
    /// It ended without a picture, or that is no longer stored.
    NoPicture,
    /// It could not be saved.
    Failed,
}

impl Fate {
    const ALL: [Self; 7] =
        [Self::Saved, Self::Found, Self::There, Self::OtherParams, Self::Unmatched, Self::NoPicture, Self::Failed];

    fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Found => "found",
            Self::There => "there",
            Self::OtherParams => "other_params",
            Self::Unmatched => "unmatched",
            Self::NoPicture => "no_picture",
            Self::Failed => "failed",
        }
    }

    fn counted(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Found => "can be saved",
            Self::There => "there already",
            Self::OtherParams => "made with other parameters (give them with -p)",
            Self::Unmatched => "of no photo given (--all DIR saves them by their ids)",
            Self::NoPicture => "without a picture, or no longer stored",
            Self::Failed => "not saved",
        }
    }
}

/// Tells what becomes of each result, and counts.
#[derive(Debug)]
pub(super) struct Teller {
    json: bool,
    counts: [usize; Fate::ALL.len()],
    /// What would be saved, by its place.
    found: BTreeMap<PathBuf, Requests>,
}

/// The requests of one photo that fal has results of.
#[derive(Debug)]
struct Requests {
    photo: String,
    count: usize,
    paid: Spent,
}

impl Teller {
    pub(super) fn new(json: bool) -> Self {
        Self { json, counts: [0; Fate::ALL.len()], found: BTreeMap::new() }
    }

    /// Says what became of a request's result; `photo` and `output` as far as there are any.
    pub(super) fn tell(
        &mut self,
        past: &Past,
        fate: Fate,
        photo: Option<&str>,
        output: Option<&Path>,
        why: Option<&str>,
    ) -> Result<(), Failure> {
        if let Some(count) = self.counts.get_mut(fate as usize) {
            *count += 1;
        }
        let output = output.map(Path::to_string_lossy);
        let line = if self.json {
            json!({
                "v": 1, "ts": now(), "event": "result", "request_id": past.id, "ended": past.ended.and_then(utc), "state": fate.name(),
                "path": photo, "output": output, "message": why,
            })
            .to_string()
        } else {
            let mut line = format!("{:<12}  {}", fate.name().to_uppercase(), past.id);
            for part in [past.ended.map(local), photo.map(str::to_owned)].into_iter().flatten() {
                line = format!("{line}  {}", clean(&part));
            }
            if let Some(output) = output {
                line = format!("{line} → {}", clean(&output));
            }
            if let Some(why) = why {
                line = format!("{line}  {}", clean(why));
            }
            line
        };
        print(&format!("{line}\n")).map(drop)
    }

    /// Says that a request's result would be saved for a photo, whose `place` it is, unless one that is newer
    /// would be: history begins with the newest.
    pub(super) fn found(
        &mut self,
        past: &Past,
        photo: &str,
        place: PathBuf,
        cost: Option<Cost>,
    ) -> Result<(), Failure> {
        let new = || Requests { photo: photo.to_owned(), count: 0, paid: Spent::NOTHING };
        let requests = self.found.entry(place).or_insert_with(new);
        requests.count += 1;
        requests.paid += cost.into();
        let (fate, why) = match requests.count {
            1 => (Fate::Found, None),
            _ => (Fate::There, Some("a newer request of the same photo can be saved")),
        };
        self.tell(past, fate, Some(photo), None, why)
    }

    /// Says which photos have several requests, and what was paid for them.
    fn tell_several(&self) -> Result<(), Failure> {
        for Requests { photo, count, paid } in self.found.values().filter(|requests| requests.count > 1) {
            let line = if self.json {
                json!({
                    "v": 1, "ts": now(), "event": "requests", "path": photo, "requests": count,
                    "paid_usd": paid.likely().told(), "paid_at_most_usd": paid.at_most.told(),
                })
                .to_string()
            } else if *paid == Spent::NOTHING {
                format!("{}: {count} requests", clean(photo))
            } else {
                format!("{}: {count} requests, {paid} paid, {} at the most", clean(photo), paid.at_most)
            };
            print(&format!("{line}\n"))?;
        }
        Ok(())
    }

    /// Sums up; gives the exit status.
    pub(super) fn end(&self, since: Timestamp) -> Result<u8, Failure> {
        self.tell_several()?;
        let counts = Fate::ALL.into_iter().zip(self.counts).filter(|(_, count)| *count > 0);
        let text = if self.json {
            let counts: serde_json::Map<_, _> = Fate::ALL
                .into_iter()
                .zip(self.counts)
                .map(|(fate, count)| (fate.name().to_owned(), json!(count)))
                .collect();
            json!({ "v": 1, "ts": now(), "event": "recovered", "since": utc(since), "results": counts }).to_string()
        } else {
            let told: Vec<_> = counts.map(|(fate, count)| format!("{count} {}", fate.counted())).collect();
            let told = if told.is_empty() { "fal has no results".to_owned() } else { told.join(", ") };
            format!("{told}; looked back to {}", local(since))
        };
        print(&format!("{text}\n"))?;
        Ok(u8::from(self.counts.get(Fate::Failed as usize).is_some_and(|failed| *failed > 0)))
    }
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}
