//! Every order and filter, against jobs sorted anew.

use std::cmp::Reverse;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::{Spec, paths};
use crate::engine::job_table::JobTable;
use crate::engine::snapshot::{Choice, Order, Query, Tab};
use crate::job::{
    Cause, CauseKind, Checkpoint, Closed, EndpointId, Group, Job, JobId, JobState, Photo, Pixels, Run, Timestamp,
    Transition, Upload, Usd,
};
use crate::model::{Model, Params, PriceSource, Unit, UnitPrice};

const KINDS: [CauseKind; 3] = [CauseKind::Runner, CauseKind::ImageLoad, CauseKind::Network];

fn empty_table() -> JobTable {
    let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
    let price = UnitPrice { usd: Usd::from_nanos(100_000_000), unit: Unit::Megapixel, source: PriceSource::BuiltIn };
    JobTable::new(Some(price), Params::parse(&model, []).unwrap(), model.clone())
}

fn failed(kind: CauseKind, took: u64) -> JobState {
    let closed = Closed { at: Timestamp(9), took: Duration::from_secs(took), attempts: 1 };
    JobState::Failed {
        closed,
        cause: Box::new(Cause::new(kind, "x")),
        stop: None,
        checkpoint: Box::new(Checkpoint::Nothing),
    }
}

fn state(kind: u8, n: u32) -> JobState {
    match kind {
        0 => JobState::Pending,
        1 => JobState::Uploading(Run { began: Timestamp(i64::from(n % 17)), attempt: 1 }),
        2 => JobState::Skipped("empty".into()),
        _ => failed(KINDS[n as usize % 3], u64::from(n % 13)),
    }
}

fn job_table(jobs: &[(u8, u32)]) -> JobTable {
    let mut job_table = empty_table();
    for (i, (kind, n)) in jobs.iter().enumerate() {
        let path: Box<Path> = Path::new(&format!("folder{}/img{n}-{i}.jpg", n % 3)).into();
        let photo = Photo {
            source: path.clone(),
            path,
            format: None,
            pixels: (n % 5 > 0).then(|| Pixels::new(n % 40 + 1, 10)),
            bytes: 1,
            modified: Timestamp(0),
            shares_stem: false,
            losses: crate::job::Losses::NONE,
        };
        job_table.push(Job { id: JobId::at(i), photo, state: state(*kind, *n), own: None, opinion: None });
    }
    job_table
}

/// What a table in this order shows, found the slow way. Of equals the first number stands first.
fn sorted_anew(job_table: &JobTable, query: &Query) -> Vec<JobId> {
    let fits = |job: &&Job| {
        let in_tab = match query.tab {
            Tab::All => true,
            Tab::Results => matches!(job.state.status().group(), Group::Review | Group::Done),
            Tab::Only(group) => job.state.status().group() == group,
        };
        in_tab
            && query.cause.is_none_or(|kind| matches!(&job.state, JobState::Failed { cause, .. } if cause.kind == kind))
    };
    let mut jobs: Vec<&Job> = job_table.iter().filter(fits).collect();
    match query.order {
        Order::Number => {}
        Order::Status => jobs.sort_by_key(|job| {
            let group = job.state.status().group();
            let latest_first = matches!(group, Group::Done | Group::Cancelled | Group::Skipped);
            let number = i64::from(job.id.number());
            (group, if latest_first { -number } else { number })
        }),
        Order::Path => jobs.sort_by_key(|job| paths::key(&job.photo.path)),
        Order::Megapixels => jobs.sort_by_key(|job| Reverse(job.photo.pixels.map(|pixels| pixels.scaled(2.0).count()))),
        Order::Choice => jobs.sort_by_key(|job| {
            let choice = job_table.choice(job.id);
            (choice.is_none(), choice)
        }),
        Order::Cost => {
            jobs.sort_by_key(|job| Reverse(job_table.estimate(job).filter(|_| !job.state.came_to_nothing())));
        }
        Order::Time => jobs.sort_by_key(|job| match (job.state.run(), job.state.closed()) {
            (Some(run), _) => (0, run.began.0),
            (None, Some(closed)) if closed.attempts > 0 => (1, -i64::try_from(closed.took.as_millis()).unwrap()),
            (None, _) => (2, 0),
        }),
    }
    let mut ids: Vec<_> = jobs.iter().map(|job| job.id).collect();
    if query.reverse {
        ids.reverse();
    }
    ids
}

fn assert_shows(job_table: &JobTable, query: &Query) -> Result<(), TestCaseError> {
    let expected = sorted_anew(job_table, query);
    prop_assert_eq!(job_table.shown(query.tab), expected.len());
    let at = |places| job_table.at(query, places).into_iter().map(|job| job.id).collect::<Vec<_>>();
    for (place, id) in expected.iter().enumerate() {
        prop_assert_eq!(at(place..place + 1), [*id], "{:?} at {}", query, place);
        prop_assert_eq!(job_table.place(query, *id), Some(place));
    }
    let (from, to) = (expected.len() / 3, expected.len() / 2);
    prop_assert_eq!(at(from..to), &expected[from..to]);
    prop_assert_eq!(at(to..expected.len() + 9), &expected[to..]);
    let (mut named, mut shown) = (job_table.ids(query.tab), expected);
    named.sort();
    shown.sort();
    prop_assert_eq!(named, shown);
    Ok(())
}

