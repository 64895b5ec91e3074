//! Why a model's schema cannot be used, and why the model cannot be run on photos.

use crate::job::EndpointId;

/// The longest document that is read, bytes.
pub const LONGEST: usize = 10_000_000;

/// What is wrong with a document that should hold a schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It is longer than any schema is.
    #[error("its schema is longer than {} MB", LONGEST / 1_000_000)]
    TooLong,
    /// It is no JSON, or nested deeper than any schema is.
    #[error("its schema is no JSON: {0}")]
    NotJson(String),
    /// Nothing in it says what the model takes.
    #[error("its schema does not say what it takes")]
    NoInput,
    /// A part of it refers to itself and to nothing else.
    #[error("its schema goes round in a circle: `{0}` refers to itself")]
    Circular(String),
    /// It refers to what is not there.
    #[error("its schema refers to `{0}`, which is not in it")]
    Dangling(String),
    /// It is made of more parts than any schema is.
    #[error("its schema has more parts than can be read")]
    TooMuch,
}

/// Why a model that has a schema cannot be run on photos.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// None of its fields takes a picture.
    #[error("{model} takes no picture: it has {fields}")]
    NoPicture {
        /// The model.
        model: EndpointId,
        /// The fields that it has.
        fields: String,
    },
    /// Several fields could take the photo.
    #[error(
        "{model} takes more than one picture, and which field is for the photo is not clear: {candidates}\nhint: `--image-field {first}` says it"
    )]
    Unclear {
        /// The model.
        model: EndpointId,
        /// The fields, with commas between them.
        candidates: String,
        /// One of them.
        first: String,
    },
    /// The field that was named takes no picture.
    #[error("{model} has no field `{field}` for a picture{}", which(.candidates))]
    NoField {
        /// The model.
        model: EndpointId,
        /// What was named.
        field: String,
        /// The fields that take one, with commas between them.
        candidates: String,
    },
    /// Nothing of its answer could be saved.
    #[error("{model} gives nothing that could be saved: neither a picture nor a text nor a file")]
    GivesNothing {
        /// The model.
        model: EndpointId,
    },
}

fn which(candidates: &str) -> String {
    if candidates.is_empty() { String::new() } else { format!("\nhint: it has {candidates}") }
}
