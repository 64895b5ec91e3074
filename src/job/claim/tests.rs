use super::*;

fn rival(batch: i64, standing: Standing, is_alive: bool) -> Rival {
    let call = PaidCall::Request(RequestId::new(&format!("r{batch}")).unwrap());
    Rival { batch: BatchId(batch), claim: Claim { call, standing }, is_alive }
}

fn follows(rivals: &[Rival], waited: Duration) -> Turn {
    turn(rivals, &HashSet::new(), waited)
}

#[test]
fn a_call_that_somebody_makes_is_waited_for_and_a_dead_ones_is_taken_over() {
    let underway = |is_alive| [rival(1, Standing::Underway, is_alive)];
    assert_eq!(follows(&underway(true), Duration::ZERO), Turn::Wait(0));
    assert_eq!(follows(&underway(false), Duration::ZERO), Turn::Take);
    assert_eq!(follows(&underway(true), PATIENCE), Turn::Take, "its process may be stopped");
    assert_eq!(follows(&[], Duration::ZERO), Turn::Free);
}

#[test]
fn a_result_is_taken_whoever_else_is_at_it_and_one_that_lies_is_fetched() {
    let both = [rival(1, Standing::Underway, true), rival(2, Standing::Saved, true)];
    assert_eq!(follows(&both, Duration::ZERO), Turn::Take);
    assert_eq!(follows(&[rival(1, Standing::Lying, true)], Duration::ZERO), Turn::Take);
    let other = [rival(1, Standing::Underway, false), rival(2, Standing::Underway, true)];
    assert_eq!(follows(&other, Duration::ZERO), Turn::Wait(1), "who took it over is at it");
}

#[test]
fn a_call_that_came_to_nothing_is_in_nobodys_way() {
    let rivals = [rival(1, Standing::Saved, true), rival(2, Standing::Underway, true)];
    let settled: HashSet<_> = rivals.iter().map(|rival| rival.claim.call.clone()).collect();
    assert_eq!(turn(&rivals, &settled, Duration::ZERO), Turn::Free);
}
