//! Schemas as fal gave them, kept for a day: a run need not ask again, and one without a network still knows.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::config::Settings;
use crate::job::EndpointId;
use crate::model::{LONGEST, Schema};

/// How long a schema is taken as it is.
const DAY: Duration = Duration::from_hours(24);

/// A folder of schemas; none for a sandbox inside the process, whose own are at hand.
#[derive(Debug)]
pub(super) struct Cache {
    folder: Option<PathBuf>,
    /// Whose schemas they are: another host's are others.
    api: String,
}

impl Cache {
    pub(super) fn of(settings: &Settings) -> Self {
        let folder = settings.cache_dir.as_ref().filter(|_| settings.sandbox.is_none());
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
        let Some(file) = self.file(endpoint) else { return };
        let Some(folder) = file.parent() else { return };
        let kept = std::fs::create_dir_all(folder).and_then(|()| {
            let mut whole = tempfile::NamedTempFile::new_in(folder)?;
            std::io::Write::write_all(&mut whole, document.to_string().as_bytes())?;
            whole.persist(&file).map_err(|error| error.error)
        });
        if let Err(error) = kept {
            tracing::info!(%error, "the schema is not kept");
        }
    }

    fn file(&self, endpoint: &EndpointId) -> Option<PathBuf> {
        let of = blake3::hash(format!("{}\n{endpoint}", self.api).as_bytes()).to_hex();
        Some(self.folder.as_ref()?.join(format!("{}.json", of.get(..32)?)))
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
}
