//! Running a batch: everything is checked before anything is sent.

mod detach;
pub(super) mod face;
mod forget;
pub(super) mod go_on;
mod not_begun_yet;
mod purpose;
pub(super) mod records;
mod shared;
mod watch;
pub(super) mod work;

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use tokio::sync::mpsc;

use self::face::Face;
use self::go_on::how_to_go_on;
use self::not_begun_yet::not_begun_yet;
pub(in crate::commands) use self::purpose::{Again, Purpose};
use self::shared::Handing;
use self::watch::{Seen, watch};
use self::work::{Begun, Over, Work};
use crate::attach::{Clerk, Host};
use crate::commands::attach;
use crate::commands::attach::host::{self, Let};
use crate::commands::batch::Batch;
use crate::commands::disk;
use crate::commands::earlier;
use crate::commands::failure::Failure;
use crate::commands::finish::Finish;
use crate::commands::ledger::open_ledger;
use crate::commands::models;
use crate::commands::models::Chosen;
use crate::commands::plan;
use crate::commands::price;
use crate::commands::process::log;
use crate::commands::process::signals;
use crate::commands::process::streams::Streams;
use crate::commands::sandbox;
use crate::config::{Environment, Settings, Webhook, names};
use crate::engine::snapshot::Notice;
use crate::engine::{Clock, Ending, Event, Handle, Pools};
use crate::fal::{ApiKey, Fal, Hosts};
use crate::headless::{self, Form};
use crate::job::{BatchId, Service, clean};
use crate::ledger::Ledger;
use crate::os::Ends;
use crate::output::Output;
use crate::picture::Thumbs;
use crate::sandbox::Sandbox;
use crate::webhook::{Bound, Inbox, Listening};

/// Events that may lie unread before nothing new is begun.
const EVENTS: usize = 16_384;

/// Runs a batch, or another go of it; gives the exit status.
pub(in crate::commands) async fn run(
    settings: &Settings,
    environment: &Environment,
    handles: Option<u64>,
    purpose: Purpose,
) -> Result<u8, Failure> {
    let part = match &purpose {
        Purpose::Review(_) | Purpose::Enqueue => detach::Part::Plain,
        _ => detach::Part::of(settings, environment),
    };
    match part {
        detach::Part::Plain => {}
        detach::Part::Starts => return Box::pin(detach::start(settings)).await,
        detach::Part::Runs => detach::begin()?,
    }
    let mut known = None;
    let finish = Finish::new(settings, environment);
    let mut signals = Ends::listen().map_err(|error| Failure::usage(&error))?;
    let ready = tokio::select! {
        ready = Box::pin(make_ready(settings, environment, handles, purpose, &mut known)) => ready,
        signal = signals.next() => Err(Failure::signalled(signal)),
        never = not_begun_yet(io::stderr().is_terminal(), |text| drop(io::stderr().write_all(text.as_bytes()))) => {
            match never {}
        }
    };
    let ready = match ready {
        Ok(ready) => ready,
        Err(failure) => {
            let end = headless::early_end(Clock::start().now(), known, failure.notice().as_ref(), failure.status);
            // Wrong usage is told to whoever typed it.
            if failure.status != 2 {
                // Its last line is the `batch` event.
                finish.tell(end.lines().next_back().unwrap_or_default()).await;
            }
            if settings.face.json {
                // The failure itself goes to stderr, whoever reads this or not.
                let _ = io::stdout().write_all(end.as_bytes());
            }
            return Err(failure);
        }
    };
    if part == detach::Part::Runs {
        let facts = ready.batch.facts(ready.begun.opened.id, settings);
        detach::has_begun(settings, facts.id, facts.state_dir.as_deref(), ready.host.as_ref().err().cloned());
    }
    Box::pin(see_through(ready, signals, &finish)).await
}

/// With too few handles something would be paid for that could not be saved.
fn too_few(handles: Option<u64>, sandbox: bool) -> Failure {
    Failure::refusal(format!(
        "nothing was sent: this process may hold {} files and connections open, and needs {}\nhint: raise the limit, as with `ulimit -n 1024`",
        handles.unwrap_or_default(),
        Pools::least(sandbox)
    ))
}

