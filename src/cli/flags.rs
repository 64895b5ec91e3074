//! The flags of a run, in the groups in which help shows them and commands share them.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, ValueHint};

use super::keep::KeepFlags;
use super::tell::TellFlags;

/// What to run, and every flag of a run.
#[derive(Debug, Clone, Default, Args)]
pub struct Flags {
    /// A folder of photos, walked recursively, or an image file.
    #[arg(value_name = "PATH", required_unless_present = "from", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Only photos that a file lists, or stdin if it is -: a path a line, CSV with a column `path`, or JSON Lines.
    ///
    /// Its other columns are parameters of the model, each for its photo alone; a cell that is empty says nothing.
    /// failures.csv of an earlier run will do, too.
    ///
    /// What of them failed in an earlier run is sent again. Without PATH they are looked for in the folders that
    /// failures.csv names, or as they are listed.
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath, help_heading = "Photos and results")]
    pub from: Option<PathBuf>,
    /// Go on without the lines of --from that cannot be sent; without it none is.
    #[arg(long, help_heading = "Photos and results")]
    pub skip_bad: bool,
    /// Go on with photos that appear in the folders, until it is stopped: --watch, or --watch=poll.
    ///
    /// A file is taken once it stands still for two seconds; one that changes is sent anew, one that goes before its turn
    /// is not sent. The cap holds for all of them. With poll, folders are looked at every five seconds, which network
    /// folders are anyway: nobody tells of what other machines do in them.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Photos and results")]
    pub watch: Option<String>,
    /// All but the paths.
    #[command(flatten)]
    pub options: Options,
}

/// Every flag of a run, without its paths.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// What is sent, and what comes of it.
    #[command(flatten)]
    pub what: WhatFlags,
    /// How it is sent.
    #[command(flatten)]
    pub how: HowFlags,
    /// What fal keeps.
    #[command(flatten)]
    pub keep: KeepFlags,
    /// Where it is sent instead.
    #[command(flatten)]
    pub sandbox: SandboxFlags,
    /// Who is told.
    #[command(flatten)]
    pub tell: TellFlags,
    /// How it is shown.
    #[command(flatten)]
    pub face: FaceFlags,
    /// Where state lives.
    #[command(flatten)]
    pub place: PlaceFlags,
}

/// What is sent, and what comes of it: these make a batch what it is.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Photos and results")]
pub struct WhatFlags {
    /// Where pictures go, mirroring the input's folders [default: PATH-upscaled, beside it;
    /// of a file, that of its folder].
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    /// The fal endpoint id: any model that takes a picture [default: fal-ai/flux-vision-upscaler].
    #[arg(short, long, value_name = "ID")]
    pub model: Option<String>,
    /// A model parameter, such as `upscale_factor=4`; repeatable.
    ///
    /// Checked against the model before anything is sent. What is not given has the model's default.
    /// NAME=@FILE takes the text of a file, such as a prompt.
    #[arg(short, long, value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// The model's field that takes the photo [default: found from its schema].
    #[arg(long, value_name = "NAME")]
    pub image_field: Option<String>,
    /// What becomes of camera raw: preview (its preview of full size is sent) or skip [default: preview].
    #[arg(long, value_name = "HOW")]
    pub raw: Option<String>,
    /// Most megapixels that come back of a photo: a larger one is reduced before it is sent [default: no limit].
    #[arg(long, value_name = "N")]
    pub max_output_mp: Option<String>,
    /// Longest side of a photo, in pixels: a larger one is reduced before it is sent [default: no limit].
    #[arg(long, value_name = "PX")]
    pub fit_long_edge: Option<String>,
    /// What is written with results.
    #[command(flatten)]
    pub written: WrittenFlags,
    /// Only photos whose path below PATH matches; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No photos whose path below PATH matches; repeatable.
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
}

