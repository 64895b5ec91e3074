//! What an engine is started with where a test has no wishes of its own.

use std::collections::HashSet;

use fal_tui::engine::snapshot::BatchFacts;
use fal_tui::engine::{Clock, Limits, Manner, Options, Pools, Start, World};
use fal_tui::job::{BatchId, MaxFailures, RetryPolicy, Service, Usd};
use fal_tui::model::{Model, Params, PriceSource, Unit, UnitPrice};

/// One run of a batch of new photos at $0.10 a megapixel, started at once, that ends when all is done.
pub(crate) fn options(id: BatchId, model: Model, params: Params) -> Options {
    let facts = BatchFacts {
        named_price: None,
        id,
        from: vec!["photos".to_owned()],
        to: "out".to_owned(),
        output: String::new(),
        endpoint: model.endpoint.to_string(),
        params: Vec::new().into(),
        growth: None,
        budget: None,
        sandbox: false,
        elsewhere: None,
        state_dir: None,
        log_file: String::new(),
        schema_changed: None,
        few_files: None,
    };
    Options {
        facts,
        model,
        params,
        service: Service::stand_in("http", "127.0.0.1"),
        price: Some(UnitPrice { usd: Usd::from_f64(0.1).unwrap(), unit: Unit::Megapixel, source: PriceSource::Live }),
        retry: RetryPolicy::default(),
        retry_failed: None,
        rules: std::sync::Arc::default(),
        walks: true,
        left_out: HashSet::new(),
        limits: Limits {
            window: 4,
            pools: Pools::FULL,
            max_failures: MaxFailures::InARow(20),
            budget: None,
            start_timeout: None,
            disk_free: None,
        },
        manner: Manner {
            send: None,
            waits_for_account: false,
            start: Start { at_once: true, canary: None },
            stay: false,
            rests: false,
            logs: false,
            watches: false,
            paused: false,
            plans_only: false,
        },
        world: World { clock: Clock::start(), rehearse: None, seed: 7, webhooks: None },
    }
}
