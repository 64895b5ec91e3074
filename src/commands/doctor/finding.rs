//! What looking at one thing gave, as a line or as JSON.

use std::fmt::Write as _;

use serde_json::json;

/// What looking at one thing gave.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) what: &'static str,
    pub(super) verdict: Verdict,
    pub(super) says: String,
    pub(super) hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Fine,
    /// A run works, but perhaps not as expected.
    Odd,
    /// A run would end with this status.
    Wrong(u8),
}

impl Finding {
    pub(super) fn fine(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Fine, says: says.into(), hint: None }
    }

    pub(super) fn odd(what: &'static str, says: impl Into<String>, hint: &str) -> Self {
        Self { what, verdict: Verdict::Odd, says: says.into(), hint: Some(hint.to_owned()) }
    }

    /// Of an error's message, which may end in a hint.
    pub(super) fn wrong(what: &'static str, status: u8, message: &str) -> Self {
        let (says, hint) = match message.split_once("\nhint: ") {
            Some((says, hint)) => (says.to_owned(), Some(hint.to_owned())),
            None => (message.to_owned(), None),
        };
        Self { what, verdict: Verdict::Wrong(status), says, hint }
    }

    pub(super) fn line(&self, unicode: bool) -> String {
        let sign = match (self.verdict, unicode) {
            (Verdict::Fine, true) => "✓",
            (Verdict::Fine, false) => "ok  ",
            (Verdict::Odd, true) => "!",
            (Verdict::Odd, false) => "odd ",
            (Verdict::Wrong(_), true) => "✗",
            (Verdict::Wrong(_), false) => "BAD ",
        };
        let mut line = format!("{sign} {:<10} {}\n", self.what, self.says);
        if let Some(hint) = &self.hint {
            // Writing to a String cannot fail.
            let _ = writeln!(line, "  {:<10} hint: {hint}", "");
        }
        line
    }

    pub(super) fn json(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Fine => "fine",
            Verdict::Odd => "odd",
            Verdict::Wrong(_) => "wrong",
        };
        let object = json!({"v": 1, "check": self.what, "verdict": verdict, "message": self.says, "hint": self.hint});
        format!("{object}\n")
    }
}
