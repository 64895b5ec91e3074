//! Which photos go first: a sample that is spread over what the batch holds.

use crate::job::{Format, JobId};

/// A photo that could go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) id: JobId,
    /// Its pixels; 0 where that is not known.
    pub(super) px: u64,
    pub(super) format: Option<Format>,
}

/// The largest, the smallest, one of each format, and a random rest, in this order: what the largest is
/// billed is known first.
pub(super) fn spread(mut candidates: Vec<Candidate>, most: usize, rng: &mut fastrand::Rng) -> Vec<JobId> {
    // Of equals one is as good as another, and it need not be the first of the folder each time.
    rng.shuffle(&mut candidates);
    let mut sample: Vec<Candidate> = Vec::new();
    let mut take = |candidate: Option<Candidate>, candidates: &mut Vec<Candidate>| {
        if let Some(candidate) = candidate.filter(|_| sample.len() < most) {
            candidates.retain(|other| other.id != candidate.id);
            sample.push(candidate);
        }
        sample.iter().map(|taken| taken.format).collect::<Vec<_>>()
    };
    let largest = candidates.iter().max_by_key(|candidate| candidate.px).copied();
    take(largest, &mut candidates);
    let smallest = candidates.iter().min_by_key(|candidate| candidate.px).copied();
    let mut formats = take(smallest, &mut candidates);
    while let Some(other) = candidates.iter().find(|candidate| !formats.contains(&candidate.format)).copied() {
        let taken = formats.len();
        formats = take(Some(other), &mut candidates);
        if formats.len() == taken {
            break;
        }
    }
    let left = most.saturating_sub(sample.len());
    sample.extend(candidates.into_iter().take(left));
    sample.into_iter().map(|candidate| candidate.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates() -> Vec<Candidate> {
        let of = |n: usize, px, format| Candidate { id: JobId::at(n), px, format: Some(format) };
        let mut all: Vec<_> =
            (0..40).map(|n| of(n, 500 + u64::try_from(n % 7).unwrap_or_default(), Format::Jpeg)).collect();
        all.extend([of(40, 9_000, Format::Jpeg), of(41, 3, Format::Jpeg), of(42, 600, Format::Png)]);
        all.extend([of(43, 601, Format::Webp), of(44, 602, Format::Webp)]);
        all
    }

    #[test]
    fn the_largest_goes_first_then_the_smallest_then_one_of_each_format() {
        for seed in 0..20 {
            let sample = spread(candidates(), 6, &mut fastrand::Rng::with_seed(seed));
            let numbers: Vec<_> = sample.iter().map(|id| id.index()).collect();
            assert_eq!((numbers.len(), numbers[0], numbers[1]), (6, 40, 41), "{numbers:?}");
            let of_format = |formats: &[usize]| numbers[2..4].iter().filter(|n| formats.contains(n)).count();
            assert_eq!((of_format(&[42]), of_format(&[43, 44])), (1, 1), "{numbers:?}");
        }
    }

    #[test]
    fn few_are_the_largest_and_of_fewer_than_wanted_all_go() {
        let sample = |most| spread(candidates(), most, &mut fastrand::Rng::with_seed(1));
        assert_eq!(sample(1), [JobId::at(40)]);
        assert_eq!(sample(0), []);
        let mut all = sample(99);
        all.sort_unstable();
        assert_eq!(all, (0..45).map(JobId::at).collect::<Vec<_>>());
    }

    #[test]
    fn another_seed_is_another_rest() {
        let sample = |seed| spread(candidates(), 12, &mut fastrand::Rng::with_seed(seed));
        assert_eq!(sample(1), sample(1));
        assert_ne!(sample(1), sample(2));
    }
}
