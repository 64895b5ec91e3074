//! `fal-tui doctor`: whether a run would work from here, asked of everything that it depends on.

mod finding;
mod surroundings;

use crate::commands::disk;
use crate::commands::failure::Failure;
use crate::commands::ledger::open_ledger;
use crate::commands::process::stdout::print;
use crate::commands::run::face;
use crate::config::{Environment, Home, Settings};
use crate::engine::Pools;
use crate::fal::{ApiKey, Fal, FalError};
use crate::job::{CauseKind, clean};
use crate::ledger::LedgerError;
use crate::model::{Model, PriceSource, UnitPrice, settle};
use finding::{Finding, Verdict};

/// Less free than this is worth a word, bytes: some hundred large pictures.
const LITTLE: u64 = 1 << 30;

/// Looks at everything, and gives the status that a run would end with at once. Spends nothing and
/// uploads nothing.
pub(super) async fn doctor(
    settings: &Settings,
    environment: &Environment,
    handles: Option<u64>,
) -> Result<u8, Failure> {
    let caps = face::caps(settings, environment);
    let mut findings = vec![key(settings)];
    findings.extend(surroundings::proxy(environment));
    findings.extend(surroundings::certificates(environment));
    if let Ok(key) = &settings.key {
        findings.extend(hosts(settings, key.clone()).await);
    }
    findings.push(ledger(&settings.home).await);
    findings.extend(disk::free(&settings.home.state_dir).await.map(disk));
    findings.extend(handles.map(|handles| open_files(handles, settings.sandbox.is_some())));
    findings.push(surroundings::terminal(settings, caps));
    findings.push(surroundings::chosen(caps, environment));
    print(
        &findings.iter().map(|f| if settings.face.json { f.json() } else { f.line(caps.unicode) }).collect::<String>(),
    )?;
    let wrong = |finding: &Finding| if let Verdict::Wrong(status) = finding.verdict { Some(status) } else { None };
    Ok(findings.iter().find_map(wrong).unwrap_or(0))
}

fn key(settings: &Settings) -> Finding {
    match &settings.key {
        Ok(_) => {
            let from = settings.origins.iter().find(|origin| origin.name == "key");
            let from = from.map(|origin| origin.source.to_string()).unwrap_or_default();
            Finding::fine("key", format!("from {from}; it is never shown"))
        }
        Err(error) => Finding::wrong("key", 2, &error.to_string()),
    }
}

/// The three hosts, asked at once.
async fn hosts(settings: &Settings, key: ApiKey) -> Vec<Finding> {
    let fal = match Fal::new(settings.hosts.clone(), key) {
        Ok(fal) => fal,
        Err(error) => return vec![Finding::wrong("network", 2, &Failure::usage(&error).message)],
    };
    let endpoint = &settings.model.endpoint;
    let asked = (fal.probe_queue(endpoint), fal.probe_storage(), fal.price(endpoint), fal.look(endpoint));
    let (queue, storage, price, look) = tokio::join!(asked.0, asked.1, asked.2, asked.3);
    let takes = |url: &url::Url, what: &str| format!("{} takes the key{what}", host(url));
    let list = Model::built_in(endpoint).and_then(|model| model.list_price);
    let list = list.as_ref();
    let price = match price.map(|quotes| settle(&quotes, list, settings.spending.trust_price)) {
        Ok(Some(price @ UnitPrice { source: PriceSource::Doubted(doubt), .. })) => Finding::odd(
            "platform",
            format!(
                "{}, but {}: {endpoint} counts at {}",
                takes(&settings.hosts.api, ""),
                doubt.words(),
                price.words()
            ),
            "--trust-price takes what is said",
        ),
        Ok(Some(price)) if price.source == PriceSource::Live => {
            Finding::fine("platform", format!("{}: {endpoint} costs {}", takes(&settings.hosts.api, ""), price.words()))
        }
        Ok(_) => Finding::odd(
            "platform",
            format!("{}, but names no price for {endpoint}", takes(&settings.hosts.api, "")),
            "the price that this version was built with is used",
        ),
        // Only this ends a run: without a price it goes by the list.
        Err(error) if error.cause.kind == CauseKind::KeyRefused => unasked("platform", &settings.hosts.api, &error),
        Err(error) => Finding::odd(
            "platform",
            format!("{}: {}", host(&settings.hosts.api), error.cause),
            "runs work, with the built-in price",
        ),
    };
    let queue = queue.map_or_else(
        |error| unasked("queue", &settings.hosts.queue, &error),
        |()| Finding::fine("queue", takes(&settings.hosts.queue, "; whether the account has credit only a run shows")),
    );
    let storage = storage.map_or_else(
        |error| unasked("storage", &settings.hosts.rest, &error),
        |()| Finding::fine("storage", takes(&settings.hosts.rest, " and lets us upload")),
    );
    // Where the queue does not answer, that is said already.
    let looked = look.into_iter().flat_map(|(took, date)| surroundings::line(took, date));
    [queue, storage, price].into_iter().chain(looked).collect()
}

fn unasked(what: &'static str, url: &url::Url, error: &FalError) -> Finding {
    let failure = Failure::of_fal(error);
    let hint = failure.message.split_once("\nhint: ").map(|(_, hint)| hint.replace("; nothing was sent", ""));
    Finding { what, verdict: Verdict::Wrong(failure.status), says: format!("{}: {}", host(url), error.cause), hint }
}

fn host(url: &url::Url) -> String {
    clean(url.as_str().trim_end_matches('/')).into_owned()
}

async fn ledger(home: &Home) -> Finding {
    let looked = async {
        let ledger = open_ledger(home).await?;
        ledger.check().await?;
        let batches = ledger.batches().await?.len();
        let path = clean(&ledger.path().to_string_lossy()).into_owned();
        ledger.close().await?;
        Ok::<_, LedgerError>((path, batches))
    };
    match looked.await {
        Ok((path, 1)) => Finding::fine("ledger", format!("{path} is whole and knows one batch")),
        Ok((path, batches)) => Finding::fine("ledger", format!("{path} is whole and knows {batches} batches")),
        Err(error) => Finding::wrong("ledger", 2, &Failure::usage(&error).message),
    }
}

/// What is free where the ledger is, bytes; the plan says it of a batch's own output folder.
fn disk(free: u64) -> Finding {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let says = format!("{:.1} GB free for the ledger and the log", free as f64 / 1e9);
    if free < LITTLE {
        Finding::odd("disk", says, "make room, or keep them elsewhere with `--state-dir DIR`")
    } else {
        Finding::fine("disk", says)
    }
}

/// How many files and connections may be open at once, and what follows.
fn open_files(handles: u64, sandbox: bool) -> Finding {
    let how = "raise the limit, as with `ulimit -n 1024`";
    match Pools::within(Some(handles), sandbox) {
        Some(Pools::FULL) => Finding::fine("handles", format!("{handles} files and connections may be open at once")),
        Some(pools) => Finding::odd(
            "handles",
            format!(
                "{handles} files and connections may be open at once: {} up and {} down at a time, {} calls",
                pools.uploads, pools.downloads, pools.calls
            ),
            how,
        ),
        None => {
            let says =
                format!("{handles} files and connections may be open at once, {} are needed", Pools::least(sandbox));
            Finding::wrong("handles", 2, &format!("{says}\nhint: {how}"))
        }
    }
}