/// A run that has begun.
struct Ready {
    face: Face,
    ledger: Ledger,
    server: Option<Sandbox>,
    /// Hears webhooks.
    listening: Option<Listening>,
    output: Output,
    work: Work,
    batch: Batch,
    begun: Begun,
    heard: mpsc::Receiver<Event>,
    /// Where others come in, or why they cannot.
    host: Result<Host, String>,
    /// Who tells of it through a shared ledger.
    clerk: Option<Clerk>,
    /// What it is handed to workers with, if it is.
    handing: Option<Handing>,
}

/// Checks everything and begins. `known` is the batch's number as soon as that is known.
async fn make_ready(
    settings: &Settings,
    environment: &Environment,
    handles: Option<u64>,
    purpose: Purpose,
    known: &mut Option<BatchId>,
) -> Result<Ready, Failure> {
    let reviews = matches!(purpose, Purpose::Review(_));
    let face = match purpose {
        Purpose::Review(_) => Face::review(settings, environment),
        Purpose::Work(_) | Purpose::Enqueue => Ok(Face::told(settings, environment)),
        Purpose::Run | Purpose::Again(_) => Face::choose(settings, environment),
    }?;
    let pools = Pools::within(handles, settings.sandbox.is_some());
    let pools = pools.ok_or_else(|| too_few(handles, settings.sandbox.is_some()))?;
    let ledger = open_ledger(&settings.home).await?;
    let (known_batch, kept) = match purpose.batch(&ledger).await? {
        Some(id) => (Some(Batch::known(&ledger, id).await?), ledger.captions(id).await?),
        None => (None, None),
    };
    let course = purpose.course(&ledger).await?;
    // The same files come out as of the run that began it.
    let settings = &settings.with_written_kept(kept.as_deref());
    log::start(settings)?;
    let place = match settings.telling.webhook {
        Some(Webhook::Own(at, _)) => Some(Bound::at(at).await.map_err(|error| Failure::usage(&error))?),
        Some(Webhook::Other(_)) | None => None,
    };

    let service = known_batch.as_ref().map_or_else(|| settings.service(), |batch| batch.key.service.clone());
    let (server, hosts, key) =
        if reviews { to_look(settings, &service).await } else { account(settings, &service).await }?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), %hosts, %face, "started");
    let fal = Fal::new(hosts, key)?.telling(settings.telling.webhook.as_ref().map(|webhook| webhook.url().clone()));
    let (batch, quotes) = if let Some(batch) = known_batch {
        // Who only looks is not kept waiting by a network that is not there: the list price stands in.
        let quotes = if reviews { Ok(Vec::new()) } else { price::quotes(&fal, &batch.model.endpoint).await };
        (batch, quotes)
    } else {
        let asked = (models::chosen(settings, Some(&fal)), price::quotes(&fal, &settings.model.endpoint));
        let (chosen, quotes) = tokio::join!(asked.0, asked.1);
        let chosen = chosen?.in_use()?;
        let batch = new_batch(settings, &ledger, service, chosen).await?;
        // On the plan of the dashboard what is missing is asked for.
        if settings.sending.yes || matches!(face, Face::Told { .. }) {
            batch.complete()?;
        }
        (batch, quotes)
    };
    *known = ledger.batch_of(&batch.key).await?;
    let quotes = quotes.map_err(|error| Failure::of_fal(&error))?;
    let unit_price = price::settled(&fal, &quotes, &batch.model, settings.spending.trust_price).await;
    let named_price = price::named(&quotes, &batch.model, unit_price.as_ref());
    let batch = batch.with_files(&ledger).await?;
    let told = matches!(face, Face::Told { .. });
    purpose.check_cap(&batch, course, settings.spending.budget, unit_price.as_ref())?;
    let retry_failed = match &purpose {
        Purpose::Again(again) => Some(again.failed.clone()),
        Purpose::Review(_) | Purpose::Work(_) => None,
        Purpose::Run | Purpose::Enqueue => batch.again(settings),
    };
    // What workers take was confirmed when it was handed to them.
    if told && course.is_none() && !settings.may_start_headless() {
        plan::refuse_unconfirmed(settings, &batch, &ledger, &fal, unit_price.clone(), retry_failed.as_ref()).await?;
    }

    let webhooks = place.is_some().then(Inbox::default);
    let listening = place.zip(webhooks.clone()).map(|(place, inbox)| place.listen(fal.clone(), inbox));
    let output = batch.output(settings)?;
    let (events, heard) = mpsc::channel(EVENTS);
    let work = Work {
        fal,
        ledger: ledger.clone(),
        output: output.clone(),
        price: unit_price,
        named_price,
        disk_free: disk::free(&batch.key.output).await,
        form: if let Face::Told { form, .. } = &face { Some(*form) } else { None },
        forgets: server.is_some(),
        pools,
        retry_failed,
        reviews,
        course,
        enqueues: matches!(purpose, Purpose::Enqueue),
        settings: settings.clone(),
        webhooks,
    };
    let mut begun = work.begin(&batch, told.then_some(events)).await?;
    let door = begun.handle.face.as_ref().map(|ends| ends.door.clone());
    let standing = begun.post.as_ref().map(|post| post.standing).unwrap_or_default();
    let handing = work.enqueues.then(|| Handing::new(&work, &batch, standing));
    let clerk = begun.post.take().zip(door.clone()).map(|(post, door)| Clerk::begin(ledger.clone(), post, door));
    let host = door.ok_or_else(|| "there is no way to the engine".to_owned()).and_then(|door| {
        let run = Let { settings: &work.settings, fal: &work.fal, batch: begun.opened.id, door, face: face.word() };
        host::open(&attach::places(settings, environment), run)
    });
    Ok(Ready { face, ledger, server, listening, output, work, batch, begun, heard, host, clerk, handing })
}

