//! What the tabs Request and History say of a job.

use std::borrow::Cow;

use ratatui::style::Style;
use serde_json::json;

use crate::engine::snapshot::{Detail, PastAttempt};
use crate::job::{Pixels, Stage};
use crate::tui::theme::Role;
use crate::tui::ui::Ui;
use crate::tui::view::words::format;
use crate::tui::view::words::text::{safe, wrap};

/// A line of text in up to two styles.
pub(in crate::tui::view) type Line = Vec<(String, Style)>;

/// Names and values; long values go on below themselves.
pub(in crate::tui::view) fn request(ui: &Ui, detail: &Detail, width: u16) -> Vec<Line> {
    const NAME: usize = 13;
    let muted = ui.screen.styles.of(Role::Muted);
    let text = ui.screen.styles.of(Role::Text);
    let room = usize::from(width).saturating_sub(NAME).max(1);
    let mut lines = Vec::new();
    let mut maybe = |name: &str, value: Option<Cow<'_, str>>| {
        let Some(value) = value else { return };
        for (at, part) in wrap(&safe(&value), room).into_iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            lines.push(vec![(format!("{name:NAME$}"), muted), (part.to_owned(), text)]);
        }
    };
    let what = if detail.result.after.is_some() || detail.result.files.is_empty() { "picture" } else { "file" };
    for (at, file) in detail.result.files.iter().enumerate() {
        maybe(if at == 0 { what } else { "" }, Some(Cow::Borrowed(file.as_str())));
    }
    maybe("photo", Some(Cow::Borrowed(detail.source.as_str())));
    maybe("request", detail.request.id.as_deref().map(Cow::Borrowed));
    maybe("at fal", detail.request.url.as_deref().map(Cow::Borrowed));
    maybe("upload", detail.request.upload_url.as_deref().map(Cow::Borrowed));
    maybe("result", detail.request.result_url.as_deref().map(Cow::Borrowed));
    maybe("size", size(detail).map(Cow::Owned));
    let notes = ui.snapshot.plan.notes.losses.iter().filter(|note| detail.losses.has(note.loss));
    for (at, note) in notes.enumerate() {
        maybe(if at == 0 { "it is" } else { "" }, Some(Cow::Borrowed(note.consequence())));
    }
    maybe("cost", detail.result.cost.map(|cost| Cow::Owned(cost.to_string())));
    maybe("seed", detail.result.seed.map(|seed| Cow::Owned(seed.to_string())));
    maybe("on a runner", detail.result.inference_s.map(|seconds| Cow::Owned(format!("{seconds:.1} s"))));
    maybe("model", Some(Cow::Borrowed(ui.snapshot.batch.endpoint.as_str())));
    let sent = &ui.snapshot.batch.params;
    let params = detail.own.as_ref().unwrap_or(&sent.values);
    let params: Vec<_> = params.iter().map(|(name, value)| format!("{name}={}", sent.told(value))).collect();
    maybe(
        if detail.own.is_some() { "its own" } else { "parameters" },
        (!params.is_empty()).then(|| Cow::Owned(params.join("  "))),
    );
    for (at, (given, rule)) in detail.ruled.iter().enumerate() {
        maybe(if at == 0 { "by rule" } else { "" }, Some(Cow::Owned(format!("{given}: {rule}"))));
    }
    for (name, file) in sent.files() {
        maybe(
            "goes along",
            Some(Cow::Owned(format!("{name}: {}, {} px, {}", file.path, file.pixels, format::bytes(file.bytes)))),
        );
    }
    for (at, line) in detail.trouble.unread.iter().flat_map(|text| text.lines()).enumerate() {
        maybe(if at == 0 { "as it came" } else { "" }, Some(Cow::Borrowed(line)));
    }
    for (at, line) in result(detail).into_iter().enumerate() {
        maybe(if at == 0 { "answer" } else { "" }, Some(Cow::Owned(line)));
    }
    lines
}

/// `4032×3024 px, 5.0 MB → 8064×6048 px, 90.0 MB`, as far as it is known.
fn size(detail: &Detail) -> Option<String> {
    let told = |pixels: Option<Pixels>, bytes: Option<u64>| {
        let pixels = pixels.map(|pixels| format!("{}×{} px", pixels.width, pixels.height));
        let parts: Vec<_> = pixels.into_iter().chain(bytes.map(format::bytes)).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    };
    let photo = told(detail.before.pixels, Some(detail.photo_bytes));
    let sent = detail.before.sent.map(|sent| format!("reduced to {}×{} px", sent.width, sent.height));
    let picture = detail.result.after.as_ref().and_then(|picture| told(picture.pixels, detail.result.bytes));
    let both: Vec<_> = [photo, sent, picture].into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join(" → "))
}

/// The result as fal answered it; where an earlier version kept only its parts, made of these.
fn result(detail: &Detail) -> Vec<String> {
    if let Some(answer) = &detail.request.answer {
        return answer.lines().map(str::to_owned).collect();
    }
    let Some(picture) = &detail.result.after else { return Vec::new() };
    let answer = json!({
        "image": {
            "url": detail.request.result_url,
            "width": picture.pixels.map(|pixels| pixels.width),
            "height": picture.pixels.map(|pixels| pixels.height),
            "file_size": detail.result.bytes,
        },
        "seed": detail.result.seed,
        "caption": detail.result.caption,
        "timings": { "inference": detail.result.inference_s },
    });
    let text = serde_json::to_string_pretty(&answer).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Every attempt: how it ended, and below that how long it took, its request and its cost.
pub(in crate::tui::view) fn history(ui: &Ui, detail: &Detail, width: u16) -> Vec<Line> {
    const NAME: usize = 36;
    const LEAST: usize = 24;
    let muted = ui.screen.styles.of(Role::Muted);
    // Where there is no room beside an attempt, what became of it stands below.
    let is_narrow = usize::from(width) < NAME + LEAST;
    let lead = if is_narrow { 2 } else { NAME };
    let room = usize::from(width).saturating_sub(lead).max(1);
    let mut lines = Vec::new();
    for past in &detail.attempts {
        let at = jiff::Timestamp::from_millisecond(past.at.0)
            .map(|at| at.to_zoned(ui.screen.zone.clone()).strftime("%H:%M:%S").to_string())
            .unwrap_or_default();
        let mut name = format!("{at}  attempt {}, {}", past.attempt, step(past));
        if is_narrow {
            lines.push(vec![(std::mem::take(&mut name), muted)]);
        }
        let mut add = |text: &str, style: Style| {
            for part in wrap(&safe(text), room) {
                lines.push(vec![(format!("{name:lead$}"), muted), (part.to_owned(), style)]);
                name.clear();
            }
        };
        match &past.cause {
            Some(cause) => add(&cause.to_string(), ui.screen.styles.of(Role::Retrying)),
            None => add("done", ui.screen.styles.of(Role::Success)),
        }
        let mut facts = vec![format!("took {}", format::short(past.took))];
        facts.extend(past.cost.map(|cost| cost.to_string()));
        facts.extend(past.request.as_ref().map(|request| format!("request {request}")));
        add(&facts.join(", "), muted);
    }
    lines
}

fn step(past: &PastAttempt) -> &'static str {
    if past.cause.is_none() { "saved" } else { stage_words(past.stage) }
}

/// What a job was doing.
pub(in crate::tui::view) fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Upload => "uploading",
        Stage::Submit => "submitting",
        Stage::Follow => "running at fal",
        Stage::Save => "saving",
    }
}
