use std::collections::HashSet;

use Call::{Cancel, Download, Forget, Models, Pricing, Requests, Result, Status, Submit, Token, Upload};
use CauseKind as K;

use super::table::REFUSED;
use super::*;
use crate::fal::call::Scope;
use crate::job::{CauseKind, Class};

fn answer(call: Call, status: u16) -> Failed<'static> {
    Failed::without_answer(call, Fault::Status(status, status))
}

fn outcome(status: u16, kind: &'static str) -> &'static Row {
    Failed { kind: Some(kind), has_id: true, ..answer(Result, status) }.row()
}

/// What a row's failure looks like at its plainest.
fn example(row: &'static Row, call: Call, status: u16, kind: Option<&'static str>) -> Failed<'static> {
    let fault = if let Fault::Status(..) = row.fault { Fault::Status(status, status) } else { row.fault };
    Failed {
        call,
        fault,
        kind: kind.or((row.sign == Sign::Typed).then_some("never heard of")),
        words: if let Sign::Words([word, ..]) = row.sign { word } else { "" },
        has_id: matches!(row.sign, Sign::Outcome | Sign::Deadline | Sign::NoRetry),
        deadline: row.sign == Sign::Deadline,
        no_retry: row.sign == Sign::NoRetry,
    }
}

const CALLS: &[Call] = &[Token, Upload, Submit, Status, Result, Cancel, Pricing, Models, Requests, Forget, Download];

#[test]
fn every_row_has_a_name_of_its_own_and_a_failure_that_finds_it() {
    let mut names = HashSet::new();
    for row in TABLE {
        assert!(names.insert(row.name), "{} stands there twice", row.name);
        let calls = if row.calls.is_empty() { CALLS } else { row.calls };
        let statuses = if let Fault::Status(from, to) = row.fault { from..=to.min(599) } else { 0..=0 };
        let kinds: Vec<_> =
            if row.types.is_empty() { vec![None] } else { row.types.iter().copied().map(Some).collect() };
        for kind in kinds {
            let found = statuses
                .clone()
                .any(|status| calls.iter().any(|call| example(row, *call, status, kind).row().name == row.name));
            assert!(found, "{} is never reached with {kind:?}", row.name);
        }
    }
}

/// `tests/trouble/failures.rs` plays them.
#[test]
fn every_row_has_a_scenario_and_every_scenario_a_row() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/failures");
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let played: Vec<String> =
        files.map(|text| text.lines().next().unwrap().trim_start_matches("# ").to_owned()).collect();
    for row in TABLE {
        assert_eq!(played.iter().filter(|name| *name == row.name).count(), 1, "scenarios of: {}", row.name);
    }
    assert_eq!(played.len(), TABLE.len(), "{played:?}");
}

#[test]
fn every_documented_model_error_has_its_row() {
    for (kind, status, cause, class) in [
        ("internal_server_error", 500, K::ModelError, Class::Transient { after: None }),
        ("generation_timeout", 504, K::Timeout, Class::Transient { after: None }),
        ("downstream_service_error", 400, K::ModelError, Class::Transient { after: None }),
        ("downstream_service_error", 500, K::ModelError, Class::Transient { after: None }),
        ("downstream_service_unavailable", 500, K::ModelError, Class::Transient { after: None }),
        ("content_policy_violation", 422, K::ContentPolicy, Class::Permanent),
        ("no_media_generated", 422, K::ModelError, Class::Permanent),
        ("image_too_small", 422, K::ImageTooSmall, Class::Permanent),
        ("image_too_large", 422, K::ImageTooLarge, Class::Permanent),
        ("image_load_error", 422, K::ImageLoad, Class::Permanent),
        ("file_download_error", 422, K::FileDownload, Class::Reupload),
        ("face_detection_error", 422, K::ModelError, Class::Permanent),
        ("file_too_large", 422, K::ImageTooLarge, Class::Permanent),
        ("feature_not_supported", 422, K::ModelError, Class::Permanent),
        ("unsupported_image_format", 422, K::ImageLoad, Class::Permanent),
        ("something new", 422, K::Validation, Class::Permanent),
        ("something new", 400, K::Validation, Class::Permanent),
    ] {
        let row = outcome(status, kind);
        assert_eq!((row.kind, row.class, row.scope), (cause, class, Scope::Request), "{status} {kind}: {}", row.name);
    }
    for kind in REFUSED {
        assert_eq!((outcome(422, kind).kind, outcome(422, kind).class), (K::Validation, Class::Permanent), "{kind}");
    }
}

#[test]
fn a_request_that_the_platform_ended_is_made_anew() {
    for (kind, status, cause) in [
        ("request_timeout", 504, K::Timeout),
        ("startup_timeout", 504, K::Timeout),
        ("runner_scheduling_failure", 503, K::Runner),
        ("runner_connection_timeout", 503, K::Runner),
        ("runner_disconnected", 503, K::Runner),
        ("runner_connection_refused", 503, K::Runner),
        ("runner_connection_error", 503, K::Runner),
        ("runner_incomplete_response", 502, K::Runner),
        ("runner_server_error", 500, K::Runner),
        ("internal_error", 500, K::Runner),
        ("something new", 503, K::Runner),
    ] {
        let row = outcome(status, kind);
        let follows = (row.kind, row.class, row.scope, row.patience, row.billing);
        let anew = (cause, Class::Transient { after: None }, Scope::Request, Patience::Own, Billing::Never);
        assert_eq!(follows, anew, "{status} {kind}: {}", row.name);
    }
    assert_eq!(outcome(499, "client_cancelled").class, Class::Cancelled);
    assert_eq!(outcome(400, "bad_request").class, Class::Permanent);
}

#[test]
fn the_paid_call_is_made_again_only_where_it_was_not_accepted() {
    let faults = [Fault::Unconnected, Fault::Broken, Fault::Silent, Fault::Unreadable, Fault::Redirected];
    let answers = (300..600).map(|status| Fault::Status(status, status));
    for fault in faults.into_iter().chain(answers) {
        for has_id in [false, true] {
            let row = Failed { has_id, ..Failed::without_answer(Submit, fault) }.row();
            let provably_not = match fault {
                Fault::Unconnected | Fault::Status(429, _) => true,
                Fault::Status(502..=504, _) => !has_id,
                _ => false,
            };
            let again = matches!(row.class, Class::Transient { .. });
            assert_eq!(again, provably_not, "{fault:?} {has_id}: {}", row.name);
            if matches!(fault, Fault::Status(500..=599 | 408 | 409, _)) && !provably_not {
                assert_eq!(row.class, Class::Ambiguous, "{fault:?}: {}", row.name);
            }
        }
    }
}

#[test]
fn what_fal_turned_away_or_failed_at_by_itself_is_not_billed() {
    for row in TABLE {
        let may_cost = row.billing == Billing::Perhaps;
        let fault = if let Fault::Status(from, _) = row.fault { from } else { 0 };
        if matches!(fault, 401..=403 | 429) || (fault >= 500 && !row.calls.contains(&Submit)) {
            assert!(!may_cost, "{}", row.name);
        }
        assert!(row.class != Class::Ambiguous || may_cost, "{} may have been accepted", row.name);
    }
}
