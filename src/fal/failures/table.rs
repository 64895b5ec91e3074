//! The table of failures, row by row (fal docs: queue, request errors, model errors, pricing).

use super::account;
use super::row::{Fault, Patience, Row, Sign};
use crate::fal::call::Call;
use crate::job::CauseKind;

use Call::{Billing, Cancel, Download, Forget, Keys, Models, Pricing, Requests, Result, Status, Submit, Token, Upload};
use CauseKind as K;

/// With the key, to one of fal's API hosts.
const API: &[Call] = &[Token, Submit, Status, Result, Cancel, Pricing, Models, Requests, Forget, Billing];
/// About a request.
const REQUEST: &[Call] = &[Status, Result, Cancel];
/// For our information only.
const ASIDE: &[Call] = &[Cancel, Pricing, Models, Requests, Forget, Billing, Keys];
/// On the way up.
const UP: &[Call] = &[Token, Upload];

/// Types with which models refuse what was sent (fal docs: model errors); pydantic's own have no end.
pub(super) const REFUSED: &[&str] = &[
    "greater_than",
    "greater_than_equal",
    "less_than",
    "less_than_equal",
    "multiple_of",
    "sequence_too_short",
    "sequence_too_long",
    "one_of",
    "invalid_archive",
    "archive_file_count_below_minimum",
    "archive_file_count_exceeds_maximum",
    "audio_duration_too_long",
    "audio_duration_too_short",
    "video_duration_too_long",
    "video_duration_too_short",
    "unsupported_audio_format",
    "unsupported_video_format",
    "missing",
    "string_type",
    "int_parsing",
    "float_parsing",
    "enum",
    "literal_error",
    "value_error",
];

/// Types with which the platform ends a request that its runner did not finish (fal docs: request errors).
const RUNNERS: &[&str] = &[
    "runner_scheduling_failure",
    "runner_connection_timeout",
    "runner_disconnected",
    "runner_connection_refused",
    "runner_connection_error",
    "runner_incomplete_response",
    "runner_server_error",
    "internal_error",
];

