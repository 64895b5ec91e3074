//! A storm of slow-downs that lets some calls through now and then.

use std::time::Duration;

use fal_tui::engine::snapshot::NoticeKind;

use crate::bench::{Bench, Given};
use crate::{on_a_paused_clock, stage, stats};

#[test]
fn a_storm_that_lets_some_through_is_told_once() {
    let gust = |after: u32| {
        format!(
            "[[fault]]\ncall = \"submit\"\nper = \"all\"\nafter = {after}\nfirst = 4\nstatus = 429\n\
             headers = {{ retry-after = \"6\" }}\n\n"
        )
    };
    let stage = stage(&[1, 6, 11].map(gust).concat());
    stage.small_photos(12);
    on_a_paused_clock(async {
        let mut bench = Bench::start(&stage, Given::default()).await;
        let begun = std::time::Instant::now();
        while !bench.has_ended() && begun.elapsed() < Duration::from_mins(1) {
            bench.leap(Duration::from_secs(1)).await;
        }
        assert_eq!(bench.notices(), [NoticeKind::RateLimited, NoticeKind::Resumed]);
        let summary = bench.end().await;
        assert_eq!((summary.done, summary.failed), (12, 0));
    });
    assert!(stats(&stage)["calls"]["submit"].as_u64().unwrap() >= 12 + 9, "it blew three times");
}
