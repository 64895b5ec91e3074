//! What a call is about, as far as a scenario may ask.

use serde_json::Value;

use super::ask::Ask;
use super::call::Call;
use super::fal::Fal;
use super::files::Stored;
use super::lock::lock;
use super::model::Model;
use super::queue::{Asked, trace};
use super::scenario::Subject;
use crate::fal::wire;

impl Fal {
    /// What a call is about.
    pub(super) fn subject(&self, ask: &Ask) -> Subject {
        match &ask.call {
            Call::Upload | Call::BeginParts => Subject { file: ask.file_name(), ..Subject::default() },
            Call::Initiate | Call::InitiateParts => {
                let asked: Option<wire::Initiate> = serde_json::from_slice(&ask.body).ok();
                Subject { file: asked.map(|asked| asked.file_name.into()), ..Subject::default() }
            }
            Call::Part { file, .. }
            | Call::CompleteParts { file, .. }
            | Call::Put { file }
            | Call::PutPart { file, .. }
            | Call::CompletePut { file } => Subject { file: self.uploads.name_of(file), ..Subject::default() },
            Call::Download { file } | Call::Foreign { file: Some(file) } => {
                self.files.find(file).map(|stored| self.subject_of_file(&stored)).unwrap_or_default()
            }
            Call::Submit { endpoint } => self.subject_of_submit(endpoint, ask),
            Call::Status { id, .. } | Call::Stream { id, .. } | Call::Outcome { id, .. } | Call::Cancel { id, .. } => {
                let found = lock(&self.line).find(*id);
                found.map(|(request, _)| request.asked.subject()).unwrap_or_default()
            }
            _ => Subject::default(),
        }
    }

    /// A result belongs to the photo that it was made of.
    fn subject_of_file(&self, stored: &Stored) -> Subject {
        let made_by = stored.made_by.and_then(|id| lock(&self.line).find(id));
        made_by.map_or_else(
            || Subject {
                file: Some(stored.name.clone()),
                input: Some(stored.hash.to_hex().as_str().into()),
                ..Subject::default()
            },
            |(request, _)| request.asked.subject(),
        )
    }

    fn subject_of_submit(&self, endpoint: &str, ask: &Ask) -> Subject {
        let model = Some(endpoint.into());
        let (Some(known), Ok(Value::Object(input))) = (Model::find(endpoint), ask.json()) else {
            return Subject { model, ..Subject::default() };
        };
        let trace = trace(self, known, &input);
        let attempt = self.saw(|saw| saw.submits_of(&trace)) + 1;
        Subject { file: Some(trace.file), input: Some(trace.hash), model, attempt: Some(attempt), request: None }
    }
}

impl Asked {
    /// What everything that belongs to this request is about.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            file: Some(self.trace.file.clone()),
            input: Some(self.trace.hash.clone()),
            model: Some(self.model.id.into()),
            attempt: Some(self.attempt),
            request: Some(self.id),
        }
    }
}
