use super::*;

#[test]
fn the_plan_as_text_says_everything_before_anything_is_paid() {
    insta::assert_snapshot!("plan", plan_text(&facts(), &plan(), &skipped()));
    assert!(plan_text(&facts(), &unpriced(), &[]).contains("price      unknown\n"));
    let mut nothing = Plan { photos: 0, input_px: 0, output_px: 0, ..plan() };
    nothing.costs.estimate = Some(Usd::ZERO);
    assert!(!plan_text(&facts(), &nothing, &[]).contains("price"));
    let many: Vec<_> = std::iter::repeat_n(skipped().remove(0), 25).collect();
    assert!(plan_text(&facts(), &plan(), &many).contains("and 5 more"));
}

#[test]
fn only_a_batch_of_which_every_job_is_done_ends_with_0() {
    let done = Summary { failed: 0, ..end() };
    assert_eq!(done.exit_status(), 0);
    for open in [Summary { cancelled: 1, ..done.clone() }, Summary { unknown: 1, ..done.clone() }, end()] {
        assert_eq!(open.exit_status(), 1, "{open:?}");
    }
}

#[test]
fn the_summary_says_where_results_are_and_how_to_go_on() {
    let ends = [
        end(),
        Summary { failed: 0, ..end() },
        Summary {
            ending: Ending::Left(Some(2)),
            done: 410,
            failed: 0,
            left: 794,
            at_fal: 8,
            reserved: usd(39.04),
            elapsed: Duration::from_secs(761),
            ..end()
        },
        Summary { ending: Ending::OwnLimit, review: 1, unknown: 2, left: 4, ..end() },
        Summary { done: 0, failed: 0, spent: crate::job::Spent::NOTHING, ..end() },
        Summary { ending: Ending::NotStarted, done: 0, failed: 0, left: 7, spent: crate::job::Spent::NOTHING, ..end() },
        Summary {
            ending: Ending::Unreachable,
            done: 0,
            failed: 0,
            left: 7,
            spent: crate::job::Spent::NOTHING,
            ..end()
        },
    ];
    insta::assert_snapshot!("summary", ends.iter().map(summary).collect::<Vec<_>>().join("\n"));
    let sandbox = Summary { facts: Arc::new(BatchFacts { sandbox: true, ..facts() }), ..end() };
    assert!(summary(&sandbox).contains("nothing was charged"));
}
