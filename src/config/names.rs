//! The names of settings: one for the flag and the config file, one for the environment.

use crate::storage::{WEBDAV_PASSWORD, WEBDAV_USER};

/// A setting that a flag, the environment and the config file can give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Setting {
    /// The long flag without its dashes, and the key in the config file.
    pub name: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// How many values it has.
    pub shape: Shape,
}

/// How many values a setting has, and how each source writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// One.
    One,
    /// Some, in one text between commas; in the config file an array will do too.
    List,
    /// Any number: the flag repeats, the variable has `;` or newlines between, the config file an array.
    Many,
    /// Named ones: as [`Many`](Self::Many), but a table in the config file.
    Pairs,
}

macro_rules! settings {
    ($($(#[$doc:meta])+ $constant:ident = $name:literal, $variable:literal, $shape:ident;)+) => {
        $($(#[$doc])+ pub const $constant: Setting = Setting { name: $name, variable: $variable, shape: Shape::$shape };)+

        /// Every setting, in the order in which `fal-tui config` shows them.
        pub const ALL: &[Setting] = &[$($constant),+];
    };
}

settings! {
    /// Where pictures go.
    OUTPUT = "output", "FAL_TUI_OUTPUT", One;
    /// The fal endpoint id.
    MODEL = "model", "FAL_TUI_MODEL", One;
    /// Model parameters, `NAME=VALUE`.
    PARAM = "param", "FAL_TUI_PARAM", Pairs;
    /// The model's field that takes the photo.
    IMAGE_FIELD = "image-field", "FAL_TUI_IMAGE_FIELD", One;
    /// In which forms captions are written: of `txt`, `xmp`, `embed`, `jsonl`, `csv`, `none`.
    CAPTIONS = "captions", "FAL_TUI_CAPTIONS", List;
    /// A text before every caption.
    CAPTION_PREFIX = "caption-prefix", "FAL_TUI_CAPTION_PREFIX", One;
    /// A text behind every caption.
    CAPTION_SUFFIX = "caption-suffix", "FAL_TUI_CAPTION_SUFFIX", One;
    /// What is taken off captions.
    CAPTION_STRIP = "caption-strip", "FAL_TUI_CAPTION_STRIP", Many;
    /// What becomes of captions that are there: `skip`, `overwrite`, `append` or `prepend`.
    CAPTION_EXISTING = "caption-existing", "FAL_TUI_CAPTION_EXISTING", One;
    /// The extension of caption files.
    CAPTION_EXT = "caption-ext", "FAL_TUI_CAPTION_EXT", One;
    /// Keywords for captions in XMP.
    KEYWORDS = "keywords", "FAL_TUI_KEYWORDS", List;
    /// Which metadata are neither sent nor written: `none`, `gps` or `all`.
    STRIP = "strip", "FAL_TUI_STRIP", One;
    /// What becomes of transparency: `keep` or `drop`.
    ALPHA = "alpha", "FAL_TUI_ALPHA", One;
    /// What becomes of camera raw: `preview` or `skip`.
    RAW = "raw", "FAL_TUI_RAW", One;
    /// What comes back of a photo at the most, megapixels.
    MAX_OUTPUT_MP = "max-output-mp", "FAL_TUI_MAX_OUTPUT_MP", One;
    /// The longer side of a photo when it is sent, px.
    FIT_LONG_EDGE = "fit-long-edge", "FAL_TUI_FIT_LONG_EDGE", One;
    /// In which format results are written: `result`, `same`, `png`, `jpeg`, `webp` or `avif`.
    FORMAT = "format", "FAL_TUI_FORMAT", One;
    /// How well, 1 to 100, where that loses something.
    QUALITY = "quality", "FAL_TUI_QUALITY", One;
    /// What results are called.
    NAME = "name", "FAL_TUI_NAME", One;
    /// Whether a result's file is as old as its photo's.
    KEEP_TIME = "keep-time", "FAL_TUI_KEEP_TIME", One;
    /// Whether there is a page to look at: `none` or `html`.
    REPORT = "report", "FAL_TUI_REPORT", One;
    /// How much like its photo a result has to look, percent; 0 for no matter how.
    LIKENESS = "likeness", "FAL_TUI_LIKENESS", One;
    /// Globs of which a photo's path must match one.
    INCLUDE = "include", "FAL_TUI_INCLUDE", Many;
    /// Globs of which a photo's path may match none.
    EXCLUDE = "exclude", "FAL_TUI_EXCLUDE", Many;
    /// A file that lists the photos.
    FROM = "from", "FAL_TUI_FROM", One;
    /// Whether bad lines of that file are left out.
    SKIP_BAD = "skip-bad", "FAL_TUI_SKIP_BAD", One;
    /// Whether it goes on with photos that appear, and how one hears of them: `true`, `poll` or `false`.
    WATCH = "watch", "FAL_TUI_WATCH", One;
    /// How fal gets a photo: `upload`, `data-uri` or `url`.
    SEND = "send", "FAL_TUI_SEND", One;
    /// Most requests at fal at once, 1 to 256.
    CONCURRENCY = "concurrency", "FAL_TUI_CONCURRENCY", One;
    /// The cap in USD.
    BUDGET = "budget", "FAL_TUI_BUDGET", One;
    /// How many photos go first, before the rest waits for a word.
    CANARY = "canary", "FAL_TUI_CANARY", One;
    /// Failures, or a share of them, at which a batch pauses.
    MAX_FAILURES = "max-failures", "FAL_TUI_MAX_FAILURES", One;
    /// Retries a job gets for transient causes.
    RETRIES = "retries", "FAL_TUI_RETRIES", One;
    /// How long fal may take to start a request, seconds.
    START_TIMEOUT = "start-timeout", "FAL_TUI_START_TIMEOUT", One;
    /// Whether a run without a dashboard waits while the account is locked.
    WAIT_FOR_ACCOUNT = "wait-for-account", "FAL_TUI_WAIT_FOR_ACCOUNT", One;
    /// Whether a price in doubt is taken as it is said.
    TRUST_PRICE = "trust-price", "FAL_TUI_TRUST_PRICE", One;
    /// Whether what failed in an earlier run is sent again.
    RETRY_FAILED = "retry-failed", "FAL_TUI_RETRY_FAILED", One;
    /// Whether what the output folder's records show to be done is sent all the same.
    NO_ADOPT = "no-adopt", "FAL_TUI_NO_ADOPT", One;
    /// Whether fal keeps neither requests nor answers.
    NO_STORE = "no-store", "FAL_TUI_NO_STORE", One;
    /// How long uploads and results stay at fal.
    EXPIRE = "expire", "FAL_TUI_EXPIRE", One;
    /// Whether results are deleted at fal once they are saved.
    DELETE_AFTER = "delete-after", "FAL_TUI_DELETE_AFTER", One;
    /// Tags of requests in fal's reports, `NAME=VALUE`.
    TAG = "tag", "FAL_TUI_TAG", Many;
    /// Whether to start without the plan screen.
    YES = "yes", "FAL_TUI_YES", One;
    /// Whether a sandbox inside this process stands in for fal.
    SANDBOX = "sandbox", "FAL_TUI_SANDBOX", One;
    /// How long the sandbox works on a request, ms.
    LATENCY = "latency", "FAL_TUI_LATENCY", One;
    /// How many requests the sandbox works on at once.
    RUNNERS = "runners", "FAL_TUI_RUNNERS", One;
    /// A file of faults for the sandbox to play.
    SCENARIO = "scenario", "FAL_TUI_SCENARIO", One;
    /// Plain lines, even on a terminal.
    HEADLESS = "headless", "FAL_TUI_HEADLESS", One;
    /// In the background.
    DETACH = "detach", "FAL_TUI_DETACH", One;
    /// JSON events.
    JSON = "json", "FAL_TUI_JSON", One;
    /// How a terminal calls: `auto`, `bell`, `osc9`, `osc777`, `none`.
    ALERT = "alert", "FAL_TUI_ALERT", One;
    /// A command for the shell that is told of a run's end.
    ON_FINISH = "on-finish", "FAL_TUI_ON_FINISH", One;
    /// A URL that is told of a run's end.
    NOTIFY_URL = "notify-url", "FAL_TUI_NOTIFY_URL", One;
    /// A URL that fal tells of requests.
    WEBHOOK = "webhook", "FAL_TUI_WEBHOOK", One;
    /// Where webhooks are heard.
    LISTEN = "listen", "FAL_TUI_LISTEN", One;
    /// By which URL fal reaches that.
    PUBLIC_URL = "public-url", "FAL_TUI_PUBLIC_URL", One;
    /// A theme's name or file.
    THEME = "theme", "FAL_TUI_THEME", One;
    /// When to use colour: `auto`, `always`, `never`.
    COLOR = "color", "FAL_TUI_COLOR", One;
    /// No characters but ASCII in borders and symbols.
    ASCII = "ascii", "FAL_TUI_ASCII", One;
    /// Mouse capture.
    MOUSE = "mouse", "FAL_TUI_MOUSE", One;
    /// How pictures are drawn: `auto`, `halfblocks`, `kitty`, `iterm2`, `sixel`, `none`.
    IMAGES = "images", "FAL_TUI_IMAGES", One;
    /// Most frames a second.
    FPS = "fps", "FAL_TUI_FPS", One;
    /// Where the ledger and the log live.
    STATE_DIR = "state-dir", "FAL_TUI_STATE_DIR", One;
    /// The server that has the ledger, `postgres://…`.
    LEDGER = "ledger", "FAL_TUI_LEDGER", One;
    /// Which stored key is used.
    PROFILE = "profile", "FAL_TUI_PROFILE", One;
    /// How much more is logged, 0 to 2.
    VERBOSE = "verbose", "FAL_TUI_VERBOSE", One;
    /// The log file.
    LOG = "log", "FAL_TUI_LOG", One;
}

/// The key.
pub const FAL_KEY: &str = "FAL_KEY";
/// The key's first half, where `FAL_KEY` is not set.
pub const FAL_KEY_ID: &str = "FAL_KEY_ID";
/// The key's second half, where `FAL_KEY` is not set.
pub const FAL_KEY_SECRET: &str = "FAL_KEY_SECRET";
/// The queue host, as in the official Python client: host only, https.
pub const FAL_QUEUE_RUN_HOST: &str = "FAL_QUEUE_RUN_HOST";
/// The host whose `queue.` is the queue host, as in the official Python client.
pub const FAL_RUN_HOST: &str = "FAL_RUN_HOST";
/// The queue's base URL, in place of `https://queue.fal.run`.
pub const FAL_TUI_QUEUE_URL: &str = "FAL_TUI_QUEUE_URL";
/// The REST API's base URL, in place of `https://rest.fal.ai`.
pub const FAL_TUI_REST_URL: &str = "FAL_TUI_REST_URL";
/// The platform API's base URL without `/v1`, in place of `https://api.fal.ai`.
pub const FAL_TUI_API_URL: &str = "FAL_TUI_API_URL";
/// Turns colour off where it is not empty (no-color.org).
pub const NO_COLOR: &str = "NO_COLOR";
/// Turns colour on even where nobody looks, if it is neither empty nor `0`.
pub const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";

/// Every variable of ours: others that begin with `FAL_TUI_` are typing errors.
pub fn variables() -> impl Iterator<Item = &'static str> {
    let others = [FAL_TUI_QUEUE_URL, FAL_TUI_REST_URL, FAL_TUI_API_URL, WEBDAV_USER, WEBDAV_PASSWORD];
    ALL.iter().map(|setting| setting.variable).chain(others)
}

/// The one of `known` that looks as if it was meant by `name`.
pub(super) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.map(|known| (distance(name, known), known)).filter(|(distance, _)| *distance <= 2).min().map(|(_, name)| name)
}

/// How many characters must be added, taken away or replaced to make one text the other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (above, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let here = (diagonal + usize::from(x != y)).min(left + 1).min(*above + 1);
            diagonal = std::mem::replace(above, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_long_flag_of_a_run_reads_its_variable_and_key() {
        let command = Cli::command();
        let mut flags: Vec<_> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
        let mut names: Vec<_> = ALL.iter().map(|setting| setting.name).collect();
        flags.sort_unstable();
        names.sort_unstable();
        assert_eq!(names, flags);
        for setting in ALL {
            assert_eq!(setting.variable, format!("FAL_TUI_{}", setting.name.replace('-', "_").to_uppercase()));
        }
    }

    #[test]
    fn near_misses_are_found() {
        let names = || ALL.iter().map(|setting| setting.name);
        assert_eq!(closest("buget", names()), Some("budget"));
        assert_eq!(closest("concurency", names()), Some("concurrency"));
        assert_eq!(closest("max_failures", names()), Some("max-failures"));
        assert_eq!(closest("colour", names()), Some("color"));
        assert_eq!(closest("gremlins", names()), None);
        assert_eq!((distance("", "abc"), distance("abc", ""), distance("kitten", "sitting")), (3, 3, 3));
    }
}
