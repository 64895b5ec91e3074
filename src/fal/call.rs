//! The calls of fal's API, and what of them can fail.

/// Which call of fal's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// Fetching a CDN token.
    Token,
    /// Any step of an upload.
    Upload,
    /// The paid call.
    Submit,
    /// Asking where a request stands.
    Status,
    /// Fetching a request's result.
    Result,
    /// Asking to stop a request.
    Cancel,
    /// Asking for prices.
    Pricing,
    /// Asking for models.
    Models,
    /// Listing past requests.
    Requests,
    /// Deleting what came of a request.
    Forget,
    /// Listing what was billed.
    Billing,
    /// Fetching the keys that webhooks are signed with.
    Keys,
    /// Fetching the picture.
    Download,
}

/// What it is that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This HTTP call: the same one may be made again.
    Call,
    /// The request at fal: it has ended so, and asking again gives the same answer.
    Request,
}

impl Call {
    /// What it is called in a message.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Token => "storage token",
            Self::Upload => "upload",
            Self::Submit => "submit",
            Self::Status => "status",
            Self::Result => "result",
            Self::Cancel => "cancel",
            Self::Pricing => "pricing",
            Self::Models => "model list",
            Self::Requests => "request list",
            Self::Forget => "deletion",
            Self::Billing => "billing list",
            Self::Keys => "webhook keys",
            Self::Download => "download",
        }
    }
}