/// What becomes of captions.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Captions")]
pub struct CaptionFlags {
    /// What to write captions to: of txt, xmp, embed (the picture's own metadata), jsonl, csv, or none [default: txt].
    ///
    /// Whatever is chosen, metadata.jsonl and report.csv hold them; jsonl alone means just those, and csv a captions.csv.
    /// A sidecar that is there is added to, and nothing of another program's is lost.
    #[arg(long, value_name = "LIST")]
    pub captions: Option<String>,
    /// A text before every caption.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub caption_prefix: Option<String>,
    /// A text behind every caption.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub caption_suffix: Option<String>,
    /// What is taken off captions: a regular expression, or openings for "A photograph of" and the like; repeatable.
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    pub caption_strip: Vec<String>,
    /// What becomes of captions by another hand that are there: skip, overwrite, append or prepend [default: skip].
    #[arg(long, value_name = "HOW")]
    pub caption_existing: Option<String>,
    /// The extension of caption files [default: txt].
    #[arg(long, value_name = "EXT")]
    pub caption_ext: Option<String>,
    /// Keywords for xmp and embed, between commas; {caption} stands for the caption's own, between its commas [default: none].
    #[arg(long, value_name = "LIST")]
    pub keywords: Option<String>,
}

/// What is written with results, and what is left out.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Photos and results")]
pub struct WrittenFlags {
    /// What becomes of captions.
    #[command(flatten)]
    pub captions: CaptionFlags,
    /// Metadata that are neither sent nor written: none, gps or all [default: none].
    ///
    /// A result gets its photo's EXIF, IPTC, XMP and colour profile, and how it was made. With gps it gets no places;
    /// with all nothing but the profile.
    #[arg(long, value_name = "WHAT")]
    pub strip: Option<String>,
    /// What becomes of a photo's transparency: keep or drop [default: keep].
    ///
    /// Models see colours alone. With keep they get the photo over colours that do not bleed, and its mask is put back into
    /// the result, a PNG or WebP. With drop it goes as it is, and what comes back is opaque.
    #[arg(long, value_name = "HOW")]
    pub alpha: Option<String>,
    /// In which format results are written: result (as they come), same (as the photo is), png, jpeg, webp or avif
    /// [default: result].
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// How well JPEG and AVIF are written, 1 to 100 [default: 90].
    #[arg(long, value_name = "N")]
    pub quality: Option<String>,
    /// What results are called, below the output folder [default: {dir}/{stem}.{ext}].
    ///
    /// Of `{dir}`, `{stem}`, `{ext}`, `{model}`, `{factor}`, `{seed}`, `{index}` and `{request_id}`. Of photos whose results
    /// would have one name, one is sent.
    #[arg(long, value_name = "TEMPLATE")]
    pub name: Option<String>,
    /// Whether a result's file is as old as its photo's: true or false [default: true].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub keep_time: Option<String>,
    /// A page of the batch.
    #[command(flatten)]
    pub report: ReportFlags,
}

/// A page to look at.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Photos and results")]
pub struct ReportFlags {
    /// A page of the batch to look at, report.html: none or html [default: none].
    ///
    /// Before and after, captions, costs, failures and what to do; one file with thumbnails beside it, which asks no network.
    #[arg(long, value_name = "HOW")]
    pub report: Option<String>,
    /// How much like its photo a result has to look that is to show the same, in percent; 0 for no matter how [default: 40].
    ///
    /// What looks less like it is kept and wants a review, as one that is black, flat, turned or the photo unchanged does.
    #[arg(long, value_name = "PERCENT")]
    pub likeness: Option<String>,
}

/// How each job is sent and tried again, by whoever does it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sending and paying")]
pub struct TryFlags {
    /// How fal gets a photo: upload (to its storage), data-uri (in the request itself) or url (fal fetches it)
    /// [default: upload; url for what has one].
    ///
    /// Data URIs are for small files, up to 3 MiB, where fal's storage cannot be reached.
    #[arg(long, value_name = "HOW")]
    pub send: Option<String>,
    /// Pause once so many failed [default: 20 in a row of one cause].
    ///
    /// A number, or a share such as 5%, which counts from 50 finished jobs on.
    #[arg(long, value_name = "N|N%")]
    pub max_failures: Option<String>,
    /// Retries a job gets for causes that pass, such as timeouts [default: 3].
    #[arg(long, value_name = "N")]
    pub retries: Option<String>,
    /// Headless: wait while the account is locked, and go on by itself after a top-up.
    ///
    /// Without it such a run fetches what is at fal and exits 3. The dashboard always waits.
    #[arg(long)]
    pub wait_for_account: bool,
}

