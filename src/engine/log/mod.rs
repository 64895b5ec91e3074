//! What a runner said of a request, as a person reads it: a bar that is drawn again and again is one line.

mod bar;

use std::collections::VecDeque;

use self::bar::Bar;
use super::snapshot::{LogLine, Progress};
use crate::fal::wire::Log;
use crate::job::{Timestamp, clean};

/// Lines of log kept for a job.
const LINES: usize = 300;

/// What a runner said, the last lines of it.
#[derive(Debug, Default)]
pub(super) struct RunnerLog {
    lines: VecDeque<Heard>,
    /// How many of fal's log lines we have seen.
    seen: usize,
    /// How far its runner says that it is.
    progress: Option<Progress>,
}

/// A line of a runner's log, and whether a later one takes its place.
#[derive(Debug)]
struct Heard {
    line: LogLine,
    bar: Option<Bar>,
    /// It ended with a carriage return.
    passes: bool,
}

impl Heard {
    fn new(log: &Log, line: LogLine) -> Self {
        Self { bar: Bar::read(&line.message), passes: log.message.ends_with('\r'), line }
    }
}

impl RunnerLog {
    /// Takes in what a runner said; fal sends all of it each time. Gives the lines that are new.
    pub(super) fn hear(&mut self, logs: &[Log], now: Timestamp) -> Vec<LogLine> {
        if logs.len() < self.seen {
            // Another runner took over and began anew.
            self.seen = 0;
            self.settle();
        }
        let mut new = Vec::new();
        for log in logs.iter().skip(self.seen) {
            let line = line_of(log);
            if !line.message.is_empty() {
                new.push(line.clone());
                self.keep(Heard::new(log, line), now);
            }
        }
        self.seen = logs.len();
        self.cut(LINES);
        new
    }

    /// Keeps a line of our own, and gives it.
    pub(super) fn remark(&mut self, message: &str, now: Timestamp) -> LogLine {
        let at = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
        let line = LogLine {
            timestamp: at.to_string(),
            level: "NOTE".to_owned(),
            message: clean(message).chars().take(2000).collect(),
        };
        self.lines.push_back(Heard { line: line.clone(), bar: None, passes: false });
        self.cut(LINES);
        line
    }

    /// Keeps a line, in place of the one that it redraws.
    fn keep(&mut self, heard: Heard, now: Timestamp) {
        if let Some(bar) = &heard.bar {
            self.progress = bar.share().map(|share| Progress {
                share,
                counts: bar.counts.clone(),
                until: bar.left.map(|left| now.plus(left)),
            });
        } else {
            // Once all of it is done, what is said next tells more.
            self.progress.take_if(|progress| progress.share >= 1000);
        }
        let follows =
            |before: &Heard| heard.bar.as_ref().zip(before.bar.as_ref()).is_some_and(|(new, old)| new.follows(old));
        let is_redrawn = |before: &Heard| before.passes && before.line.level == heard.line.level;
        if let Some(at) = self.lines.iter().rposition(follows) {
            // Bars below each other keep their places; below other lines it is the last again.
            let stays = self.lines.range(at..).all(|heard| heard.bar.is_some());
            if stays && let Some(before) = self.lines.get_mut(at) {
                *before = heard;
                return;
            }
            self.lines.remove(at);
        } else if self.lines.back().is_some_and(is_redrawn) {
            self.lines.pop_back();
        }
        self.lines.push_back(heard);
    }

    /// What was said stays as it is: what comes next is another runner's.
    fn settle(&mut self) {
        self.progress = None;
        for heard in &mut self.lines {
            (heard.bar, heard.passes) = (None, false);
        }
    }