proptest! {
    #[test]
    fn every_order_stays_right_while_jobs_change(
        jobs in prop::collection::vec((0_u8..6, 0_u32..200), 1..80),
        changes in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        cause in prop::option::of(0_usize..3),
        order in 0..Order::ALL.len(),
        reverse in any::<bool>(),
    ) {
        let mut job_table = job_table(&jobs);
        let (order, cause) = (Order::ALL[order], cause.map(|at| KINDS[at]));
        job_table.show(Spec { cause, order, ..Spec::default() });
        while job_table.gather() {}
        for (nth, change) in changes.into_iter().enumerate() {
            let id = JobId::at(change.index(jobs.len()));
            let choices = [None, Some(Choice::In), Some(Choice::Duplicate), Some(Choice::Out)];
            job_table.set_choice(id, choices[nth % choices.len()]);
            // What cannot happen to a job leaves it as it is.
            for transition in [
                Transition::Fail { cause: Cause::new(KINDS[0], "y"), checkpoint: Checkpoint::Nothing },
                Transition::StartUpload,
                Transition::Reopen(Checkpoint::Nothing),
            ] {
                if job_table.apply(id, transition, Timestamp(50)).is_ok() {
                    break;
                }
            }
        }
        for tab in Tab::ALL {
            assert_shows(&job_table, &Query { tab, cause, order, reverse, ..Query::default() })?;
        }
    }

    #[test]
    fn causes_are_counted_as_jobs_fail_and_go_on(
        jobs in prop::collection::vec((3_u8..6, 0_u32..200), 1..60), reopened in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let mut job_table = job_table(&jobs);
        for at in reopened {
            let _ = job_table.apply(JobId::at(at.index(jobs.len())), Transition::Reopen(Checkpoint::Nothing), Timestamp(1));
        }
        for kind in KINDS {
            let of_kind = |job: &&Job| matches!(&job.state, JobState::Failed { cause, .. } if cause.kind == kind);
            let members: Vec<_> = job_table.iter().filter(of_kind).collect();
            let all = job_table.causes().by_frequency();
            let found = all.iter().find(|(of, _)| *of == kind).map(|(_, failures)| failures);
            prop_assert_eq!(found.map_or(0, |failures| failures.len()), members.len());
            prop_assert!(job_table.causes().members(kind).eq(members.iter().map(|job| job.id)));
            let price: Option<Usd> = members.iter().map(|job| job_table.estimate(job)).sum();
            if let Some(failures) = found {
                prop_assert_eq!(failures.price(), price);
                prop_assert_eq!(failures.example(), members.last().map(|job| job.id));
            }
        }
    }
}

#[test]
fn a_sort_of_many_comes_little_by_little_and_says_so() {
    let jobs: Vec<_> = (0..10_000).map(|n| (0, n * 7919 % 10_007)).collect();
    let mut job_table = job_table(&jobs);
    job_table.show(Spec { order: Order::Path, ..Spec::default() });
    assert!(job_table.is_gathering());
    assert_eq!(job_table.shown(Tab::All), 1024);
    while job_table.gather() {}
    assert_eq!(job_table.shown(Tab::All), 10_000);
    assert_shows(&job_table, &Query { order: Order::Path, ..Query::default() }).unwrap();
}

#[test]
fn what_is_under_way_and_what_is_to_come_make_up_the_plan() {
    let mut job_table = job_table(&[(0, 4), (0, 4), (0, 4)]);
    let plan = job_table.totals().planned;
    let content = crate::job::ContentHash([7; 32]);
    let upload = Upload { url: "https://v3.fal.media/files/a.jpg".into(), at: Timestamp(1), content };
    for transition in [Transition::StartUpload, Transition::FinishUpload(upload), Transition::StartSubmit] {
        job_table.apply(JobId::at(1), transition, Timestamp(2)).unwrap();
        let totals = job_table.totals();
        assert_eq!(totals.under_way + totals.planned, plan);
    }
    let totals = job_table.totals();
    assert!(totals.under_way > Usd::ZERO && totals.reserved > totals.under_way, "{totals:?}");
}

#[test]
fn other_parameters_move_what_is_ordered_by_price_and_leave_the_rest_in_its_place() {
    let jobs: Vec<_> = (0..3000).map(|n| (0, n * 7919 % 200)).collect();
    let model = Model::built_in(&EndpointId::new(Model::DEFAULT).unwrap()).unwrap();
    for order in [Order::Cost, Order::Megapixels, Order::Path] {
        let mut job_table = job_table(&jobs);
        let (spec, query) = (Spec { order, ..Spec::default() }, Query { order, ..Query::default() });
        job_table.show(spec.clone());
        while job_table.gather() {}
        job_table.set_params(Params::parse(&model, ["upscale_factor=3"]).unwrap());
        // What stays is there all the time.
        assert!(order != Order::Path || job_table.shown(Tab::All) == jobs.len());
        job_table.show(spec);
        while job_table.gather() {}
        assert_shows(&job_table, &query).unwrap();
    }
}

#[test]
fn what_is_looked_for_in_a_plan_is_looked_for_in_paths_alone() {
    let mut job_table = job_table(&[(0, 1), (0, 2), (2, 4)]);
    let mut found = |text: &str, only_paths| {
        job_table.show(Spec { text: text.to_owned(), only_paths, ..Spec::default() });
        while job_table.gather() {}
        (job_table.shown(Tab::All), job_table.matching(text).len())
    };
    assert_eq!([found("pend", false), found("pend", true)], [(2, 0), (0, 0)]);
    assert_eq!([found("folder1/", true), found("", true)], [(2, 2), (3, 3)]);
}
