//! The columns of a job's row, named once: the statements' lists and the numbers by which values
//! are written and read come from the same place and cannot drift apart.

macro_rules! columns {
    ($first:ident = $first_name:literal, $($rest:ident = $rest_name:literal,)+) => {
        /// A column of a job's row, in the order in which statements list them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Column { $first, $($rest,)+ }

        impl Column {
            /// Every column, in order.
            pub(super) const ALL: &[Self] = &[Self::$first, $(Self::$rest,)+];

            /// Its name in SQL.
            pub(super) const fn name(self) -> &'static str {
                match self { Self::$first => $first_name, $(Self::$rest => $rest_name,)+ }
            }
        }

        /// The list for a statement.
        pub(super) const LIST: &str = concat!($first_name, $(", ", $rest_name,)+);
    };
}

columns! {
    Batch = "batch",
    Job = "job",
    Path = "path",
    Source = "source",
    Format = "format",
    Width = "width",
    Height = "height",
    Bytes = "bytes",
    Modified = "modified_ms",
    SharesStem = "shares_stem",
    Status = "status",
    Attempt = "attempt",
    Began = "began_ms",
    Ended = "ended_ms",
    Took = "took_ms",
    Until = "until_ms",
    Stage = "stage",
    QueuePosition = "queue_position",
    CauseKind = "cause_kind",
    CauseHttp = "cause_http",
    CauseMessage = "cause_message",
    Suspicion = "suspicion",
    SkipReason = "skip_reason",
    UploadUrl = "upload_url",
    UploadAt = "upload_ms",
    Content = "content",
    Intent = "intent_ms",
    RequestId = "request_id",
    RequestUrl = "request_url",
    Submitted = "submitted_ms",
    Started = "started_ms",
    Inference = "inference_s",
    ResultUrl = "result_url",
    ResultWidth = "result_width",
    ResultHeight = "result_height",
    BilledUnits = "billed_units",
    Seed = "seed",
    Caption = "caption",
    Output = "output",
    OutFormat = "out_format",
    OutWidth = "out_width",
    OutHeight = "out_height",
    OutBytes = "out_bytes",
    Cost = "cost_nanos",
}