/// Every kind of failure.
pub(crate) const TABLE: &[Row] = &[
    // The account.
    Row::new("the key is refused", API, status(401)).is(K::KeyRefused).account(),
    Row::new("an admin has locked the account", API, statuses(402, 403))
        .sign(Sign::Words(account::ADMIN))
        .is(K::AccountLocked)
        .account(),
    Row::new("the balance is used up", API, statuses(402, 403))
        .sign(Sign::Words(account::BALANCE))
        .is(K::AccountLocked)
        .account(),
    Row::new("the key may not do this", API, statuses(402, 403)).sign(Sign::Words(account::ACCESS)).is(K::Forbidden).account(),
    Row::new("the account is stopped", API, statuses(402, 403)).is(K::AccountLocked).account(),
    Row::new("an upload's token or URL has expired", &[Upload], statuses(401, 403)).is(K::Upload).again(Patience::Own),
    // The connectivity.
    Row::new("asked to slow down", &[], status(429)).is(K::RateLimited).again(Patience::Connectivity),
    Row::new("a submit is turned away before it reaches fal", &[Submit], statuses(502, 504))
        .sign(Sign::Front)
        .is(K::Runner)
        .again(Patience::Connectivity),
    Row::new("no connection for a picture", &[Download], Fault::Unconnected).is(K::Network).again(Patience::Host),
    Row::new("no connection", &[], Fault::Unconnected).is(K::Network).again(Patience::Connectivity),
    // The paid call, where it may have been accepted.
    Row::new("a submit's connection broke", &[Submit], Fault::Broken).is(K::Network).look_up(),
    Row::new("a submit got no answer", &[Submit], Fault::Silent).is(K::Timeout).look_up(),
    Row::new("a submit's answer cannot be read", &[Submit], Fault::Unreadable).is(K::BadResponse).look_up(),
    Row::new("a submit was redirected", &[Submit], Fault::Redirected).is(K::BadResponse).look_up(),
    Row::new("a submit timed out at fal", &[Submit], statuses(408, 409)).is(K::UnknownOutcome).look_up(),
    Row::new("a submit failed inside fal", &[Submit], statuses(500, 599)).is(K::UnknownOutcome).look_up(),
    // How a request ended: fal gives the same answer each time.
    Row::new("the start deadline has passed", &[Result], statuses(500, 599))
        .sign(Sign::Deadline)
        .is(K::Timeout)
        .ended()
        .saying(
            "fal did not start it within --start-timeout, so it ended unpaid; send it again with a retry, or give it longer",
        ),
    Row::new("it was cancelled", &[], status(499)).is(K::Cancelled).cancelled(),
    Row::new("fal says not to try again", &[Result], statuses(500, 599)).sign(Sign::NoRetry).is(K::ModelError).ended(),
    Row::new("the platform's time was up", &[Result], statuses(500, 599))
        .types(&["request_timeout", "startup_timeout", "generation_timeout"])
        .is(K::Timeout)
        .anew(),
    Row::new("the model failed by itself", &[Result], statuses(500, 599))
        .types(&["internal_server_error", "downstream_service_error", "downstream_service_unavailable"])
        .is(K::ModelError)
        .anew(),
    Row::new("a service that the model uses failed", &[], statuses(400, 422))
        .types(&["downstream_service_error", "downstream_service_unavailable"])
        .is(K::ModelError)
        .anew(),
    Row::new("the runner failed", &[Result], statuses(500, 599)).types(RUNNERS).is(K::Runner).anew(),
    Row::new("the request failed at fal", &[Result], statuses(500, 599)).sign(Sign::Outcome).is(K::Runner).anew(),
    // What a model has against its input.
    Row::new("the model refuses what it shows", &[], statuses(400, 422))
        .types(&["content_policy_violation"])
        .is(K::ContentPolicy)
        .ended()
        .perhaps_billed(),
    Row::new("the model made nothing", &[], statuses(400, 422))
        .types(&["no_media_generated"])
        .is(K::ModelError)
        .ended()
        .perhaps_billed(),
    Row::new("the model cannot do this", &[], statuses(400, 422))
        .types(&["face_detection_error", "feature_not_supported"])
        .is(K::ModelError)
        .ended(),
    Row::new("the picture is too large", &[], statuses(400, 422))
        .types(&["image_too_large", "file_too_large"])
        .is(K::ImageTooLarge)
        .ended(),
    Row::new("the picture is too small", &[], statuses(400, 422))
        .types(&["image_too_small"])
        .is(K::ImageTooSmall)
        .ended(),
    Row::new("the picture cannot be opened", &[], statuses(400, 422))
        .types(&["image_load_error", "unsupported_image_format"])
        .is(K::ImageLoad)
        .ended(),
    Row::new("the upload cannot be fetched", &[], statuses(400, 422))
        .types(&["file_download_error"])
        .is(K::FileDownload)
        .upload_again(),
    Row::new("the model refuses a parameter", &[], statuses(400, 422)).types(REFUSED).is(K::Validation).ended(),
    Row::new("the request is no good", &[], status(400)).types(&["bad_request"]).is(K::Validation).ended(),
    Row::new("the model refuses the input", &[], status(422)).is(K::Validation).ended(),
    Row::new("the request ended as no good", &[Result], status(400)).sign(Sign::Typed).is(K::Validation).ended(),
    Row::new("the result is not there yet", &[Result], status(400)).is(K::BadResponse).not_ready(),
    Row::new("the picture is too large to send", &[], status(413)).is(K::ImageTooLarge).ended(),
    // What fal does not know.
    Row::new("fal does not know the request", REQUEST, statuses(404, 405)).is(K::NotFound).ended().perhaps_billed(),
    Row::new("fal does not know the endpoint", API, statuses(404, 405)).is(K::NotFound).ended(),
    // Calls that did not get through.
    Row::new("a status call timed out at fal", &[Status], statuses(408, 409)).is(K::Timeout).again(Patience::Connectivity),
    Row::new("a status call failed inside fal", &[Status], statuses(500, 599)).is(K::Runner).again(Patience::Connectivity),
    Row::new("a status call's connection broke", &[Status], Fault::Broken).is(K::Network).again(Patience::Connectivity),
    Row::new("a status call got no answer", &[Status], Fault::Silent).is(K::Timeout).again(Patience::Connectivity),
    Row::new("a status answer cannot be read", &[Status], Fault::Unreadable)
        .is(K::BadResponse)
        .again(Patience::Connectivity),
    Row::new("a result call timed out at fal", &[Result], statuses(408, 409)).is(K::Timeout).again(Patience::Paid),
    Row::new("a result is not given out", &[Result], statuses(500, 599)).is(K::Runner).again(Patience::Paid),
    Row::new("a result's connection broke", &[Result], Fault::Broken).is(K::Network).again(Patience::Paid),
    Row::new("a result does not come", &[Result], Fault::Silent).is(K::Timeout).again(Patience::Paid),
    Row::new("a result cannot be read", &[Result], Fault::Unreadable).is(K::BadResponse).again(Patience::Paid),
    Row::new("a result holds no picture", &[Result], Fault::Pictureless).is(K::BadResult).ended().perhaps_billed(),
    Row::new("an upload timed out at fal", UP, statuses(408, 409)).is(K::Timeout).again(Patience::Own),
    Row::new("fal's storage is overloaded", UP, statuses(500, 599)).is(K::Upload).again(Patience::Shared),
    Row::new("an upload's connection broke", UP, Fault::Broken).is(K::Network).again(Patience::Shared),
    Row::new("an upload does not move", UP, Fault::Silent).is(K::Timeout).again(Patience::Shared),
    Row::new("an upload's answer cannot be read", UP, Fault::Unreadable).is(K::BadResponse).again(Patience::Own),
    Row::new("an upload is refused", &[Upload], statuses(400, 499)).is(K::Upload).ended(),
    Row::new("a picture's host timed out", &[Download], statuses(408, 409)).is(K::Timeout).again(Patience::Paid),
    Row::new("a picture's host is overloaded", &[Download], statuses(500, 599)).is(K::Download).again(Patience::Paid),
    Row::new("a picture is not given out", &[Download], statuses(400, 499)).is(K::Download).again(Patience::Paid),
    Row::new("a picture's connection broke", &[Download], Fault::Broken).is(K::Network).again(Patience::Paid),
    Row::new("a picture does not come", &[Download], Fault::Silent).is(K::Timeout).again(Patience::Paid),
    Row::new("a picture is at no public address", &[Download], Fault::Unreadable)
        .is(K::BadResponse)
        .again(Patience::Own),
    Row::new("a picture is not whole", &[Download], Fault::Damaged).is(K::BadResult).again(Patience::Own),
    Row::new("a call aside timed out at fal", ASIDE, statuses(408, 409)).is(K::Timeout).again(Patience::Own),
    Row::new("a call aside failed inside fal", ASIDE, statuses(500, 599)).is(K::Runner).again(Patience::Own),
    Row::new("a call aside broke", ASIDE, Fault::Broken).is(K::Network).again(Patience::Own),
    Row::new("a call aside got no answer", ASIDE, Fault::Silent).is(K::Timeout).again(Patience::Own),
    Row::new("a call aside cannot be read", ASIDE, Fault::Unreadable).is(K::BadResponse).again(Patience::Own),
    // Nothing that is known of.
    Row::new("redirected", &[], Fault::Redirected).is(K::BadResponse),
    LAST,
];

/// The row that fits everything that no other fits.
pub(super) const LAST: Row =
    Row::new("an answer that fal does not document", &[], Fault::Status(0, u16::MAX)).is(K::BadResponse);

const fn status(status: u16) -> Fault {
    Fault::Status(status, status)
}

const fn statuses(from: u16, to: u16) -> Fault {
    Fault::Status(from, to)
}
