//! The loop: it takes what happens, lets jobs change by it, begins what can be begun, and
//! publishes.

mod canary;
mod copies;
mod dispatch;
mod ends;
mod health;
mod leave;
mod lost;
mod observe;
mod outcomes;
mod perform;
mod plan;
mod publish;
mod requests;
mod review;
mod twins;
mod webhooks;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::canary::state::Canary;
use crate::engine::command::Leave;
use crate::engine::crew::{self, Crew};
use crate::engine::dedup::state::Dedup;
use crate::engine::event::What;
use crate::engine::job_table::JobTable;
use crate::engine::observing::{Came, Feed, Observed};
use crate::engine::options::{Deps, End, Handle, Options};
use crate::engine::planning::edit::PlanEdit;
use crate::engine::planning::state::{Link, Planning};
use crate::engine::publish::faces::{FaceId, Faces, Heard};
use crate::engine::publish::publisher::{PUBLISH, Publisher, SAMPLE};
use crate::engine::publish::throughput::Throughput;
use crate::engine::recovery::search::Search;
use crate::engine::resilience::ledger_health::LedgerHealth;
use crate::engine::resilience::pause::PauseReason;
use crate::engine::resilience::state::Resilience;
use crate::engine::review::state::Review;
use crate::engine::runtime::Runtime;
use crate::engine::scheduler::Scheduler;
use crate::engine::snapshot::{BatchFacts, Notice, NoticeKind, ReviewFacts, Snapshot};
use crate::engine::steps::further::Further;
use crate::engine::steps::prepare::Workshop;
use crate::engine::steps::stages::Stages;
use crate::engine::table::Looker;
use crate::engine::tasks::Pool;
use crate::job::{Job, JobId, Saved, Spent, Terms, Timestamp, Usd};
use crate::ledger::Ledger;
use crate::plan::finder::Finder;
use crate::plan::{Cap, Choices, Losing, Planner};
use crate::webhook::{Inbox, News};

/// Outcomes that are taken in between two looks at everything else.
const OUTCOMES: usize = 256;
/// How soon it is looked again whether who is told of everything has caught up: until then nothing new is begun.
const CATCHING_UP: Duration = Duration::from_millis(50);
/// How long everything else comes first while rows are gathered.
const BETWEEN_SLICES: Duration = Duration::from_millis(1);

/// The one owner of a batch's jobs. Each room's state is that room's; here they are in hand together.
pub(super) struct Engine {
    options: Options,
    facts: Arc<BatchFacts>,
    stages: Arc<Stages>,
    ledger: Ledger,
    rng: fastrand::Rng,
    /// Every job, and what is counted of them.
    jobs: JobTable,
    /// What is known of jobs on their way that no later run needs.
    runtime: HashMap<JobId, Runtime>,
    /// What earlier attempts wrote and a new one may replace.
    previous: HashMap<JobId, Box<Saved>>,
    planning: Planning,
    scheduler: Scheduler,
    resilience: Resilience,
    /// Photos that hold the same picture.
    dedup: Dedup,
    /// Lost answers that are looked for.
    search: Search,
    publisher: Publisher,
    course: Course,
}

/// Where the run stands as a whole.
#[derive(Debug)]
struct Course {
    began_at: Timestamp,
    /// Whether the plan was confirmed.
    started: bool,
    /// The photos that go first.
    canary: Canary,
    /// Whether a person goes back to the plan.
    back: bool,
    /// Whether all that is there has ended, and photos that appear are waited for.
    rests: bool,
    /// Jobs of earlier runs that rest as they are.
    resting: usize,
    /// What people make of results.
    review: Review,
    /// Those who work on the batch, where nothing of it is done here.
    observed: Option<Observed>,
    /// The others, of a batch that many work on.
    crew: Option<Crew>,
    /// By which signal it is being left, if by one, and until when answers to paid calls are waited for.
    leaving: Option<(Option<i32>, Timestamp)>,
}

