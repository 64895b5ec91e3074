//! What can go wrong between us and fal, and what follows from it: one table, in which the first row
//! that fits holds.

mod account;
mod row;
mod table;

pub use account::AccountStop;
pub use row::Patience;
pub(super) use row::{Billing, Fault, Row, Sign};
use table::{LAST, TABLE};

use super::call::Call;

/// A failure as it is looked up in the [`TABLE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Failed<'a> {
    pub(super) call: Call,
    /// The status of an answer is both ends of it.
    pub(super) fault: Fault,
    /// `detail[].type` or `error_type`.
    pub(super) kind: Option<&'a str>,
    /// What it says, in small letters.
    pub(super) words: &'a str,
    /// Whether the answer has fal's request id.
    pub(super) has_id: bool,
    /// Whether it says that the start deadline has passed.
    pub(super) deadline: bool,
    /// Whether it says not to try again.
    pub(super) no_retry: bool,
}

impl Failed<'_> {
    /// A failure that is no answer.
    pub(super) fn without_answer(call: Call, fault: Fault) -> Self {
        Self { call, fault, kind: None, words: "", has_id: false, deadline: false, no_retry: false }
    }

    /// The row that says what follows.
    pub(super) fn row(&self) -> &'static Row {
        TABLE.iter().find(|row| self.fits(row)).unwrap_or(&LAST)
    }

    fn fits(&self, row: &Row) -> bool {
        let fault = match (row.fault, self.fault) {
            (Fault::Status(from, to), Fault::Status(status, _)) => (from..=to).contains(&status),
            (of_row, ours) => of_row == ours,
        };
        let sign = match row.sign {
            Sign::None => true,
            Sign::Outcome => self.has_id || self.kind.is_some(),
            Sign::Front => !self.has_id,
            Sign::Deadline => self.deadline,
            Sign::NoRetry => self.no_retry && (self.has_id || self.kind.is_some()),
            Sign::Typed => self.kind.is_some(),
            Sign::Words(words) => words.iter().any(|word| self.words.contains(word)),
        };
        fault
            && sign
            && (row.calls.is_empty() || row.calls.contains(&self.call))
            && (row.types.is_empty() || self.kind.is_some_and(|kind| row.types.contains(&kind)))
    }
}

#[cfg(test)]
mod tests;
