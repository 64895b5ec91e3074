use proptest::prelude::*;

use super::*;
use crate::fal::Bill;
use crate::job::Cause;

fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1000)
}

fn broken(patience: Patience) -> FalError {
    FalError {
        cause: Cause::new(CauseKind::Network, "reset"),
        class: Class::Transient { after: None },
        scope: Scope::Call,
        patience,
        bill: Bill::Nothing,
        unread: None,
        source: None,
    }
}

#[test]
fn one_that_is_told_to_slow_down_brakes_everybody() {
    let mut connectivity = Connectivity::new(at(0));
    let asked = Some(Duration::from_secs(20));
    for _ in 0..8 {
        connectivity.fail(CallKind::Submit, Trouble::SlowDown(asked), at(0), at(1), 1.0);
    }
    for call_kind in [CallKind::Upload, CallKind::Submit] {
        assert!(!connectivity.may(call_kind, at(20)) && connectivity.may(call_kind, at(21)), "{call_kind:?}");
    }
    assert!(
        connectivity.may(CallKind::Follow, at(1)) && connectivity.may(CallKind::Fetch, at(1)),
        "what is paid for is fetched"
    );
    assert_eq!(connectivity.health(at(1)), (Health::Slow, Some(at(21))));
    // One goes first; when it gets through, so may the others.
    connectivity.begin(CallKind::Submit, at(21));
    assert!(!connectivity.may(CallKind::Submit, at(21)));
    for now in [18, 21, 22] {
        assert_eq!(connectivity.health(at(now)), (Health::Slow, Some(at(21))), "not over before it got through: {now}");
    }
    connectivity.pass(CallKind::Submit, at(21), at(22));
    assert!(connectivity.may(CallKind::Submit, at(22)));
    assert_eq!(connectivity.health(at(22)).0, Health::Clear);
}

#[test]
fn without_a_network_nothing_begins_and_one_free_call_at_a_time_looks_for_it() {
    let mut connectivity = Connectivity::new(at(0));
    connectivity.fail(CallKind::Submit, Trouble::Unreached, at(10), at(11), 1.0);
    assert!(CallKind::ALL.iter().all(|call_kind| !connectivity.may(*call_kind, at(1000))));
    assert_eq!(connectivity.health(at(11)).0, Health::Clear, "one call alone proves nothing");
    let mut now = at(12);
    for wait in [2, 4, 8, 16, 32, 60, 60] {
        assert!(connectivity.looks_out(now) && !connectivity.looks_out(now), "one at a time");
        connectivity.looked_out(now, false, now, 1.0);
        let next = now.plus(Duration::from_secs(wait));
        assert_eq!(connectivity.health(now), (Health::Offline, Some(next)));
        assert_eq!(connectivity.deadline(now), Some(next));
        now = next;
    }
    assert!(connectivity.looks_out(now));
    connectivity.looked_out(now, true, now, 1.0);
    assert!(CallKind::ALL.iter().all(|call_kind| connectivity.may(*call_kind, now)));
    assert_eq!(connectivity.health(now).0, Health::Clear);
}

#[test]
fn a_connection_that_breaks_while_others_hold_is_the_jobs_own() {
    let mut connectivity = Connectivity::new(at(0));
    connectivity.pass(CallKind::Upload, at(10), at(12));
    connectivity.fail(CallKind::Upload, Trouble::Unreached, at(11), at(13), 1.0);
    assert!(connectivity.may(CallKind::Upload, at(13)), "nobody else is held up");
    assert!(!connectivity.is_shared(CallKind::Upload, &broken(Patience::Shared), at(11), 0, 1, at(13)));
    // Where it is alone, it is let off, but not for ever, if the network is there.
    for (let_off, shared) in [(0, true), (2, true), (3, false)] {
        let error = broken(Patience::Shared);
        assert_eq!(connectivity.is_shared(CallKind::Upload, &error, at(20), let_off, 1, at(21)), shared, "{let_off}");
    }
    assert!(
        connectivity.is_shared(CallKind::Upload, &broken(Patience::Shared), at(2000), 200, 1, at(2001)),
        "a night without one"
    );
    assert!(!connectivity.is_shared(CallKind::Upload, &broken(Patience::Own), at(2000), 0, 1, at(2001)));
    assert!(connectivity.is_shared(CallKind::Submit, &broken(Patience::Connectivity), at(11), 200, 1, at(13)));
}