    /// Keeps the last lines only.
    pub(super) fn cut(&mut self, most: usize) {
        let surplus = self.lines.len().saturating_sub(most);
        self.lines.drain(..surplus);
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &LogLine> {
        self.lines.iter().map(|heard| &heard.line)
    }

    /// How far its runner says that it is.
    pub(super) fn progress(&self) -> Option<&Progress> {
        self.progress.as_ref()
    }

    /// What was said last.
    pub(super) fn last_words(&self) -> Option<&str> {
        self.lines.back().map(|heard| heard.line.message.trim())
    }

    /// A new request says all of it anew, after what is here.
    pub(super) fn renew(&mut self) {
        self.settle();
        self.seen = 0;
    }
}

/// What a runner said, made harmless for a terminal. A progress bar that redraws itself keeps its
/// last state only.
fn line_of(log: &Log) -> LogLine {
    let last = log.message.trim_end().rsplit('\r').find(|part| !part.trim().is_empty()).unwrap_or_default();
    let cleaned =
        |text: &Option<String>| text.as_deref().map(|text| clean(text).chars().take(40).collect()).unwrap_or_default();
    LogLine {
        timestamp: cleaned(&log.timestamp),
        level: cleaned(&log.level),
        message: clean(last).chars().take(2000).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept of lines, each with its level, that come in two polls.
    fn kept(lines: &[(&str, &str)]) -> (Vec<String>, RunnerLog, usize) {
        let logs: Vec<_> = lines
            .iter()
            .map(|(level, message)| Log {
                message: (*message).to_owned(),
                timestamp: None,
                level: Some((*level).to_owned()),
                source: None,
            })
            .collect();
        let mut log = RunnerLog::default();
        let told =
            log.hear(logs.get(..logs.len() / 2).unwrap(), Timestamp(0)).len() + log.hear(&logs, Timestamp(0)).len();
        (log.lines().map(|line| line.message.trim().to_owned()).collect(), log, told)
    }

    fn bar(step: u32) -> String {
        format!("{:3}%|█████| {step}/20 [00:0{}<00:0{}, 2.0it/s]", step * 5, step % 10, 9 - step % 10)
    }

    #[test]
    fn a_bar_is_one_line_however_often_it_is_drawn_and_every_line_is_told() {
        let bars: Vec<_> = (0..=20).map(bar).collect();
        let mut lines = vec![("INFO", "loading")];
        lines.extend(bars.iter().map(|bar| ("STDERR", bar.as_str())));
        let (shown, log, told) = kept(&lines);
        assert_eq!(shown, ["loading", bars[20].trim()]);
        assert_eq!(told, lines.len());
        assert_eq!(log.progress().unwrap().share, 1000);
        lines.push(("STDOUT", "encoding PNG"));
        assert_eq!(kept(&lines).1.progress(), None, "what is said after it tells more");
        let (shown, log, _) = kept(&lines[..10]);
        assert_eq!(shown.len(), 2);
        let progress = log.progress().unwrap();
        assert_eq!((progress.share, &*progress.counts, progress.until), (400, "8/20", Some(Timestamp(1000))));
    }

    #[test]
    fn a_bar_that_begins_again_and_another_one_are_lines_of_their_own() {
        let (first, half, last) = (bar(0), bar(10), bar(20));
        let other = format!("tiles: {half}");
        let lines = [("STDERR", &*half), ("STDERR", &*other), ("STDERR", &*last), ("WARN", "odd"), ("STDERR", &*first)];
        assert_eq!(kept(&lines).0, [last.trim(), other.trim(), "odd", first.trim()]);
        let moved = [("STDERR", &*half), ("WARN", "odd"), ("STDERR", &*last)];
        assert_eq!(kept(&moved).0, ["odd", last.trim()], "what is drawn now is the last");
    }

    #[test]
    fn a_line_that_returns_to_its_beginning_gives_way_to_the_next_of_its_kind() {
        let lines = [
            ("STDERR", "1 of 3\r"),
            ("STDERR", "2 of 3\r"),
            ("INFO", "saving"),
            ("STDERR", "3 of 3\r"),
            ("STDERR", "done"),
        ];
        assert_eq!(kept(&lines).0, ["2 of 3", "saving", "done"]);
        assert_eq!(kept(&[("STDERR", "first"), ("STDERR", "second\r")]).0, ["first", "second"]);
    }

    #[test]
    fn a_bar_of_another_attempt_is_left_as_it_ended() {
        let (_, mut log, _) = kept(&[("STDERR", &bar(3))]);
        log.renew();
        assert_eq!(log.progress(), None);
        let again = Log { message: bar(9), timestamp: None, level: Some("STDERR".to_owned()), source: None };
        log.hear(&[again], Timestamp(0));
        assert_eq!(log.lines().count(), 2);
    }
}
