//! Every queue, slot and timer of a run.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use crate::engine::effect::Queue;
use crate::engine::pace::account::Account;
use crate::engine::pace::allowance::Allowance;
use crate::engine::pace::following::Following;
use crate::engine::pace::poll_interval::PollInterval;
use crate::engine::tasks::Tasks;
use crate::engine::webhooks::Webhooks;
use crate::job::{Job, JobId, Timestamp};

/// Something to do at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// Ask fal where its request stands.
    Call,
    /// Its wait is over.
    Wake,
}

/// Every queue, slot and timer of a run.
#[derive(Debug)]
pub(super) struct Scheduler {
    pub(super) to_upload: VecDeque<JobId>,
    pub(super) to_submit: VecDeque<JobId>,
    /// Calls to be made when there is room for them.
    pub(super) to_call: VecDeque<JobId>,
    pub(super) to_answer: VecDeque<JobId>,
    pub(super) to_save: VecDeque<JobId>,
    pub(super) timers: BinaryHeap<Reverse<(Timestamp, JobId, Timer)>>,
    /// What is on its way, and by that the slots that are taken.
    pub(super) tasks: Tasks,
    /// Most requests at fal at once.
    pub(super) window: u16,
    pub(super) poll_interval: PollInterval,
    pub(super) account: Account,
    /// Calls that may be made in vain.
    pub(super) allowance: Allowance,
    pub(super) webhooks: Webhooks,
}

impl Scheduler {
    /// With nothing to do.
    pub(super) fn new(window: u16, has_webhooks: bool) -> Self {
        Self {
            to_upload: VecDeque::new(),
            to_submit: VecDeque::new(),
            to_call: VecDeque::new(),
            to_answer: VecDeque::new(),
            to_save: VecDeque::new(),
            timers: BinaryHeap::new(),
            tasks: Tasks::default(),
            window,
            poll_interval: PollInterval::default(),
            account: Account::default(),
            allowance: Allowance::new(),
            webhooks: Webhooks::new(has_webhooks),
        }
    }

    /// How many requests may be at fal.
    pub(super) fn open(&self) -> usize {
        usize::from(self.account.open(self.window))
    }

    /// The wait until the first call about a job's request.
    pub(super) fn first_call(&mut self, job: &Job, following: &mut Following, now: Timestamp) -> Duration {
        let first = self.poll_interval.first(following.position);
        let Some(request) = job.state.request() else { return first.wait };
        // What it took to write it down is over.
        let usual = first.wait.saturating_sub(now.since(request.at));
        let wait = self.webhooks.first(job.id, &request.id, usual, now);
        following.is_forecast = first.is_forecast && wait == usual;
        wait
    }

    /// A job queues for a step.
    pub(super) fn queue(&mut self, queue: Queue, id: JobId) {
        match queue {
            Queue::Submit => &mut self.to_submit,
            Queue::Answer => &mut self.to_answer,
            Queue::Save => &mut self.to_save,
        }
        .push_back(id);
    }

    /// The next timer that has run out.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<(Timestamp, JobId, Timer)> {
        let Reverse((at, ..)) = self.timers.peek()?;
        if *at > now {
            return None;
        }
        self.timers.pop().map(|Reverse(timer)| timer)
    }

    /// When the next timer runs out.
    pub(super) fn next_timer(&self) -> Option<Timestamp> {
        self.timers.peek().map(|Reverse((at, ..))| *at)
    }

    /// When the next wait is over.
    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        // Where nothing is asked about, as in a storm, the first of them is it.
        if let Some(Reverse((at, _, Timer::Wake))) = self.timers.peek() {
            return Some(*at);
        }
        self.timers.iter().filter(|Reverse((.., timer))| *timer == Timer::Wake).map(|Reverse((at, ..))| *at).min()
    }
}
