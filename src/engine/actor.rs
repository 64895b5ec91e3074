//! The loop: it takes what happens, lets jobs change by it, begins what can be begun, and
//! publishes.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::engine::Command;
use crate::engine::Leave;
use crate::engine::dedup::copy::Dedup;
use crate::engine::event::What;
use crate::engine::job_table::JobTable;
use crate::engine::options::{Deps, End, FaceEnds, Handle, Options};
use crate::engine::planning::edit::{Link, PlanEdit, Planning};
use crate::engine::publish::publisher::{PUBLISH, Publisher, SAMPLE};
use crate::engine::publish::said::face;
use crate::engine::publish::throughput::Throughput;
use crate::engine::publish::view_model;
use crate::engine::recovery::find_lost::Search;
use crate::engine::resilience::health::Resilience;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::runtime::Runtime;
use crate::engine::scheduler::Scheduler;
use crate::engine::snapshot::{BatchFacts, Notice, NoticeKind, Query, Snapshot};
use crate::engine::steps::prepare::Workshop;
use crate::engine::steps::stages::Stages;
use crate::engine::table::Looker;
use crate::engine::tasks::Finished;
use crate::intake::Found;
use crate::job::{Job, JobId, Saved, Spent, Terms, Timestamp, Transition, Usd};
use crate::ledger::Ledger;
use crate::plan::{Cap, Choices, Planner};

/// Outcomes that are taken in between two looks at everything else.
const OUTCOMES: usize = 256;
/// How long everything else comes first while rows are gathered.
const BETWEEN_SLICES: Duration = Duration::from_millis(1);
/// Commands that may wait.
const COMMANDS: usize = 64;

/// The one owner of a batch's jobs. Each room's state is that room's; here they are in hand together.
pub(super) struct Engine {
    pub(super) options: Options,
    pub(super) facts: Arc<BatchFacts>,
    pub(super) stages: Arc<Stages>,
    pub(super) ledger: Ledger,
    pub(super) rng: fastrand::Rng,
    /// Every job, and what is counted of them.
    pub(super) jobs: JobTable,
    /// What is known of jobs on their way that no later run needs.
    pub(super) runtime: HashMap<JobId, Runtime>,
    /// What earlier attempts wrote and a new one may replace.
    pub(super) previous: HashMap<JobId, Box<Saved>>,
    pub(super) planning: Planning,
    pub(super) scheduler: Scheduler,
    pub(super) resilience: Resilience,
    /// Photos that hold the same picture.
    pub(super) dedup: Dedup,
    /// Lost answers that are looked for.
    pub(super) search: Search,
    pub(super) publisher: Publisher,
    pub(super) course: Course,
}

/// Where the run stands as a whole.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) began_at: Timestamp,
    /// Whether the plan was confirmed.
    pub(super) started: bool,
    /// By which signal it is being left, if by one, and until when answers to paid calls are waited for.
    pub(super) leaving: Option<(Option<i32>, Timestamp)>,
}