#[test]
fn an_overloaded_part_of_fal_is_tried_by_one_and_the_other_parts_go_on() {
    let mut connectivity = Connectivity::new(at(0));
    for _ in 0..6 {
        connectivity.fail(CallKind::Upload, Trouble::Overloaded(None), at(1), at(2), 1.0);
    }
    assert!(!connectivity.may(CallKind::Upload, at(2)) && connectivity.may(CallKind::Submit, at(2)));
    for second in [3, 5, 9] {
        assert!(connectivity.may(CallKind::Upload, at(second)), "{second}");
        connectivity.begin(CallKind::Upload, at(second));
        connectivity.fail(CallKind::Upload, Trouble::Overloaded(None), at(second), at(second), 1.0);
    }
    assert_eq!(connectivity.health(at(9)), (Health::Overloaded, Some(at(17))));
    connectivity.begin(CallKind::Upload, at(17));
    connectivity.pass(CallKind::Upload, at(17), at(18));
    assert_eq!(connectivity.health(at(18)).0, Health::Clear);
}

#[test]
fn where_this_machine_is_short_nothing_more_is_sent_and_what_is_paid_for_is_fetched() {
    let mut connectivity = Connectivity::new(at(0));
    connectivity.fail(CallKind::Fetch, Trouble::Short(Shortage::Files), at(1), at(2), 1.0);
    assert_eq!(connectivity.health(at(2)).0, Health::Short(Shortage::Files), "that is certain at once");
    assert!(connectivity.may(CallKind::Follow, at(2)) && connectivity.may(CallKind::Fetch, at(3)));
    for call_kind in [CallKind::Upload, CallKind::Submit] {
        assert!(!connectivity.may(call_kind, at(2)), "{call_kind:?}");
    }
    connectivity.begin(CallKind::Upload, at(3));
    assert!(!connectivity.may(CallKind::Submit, at(3)), "one tries");
    connectivity.pass(CallKind::Fetch, at(2), at(4));
    connectivity.pass(CallKind::Upload, at(3), at(4));
    assert!(CallKind::ALL.iter().all(|call_kind| connectivity.may(*call_kind, at(4))));
    connectivity.begin(CallKind::Fetch, at(5));
    connectivity.pass(CallKind::Fetch, at(5), at(5));
    assert_eq!(connectivity.health(at(5)).0, Health::Clear);
}

proptest! {
    /// Whatever came before: once calls get through, soon everything may begin again.
    #[test]
    fn after_every_storm_it_goes_on(
        storm in prop::collection::vec((0_usize..4, 0_u8..7, 0_u64..40, 0_u64..5, 0.0_f64..1.0), 0..120),
    ) {
        let mut connectivity = Connectivity::new(at(0));
        let mut now = at(100);
        for (call_kind, what, pause, took, random) in storm {
            let call_kind = CallKind::ALL[call_kind];
            now = now.plus(Duration::from_secs(pause));
            if connectivity.looks_out(now) {
                connectivity.looked_out(now, what == 5, now, random);
            }
            if !connectivity.may(call_kind, now) {
                continue;
            }
            connectivity.begin(call_kind, now);
            prop_assert!(connectivity.look(call_kind).backoff.is_open() || !connectivity.may(call_kind, now), "one try at a time");
            let begun = now;
            now = now.plus(Duration::from_secs(took));
            match what {
                0 => connectivity.fail(call_kind, Trouble::SlowDown(Some(Duration::from_secs(pause))), begun, now, random),
                1 => connectivity.fail(call_kind, Trouble::Overloaded(None), begun, now, random),
                2 => connectivity.fail(call_kind, Trouble::Unreached, begun, now, random),
                6 => connectivity.fail(call_kind, Trouble::Short(Shortage::Files), begun, now, random),
                3 => {} // never heard of again
                _ => connectivity.pass(call_kind, begun, now),
            }
        }
        for _ in 0..10 {
            if connectivity.looks_out(now) {
                connectivity.looked_out(now, true, now, 0.5);
            }
            for call_kind in CallKind::ALL {
                if connectivity.may(call_kind, now) {
                    connectivity.begin(call_kind, now);
                    connectivity.pass(call_kind, now, now);
                }
            }
            now = connectivity.deadline(now).unwrap_or(now);
        }
        prop_assert!(CallKind::ALL.iter().all(|call_kind| connectivity.look(*call_kind).backoff.is_open()));
        prop_assert_eq!(connectivity.health(now).0, Health::Clear);
    }
}
