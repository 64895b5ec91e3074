use http::HeaderValue;

use super::*;
use crate::job::CauseKind;

const TRANSIENT: Class = Class::Transient { after: None };

fn answered(call: Call, status: u16, headers: &[(&'static str, &str)], body: &str) -> FalError {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect();
    FalError::answered(call, StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
}

fn typed(kind: &str) -> String {
    format!(r#"{{"detail":[{{"loc":["body","image_url"],"msg":"no good","type":"{kind}"}}]}}"#)
}

#[test]
fn every_form_of_body_gives_its_message() {
    let message = |body: &str| answered(Call::Status, 400, &[], body).cause.message;
    assert_eq!(&*message(&typed("value_error")), "image_url: no good");
    assert_eq!(&*message(r#"{"detail":"Request is still in progress"}"#), "Request is still in progress");
    assert_eq!(&*message(r#"{"status":"NOT_FOUND"}"#), "NOT_FOUND");
    assert_eq!(&*message(r#"{"error":{"type":"rate_limited","message":"slow down"}}"#), "slow down");
    assert_eq!(&*message("<html>nginx</html>"), "bad request");
    assert_eq!(
        &*message("{\"detail\":\"a\u{1b}[2Jb\"}"),
        "a\u{fffd}[2Jb",
        "a raw escape is no JSON, and read all the same"
    );
    assert_eq!(&*message(r#"{"detail":"a\u001b[2Jb"}"#), "a\u{fffd}[2Jb");
}

#[test]
fn an_unanswered_or_half_answered_submit_is_never_sent_again() {
    for (status, headers) in
        [(500, &[][..]), (502, &[("x-fal-request-id", "r1")]), (504, &[("x-fal-request-id", "r1")])]
    {
        assert_eq!(answered(Call::Submit, status, headers, "").class, Class::Ambiguous, "{status}");
    }
    assert_eq!(FalError::timed_out(Call::Submit, Duration::from_mins(1)).class, Class::Ambiguous);
    assert_eq!(FalError::unreadable(Call::Submit, "is no JSON").class, Class::Ambiguous);
}

#[test]
fn a_submit_that_never_arrived_may_be_sent_again() {
    for status in [502, 503, 504] {
        assert_eq!(answered(Call::Submit, status, &[], "<html>nginx</html>").class, TRANSIENT, "{status}");
    }
    let limited = answered(Call::Submit, 429, &[("retry-after", "7")], "{}");
    assert_eq!(limited.class, Class::Transient { after: Some(Duration::from_secs(7)) });
    assert_eq!(limited.cause.kind, CauseKind::RateLimited);
}

#[test]
fn the_account_is_not_the_photos_fault() {
    for call in [Call::Token, Call::Submit, Call::Status, Call::Pricing] {
        assert_eq!(answered(call, 401, &[], r#"{"detail":"invalid key credentials"}"#).class, Class::Account);
    }
    let locked = answered(Call::Submit, 403, &[], r#"{"detail":"User is locked. Reason: Exhausted balance."}"#);
    assert_eq!((locked.cause.kind, locked.class), (CauseKind::AccountLocked, Class::Account));
    assert_eq!(answered(Call::Upload, 403, &[], "").class, TRANSIENT, "a signed URL may have expired");
}

#[test]
fn a_result_that_replays_the_models_failure_is_the_requests_outcome() {
    let stored = answered(
        Call::Result,
        503,
        &[("x-fal-request-id", "r1")],
        r#"{"detail":"gone","error_type":"runner_disconnected"}"#,
    );
    assert_eq!((stored.scope, stored.class, stored.cause.kind), (Scope::Request, TRANSIENT, CauseKind::Runner));
    let ingress = answered(Call::Result, 503, &[], "<html>nginx</html>");
    assert_eq!((ingress.scope, ingress.class), (Scope::Call, TRANSIENT));
    let ours = answered(
        Call::Result,
        504,
        &[("x-fal-request-timeout-type", "user"), ("x-fal-request-id", "r1")],
        r#"{"error_type":"request_timeout"}"#,
    );
    assert_eq!(ours.class, Class::Permanent);
    assert_eq!(
        answered(Call::Result, 500, &[("x-fal-needs-retry", "0"), ("x-fal-request-id", "r")], "").class,
        Class::Permanent
    );
}

#[test]
fn a_result_asked_for_too_early_is_no_failure() {
    let early = answered(Call::Result, 400, &[], r#"{"detail":"Request is still in progress"}"#);
    assert_eq!((early.class, early.scope), (Class::NotReady, Scope::Call));
    assert_eq!(
        answered(Call::Result, 400, &[], r#"{"detail":"x","error_type":"bad_request"}"#).class,
        Class::Permanent
    );
}

#[test]
fn model_errors_have_their_cause() {
    for (kind, cause, class) in [
        ("image_too_large", CauseKind::ImageTooLarge, Class::Permanent),
        ("image_too_small", CauseKind::ImageTooSmall, Class::Permanent),
        ("content_policy_violation", CauseKind::ContentPolicy, Class::Permanent),
        ("image_load_error", CauseKind::ImageLoad, Class::Permanent),
        ("file_download_error", CauseKind::FileDownload, Class::Reupload),
        ("less_than_equal", CauseKind::Validation, Class::Permanent),
        ("never heard of", CauseKind::Validation, Class::Permanent),
    ] {
        let error = answered(Call::Result, 422, &[], &typed(kind));
        assert_eq!((error.cause.kind, error.class, error.scope), (cause, class, Scope::Request), "{kind}");
    }
    assert_eq!(answered(Call::Result, 499, &[("x-fal-request-id", "r")], "{}").class, Class::Cancelled);
}

#[test]
fn retry_after_is_read_as_seconds_and_as_a_date() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let after = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_str(value).unwrap());
        retry_after(&headers, now)
    };
    assert_eq!(after("120"), Some(Duration::from_mins(2)));
    assert_eq!(after("0.5"), Some(Duration::from_millis(500)));
    assert_eq!(after("Sun, 09 Sep 2001 01:47:10 GMT"), Some(Duration::from_secs(30)));
    assert_eq!(after("Sun, 09 Sep 2001 01:46:30 GMT"), Some(Duration::ZERO));
    assert_eq!(after("soon"), None);
    assert_eq!(after("-3"), None);
}
