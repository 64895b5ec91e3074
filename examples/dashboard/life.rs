//! What happens to the made-up jobs.

use std::sync::atomic::Ordering;
use std::time::Duration;

use fal_tui::engine::snapshot::{Elapsed, LogLine, Notice, NoticeKind, PastAttempt, Phase, RowState};
use fal_tui::job::{Cause, CauseKind, Group, Stage, Status};

use super::{Fake, PANICKED, now};

impl Fake {
    /// Moves whatever is due.
    pub(super) fn step(&mut self) {
        if PANICKED.load(Ordering::Relaxed) {
            let message = "a task has panicked".to_owned();
            self.notice = Some(Notice { kind: NoticeKind::Resumed, message, action: String::new() });
        }
        if self.phase == Phase::Planning && self.walked < self.jobs.len() {
            self.walked = (self.walked + 37).min(self.jobs.len());
        }
        if matches!(self.phase, Phase::Planning | Phase::Leaving | Phase::Finished) {
            return;
        }
        let active = self.jobs.iter().filter(|job| job.row.state.status.group() == Group::Active).count();
        let mut free = usize::from(self.window).saturating_sub(active);
        for at in 0..self.jobs.len() {
            let status = self.jobs[at].row.state.status;
            match status.group() {
                Group::Active | Group::Waiting => self.advance(at),
                Group::Pending if free > 0 && self.phase == Phase::Running => {
                    free -= 1;
                    self.advance(at);
                }
                _ => {}
            }
        }
        let left = self
            .jobs
            .iter()
            .any(|job| matches!(job.row.state.status.group(), Group::Active | Group::Waiting | Group::Pending));
        if !left && self.ended.is_none() {
            (self.phase, self.ended) = (Phase::Finished, Some(now()));
        }
    }

    fn advance(&mut self, at: usize) {
        let when = now();
        let luck = self.chance(1000);
        let speed = self.speed;
        let job = &mut self.jobs[at];
        let in_s = |seconds: f64| when.plus(Duration::from_secs_f64(seconds / speed));
        let state = &mut job.row.state;
        if state.status == Status::InProgress && luck < 60 {
            let done = 1 + job.logs.len() * 2;
            let bar = "█".repeat(done.min(20) / 2);
            let message = format!(
                "{:3} %|{bar:10}| {done}/20 [00:{done:02}<00:{:02}, 2.01s/it]",
                done * 5,
                20_usize.saturating_sub(done)
            );
            job.logs.push(LogLine {
                timestamp: jiff::Timestamp::now().to_string(),
                level: "STDERR".to_owned(),
                message,
            });
            job.row.note = format!("{done}/20 steps");
        }
        if let Some((moved, Some(all))) = &mut state.moved {
            *moved = (*moved + *all / 9).min(*all);
        }
        if job.due > when {
            return;
        }
        match state.status {
            Status::Pending | Status::Waiting => {
                if state.status == Status::Pending {
                    job.began = when;
                }
                *state = RowState {
                    status: Status::Uploading,
                    position: None,
                    moved: Some((0, Some(4_200_000))),
                    until: None,
                };
                job.row.attempt += 1;
                job.row.elapsed = Elapsed::Since(job.began);
                job.row.note.clear();
                job.due = in_s(1.2);
            }
            Status::Uploading => {
                (state.status, state.moved, state.position) = (Status::InQueue, None, Some(luck as u32 % 9));
                job.due = in_s(1.0 + luck as f64 / 300.0);
            }
            Status::InQueue => {
                (state.status, state.position) = (Status::InProgress, None);
                let message = format!("loading {}", job.row.path);
                job.logs =
                    vec![LogLine { timestamp: jiff::Timestamp::now().to_string(), level: "INFO".to_owned(), message }];
                job.due = in_s(3.0 + luck as f64 / 150.0);
            }
            Status::InProgress if luck < 60 && job.row.attempt < 3 => {
                let cause = Cause { kind: CauseKind::Runner, http: Some(503), message: "runner disconnected".into() };
                job.row.note = cause.to_string();
                job.attempts.push(PastAttempt {
                    attempt: job.row.attempt,
                    at: when,
                    took: Duration::from_secs(9),
                    stage: Stage::Follow,
                    cause: Some(cause),
                    request: Some(format!("5f0c2a1e-0d5b-4e1c-9a53-{:012x}", job.row.id.number())),
                    cost: None,
                });
                job.due = in_s(9.0);
                (state.status, state.until) = (Status::Waiting, Some(job.due));
            }
            Status::InProgress if luck > 980 => self.end(at, Status::Failed),
            Status::InProgress if luck > 965 => self.end(at, Status::Review),
            Status::InProgress => {
                (state.status, state.moved) = (Status::Saving, Some((0, Some(18_000_000))));
                job.due = in_s(1.0);
            }
            _ => self.end(at, Status::Done),
        }
    }
}