/// The batch of a command line, as the ledger has it if it does.
async fn new_batch(settings: &Settings, ledger: &Ledger, service: Service, chosen: Chosen) -> Result<Batch, Failure> {
    let batch = earlier::as_written(ledger, Batch::of(settings, service, chosen)?).await?;
    models::pinned(ledger, batch, &settings.model).await
}

/// Shows a run that has begun until it ends, and writes down what came of it.
async fn see_through(ready: Ready, signals: Ends, finish: &Finish) -> Result<u8, Failure> {
    let Ready { face, ledger, server, listening, output, work, batch, begun, heard, host, clerk, handing } = ready;
    let host = host.ok();
    let is_worker = work.course.is_some();
    let is_json = matches!(face, Face::Told { form: Form::Json, .. });
    let Begun { opened, handle: Handle { ended, face: ends }, .. } = begun;
    let ends = ends.ok_or_else(|| Failure::refusal("there is no way to the engine"))?;
    let models = models::serve(work.settings.clone(), work.fal.clone());
    let thumbs = Some(records::thumbs(&work.settings));
    let ended = tokio::spawn(work.see_through(batch, opened, ended));
    let mut streams = Streams::of(is_worker).map_err(|error| Failure::disk(&error))?;
    let Seen { over: Over { end, opened, model, changed, undeleted }, told, trouble, hung_up } =
        watch(face, signals, (ends, models), ended, heard, &mut streams).await?;
    drop(listening);
    drop(clerk);

    // Of many workers the last writes down what came of all.
    let writes = !is_worker || ledger.part(opened.id).await.unwrap_or_default();
    // Who stopped it does not wait for pictures.
    let has_page = end.as_ref().is_ok_and(|summary| summary.exit_status() < 128);
    let put_down =
        if writes { put_down(&ledger, &output, opened.id, thumbs.filter(|_| has_page)).await } else { Ok(()) };
    let (said, failed) = match handing {
        Some(handing) if has_page => match handing.hand_over(&ledger, opened.id).await {
            Ok(said) => (Some(said), Ok(())),
            Err(failure) => (None, Err(failure)),
        },
        _ => (None, Ok(())),
    };
    drop(opened.hold);
    let closed = ledger.close().await.map_err(|error| Failure::disk(&error));
    drop(server);
    let summary = end.as_ref().ok().filter(|summary| summary.ending != Ending::NotStarted).cloned();
    if hung_up {
        host::end(host, summary.as_ref(), Ok(&129)).await;
        if let Some(summary) = &summary {
            finish.tell(&headless::batch_event(Clock::start().now(), summary, 129)).await;
        }
        // The terminal is gone: it is touched no more.
        signals::end(1);
    }
    if model.is_some() || !changed.is_empty() {
        let _ = io::stdout().write_all(how_to_go_on(model.as_ref(), &changed).as_bytes());
    }
    let status = match (end, trouble) {
        (Ok(summary), Some(trouble)) => Err(trouble.after(&summary)),
        (Ok(summary), None) => {
            // What ended the run says more than what could not be written down because of it.
            let status = summary.exit_status();
            let instead = |failure: Failure| if status == 0 { failure } else { Failure { status, ..failure } };
            put_down.and(failed).and(closed).map_err(instead).map(|()| status)
        }
        (Err(failure), _) => Err(failure),
    };
    host::end(host, summary.as_ref(), status.as_ref()).await;
    if let Some(undeleted) = undeleted {
        tracing::warn!(%undeleted, "not all is deleted at fal");
        let _ = writeln!(streams.err, "fal-tui: {undeleted}");
    }
    if let Some(said) = said.as_ref().filter(|_| !is_json) {
        let _ = writeln!(io::stdout(), "{}\nhint: {}", said.message, said.action);
    }
    let shown = tell_end(told, status.as_ref(), said, is_json.then_some(opened.id), &mut streams);
    streams.end();
    let exit = status.as_ref().map_or_else(|failure| failure.status, |status| *status);
    if let Some(summary) = &summary {
        finish.tell(&headless::batch_event(Clock::start().now(), summary, exit)).await;
    }
    shown.and(status)
}

