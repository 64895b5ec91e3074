//! The loop: it takes what happens, lets jobs change by it, begins what can be begun, and
//! publishes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::account::Breaker;
use super::board::{BatchFacts, Board, Lens, Weighed};
use super::event::{Event, What};
use super::flow::FlowMeter;
use super::form::{Form, Link};
use super::history::History;
use super::hold::{FailureWatch, Hold};
use super::live::Live;
use super::look_up::Search;
use super::outlet::{PUBLISH, SAMPLE};
use super::pace::Pace;
use super::reuse::Reuse;
use super::roster::Roster;
use super::said::{Said, face};
use super::setup::{End, FaceEnds, Handle, Rooms, Setup};
use super::shelf::Shelf;
use super::stages::Stages;
use super::table::Looker;
use super::tasks::{Finished, Tasks};
use super::weather::Weather;
use super::{Command, Leave, story};
use crate::intake::Found;
use crate::job::{Job, JobId, Saved, Spent, Terms, Timestamp, Transition, Usd};
use crate::ledger::Ledger;
use crate::plan::{Cap, Choices, Planner, Standing};

/// Outcomes that are taken in between two looks at everything else.
const OUTCOMES: usize = 256;
/// How long everything else comes first while rows are gathered.
const BETWEEN_SLICES: Duration = Duration::from_millis(1);
/// Commands that may wait.
const COMMANDS: usize = 64;

/// Something to do at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Errand {
    /// Ask fal where its request stands.
    Call,
    /// Its wait is over.
    Wake,
}

/// The one owner of a batch's jobs.
pub(super) struct Engine {
    pub(super) setup: Setup,
    pub(super) facts: Arc<BatchFacts>,
    pub(super) stages: Arc<Stages>,
    pub(super) ledger: Ledger,
    pub(super) roster: Roster,
    pub(super) live: HashMap<JobId, Live>,
    pub(super) plan: Planner,
    pub(super) choices: Choices,
    pub(super) form: Form,
    pub(super) flow: FlowMeter,
    pub(super) pace: Pace,
    pub(super) failures: FailureWatch,
    pub(super) look: Looker,
    pub(super) rng: fastrand::Rng,
    pub(super) began_at: Timestamp,
    /// What earlier runs used of a cap, or may yet.
    pub(super) used_before: Usd,

    /// Jobs that the ledger knew, by path, until all photos are found.
    pub(super) known: HashMap<Box<Path>, JobId>,
    /// How those of them stood when this run began, by their number.
    pub(super) standings: Vec<Standing>,
    /// What trials left in the output folder, by the photo's path.
    pub(super) trials: HashMap<Box<Path>, Saved>,
    /// What earlier attempts wrote and a new one may replace.
    pub(super) previous: HashMap<JobId, Box<Saved>>,
    /// The story of the job that somebody looks at.
    pub(super) history: Option<History>,
    /// The job whose detail a face shows.
    pub(super) watched: Option<JobId>,
    /// What could be done with the jobs that a face asked about last.
    pub(super) weighed: Option<Weighed>,
    /// Jobs that ended and whose logs are kept for a while, oldest first.
    pub(super) ended: Shelf,

    /// Photos that hold the same picture.
    pub(super) reuse: Reuse,
    pub(super) to_upload: VecDeque<JobId>,
    pub(super) to_submit: VecDeque<JobId>,
    pub(super) to_answer: VecDeque<JobId>,
    pub(super) to_save: VecDeque<JobId>,
    pub(super) agenda: BinaryHeap<Reverse<(Timestamp, JobId, Errand)>>,
    /// Calls to be made when there is room for them.
    pub(super) to_call: VecDeque<JobId>,

    /// What is on its way, and by that the slots that are taken.
    pub(super) tasks: Tasks,

    pub(super) up: Arc<AtomicU64>,
    pub(super) down: Arc<AtomicU64>,
    pub(super) window: u16,
    pub(super) started: bool,
    /// Lost answers that are looked for.
    pub(super) search: Search,
    pub(super) hold: Option<Hold>,
    /// How calls come out, for all alike.
    pub(super) weather: Weather,
    /// What was last said.
    pub(super) said: Said,
    /// Whether the account takes anything.
    pub(super) breaker: Breaker,
    pub(super) leaving: Option<(Option<i32>, Timestamp)>,
    pub(super) dirty: bool,
    pub(super) published_at: Timestamp,
    pub(super) sampled_at: Timestamp,

