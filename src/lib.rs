//! fal-tui: folders of photos through fal.ai, live, resumable, and never paid for twice.
//!
//! The map of the house. A photo walks through it once, from the folder to the finished picture,
//! and each room does one thing to it:
//!
//! ```text
//! folder ─ intake ─► plan ─(confirmed)─► engine ─┬─ upload ─ submit ─ follow ─ fetch ─┬─ save ─► picture + caption
//!                                                │        (fal)                       │ (output)
//!                                                └────────── ledger, at every step ───┘
//! engine ── snapshot (newest only) ──► tui, headless            keys ── command ──► engine
//! ```
//!
//! Who may use whom (a test holds it): `os` is what each operating system does in its own way, and all may ask it ·
//! [`job`] uses nothing else of ours · [`model`], [`picture`], [`storage`],
//! [`fal`] and [`ledger`] use [`job`], and [`fal`] sends what [`storage`] opened and reads prices and answers into
//! [`model`]'s values · [`intake`] and [`output`] use [`job`], [`picture`] and [`storage`] · [`plan`] uses those but [`fal`] · [`engine`] uses them all ·
//! [`tui`] and [`headless`] use [`engine`]'s snapshot and commands and the values of [`job`] and [`model`] · [`attach`]
//! carries those between processes, with what [`tui`] asks beside · [`sandbox`] uses
//! [`fal::wire`] and [`picture`] · [`cli`] is the command line as typed, [`config`] makes it one value,
//! [`webhook`] hears what fal tells of ended requests, by [`fal`]'s keys, and the [`engine`] reads it,
//! and [`commands`] ties everything together.

pub mod attach;
pub mod cli;
pub mod commands;
pub mod config;
pub mod engine;
pub mod fal;
pub mod headless;
pub mod intake;
pub mod job;
pub mod ledger;
pub mod model;
mod os;
pub mod output;
pub mod picture;
pub mod plan;
pub mod sandbox;
pub mod storage;
pub mod tui;
pub mod webhook;