/// Writes down what came of a batch: its records, and where pictures for it can be made its page.
async fn put_down(
    ledger: &Ledger,
    output: &Output,
    batch: BatchId,
    thumbs: Option<Arc<Thumbs>>,
) -> Result<(), Failure> {
    records::put_down_all(ledger, batch, output.clone()).await?;
    match thumbs {
        Some(thumbs) => records::put_page(ledger, batch, output, thumbs, Arc::default()).await.map(drop),
        None => Ok(()),
    }
}

/// The last word of a run that is told: what is written by now, and how the process ends.
fn tell_end(
    told: Option<headless::Told>,
    status: Result<&u8, &Failure>,
    said: Option<Notice>,
    json: Option<BatchId>,
    streams: &mut Streams,
) -> Result<(), Failure> {
    let now = Clock::start().now();
    let (exit, notice) = match status {
        Ok(status) => (*status, said),
        Err(failure) => (failure.status, failure.notice()),
    };
    match (told, json) {
        (Some(told), _) => told.end(now, exit, notice, &mut streams.out, &mut streams.err)?,
        // The engine went away without a word. A reader who is gone does not mind.
        (None, Some(batch)) if status.is_err() => {
            let _ = streams.out.write_all(headless::early_end(now, Some(batch), notice.as_ref(), exit).as_bytes());
        }
        _ => {}
    }
    Ok(())
}

/// Whom to talk to: fal with the user's key, or a sandbox that is started here. A batch that is gone on
/// with by its number goes where it was.
async fn account(settings: &Settings, service: &Service) -> Result<(Option<Sandbox>, Hosts, ApiKey), Failure> {
    if *service != settings.service() {
        return Err(elsewhere(service, &settings.service()));
    }
    match &settings.sandbox {
        Some(shape) => {
            let server = sandbox::start(shape, 0).await?;
            let (hosts, key) = sandbox::account(&server)?;
            Ok((Some(server), hosts, key))
        }
        None => Ok((None, settings.hosts.clone(), settings.key.clone().map_err(|why| Failure::no_key(&why))?)),
    }
}

/// The same for who looks at results: a sandbox is started for its own batches, and without a key nothing can be made again,
/// which is said when it is tried.
async fn to_look(settings: &Settings, service: &Service) -> Result<(Option<Sandbox>, Hosts, ApiKey), Failure> {
    if *service == Service::Sandbox {
        let shape = settings.sandbox.clone().unwrap_or_default();
        let server = sandbox::start(&shape, 0).await?;
        let (hosts, key) = sandbox::account(&server)?;
        return Ok((Some(server), hosts, key));
    }
    account(settings, service).await
}

/// A batch cannot be gone on with at another service: neither its requests nor its results are there.
fn elsewhere(was: &Service, now: &Service) -> Failure {
    let hint = match (was, now) {
        (Service::Sandbox, _) => "give --sandbox, so that nothing is charged for it".to_owned(),
        (_, Service::Sandbox) => "leave out --sandbox, or run the folder itself with it".to_owned(),
        (Service::Fal, _) => format!("unset {} to go on with it at fal", names::FAL_TUI_QUEUE_URL),
        (..) => format!("{} says where it goes on", names::FAL_TUI_QUEUE_URL),
    };
    let name = |service: &Service| match service {
        Service::Sandbox => "a sandbox".to_owned(),
        service => clean(service.name()).into_owned(),
    };
    Failure::refusal(format!("this batch was sent to {}, not to {}\nhint: {hint}", name(was), name(now)))
}
