//! What the made-up engine publishes.

use std::sync::Arc;
use std::time::Duration;

use fal_tui::engine::board::{
    BatchFacts, Board, Cursor, Detail, FilePath, Flow, Money, Order, Page, Phase, PictureFile, Plan, Row, SkippedFile,
    Tab, Totals, Weighed,
};
use fal_tui::job::{BatchId, Cause, CauseKind, Group, JobId, Pixels, PriceSource, Stage, Status, Unit, UnitPrice, Usd};

use super::{Fake, now};

impl Fake {
    pub(super) fn board(&mut self) -> Board {
        self.page = self.turn_page();
        let mut totals = Totals::default();
        for job in self.jobs.iter().take(self.walked) {
            let status = job.row.state.status;
            totals.groups[status.group() as usize] += 1;
            if matches!(status, Status::InQueue | Status::InProgress | Status::Submitting) {
                totals.in_flight += 1;
            }
            match (status.group(), job.row.cost) {
                (Group::Done | Group::Review, Some(Money::Billed(usd) | Money::Estimated(usd))) => totals.spent += usd,
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
            recent: (0..12).rev().map(recent).collect(),
            per_minute: (minute > 0.0).then_some(minute),
            eta: (minute > 0.0).then(|| now().plus(Duration::from_secs_f64(left as f64 / minute * 60.0))),
            up: if self.phase == Phase::Running { 2_100_000 + now().0.unsigned_abs() / 1000 % 5 * 90_000 } else { 0 },
            down: if self.phase == Phase::Running {
                18_400_000 + now().0.unsigned_abs() / 1000 % 7 * 90_000
            } else {
                0
            },
        };
        let detail = self.lens.detail.then(|| self.detail()).flatten().map(Arc::new);
        Board {
            batch: Arc::new(self.facts()),
            phase: self.phase.clone(),
            plan: Arc::new(self.plan(totals.planned)),
            totals,
            flow,
            page: self.page.clone(),
            detail,
            notice: self.notice.clone(),
            causes: Vec::new(),
            weighed: self.weighed,
        }
    }

    /// Counts what could be done with these.
    pub(super) fn weigh(&mut self, seq: u64, jobs: &[JobId]) {
        let groups = jobs.iter().filter_map(|id| self.jobs.get(id.index())).map(|job| job.row.state.status.group());
        let count = |wanted: &[Group]| groups.clone().filter(|group| wanted.contains(group)).count();
        self.weighed = Some(Weighed {
            seq,
            again: count(&[Group::Failed, Group::Review, Group::Cancelled]),
            anew: count(&[Group::Review]),
            stoppable: count(&[Group::Active, Group::Waiting, Group::Pending]),
            ..Weighed::default()
        });
    }

    fn facts(&self) -> BatchFacts {
        let params = [
            ("upscale_factor", "2"),
            ("creativity", "0.3"),
            ("guidance", "1"),
            ("steps", "20"),
            ("enable_safety_checker", "true"),
        ];
        BatchFacts {
            id: BatchId(1),
            from: vec!["photos".to_owned()],
            to: "photos-upscaled".to_owned(),
            output: String::new(),
            endpoint: "fal-ai/flux-vision-upscaler".to_owned(),
            params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            factor: Some("×2".to_owned()),
            budget: self.cap,
            sandbox: self.cap.is_none(),
            log_file: "~/.local/state/fal-tui/fal-tui.log".to_owned(),
        }
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
        let skipped = |path: &str, reason: &str| SkippedFile { path: path.to_owned(), reason: reason.to_owned() };
        Plan {
            walking: self.walked < self.jobs.len(),
            photos: photos.len(),
            done_before: 0,
            at_fal: 0,
            failed_before: 0,
            skipped: 3,
            skipped_by_reason: vec![
                ("not a picture that fal takes".to_owned(), 2),
                ("cannot be read: permission denied".to_owned(), 1),
            ],
            skipped_files: vec![
                skipped("notes.txt", "not a picture that fal takes"),
                skipped("beach/clip.mov", "not a picture that fal takes"),
                skipped("private", "cannot be read: permission denied"),
            ],
            input_px: px(|row| row.input),
            output_px: px(|row| row.output),
            price: Some(price()),
            estimate: Some(estimate),
            dearest,
            ..Plan::default()
        }
    }

    /// The rows that the lens asks for, in the way that the engine finds them.
    fn turn_page(&self) -> Page {
        let lens = self.lens.clone();
        let text = lens.text.to_lowercase();
        let status = |at: &usize| self.jobs[*at].row.state.status;
        let mut places: Vec<usize> = (0..self.walked)
            .filter(|at| match lens.tab {
                Tab::All => true,
                Tab::Only(group) => status(at).group() == group,
            })
            .filter(|at| {
                let row = &self.jobs[*at].row;
                text.is_empty() || row.path.to_lowercase().contains(&text) || row.note.to_lowercase().contains(&text)
            })
            .collect();
        if lens.order == Order::Status {
            places.sort_by_key(|at| {
                let group = status(at).group();
                (group, if group == Group::Done { usize::MAX - at } else { *at })
            });
        }
        let last = places.len().saturating_sub(1);
        let was = self.page.cursor.unwrap_or_default();
        let cursor = match lens.cursor {
            Cursor::Job(id) | Cursor::Near(id) => {
                places.iter().position(|at| *at == id.index()).unwrap_or(was.min(last))
            }
            Cursor::Place(place) => place.min(last),
            Cursor::First => 0,
            Cursor::Last => last,
        };
        let height = usize::from(lens.height).max(1);
        let most = places.len().saturating_sub(height);
        let first = self.page.first.clamp((cursor + 1).saturating_sub(height), cursor).min(most);
        let ids = lens.ids.then(|| Arc::new(places.iter().map(|at| JobId::at(*at)).collect()));
        let rows = places.iter().skip(first).take(height).map(|at| self.jobs[*at].row.clone()).collect();
        Page {
            lens,
            total: places.len(),
            first,
            top: first,
            rows,
            cursor: (!places.is_empty()).then_some(cursor),
            gathering: false,
            ids,
            found: None,
        }
    }

    fn detail(&self) -> Option<Detail> {
        let row = self.page.current()?;
        let job = &self.jobs[row.id.index()];
        let status = row.state.status;
        let done = matches!(status, Status::Done | Status::Review);
        let sent = row.attempt > 0 && status != Status::Uploading;
        let id = format!("764cabcf-b745-4b3e-ae38-{:012x}", row.id.number());
        Some(Detail {
            id: row.id,
            path: row.path.clone(),
            source: format!("/home/ada/photos/{}", row.path),
            output: done.then(|| format!("/home/ada/photos-upscaled/{}", row.path.replace(".jpg", ".png"))),
            before: PictureFile { path: FilePath(format!("/home/ada/photos/{}", row.path).into()), pixels: row.input },
            after: done.then(|| PictureFile {
                path: FilePath(format!("/home/ada/photos-upscaled/{}", row.path.replace(".jpg", ".png")).into()),
                pixels: row.output,
            }),
            request_url: sent.then(|| format!("https://queue.fal.run/fal-ai/flux-vision-upscaler/requests/{id}")),
            request_id: sent.then_some(id),
            upload_url: sent.then(|| format!("https://v3.fal.media/files/rabbit/{:x}.jpg", row.id.number() * 7919)),
            result_url: done.then(|| format!("https://v3.fal.media/files/lion/{:x}.png", row.id.number() * 7907)),
            caption: done.then(|| job.caption.clone()),
            seed: done.then_some(1_815_072_613),
            inference_s: done.then_some(31.4),
            cost: row.output.filter(|_| done).and_then(|pixels| price().estimate(pixels)),
            photo_bytes: 5_012_345,
            output_bytes: done.then_some(61_234_567),
            cause: (status == Status::Failed).then(|| Cause {
                kind: CauseKind::ImageTooLarge,
                http: Some(422),
                message: "image too large: at most 64 megapixels".into(),
            }),
            stage: (status == Status::Failed).then_some(Stage::Follow),
            suspicion: (status == Status::Review).then(|| "black result (safety check?)".to_owned()),
            logs: job.logs.clone(),
            attempts: job.attempts.clone(),
            own: None,
            redo: Vec::new(),
        })
    }
}

pub(super) fn price() -> UnitPrice {
    UnitPrice { usd: Usd::from_nanos(100_000_000), unit: Unit::Megapixel, source: PriceSource::Live }
}
