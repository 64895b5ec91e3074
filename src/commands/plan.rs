//! The plan without the run: what would be sent, skipped and paid.

use std::io::{self, Write};

use crate::commands::batch::Batch;
use crate::commands::earlier;
use crate::commands::earlier::remember::{Remembered, remember};
use crate::commands::failure::Failure;
use crate::commands::ledger::open_ledger;
use crate::commands::models;
use crate::commands::price;
use crate::commands::process::stdout::print;
use crate::commands::prompts;
use crate::commands::sandbox;
use crate::config::Settings;
use crate::engine::Clock;
use crate::fal::Fal;
use crate::headless;
use crate::job::BatchId;
use crate::ledger::Ledger;
use crate::model::UnitPrice;
use crate::output::as_saved;
use crate::plan::{Basis, Failed, draw};
use crate::sandbox::Sandbox;

/// `fal-tui plan`. Spends nothing, uploads nothing, and works without a key and a network: then the
/// list price stands for fal's own. A sandbox is started to say its own.
pub(super) async fn plan(settings: &Settings) -> Result<u8, Failure> {
    let ledger = open_ledger(&settings.home).await?;
    // Its server is there for as long as it is asked.
    let (_server, fal) = service(settings).await?;
    let chosen = models::chosen(settings, fal.as_ref()).await?.in_use()?;
    let batch = Batch::of(settings, settings.service(), chosen)?;
    batch.complete()?;
    let batch = earlier::as_written(&ledger, batch).await?;
    let batch = models::pinned(&ledger, batch, &settings.model).await?.with_files(&ledger).await?;
    let list = || batch.model.list_price.clone();
    let live = match &fal {
        Some(fal) => {
            price::unit_price(fal, &batch.model, settings.spending.trust_price).await.unwrap_or_else(|_| list())
        }
        None => list(),
    };
    let again = batch.again(settings);
    let remembered = remember(settings, &batch, &ledger, fal.as_ref()).await?;
    print(&text(settings, &batch, &ledger, live, again.as_ref(), &remembered).await?)
}

/// The service that is asked, if it can be without a key.
pub(super) async fn service(settings: &Settings) -> Result<(Option<Sandbox>, Option<Fal>), Failure> {
    Ok(match (&settings.sandbox, &settings.key) {
        (Some(shape), _) => {
            let server = sandbox::start(shape, 0).await?;
            let (hosts, key) = sandbox::account(&server)?;
            (Some(server), Some(Fal::new(hosts, key)?))
        }
        (None, Ok(key)) => (None, Some(Fal::new(settings.hosts.clone(), key.clone())?)),
        (None, Err(_)) => (None, None),
    })
}

/// Headless and unconfirmed: the plan goes out, and nothing else.
///
/// # Errors
/// Always: that is the point.
pub(super) async fn refuse_unconfirmed(
    settings: &Settings,
    batch: &Batch,
    ledger: &Ledger,
    fal: &Fal,
    price: Option<UnitPrice>,
    again: Option<&Failed>,
) -> Result<(), Failure> {
    let remembered = remember(settings, batch, ledger, Some(fal)).await?;
    let text = text(settings, batch, ledger, price, again, &remembered).await?;
    let mut out = io::stdout().lock();
    // The refusal stands whether or not anybody reads the plan.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    Err(Failure::refusal(
        "nothing was sent: this run would be paid for, and nobody is here to confirm it\nhint: --yes starts it, --budget USD starts it with a cap",
    ))
}

async fn text(
    settings: &Settings,
    batch: &Batch,
    ledger: &Ledger,
    price: Option<UnitPrice>,
    retry_failed: Option<&Failed>,
    Remembered { memory, notes }: &Remembered,
) -> Result<String, Failure> {
    let id = known(ledger, batch).await?;
    let (model, params, service) = (&batch.model, &batch.params, &batch.key.service);
    let trials = &as_saved(&batch.key.output, ledger.trials(&batch.key).await?).await;
    let walks = batch.inputs.is_some();
    let (budget, written) = (settings.spending.budget, &settings.written);
    let about = Basis {
        model,
        params,
        price,
        service,
        memory,
        notes,
        trials,
        ledger,
        batch: id,
        retry_failed,
        budget,
        written,
        send: settings.which.send,
        rules: &batch.rules,
        walks,
    };
    let found = batch.walk(settings);
    let (plan, skipped) = draw(about, prompts::filled(batch, id, ledger, found)).await?;
    let facts = batch.facts(id, settings);
    Ok(if settings.face.json {
        format!("{}\n", headless::plan_event(Clock::start().now(), &facts, &plan, &skipped).trim_end())
    } else {
        headless::plan_text(&facts, &plan, &skipped)
    })
}

/// The batch's number in the ledger, without making it known. A batch that is not has number 0.
async fn known(ledger: &Ledger, batch: &Batch) -> Result<BatchId, Failure> {
    Ok(ledger.batch_of(&batch.key).await?.unwrap_or(BatchId(0)))
}
