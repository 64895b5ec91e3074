//! What a runner says while it works: known beforehand, and told line by line as time passes.

use std::time::Duration;

use crate::fal::wire::Log;
use crate::sandbox::clock::{Clock, Moment};

/// What a runner says first.
const READY: &str = "runner ready (fal-tui sandbox)";

/// A run, as far as its log tells of it. Lines are made when they are asked for: thousands of ended
/// runs are kept, and few are looked at.
#[derive(Debug)]
pub(in crate::sandbox) struct Script {
    /// When the run began.
    pub(in crate::sandbox) since: Moment,
    length: Duration,
    work: Option<Work>,
}

/// What a run that reached its picture says of it.
#[derive(Debug)]
struct Work {
    width: u32,
    height: u32,
    steps: Option<u32>,
    besides: Vec<String>,
}

/// A line, and when it is said, from 0 at the start to 1 at the end.
type Line = (f64, &'static str, String);

impl Script {
    /// A run that has only begun.
    pub(in crate::sandbox) fn started(since: Moment) -> Self {
        Self { since, length: Duration::ZERO, work: None }
    }

    /// A run that takes so long on a picture of so many px and makes so many steps, shown as tqdm
    /// shows them; halfway it says what else there is to say.
    pub(in crate::sandbox) fn new(
        since: Moment,
        length: Duration,
        (width, height): (u32, u32),
        steps: Option<u32>,
        besides: &[String],
    ) -> Self {
        Self { since, length, work: Some(Work { width, height, steps, besides: besides.to_vec() }) }
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![(0.0, "INFO", READY.to_owned())];
        let Some(work) = &self.work else { return lines };
        lines.push((0.04, "INFO", format!("loaded a picture of {}x{} px", work.width, work.height)));
        if let Some(steps) = work.steps {
            lines.push((0.08, "INFO", "looking at it to write a caption".to_owned()));
            let per_step = self.length.as_secs_f64() * 0.75 / f64::from(steps.max(1));
            for step in 0..=steps {
                let at = 0.15 + 0.75 * f64::from(step) / f64::from(steps.max(1));
                lines.push((at, "STDERR", tqdm(step, steps, per_step)));
            }
            lines.push((0.94, "STDOUT", "encoding PNG".to_owned()));
        }
        lines.extend(work.besides.iter().map(|line| (0.5, "WARN", line.clone())));
        lines.sort_by(|a, b| a.0.total_cmp(&b.0));
        lines
    }

    /// What has been said by now.
    pub(in crate::sandbox) fn told(&self, clock: &Clock, now: Moment) -> Vec<Log> {
        let passed = now.since(self.since);
        let said = self.lines().into_iter().map(|(share, level, message)| (self.length.mul_f64(share), level, message));
        said.take_while(|(at, ..)| *at <= passed)
            .map(|(at, level, message)| Log {
                message,
                timestamp: Some(clock.date(self.since.after(at)).strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()),
                level: Some(level.to_owned()),
                source: Some("USER".to_owned()),
            })
            .collect()
    }
}

/// A progress bar as Python's tqdm prints it.
fn tqdm(step: u32, steps: u32, per_step: f64) -> String {
    const WIDTH: u32 = 10;
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let steps = steps.max(1);
    let eighths = step * WIDTH * 8 / steps;
    let part = EIGHTHS.get((eighths % 8) as usize).unwrap_or(&"");
    let full = (eighths / 8) as usize;
    let blank = (WIDTH as usize).saturating_sub(full + usize::from(!part.is_empty()));
    let clock = |seconds: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let seconds = seconds as u64;
        format!("{:02}:{:02}", seconds / 60, seconds % 60)
    };
    let passed = clock(f64::from(step) * per_step);
    let left = if step == 0 { "?".to_owned() } else { clock(f64::from(steps - step) * per_step) };
    let rate = match step {
        0 => "?it/s".to_owned(),
        _ if per_step > 1.0 => format!("{per_step:5.2}s/it"),
        _ => format!("{:5.2}it/s", 1.0 / per_step.max(1e-3)),
    };
    let percent = step * 100 / steps;
    format!("{percent:3}%|{}{part}{}| {step}/{steps} [{passed}<{left}, {rate}]", "█".repeat(full), " ".repeat(blank))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_look_like_tqdm() {
        assert_eq!(tqdm(0, 20, 0.5), "  0%|          | 0/20 [00:00<?, ?it/s]");
        assert_eq!(tqdm(7, 20, 0.5), " 35%|███▌      | 7/20 [00:03<00:06,  2.00it/s]");
        assert_eq!(tqdm(20, 20, 2.0), "100%|██████████| 20/20 [00:40<00:00,  2.00s/it]");
    }

    #[tokio::test]
    async fn lines_are_told_when_their_time_has_come() {
        let clock = Clock::new(0.0);
        let script = Script::new(clock.now(), Duration::from_secs(10), (4, 3), Some(20), &["odd".to_owned()]);
        let told = |seconds| script.told(&clock, clock.now().after(Duration::from_secs(seconds)));
        assert_eq!(told(0).len(), 1);
        assert!(told(3).len() < told(6).len());
        assert_eq!(told(10).len(), script.lines().len());
        assert!(told(6).iter().any(|log| log.message == "odd") && !told(4).iter().any(|log| log.message == "odd"));
    }
}
