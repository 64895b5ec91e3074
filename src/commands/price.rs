//! What is asked of fal before anything is sent: whether it is there, and what the model costs.

use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::commands::failure::Failure;
use crate::fal::{Fal, FalError};
use crate::job::{CauseKind, Class, EndpointId, clean};
use crate::model::{Model, Params, PriceSource, Quote, Unit, UnitPrice, settle};

/// How long the price is waited for. A person sits before an empty screen meanwhile, and there is a
/// list price.
const PRICE: Duration = Duration::from_secs(6);
/// How long the queue's answer is waited for: longer than a connection may take. One that is there and
/// says nothing is slow, not missing, and the run waits for it.
const QUEUE: Duration = Duration::from_secs(12);
/// How soon an answer needs no word.
const SOON: Duration = Duration::from_secs(2);
/// How long after the first try another one is made.
const FIND: Duration = Duration::from_secs(3);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(600);

/// Asks fal for the price; if it gives none, takes the list price that we were built with.
///
/// # Errors
/// As those of [`quotes`].
pub(super) async fn unit_price(fal: &Fal, model: &Model, trusts: bool) -> Result<Option<UnitPrice>, FalError> {
    let quotes = quotes(fal, &model.endpoint).await?;
    Ok(settled(fal, &quotes, model, trusts).await)
}

/// What to make of the prices that are named. Where nobody can count the unit beforehand, fal is asked what
/// requests cost so far.
pub(super) async fn settled(fal: &Fal, quotes: &[Quote], model: &Model, trusts: bool) -> Option<UnitPrice> {
    let price = settle(quotes, model.list_price.as_ref(), trusts)?;
    let is_countable = match price.unit {
        Unit::Megapixel => model.knows_size(),
        Unit::Image | Unit::Generation | Unit::Request => true,
        Unit::Seconds(_) => model.knows_length(),
        Unit::Other(_) => false,
    };
    if is_countable || price.source != PriceSource::Live {
        return Some(price);
    }
    let so_far = match timeout(PRICE, again(|| fal.cost_so_far(&model.endpoint))).await {
        Ok(Ok(usd)) => usd,
        Ok(Err(error)) => {
            tracing::info!(%error, "what it cost so far is not known");
            None
        }
        Err(_) => None,
    };
    Some(UnitPrice { source: so_far.map_or(price.source, PriceSource::Learned), ..price })
}

/// What is named as the price, where `counts` is in doubt: a person may take it.
pub(super) fn named(quotes: &[Quote], model: &Model, counts: Option<&UnitPrice>) -> Option<UnitPrice> {
    let is_live = |price: &UnitPrice| price.source == PriceSource::Live;
    counts.filter(|price| price.source.doubt().is_some())?;
    settle(quotes, model.list_price.as_ref(), true).filter(is_live)
}

/// Asks fal for the price. This is also where a refused key or a dead network shows, at no cost.
///
/// # Errors
/// If the key is refused, or the queue cannot be reached at all. The API that knows prices is not the
/// one that runs models: without it all goes on.
pub(super) async fn quotes(fal: &Fal, endpoint: &EndpointId) -> Result<Vec<Quote>, FalError> {
    let hosts = fal.hosts();
    let price = told("the price", &hosts.api, timeout(PRICE, again(|| fal.price(endpoint))));
    let queue = told("an answer", &hosts.queue, timeout(QUEUE, again(|| fal.reach(endpoint))));
    let (live, reached) = tokio::join!(price, queue);
    let live = match live {
        Ok(Err(error)) if error.cause.kind == CauseKind::KeyRefused => return Err(error),
        Ok(Err(error)) => {
            tracing::info!(%error, source = ?error.source, "no live price");
            Vec::new()
        }
        Ok(Ok(price)) => price,
        Err(_) => {
            tracing::info!("no live price within {PRICE:?}");
            Vec::new()
        }
    };
    reached.unwrap_or(Ok(()))?;
    Ok(live)
}

/// Waits, and says for what on stderr if that takes a while: no face is there yet.
async fn told<T>(what: &str, of: &Url, answer: impl Future<Output = T>) -> T {
    let mut answer = pin!(answer);
    if let Ok(answer) = timeout(SOON, &mut answer).await {
        return answer;
    }
    let of = clean(of.as_str().trim_end_matches('/')).into_owned();
    // Whoever does not listen misses nothing that counts.
    let _ = io::stderr().write_all(format!("waiting for {what} from {of}…\n").as_bytes());
    answer.await
}

/// Whether a cap can be kept.
///
/// # Errors
/// If what a photo costs is not known before it is paid for.
pub(super) fn check_cap(model: &Model, params: &Params, price: Option<&UnitPrice>) -> Result<(), Failure> {
    let why = match price {
        Some(price) if params.holds_cap(price) => return Ok(()),
        Some(price @ UnitPrice { unit, source: PriceSource::Doubted(doubt), .. })
            if !matches!(unit, Unit::Other(_)) =>
        {
            format!("is said to cost {}, and {}; --trust-price believes it", price.words(), doubt.words())
        }
        Some(price) => {
            format!("costs {}, and how much of that a photo takes is not known beforehand", price.words())
        }
        None => "has no price that is known".to_owned(),
    };
    Err(Failure::refusal(format!(
        "{} {why}, so a budget could not be kept\nhint: run it without --budget, or see its price at fal.ai",
        model.endpoint
    )))
}

/// Makes a call that costs nothing, again if what failed may pass.
pub(super) async fn again<T, F>(call: impl Fn() -> F) -> Result<T, FalError>
where
    F: Future<Output = Result<T, FalError>>,
{
    let begun = Instant::now();
    loop {
        match call().await {
            Err(FalError { class: Class::Transient { .. }, .. }) if begun.elapsed() < FIND => sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
}
