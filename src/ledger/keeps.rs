//! What a job's row keeps when a state is written over it.
//!
//! What says where the job stands is replaced. What it collected stays until something newer of its kind comes, so
//! that a state which does not speak of the upload or the request does not make them forgotten; parts that belong
//! together are replaced together. A job that begins anew may be another picture, so what it was is forgotten.

use crate::job::Status;

/// What becomes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// It is what the state says, also where that says nothing.
    Replaced,
    /// It stays until the state says something of it.
    Stays,
    /// The same, and it is forgotten with the photo that it was of.
    OfPhoto,
    /// It is replaced together with the column of this name.
    With(&'static str),
    /// It is replaced together with what the answer gave.
    WithAnswer,
    /// It is replaced together with what the answer or the result gave.
    WithResult,
    /// The same, or once the request has ended.
    WithEnd,
}

/// Each column of a job but its money, and what becomes of it.
const COLUMNS: &[(Keep, &[&str])] = &[
    (Keep::Replaced, &["path", "source", "format", "width", "height", "bytes", "modified_ms", "shares_stem"]),
    (Keep::Replaced, &["status", "attempt", "ended_ms", "took_ms", "until_ms", "stage", "stopped_at"]),
    (Keep::Replaced, &["queue_position", "cause_kind", "cause_http", "cause_message", "suspicion", "skip_reason"]),
    (Keep::Replaced, &["own_params", "unread", "stars", "verdict", "edited"]),
    (Keep::Stays, &["began_ms", "intent_ms", "request_id", "submitted_ms", "started_ms", "result_url", "output"]),
    (Keep::Stays, &["answer"]),
    (Keep::OfPhoto, &["upload_url", "upload_ms", "content"]),
    (Keep::With("submitted_ms"), &["request_url"]),
    (Keep::With("result_url"), &["result_width", "result_height"]),
    (Keep::WithAnswer, &["billed_units"]),
    (Keep::WithResult, &["seed", "caption", "artifacts"]),
    (Keep::WithEnd, &["inference_s"]),
    (Keep::With("output"), &["out_format", "out_width", "out_height", "out_bytes", "files", "same_as"]),
];

impl Keep {
    /// The column's new value, where `excluded` is the row of the new state.
    fn value(self, column: &str) -> String {
        let unless = |is_silent: &str| format!("CASE WHEN {is_silent} THEN jobs.{column} ELSE excluded.{column} END");
        match self {
            Self::Replaced => format!("excluded.{column}"),
            Self::Stays => format!("coalesce(excluded.{column}, jobs.{column})"),
            Self::OfPhoto => {
                let unsent = among(Status::is_untouched);
                format!("CASE WHEN excluded.status NOT IN {unsent} THEN coalesce(excluded.{column}, jobs.{column}) END")
            }
            Self::With(other) => unless(&format!("excluded.{other} IS NULL")),
            Self::WithAnswer => unless("excluded.result_url IS NULL AND excluded.artifacts IS NULL"),
            Self::WithResult => unless(NO_RESULT),
            Self::WithEnd => unless(&format!("{NO_RESULT} AND excluded.status <> '{}'", Status::Completed.name())),
        }
    }
}

const NO_RESULT: &str = "excluded.result_url IS NULL AND excluded.output IS NULL AND excluded.artifacts IS NULL";

/// What becomes of each column of a row that is there already: `column = value, …`.
pub(super) fn assignments() -> String {
    let all = COLUMNS.iter().flat_map(|(keep, columns)| columns.iter().map(|column| (*keep, *column)));
    all.map(|(keep, column)| format!("{column} = {}", keep.value(column))).collect::<Vec<_>>().join(",\n    ")
}

/// The statuses of which something is so, as a list: `('DONE', 'REVIEW')`.
pub(super) fn among(is_so: impl Fn(Status) -> bool) -> String {
    let names = Status::ALL.into_iter().filter(|status| is_so(*status)).map(|status| format!("'{}'", status.name()));
    format!("({})", names.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_photo_was_is_forgotten_where_another_may_have_its_place() {
        assert_eq!(among(Status::is_untouched), "('PENDING', 'SKIPPED')");
        assert_eq!(among(Status::has_result), "('DONE', 'REVIEW')");
        let written = assignments();
        assert!(
            written.contains("content = CASE WHEN excluded.status NOT IN ('PENDING', 'SKIPPED') THEN"),
            "{written}"
        );
        assert!(
            written.contains("request_url = CASE WHEN excluded.submitted_ms IS NULL THEN jobs.request_url ELSE"),
            "{written}"
        );
    }

    #[test]
    fn every_column_is_named_once() {
        let mut names: Vec<_> = COLUMNS.iter().flat_map(|(_, columns)| *columns).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
