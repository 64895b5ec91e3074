//! How the window of a batch is divided among those who work on it.

use tokio::sync::watch;

use super::Course;
use crate::job::Usd;

/// How many requests a worker has a use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// No more than this: it has so many jobs, and finds no others.
    AtMost(u16),
    /// As many as it gets.
    All,
}

/// What a worker and the others hear of each other.
#[derive(Debug, Clone)]
pub struct Part {
    /// What of the window is its own, as others come and go.
    pub share: watch::Receiver<Share>,
    /// What it says that it needs of that.
    pub need: watch::Sender<Need>,
}

/// What one worker goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How many work on the batch.
    pub workers: u16,
    /// How many requests this one may have at fal.
    pub window: u16,
    /// How many all of them may have there.
    pub whole: u16,
    /// The cap that all keep.
    pub cap: Option<Usd>,
}

impl Share {
    /// What of a batch is for the worker in this place, from 0, where each needs so many; nothing for one that has none.
    pub(in crate::ledger) fn of(course: Course, needs: &[Need], place: Option<usize>) -> Self {
        let window = place.and_then(|place| divided(course.window, needs).get(place).copied()).unwrap_or(0);
        let workers = u16::try_from(needs.len()).unwrap_or(u16::MAX);
        Self { workers, window, whole: course.window, cap: course.cap }
    }

    /// How much of what all do, this one does: by how many its own has to be multiplied.
    #[must_use]
    pub fn factor(&self) -> f64 {
        if self.window == 0 {
            return f64::from(self.workers.max(1));
        }
        (f64::from(self.whole) / f64::from(self.window)).max(1.0)
    }
}

/// All have as much as any other, but none more than it needs while others need it; where it does not come out even, the
/// first have one more. What nobody needs is divided alike.
fn divided(window: u16, needs: &[Need]) -> Vec<u16> {
    let mut shares = vec![0; needs.len()];
    let mut left = window;
    let lacks = |share: u16, need: Need| match need {
        Need::AtMost(most) => most.saturating_sub(share),
        Need::All => u16::MAX - share,
    };
    while left > 0 {
        let wanting = shares.iter().zip(needs).filter(|(share, need)| lacks(**share, **need) > 0).count();
        let Ok(wanting) = u16::try_from(wanting) else { break };
        if wanting == 0 {
            break;
        }
        let each = (left / wanting).max(1);
        for (share, need) in shares.iter_mut().zip(needs) {
            let more = lacks(*share, *need).min(each).min(left);
            *share += more;
            left -= more;
        }
    }
    let all = u16::try_from(shares.len()).unwrap_or(u16::MAX).max(1);
    for (place, share) in (0..).zip(&mut shares) {
        *share += left / all + u16::from(place < left % all);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(window: u16, needs: &[Need]) -> Vec<u16> {
        let course = Course { window, cap: None };
        (0..needs.len()).map(|place| Share::of(course, needs, Some(place)).window).collect()
    }

    #[test]
    fn shares_make_up_the_window_whoever_works_and_nobody_lacks_what_others_have_no_use_for() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..5000 {
            let window = rng.u16(1..60);
            let needs: Vec<_> = (0..rng.usize(1..20))
                .map(|_| if rng.bool() { Need::All } else { Need::AtMost(rng.u16(0..12)) })
                .collect();
            let shares = shares(window, &needs);
            assert_eq!(shares.iter().sum::<u16>(), window, "{needs:?}");
            let even = usize::from(window) / needs.len();
            for (share, need) in shares.iter().zip(&needs) {
                let lacks = Need::AtMost(*share) < *need;
                assert!(!lacks || usize::from(*share) >= even, "{share} of {window} for {needs:?}");
                let others_have_more = shares.iter().zip(&needs).any(|(other, need)| Need::AtMost(*other) > *need);
                assert!(!lacks || !others_have_more, "{shares:?} of {window} for {needs:?}");
            }
        }
    }

    #[test]
    fn who_needs_all_is_alike_and_gets_what_the_idle_leave() {
        use Need::{All, AtMost};
        assert_eq!(shares(10, &[All, All, All]), [4, 3, 3]);
        assert_eq!(shares(10, &[AtMost(0), All, AtMost(0)]), [0, 10, 0]);
        assert_eq!(shares(10, &[AtMost(1), All, All]), [1, 5, 4]);
        assert_eq!(shares(10, &[AtMost(1), AtMost(2), AtMost(0)]), [4, 4, 2]);
        assert_eq!(shares(2, &[All, All, All]), [1, 1, 0]);
    }

    #[test]
    fn what_all_do_is_told_by_what_one_does() {
        for (window, factor) in [(10, 4.0), (40, 1.0), (0, 4.0), (41, 1.0)] {
            let share = Share { workers: 4, window, whole: 40, cap: None };
            assert!((share.factor() - factor).abs() < 1e-9, "{window}: {}", share.factor());
        }
    }
}
