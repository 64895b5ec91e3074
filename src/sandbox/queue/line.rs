//! The line: who waits where, who runs, who has ended. Pure bookkeeping.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::log::Script;
use super::request::{Asked, Ended, Priority, Request, State};

/// Every request, and the account's limit on how many run at once.
#[derive(Debug)]
pub(in crate::sandbox) struct Line {
    requests: HashMap<Uuid, Request>,
    waiting: BTreeMap<(Priority, u64), Uuid>,
    turns: u64,
    runners: usize,
    running: usize,
    most_running: usize,
    most_in_flight: usize,
    /// Requests of which nothing is shown any more.
    forgotten: HashSet<Uuid>,
}

impl Line {
    /// An empty line before so many runners, at least one.
    pub(in crate::sandbox) fn new(runners: usize) -> Self {
        Self {
            requests: HashMap::new(),
            waiting: BTreeMap::new(),
            turns: 0,
            runners: runners.max(1),
            running: 0,
            most_running: 0,
            most_in_flight: 0,
            forgotten: HashSet::new(),
        }
    }

    /// Puts a request in; gives how many are before it.
    pub(in crate::sandbox) fn join(&mut self, asked: Arc<Asked>) -> usize {
        let turn = self.turns;
        self.turns += 1;
        let key = (asked.priority, turn);
        self.waiting.insert(key, asked.id);
        self.requests.insert(asked.id, Request { asked, state: State::Waiting { turn }, tries: 0 });
        self.most_in_flight = self.most_in_flight.max(self.waiting.len() + self.running);
        self.waiting.range(..key).count()
    }

    /// The next request whose turn it is, if a runner is free. It counts as running from here on.
    pub(in crate::sandbox) fn next(&mut self, script: impl FnOnce() -> Script) -> Option<(Arc<Asked>, Arc<Script>)> {
        if self.running >= self.runners {
            return None;
        }
        let (_, id) = self.waiting.pop_first()?;
        let request = self.requests.get_mut(&id)?;
        let script = Arc::new(script());
        request.state = State::Running(script.clone());
        request.tries += 1;
        let asked = request.asked.clone();
        self.running += 1;
        self.most_running = self.most_running.max(self.running);
        Some((asked, script))
    }

    /// What a running request will say is known.
    pub(in crate::sandbox) fn says(&mut self, id: Uuid, script: Arc<Script>) {
        if let Some(Request { state: State::Running(says), .. }) = self.requests.get_mut(&id) {
            *says = script;
        }
    }

    /// Puts a running request back, behind everybody, unless it has been tried too often.
    pub(in crate::sandbox) fn put_back(&mut self, id: Uuid, most_tries: u32) -> bool {
        let Some(request) = self.requests.get_mut(&id) else { return false };
        if !matches!(request.state, State::Running(_)) || request.tries >= most_tries {
            return false;
        }
        let turn = self.turns;
        self.turns += 1;
        request.state = State::Waiting { turn };
        self.waiting.insert((request.asked.priority, turn), id);
        self.running -= 1;
        true
    }

    /// Ends a request that still waits; tells whether it did.
    pub(in crate::sandbox) fn withdraw(&mut self, id: Uuid, ended: Arc<Ended>) -> bool {
        let Some(request) = self.requests.get_mut(&id) else { return false };
        let State::Waiting { turn } = request.state else { return false };
        self.waiting.remove(&(request.asked.priority, turn));
        request.state = State::Ended(ended);
        true
    }

    /// Ends a request that runs.
    pub(in crate::sandbox) fn end(&mut self, id: Uuid, ended: Arc<Ended>) {
        if let Some(request) = self.requests.get_mut(&id)
            && matches!(request.state, State::Running(_))
        {
            self.running -= 1;
            request.state = State::Ended(ended);
        }
    }

    /// What was asked and answered is shown no more; tells whether there is such a request, and it has ended.
    pub(in crate::sandbox) fn forget(&mut self, id: Uuid) -> bool {
        let has_ended = self.requests.get(&id).is_some_and(|request| matches!(request.state, State::Ended(_)));
        if has_ended {
            self.forgotten.insert(id);
        }
        has_ended
    }

    /// Whether that was asked for.
    pub(in crate::sandbox) fn is_forgotten(&self, id: Uuid) -> bool {
        self.forgotten.contains(&id)
    }

    /// A request and, while it waits, how many are before it.
    pub(in crate::sandbox) fn find(&self, id: Uuid) -> Option<(Request, usize)> {
        let request = self.requests.get(&id)?;
        let before = match request.state {
            State::Waiting { turn } => self.waiting.range(..(request.asked.priority, turn)).count(),
            _ => 0,
        };
        Some((request.clone(), before))
    }

    /// Every request that has ended, in no order.
    pub(in crate::sandbox) fn ended(&self) -> impl Iterator<Item = &Request> {
        self.requests.values().filter(|request| matches!(request.state, State::Ended(_)))
    }

    /// How many wait.
    pub(in crate::sandbox) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// For the statistics.
    pub(in crate::sandbox) fn counts(&self) -> Value {
        json!({
            "waiting": self.waiting.len(),
            "running": self.running,
            "ended": self.requests.len() - self.waiting.len() - self.running,
            "most_running": self.most_running,
            "most_in_flight": self.most_in_flight,
        })
    }
}