    pub(super) board: watch::Sender<Arc<Board>>,
    pub(super) events: Option<mpsc::Sender<Event>>,
}

impl Engine {
    /// Starts an engine on the current runtime.
    pub(super) fn spawn(setup: Setup, rooms: Rooms) -> Handle {
        let now = setup.clock.now();
        let Rooms {
            fal,
            ledger,
            writer,
            output,
            known,
            replaced,
            trials,
            spent,
            earlier,
            memory,
            notes,
            found,
            events,
            link,
        } = rooms;
        let facts = Arc::new(setup.facts.clone());
        let endpoint = setup.model.endpoint.clone();
        let terms =
            Terms { model: endpoint.to_string(), params: setup.params.canonical(), service: setup.service.clone() };
        let (start_timeout, terms) = (setup.start_timeout, Arc::new(terms));
        let stages = Arc::new(Stages { fal, endpoint, start_timeout, writer, output, terms });
        let roster = Roster::new(setup.price.clone(), setup.params.clone(), setup.model.clone());
        let mut plan = Planner::new(setup.price.clone(), notes);
        let mut look = Looker::default();
        let flow = FlowMeter::default();
        let first = Board {
            batch: Arc::clone(&facts),
            phase: super::board::Phase::Planning,
            totals: roster.totals().clone(),
            flow: flow.flow(now, setup.window, 0),
            plan: plan.plan(Cap { budget: setup.budget, used: Usd::ZERO }, |_| {}),
            page: look.page(&roster, &HashMap::new(), false),
            detail: None,
            notice: None,
            causes: Vec::new(),
            weighed: None,
        };
        let (link, face) = match link {
            Some(link) => (link, None),
            None => connect(first),
        };
        look.look(link.lens.clone());
        let engine = Self {
            facts,
            stages,
            ledger,
            roster,
            live: HashMap::new(),
            choices: Choices::default(),
            form: Form::new(setup.params.clone()),
            plan,
            flow,
            pace: Pace::default(),
            failures: FailureWatch::new(setup.max_failures),
            look,
            rng: fastrand::Rng::with_seed(setup.seed),
            began_at: now,
            used_before: Usd::ZERO,
            known: HashMap::new(),
            standings: Vec::new(),
            trials,
            previous: replaced.into_iter().map(|(id, saved)| (id, Box::new(saved))).collect(),
            history: None,
            watched: None,
            weighed: None,
            ended: Shelf::default(),
            reuse: Reuse::new(earlier, memory),
            to_upload: VecDeque::new(),
            to_submit: VecDeque::new(),
            to_answer: VecDeque::new(),
            to_save: VecDeque::new(),
            agenda: BinaryHeap::new(),
            to_call: VecDeque::new(),
            tasks: Tasks::default(),
            up: Arc::default(),
            down: Arc::default(),
            window: setup.window,
            started: setup.start,
            search: Search::default(),
            hold: None,
            weather: Weather::new(now),
            said: Said::new(now),
            breaker: Breaker::new(),
            leaving: None,
            dirty: true,
            published_at: Timestamp(0),
            sampled_at: Timestamp(0),
            board: link.board,
            events,
            setup,
        };
        let ended = tokio::spawn(engine.run(known, spent, found, link.commands));
        Handle { ended, face }
    }