impl Engine {
    /// Starts an engine on the current runtime.
    pub(super) fn spawn(options: Options, deps: Deps) -> Handle {
        let now = options.world.clock.now();
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
            canary,
            feed,
            events,
            link,
        } = deps;
        let facts = Arc::new(options.facts.clone());
        let endpoint = options.model.endpoint.clone();
        let terms =
            Terms { model: endpoint.to_string(), params: options.params.canonical(), service: options.service.clone() };
        let (start_timeout, terms) = (options.limits.start_timeout, Arc::new(terms));
        let (gives, workshop) = (options.model.gives, Workshop::new(output.written()));
        let health = LedgerHealth::new(ledger.health());
        let further = Further::new(ledger.clone(), options.service.clone(), options.world.clock);
        let send = options.manner.send;
        let stages =
            Arc::new(Stages { fal, endpoint, gives, start_timeout, send, writer, output, workshop, further, terms });
        let jobs = JobTable::new(options.price.clone(), options.params.clone(), options.model.clone());
        let losing = Losing::of(gives, stages.output.written());
        let mut planner =
            Planner::new(options.price.clone(), notes, losing).ruled(Arc::clone(&options.rules)).sending(send);
        let throughput = Throughput::default();
        let first = Snapshot {
            batch: Arc::clone(&facts),
            phase: crate::engine::snapshot::Phase::Planning,
            totals: jobs.totals().clone(),
            flow: throughput.flow(now, options.limits.window, 0),
            plan: planner.plan(Cap { budget: options.limits.budget, used: Usd::ZERO }, |_| {}),
            page: Looker::default().page(&jobs, &HashMap::new(), false),
            detail: None,
            notice: None,
            causes: Vec::new(),
            action_preview: None,
            canary: None,
            refused: None,
            comparison: None,
            overview: None,
            review: ReviewFacts::default(),
        };
        let (all_faces, face) = if let Some(Link(all_faces)) = link {
            (all_faces, None)
        } else {
            let (all_faces, ends) = Faces::with_own(first);
            (all_faces, Some(ends))
        };
        let dedup = Dedup::new((facts.id, feed.part().is_some()), Arc::clone(&stages.terms), earlier, memory);
        let engine = Self {
            facts,
            stages,
            ledger,
            rng: fastrand::Rng::with_seed(options.world.seed),
            jobs,
            runtime: HashMap::new(),
            previous: replaced.into_iter().map(|(id, saved)| (id, Box::new(saved))).collect(),
            planning: Planning {
                planner,
                selection: Choices::default(),
                edit: PlanEdit::new(options.params.clone()),
                known: Finder::default(),
                changed: HashMap::new(),
                standings: Vec::new(),
                trials,
                waiting: Vec::new(),
                used_before: Usd::ZERO,
            },
            scheduler: Scheduler::new(options.limits.window, options.world.webhooks.is_some()),
            resilience: Resilience::new(options.limits.max_failures, health, now),
            dedup,
            search: Search::default(),
            publisher: Publisher::new(all_faces, events, throughput, now),
            course: Course {
                began_at: now,
                started: options.manner.start.at_once,
                canary: Canary::new(options.manner.start.canary, canary.as_deref()),
                back: false,
                rests: false,
                resting: 0,
                review: Review::default(),
                observed: feed.observed(),
                crew: feed.part().map(Crew::new),
                leaving: None,
            },
            options,
        };
        let ended = tokio::spawn(engine.run(known, spent, feed));
        Handle { ended, face }
    }

    async fn run(mut self, known: Vec<Box<Job>>, spent: Spent, mut feed: Feed) -> End {
        self.tell(What::Opened(Arc::clone(&self.facts)));
        if let Some(message) = self.facts.schema_changed.clone() {
            let action =
                "run it with other parameters, or into another folder, for a batch by what it takes now".to_owned();
            self.tell(What::Notice(Notice { kind: NoticeKind::SchemaChanged, message, action }));
        }
        if self.options.limits.budget.is_some() {
            self.jobs.hold_cap(&known);
        }
        self.recall(known);
        // Results that a retry replaced were paid for, too.
        self.jobs.spent_besides(spent.beyond(self.jobs.totals().spent));
        self.planning.used_before = self.jobs.totals().spent.at_most + self.jobs.totals().reserved;
        self.begin_as_asked();
        let ending = loop {
            let now = self.now();
            self.run_timers(now);
            self.look_if_due(now);
            self.look_out(now);
            self.tend_canary();
            self.tend_webhooks(now);
            self.hurry(now);
            self.tell_at_once();
            self.dispatch(now);
            self.tell_plan(true);
            self.break_silence(now);
            self.tell_watching();
            self.publish(now);
            if let Some(ending) = self.ending(now) {
                break ending;
            }
            if self.is_to_begin_anew() {
                return End::Restart(Box::new(Box::pin(self.begin_anew(feed.photos())).await));
            }
            let next = self.next_deadline(now);
            tokio::select! {
                heard = self.publisher.faces.next() => match heard {
                    Heard::Asked(face, command) => self.take_command(face, command),
                    // Without its own face nobody might ever stop it; others come and go.
                    Heard::Gone(FaceId::OWN) => self.leave(Leave::Running, None),
                    Heard::Gone(_) => {}
                    Heard::Knocked(knock) => self.let_in(knock),
                },
                came = feed.next(&self.stages.writer), if self.awaits() && self.takes_more() => match came {
                    Came::Arrival(arrival) => self.arrival(arrival),
                    Came::Sighting(sighting) => self.sighted(sighting),
                },
                () = crew::changed(self.course.crew.as_mut()) => self.share_changed(),
                finished = self.scheduler.tasks.next() => {
                    self.finished(finished);
                    // What is ready to run does so first: what it comes to is taken up in this same turn.
                    tokio::task::yield_now().await;
                    for _ in 1..OUTCOMES {
                        let Some(finished) = self.scheduler.tasks.try_next() else { break };
                        self.finished(finished);
                    }
                }
                () = self.resilience.ledger.changed() => self.ledger_changed(),
                news = heard(self.options.world.webhooks.as_ref()) => self.heard(news),
                () = tokio::time::sleep_until(self.options.world.clock.instant(next)) => {}
            }
        };
        End::Over(Box::pin(self.close(ending)).await)
    }

    fn now(&self) -> Timestamp {
        self.options.world.clock.now()
    }

    /// Stops beginning new jobs, and says why.
    fn hold(&mut self, hold: PauseReason) {
        if self.resilience.pause.is_some() && hold != PauseReason::User {
            return;
        }
        tracing::warn!(?hold, "no new jobs are begun");
        match (&hold, hold.notice(self.next_try(self.now()), false)) {
            (PauseReason::Canary(figures), Some(notice)) => self.tell(What::Canary(*figures, notice)),
            (_, Some(notice)) => self.tell(What::Notice(notice)),
            (_, None) => {}
        }
        self.resilience.pause = Some(hold);
        self.publisher.dirty = true;
    }

    fn next_deadline(&mut self, now: Timestamp) -> Timestamp {
        let mut next = now.plus(Duration::from_hours(1));
        if let Some(at) = self.scheduler.next_timer() {
            next = next.min(at);
        }
        if let Some(due) = self.course.review.writing.due().filter(|_| self.scheduler.tasks.count(Pool::Words) == 0) {
            next = next.min(due);
        }
        if let Some(due) = self.scheduler.allowance.next(now).filter(|_| !self.scheduler.to_call.is_empty()) {
            next = next.min(due);
        }
        if !self.publisher.is_heard() {
            // Nobody says when those who are told have caught up.
            next = next.min(now.plus(CATCHING_UP));
        }
        if let Some(due) = self.search.due {
            next = next.min(due);
        }
        if let Some(due) = self.course.crew.as_ref().and_then(|crew| crew.asks_again(now)) {
            next = next.min(due);
        }
        if let Some(due) = self.dedup.awaited.due() {
            next = next.min(due);
        }
        for due in
            [self.look_out_deadline(now), self.silence_deadline(), self.webhooks_deadline()].into_iter().flatten()
        {
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
        if let Some(due) = self.overview_due() {
            next = next.min(due);
        }
        if self.jobs.is_any_gathering() {
            // From here on, and not from when this turn began: between two slices there is time for others.
            next = next.min(self.now().plus(BETWEEN_SLICES));
        }
        // A timer that fires a hair too early must not spin.
        next.max(Timestamp(now.0 + 1))
    }
}

/// What webhooks say, once they say something.
async fn heard(webhooks: Option<&Inbox>) -> News {
    match webhooks {
        Some(inbox) => inbox.news().await,
        None => std::future::pending().await,
    }
}
