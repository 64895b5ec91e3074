//! What the made-up engine publishes.

use std::sync::Arc;
use std::time::Duration;

use fal_tui::engine::snapshot::{
    BatchFacts, Costs, Detail, Flow, Money, Phase, Plan, RequestDetail, ResultDetail, Row, Snapshot, Totals,
};
use fal_tui::job::{Cost, Group, JobId, Pixels, Status, Usd};

use super::{Fake, now, values};

impl Fake {
    pub(super) fn snapshot(&mut self) -> Snapshot {
        self.page = values::turn(self.rows(), &self.query, &self.page);
        let mut totals = Totals::default();
        for job in self.jobs.iter().take(self.walked) {
            let status = job.row.state.status;
            totals.groups[status.group() as usize] += 1;
            if matches!(status, Status::InQueue | Status::InProgress | Status::Submitting) {
                totals.in_flight += 1;
            }
            match (status.group(), job.row.cost) {
                (Group::Done | Group::Review, Some(Money::Billed(usd) | Money::Estimated(usd))) => {
                    totals.spent += Cost::Known(usd).into();
                }
                (Group::Pending, Some(Money::Estimated(usd))) => totals.planned += usd,
                (Group::Active, Some(Money::Estimated(usd))) => totals.reserved += usd,
                _ => {}
            }
        }
        let recent = |back: i64| self.finished.iter().filter(|at| (now().0 - at.0) / 5000 == back).count() as u16;
        let minute = self.finished.iter().filter(|at| now().0 - at.0 < 60_000).count() as f64;
        let left = totals.of(Group::Pending) + totals.of(Group::Active);
        let flow = Flow {
            capped: false,
            began: self.began,
            ended: self.ended,
            window: self.window,
            at_once: None,
            recent: (0..12).rev().map(recent).collect(),
            per_minute: (minute > 0.0).then_some(minute),
            eta: (minute > 0.0).then(|| now().plus(Duration::from_secs_f64(left as f64 / minute * 60.0))),
            up: if self.phase == Phase::Running { 2_100_000 + now().0.unsigned_abs() / 1000 % 5 * 90_000 } else { 0 },
            down: if self.phase == Phase::Running {
                18_400_000 + now().0.unsigned_abs() / 1000 % 7 * 90_000
            } else {
                0
            },
            workers: std::sync::Arc::default(),
        };
        let detail = self.query.detail.then(|| self.detail()).flatten().map(Arc::new);
        Snapshot {
            batch: Arc::new(self.facts()),
            phase: self.phase.clone(),
            plan: Arc::new(self.plan(totals.planned)),
            totals,
            flow,
            page: self.page.clone(),
            detail,
            notice: self.notice.clone(),
            causes: values::causes_of(self.rows()),
            action_preview: self.action_preview,
            canary: None,
            refused: None,
            comparison: None,
            overview: None,
            review: fal_tui::engine::snapshot::ReviewFacts::default(),
        }
    }

    /// Counts what could be done with these.
    pub(super) fn weigh(&mut self, seq: u64, jobs: &[JobId]) {
        let rows = jobs.iter().filter_map(|id| self.jobs.get(id.index())).map(|job| &job.row);
        self.action_preview = Some(values::preview_action(seq, rows));
    }

    fn facts(&self) -> BatchFacts {
        BatchFacts { budget: self.cap, sandbox: self.cap.is_none(), ..values::facts() }
    }

    fn plan(&self, estimate: Usd) -> Plan {
        let photos = &self.jobs[..self.walked];
        let px =
            |size: fn(&Row) -> Option<Pixels>| photos.iter().filter_map(|job| size(&job.row)).map(Pixels::count).sum();
        let mut dearest: Vec<_> = photos
            .iter()
            .filter_map(|job| match job.row.cost {
                Some(Money::Estimated(usd)) => Some((job.row.path.clone(), usd)),
                _ => None,
            })
            .collect();
        dearest.sort_by_key(|(_, usd)| std::cmp::Reverse(*usd));
        dearest.truncate(10);
        // What can be chosen and changed is left out: nothing here would follow it.
        let Plan { skips, costs, .. } = values::plan_of(photos.len());
        Plan {
            walking: self.walked < self.jobs.len(),
            photos: photos.len(),
            skips,
            input_px: px(|row| row.input),
            output_px: px(|row| row.output),
            costs: Costs { price: costs.price, estimate: Some(estimate), dearest, ..Costs::default() },
            ..Plan::default()
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Row> + Clone {
        self.jobs.iter().take(self.walked).map(|job| &job.row)
    }

    fn detail(&self) -> Option<Detail> {
        let row = self.page.current()?;
        let job = &self.jobs[row.id.index()];
        let told = values::detail_of(row);
        let sent = row.attempt > 0 && row.state.status != Status::Uploading;
        let is_made = told.result.after.is_some();
        let id = format!("764cabcf-b745-4b3e-ae38-{:012x}", row.id.number());
        Some(Detail {
            request: RequestDetail {
                url: sent.then(|| format!("https://queue.fal.run/fal-ai/flux-vision-upscaler/requests/{id}")),
                id: sent.then_some(id),
                upload_url: told.request.upload_url.filter(|_| sent),
                result_url: told.request.result_url,
                answer: None,
            },
            result: ResultDetail {
                said: None,
                seed: told.result.seed.filter(|_| is_made),
                inference_s: told.result.inference_s.filter(|_| is_made),
                ..told.result
            },
            logs: job.logs.clone(),
            attempts: job.attempts.clone(),
            ..told
        })
    }
}
