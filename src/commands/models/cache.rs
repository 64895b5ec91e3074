//! Schemas as fal gave them, kept for a day: a run need not ask again, and one without a network still knows.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Settings;
use crate::fal::Listed;
use crate::job::{EndpointId, clean};
use crate::model::{LONGEST, Schema, Standing};

/// How long a schema is taken as it is.
const DAY: Duration = Duration::from_hours(24);

/// Models that are remembered.
const MOST: usize = 1000;

/// A model that was found: what its schema does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) category: String,
    pub(super) about: String,
    #[serde(default)]
    pub(super) standing: Standing,
}

impl Known {
    pub(super) fn of(listed: &Listed) -> Self {
        let Listed { id, name, category, about, standing, .. } = listed.clone();
        Self { id: id.to_string(), name, category, about, standing }
    }
}

/// A folder of schemas; none for a sandbox inside the process, whose own are at hand.
#[derive(Debug)]
pub(super) struct Cache {
    folder: Option<PathBuf>,
    /// Whose schemas they are: another host's are others.
    api: String,
}

impl Cache {
    pub(super) fn of(settings: &Settings) -> Self {
        let folder = settings.home.cache_dir.as_ref().filter(|_| settings.sandbox.is_none());
        Self { folder: folder.map(|folder| folder.join("models")), api: settings.hosts.api.to_string() }
    }

    /// A schema that is not a day old.
    pub(super) fn fresh(&self, endpoint: &EndpointId) -> Option<Schema> {
        let age = |at: SystemTime| SystemTime::now().duration_since(at).ok();
        let kept = std::fs::metadata(self.file(endpoint)?).ok()?.modified().ok()?;
        age(kept).filter(|age| *age < DAY)?;
        self.any(endpoint)
    }

    /// A schema of any age.
    pub(super) fn any(&self, endpoint: &EndpointId) -> Option<Schema> {
        let file = self.file(endpoint)?;
        let length = usize::try_from(std::fs::metadata(&file).ok()?.len()).ok()?;
        let document = (length <= LONGEST).then(|| std::fs::read(&file).ok())??;
        Schema::read(&document).ok()
    }

    /// Keeps a schema. That it cannot be kept is no reason not to use it.
    pub(super) fn keep(&self, endpoint: &EndpointId, document: &Value) {
        if let Some(file) = self.file(endpoint) {
            write(&file, document.to_string().as_bytes());
        }
    }

    /// Where a model stood when it was last looked at.
    pub(super) fn standing(&self, endpoint: &EndpointId) -> Standing {
        let known = self.known().into_iter().rfind(|known| known.id == endpoint.as_str());
        known.map(|known| known.standing).unwrap_or_default()
    }

    /// The models that were found before, those last found at the end.
    pub(super) fn known(&self) -> Vec<Known> {
        let read = || {
            let file = self.list_file()?;
            let length = usize::try_from(std::fs::metadata(&file).ok()?.len()).ok()?;
            let text = (length <= LONGEST).then(|| std::fs::read(&file).ok())??;
            serde_json::from_slice::<Vec<Known>>(&text).ok()
        };
        let of = |known: Known| {
            let cleaned = |text: &str| clean(text).into_owned();
            Known {
                name: cleaned(&known.name),
                category: cleaned(&known.category),
                about: cleaned(&known.about),
                id: known.id,
                standing: known.standing,
            }
        };
        read().unwrap_or_default().into_iter().map(of).collect()
    }

    /// Remembers models that were found.
    pub(super) fn keep_known(&self, new: Vec<Known>) {
        let Some(file) = self.list_file().filter(|_| !new.is_empty()) else { return };
        let mut all = self.known();
        all.retain(|known| new.iter().all(|new| new.id != known.id));
        all.extend(new);
        all.drain(..all.len().saturating_sub(MOST));
        if let Ok(text) = serde_json::to_vec(&all) {
            write(&file, &text);
        }
    }

    fn list_file(&self) -> Option<PathBuf> {
        let of = blake3::hash(self.api.as_bytes()).to_hex();
        Some(self.folder.as_ref()?.join(format!("list-{}.json", of.get(..16)?)))
    }

    fn file(&self, endpoint: &EndpointId) -> Option<PathBuf> {
        let of = blake3::hash(format!("{}\n{endpoint}", self.api).as_bytes()).to_hex();
        Some(self.folder.as_ref()?.join(format!("{}.json", of.get(..32)?)))
    }
}

/// Writes a file as a whole or not at all.
fn write(file: &Path, text: &[u8]) {
    let Some(folder) = file.parent() else { return };
    let kept = std::fs::create_dir_all(folder).and_then(|()| {
        let mut whole = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut whole, text)?;
        whole.persist(file).map_err(|error| error.error)
    });
    if let Err(error) = kept {
        tracing::info!(%error, "what fal said of models is not kept");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_kept_for_a_day_and_found_for_its_own_host_alone() {
        let dir = tempfile::tempdir().unwrap();
        let cache = |api: &str| Cache { folder: Some(dir.path().join("models")), api: api.to_owned() };
        let (ours, id) = (cache("https://api.fal.ai/"), EndpointId::new("a/b").unwrap());
        assert_eq!(ours.fresh(&id), None);
        let input = json!({ "properties": { "image_url": { "type": "string" } } });
        ours.keep(&id, &json!({ "components": { "schemas": { "AInput": input } } }));
        assert_eq!(ours.fresh(&id).unwrap().fields[0].name, "image_url");
        assert_eq!(
            (cache("http://127.0.0.1:1/").fresh(&id), ours.fresh(&EndpointId::new("a/c").unwrap())),
            (None, None)
        );
        let file = std::fs::File::options().write(true).open(ours.file(&id).unwrap()).unwrap();
        file.set_modified(SystemTime::now() - DAY).unwrap();
        assert!(ours.fresh(&id).is_none() && ours.any(&id).is_some(), "an old one is better than none");
        std::fs::write(ours.file(&id).unwrap(), "{").unwrap();
        assert_eq!(ours.any(&id), None);
    }

    #[test]
    fn models_that_were_found_are_remembered_and_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache { folder: Some(dir.path().join("models")), api: "https://api.fal.ai/".to_owned() };
        let known = |id: &str, name: &str| Known { id: id.to_owned(), name: name.to_owned(), ..Known::default() };
        assert_eq!(cache.known(), []);
        cache.keep_known(vec![known("a/b", "A"), known("a/c", "C")]);
        cache.keep_known(vec![known("a/b", "B\u{1b}[2J")]);
        let names: Vec<_> = cache.known().into_iter().map(|known| known.name).collect();
        assert_eq!(names, ["C", "B\u{fffd}[2J"]);
        std::fs::write(cache.list_file().unwrap(), "[1").unwrap();
        assert_eq!(cache.known(), []);
    }
}