impl Engine {
    /// Starts an engine on the current runtime.
    pub(super) fn spawn(options: Options, deps: Deps) -> Handle {
        let now = options.clock.now();
        let Deps {
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
        } = deps;
        let facts = Arc::new(options.facts.clone());
        let endpoint = options.model.endpoint.clone();
        let terms =
            Terms { model: endpoint.to_string(), params: options.params.canonical(), service: options.service.clone() };
        let (start_timeout, terms) = (options.start_timeout, Arc::new(terms));
        let (gives, workshop) = (options.model.gives, Workshop::new(output.written().strip));
        let stages = Arc::new(Stages { fal, endpoint, gives, start_timeout, writer, output, workshop, terms });
        let jobs = JobTable::new(options.price.clone(), options.params.clone(), options.model.clone());
        let mut planner = Planner::new(options.price.clone(), notes);
        let mut looker = Looker::default();
        let throughput = Throughput::default();
        let first = Snapshot {
            batch: Arc::clone(&facts),
            phase: crate::engine::snapshot::Phase::Planning,
            totals: jobs.totals().clone(),
            flow: throughput.flow(now, options.window, 0),
            plan: planner.plan(Cap { budget: options.budget, used: Usd::ZERO }, |_| {}),
            page: looker.page(&jobs, &HashMap::new(), false),
            detail: None,
            notice: None,
            causes: Vec::new(),
            action_preview: None,
        };
        let (link, face) = match link {
            Some(link) => (link, None),
            None => connect(first),
        };
        looker.look(link.query.clone());
        let engine = Self {
            facts,
            stages,
            ledger,
            rng: fastrand::Rng::with_seed(options.seed),
            jobs,
            runtime: HashMap::new(),
            previous: replaced.into_iter().map(|(id, saved)| (id, Box::new(saved))).collect(),
            planning: Planning {
                planner,
                selection: Choices::default(),
                edit: PlanEdit::new(options.params.clone()),
                known: HashMap::new(),
                standings: Vec::new(),
                trials,
                used_before: Usd::ZERO,
            },
            scheduler: Scheduler::new(options.window),
            resilience: Resilience::new(options.max_failures, now),
            dedup: Dedup::new(earlier, memory),
            search: Search::default(),
            publisher: Publisher::new(link.snapshot, events, looker, throughput, now),
            course: Course { began_at: now, started: options.start, leaving: None },
            options,
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
        if let Some(message) = self.facts.schema_changed.clone() {
            let action =
                "run it with other parameters, or into another folder, for a batch by what it takes now".to_owned();
            self.tell(What::Notice(Notice { kind: NoticeKind::SchemaChanged, message, action }));
        }
        self.recall(known);
        // Results that a retry replaced were paid for, too.
        self.jobs.spent_besides(spent.beyond(self.jobs.totals().spent));
        self.planning.used_before = self.jobs.totals().spent.at_most + self.jobs.totals().reserved;
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
                return End::Restart(Box::new(self.begin_anew(commands).await));
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
                chunk = found.recv(), if self.planning.planner.is_walking() => match chunk {
                    Some(chunk) => self.arrive(chunk),
                    None => self.all_found(),
                },
                finished = self.scheduler.tasks.next() => {
                    self.finished(finished);
                    for _ in 1..OUTCOMES {
                        let Some(finished) = self.scheduler.tasks.try_next() else { break };
                        self.finished(finished);
                    }
                }
                () = tokio::time::sleep_until(self.options.clock.instant(next)) => {}
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
        self.options.clock.now()
    }

    /// Lets something happen to a job, and tells everybody. False if it could not happen.
    pub(super) fn happen(&mut self, id: JobId, transition: Transition) -> bool {
        let at = self.now();
        let before = self.jobs.get(id).map(|job| face(&job.state));
        let is_worth_noting = transition.is_news_to_a_later_run();
        let job = match self.jobs.apply(id, transition, at) {
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
        self.publisher.said.of_job(before, face(&job.state), at);
        self.changed(id, at);
        if ended {
            self.twin_ended(id);
        }
        true
    }

    /// Tells everybody of a job's new state.
    pub(super) fn changed(&mut self, id: JobId, at: Timestamp) {
        let job = self.jobs.get(id).filter(|_| self.publisher.events.is_some());
        if let Some(change) = job.map(|job| Box::new(view_model::change(job, at))) {
            self.tell(What::Job(change));
        }
        self.publisher.dirty = true;
    }

    /// Stops beginning new jobs, and says why.
    pub(super) fn hold(&mut self, hold: PauseReason) {
        if self.resilience.pause.is_some() && hold != PauseReason::User {
            return;
        }
        tracing::warn!(?hold, "no new jobs are begun");
        if let Some(notice) = hold.notice(self.next_try(self.now()), false) {
            self.tell(What::Notice(notice));
        }
        self.resilience.pause = Some(hold);
        self.publisher.dirty = true;
    }

    fn next_deadline(&mut self, now: Timestamp) -> Timestamp {
        let mut next = now.plus(Duration::from_hours(1));
        if let Some(Reverse((at, ..))) = self.scheduler.timers.peek() {
            next = next.min(*at);
        }
        if let Some(due) = self.search.due {
            next = next.min(due);
        }
        if let Some(due) = self.dedup.awaited.due() {
            next = next.min(due);
        }
        for due in [self.outlook_deadline(now), self.silence_deadline()].into_iter().flatten() {
            next = next.min(due);
        }
        if let Some((_, until)) = self.course.leaving {
            next = next.min(until);
        }
        if self.publisher.dirty {
            next = next.min(self.publisher.published_at.plus(PUBLISH));
        }
        if self.is_moving() || (self.publisher.throughput.began().is_some() && self.jobs.totals().in_flight > 0) {
            next = next.min(self.publisher.sampled_at.plus(SAMPLE));
        }
        if self.jobs.is_gathering() {
            // From here on, and not from when this turn began: between two slices there is time for others.
            next = next.min(self.now().plus(BETWEEN_SLICES));
        }
        // A timer that fires a hair too early must not spin.
        next.max(Timestamp(now.0 + 1))
    }
}

/// Makes a face's ends and the engine's.
fn connect(first: Snapshot) -> (Link, Option<FaceEnds>) {
    let (snapshot, watcher) = watch::channel(Arc::new(first));
    let (commands, asked) = mpsc::channel(COMMANDS);
    let query = Query::default();
    (Link { snapshot, commands: asked, query }, Some(FaceEnds { snapshot: watcher, commands }))
}