    async fn run(
        mut self,
        known: Vec<Job>,
        spent: Spent,
        mut found: mpsc::Receiver<Vec<Found>>,
        mut commands: mpsc::Receiver<Command>,
    ) -> End {
        self.tell(What::Opened(Arc::clone(&self.facts)));
        self.recall(known);
        // Results that a retry replaced were paid for, too.
        self.roster.spent_besides(spent.beyond(self.roster.totals().spent));
        self.used_before = self.roster.totals().spent.at_most + self.roster.totals().reserved;
        let mut faces = true;
        let ending = loop {
            let now = self.now();
            self.run_agenda(now);
            self.look_if_due(now);
            self.look_out(now);
            self.dispatch(now);
            self.tell_plan(true);
            self.break_silence(now);
            self.publish(now);
            if let Some(ending) = self.ending(now) {
                break ending;
            }
            if self.is_to_begin_anew() {
                return End::Anew(Box::new(self.begin_anew(commands).await));
            }
            let next = self.next_deadline(now);
            tokio::select! {
                command = commands.recv(), if faces => if let Some(command) = command {
                    self.command(command);
                } else {
                    // Without a face nobody could ever stop it.
                    faces = false;
                    self.leave(Leave::Running, None);
                },
                chunk = found.recv(), if self.plan.is_walking() => match chunk {
                    Some(chunk) => self.arrive(chunk),
                    None => self.all_found(),
                },
                finished = self.tasks.next() => {
                    self.finished(finished);
                    for _ in 1..OUTCOMES {
                        let Some(finished) = self.tasks.try_next() else { break };
                        self.finished(finished);
                    }
                }
                () = tokio::time::sleep_until(self.setup.clock.instant(next)) => {}
            }
        };
        End::Over(self.close(ending).await)
    }

    fn finished(&mut self, finished: Finished) {
        match finished {
            Some((step, Ok(outcome))) => self.report(step, outcome),
            Some((step, Err(said))) => self.died(step, &said),
            None => {}
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.setup.clock.now()
    }

    /// Lets something happen to a job, and tells everybody. False if it could not happen.
    pub(super) fn happen(&mut self, id: JobId, transition: Transition) -> bool {
        let at = self.now();
        let before = self.roster.get(id).map(|job| face(&job.state));
        let is_worth_noting = transition.is_news_to_a_later_run();
        let job = match self.roster.apply(id, transition, at) {
            Ok(Some(job)) => job,
            Ok(None) => return false,
            Err(impossible) => {
                tracing::warn!(job = %id, %impossible, "dropped");
                return false;
            }
        };
        if is_worth_noting {
            self.stages.writer.note(job);
        }
        let ended = job.state.is_final();
        self.said.of_job(before, face(&job.state), at);
        self.changed(id, at);
        if ended {
            self.twin_ended(id);
        }
        true
    }

    /// Tells everybody of a job's new state.
    pub(super) fn changed(&mut self, id: JobId, at: Timestamp) {
        let job = self.roster.get(id).filter(|_| self.events.is_some());
        if let Some(change) = job.map(|job| Box::new(story::change(job, at))) {
            self.tell(What::Job(change));
        }
        self.dirty = true;
    }

    /// Stops beginning new jobs, and says why.
    pub(super) fn hold(&mut self, hold: Hold) {
        if self.hold.is_some() && hold != Hold::User {
            return;
        }
        tracing::warn!(?hold, "no new jobs are begun");
        if let Some(notice) = hold.notice(self.next_try(self.now()), false) {
            self.tell(What::Notice(notice));
        }
        self.hold = Some(hold);
        self.dirty = true;
    }

    fn next_deadline(&mut self, now: Timestamp) -> Timestamp {
        let mut next = now.plus(Duration::from_hours(1));
        if let Some(Reverse((at, ..))) = self.agenda.peek() {
            next = next.min(*at);
        }
        if let Some(due) = self.search.due {
            next = next.min(due);
        }
        if let Some(due) = self.reuse.awaited.due() {
            next = next.min(due);
        }
        for due in [self.outlook_deadline(now), self.silence_deadline()].into_iter().flatten() {
            next = next.min(due);
        }
        if let Some((_, until)) = self.leaving {
            next = next.min(until);
        }
        if self.dirty {
            next = next.min(self.published_at.plus(PUBLISH));
        }
        if self.is_moving() || (self.flow.began().is_some() && self.roster.totals().in_flight > 0) {
            next = next.min(self.sampled_at.plus(SAMPLE));
        }
        if self.roster.is_gathering() {
            // From here on, and not from when this turn began: between two slices there is time for others.
            next = next.min(self.now().plus(BETWEEN_SLICES));
        }
        // A timer that fires a hair too early must not spin.
        next.max(Timestamp(now.0 + 1))
    }
}

/// Makes a face's ends and the engine's.
fn connect(first: Board) -> (Link, Option<FaceEnds>) {
    let (board, watcher) = watch::channel(Arc::new(first));
    let (commands, asked) = mpsc::channel(COMMANDS);
    let lens = Lens::default();
    (Link { board, commands: asked, lens }, Some(FaceEnds { board: watcher, commands }))
}