/// How it is sent: limits, retries, and whether to ask.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sending and paying")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct HowFlags {
    /// How each job is sent and tried again.
    #[command(flatten)]
    pub tries: TryFlags,
    /// Most requests at fal at once, 1 to 256 [default: 8].
    #[arg(short, long, value_name = "N")]
    pub concurrency: Option<String>,
    /// Never pass this many US dollars; reserved before each submit.
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    pub budget: Option<String>,
    /// Send a spread sample of so many first, then wait for a word [default: off].
    ///
    /// The largest, the smallest, one of each format, a random rest. What came of them stands beside the plan. With
    /// --yes the rest goes by itself if none failed and the price held; headless the run else ends with status 4.
    #[arg(long, value_name = "N")]
    pub canary: Option<String>,
    /// How long fal may take to start a photo, in seconds, 2 to 604800 [default: as long as it takes].
    ///
    /// A request that has not begun to run by then ends unpaid, as a timeout, and is not sent again by itself.
    #[arg(long, value_name = "SECONDS")]
    pub start_timeout: Option<String>,
    /// Take the price that fal names as it is, though it is in doubt.
    ///
    /// A price of nothing, one far from the list price, several, or another currency: the highest counts.
    #[arg(long)]
    pub trust_price: bool,
    /// Send again what failed in an earlier run of the same batch.
    #[arg(long)]
    pub retry_failed: bool,
    /// Send and pay for what the output folder shows to be done, too.
    ///
    /// Results that no ledger knows, but that lie in the output folder as their records say, are not sent again.
    #[arg(long)]
    pub no_adopt: bool,
    /// Start without the plan screen.
    #[arg(short, long)]
    pub yes: bool,
}

/// A sandbox in place of fal.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sandbox")]
pub struct SandboxFlags {
    /// Run against a sandbox inside this process; nothing is charged, no key is needed.
    #[arg(long)]
    pub sandbox: bool,
    /// How it behaves.
    #[command(flatten)]
    pub shape: SandboxShape,
}

/// How a sandbox behaves.
#[derive(Debug, Clone, Default, Args)]
pub struct SandboxShape {
    /// How long the sandbox works on a request, in milliseconds.
    #[arg(long, value_name = "MS")]
    pub latency: Option<String>,
    /// How many requests the sandbox works on at once.
    #[arg(long, value_name = "N")]
    pub runners: Option<String>,
    /// A file of faults for the sandbox to play.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub scenario: Option<PathBuf>,
}

/// How it is shown.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Screen")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a person types or leaves out")]
pub struct FaceFlags {
    /// Plain lines, even on a terminal.
    ///
    /// Without --sandbox a run then needs --yes or --budget: else it prints the plan and exits 2.
    #[arg(long)]
    pub headless: bool,
    /// Headless in the background: says the batch's number once it has begun, and gives the prompt back.
    ///
    /// It survives the terminal. `fal-tui attach` opens its dashboard; its lines are in the log. With --json what is said is
    /// one JSON object. As headless it needs --yes or --budget, and what keeps it from beginning is told at once.
    #[arg(long)]
    pub detach: bool,
    /// Headless, with one JSON object a line on stdout and messages on stderr.
    #[arg(long)]
    pub json: bool,
    /// Colours: a theme's name or file [default: terminal].
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// When to use colour: auto, always or never [default: auto].
    #[arg(long, value_name = "WHEN", hide_possible_values = true, value_parser = PossibleValuesParser::new(["auto", "always", "never"]))]
    pub color: Option<String>,
    /// No characters but ASCII in borders and symbols.
    #[arg(long)]
    pub ascii: bool,
    /// Let the mouse scroll and select rows; the terminal's own selection then needs Shift.
    #[arg(long)]
    pub mouse: bool,
    /// How pictures are drawn: auto, halfblocks, kitty, iterm2, sixel or none [default: auto].
    #[arg(long, value_name = "HOW", hide_possible_values = true, value_parser = PossibleValuesParser::new(["auto", "halfblocks", "kitty", "iterm2", "sixel", "none"]))]
    pub images: Option<String>,
    /// Most frames a second [default: 20, over SSH 10].
    #[arg(long, value_name = "N")]
    pub fps: Option<String>,
}

/// Where the ledger and the log live.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "State, key and log")]
pub struct PlaceFlags {
    /// Where the ledger and the log live [default: fal-tui in the XDG state directory].
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub state_dir: Option<PathBuf>,
    /// Keep the ledger on a PostgreSQL server, as `postgres://user@host/database` [default: SQLite in the state directory].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub ledger: Option<String>,
    /// Which of the keys that `fal-tui login` stored is used, where FAL_KEY is not set [default: default].
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// More in the log; -vv still more.
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
    /// The log file [default: fal-tui.log in the state directory].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub log: Option<PathBuf>,
}
