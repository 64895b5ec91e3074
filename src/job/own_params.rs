//! Parameters of one job alone: a text as far as this room knows.

use serde::{Deserialize, Serialize};

/// The parameters of a job that was sent again with others than its batch's, as the model writes
/// them canonically: a ledger keeps them without knowing the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnParams(pub Box<str>);
