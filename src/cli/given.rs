//! The run flags that each command was given.

use super::attach::AttachFlags;
use super::flags::{FaceFlags, Flags, HowFlags, Options, PlaceFlags, SandboxFlags, WhatFlags, WrittenFlags};
use super::work::WorkFlags;
use super::{Cli, Command};

impl Cli {
    /// The run flags, whichever command they were given to.
    #[must_use]
    pub fn flags(&self) -> Flags {
        match &self.command {
            None => self.run.clone(),
            Some(Command::Plan(plan)) => plan.flags.clone(),
            Some(Command::Retry { how, sandbox, tell, face, place, .. }) => {
                let (how, sandbox, tell) = (how.clone(), sandbox.clone(), tell.clone());
                let (face, place) = (face.clone(), place.clone());
                let options = Options { how, sandbox, tell, face, place, ..Options::default() };
                Flags { options, ..Flags::default() }
            }
            Some(Command::Review { how, sandbox, face, place, .. }) => {
                let (how, sandbox, face, place) = (how.clone(), sandbox.clone(), face.clone(), place.clone());
                Flags { options: Options { how, sandbox, face, place, ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Attach(AttachFlags { face, place, .. })) => {
                let (face, place) = (face.clone(), place.clone());
                Flags { options: Options { face, place, ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Work(WorkFlags { tries, tell, face, place, .. })) => {
                let how = HowFlags { tries: tries.clone(), ..HowFlags::default() };
                let (tell, face, place) = (tell.clone(), face.clone(), place.clone());
                Flags { options: Options { how, tell, face, place, ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Config { options, .. }) => Flags { options: options.clone(), ..Flags::default() },
            Some(
                Command::Batches { json, place } | Command::Show { json, place, .. } | Command::Doctor { json, place },
            ) => {
                let face = FaceFlags { json: *json, ..FaceFlags::default() };
                Flags { options: Options { face, place: place.clone(), ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Recover { paths, json, what, place, .. }) => {
                let face = FaceFlags { json: *json, ..FaceFlags::default() };
                let options = Options { what: what.clone(), face, place: place.clone(), ..Options::default() };
                Flags { paths: paths.clone(), options, ..Flags::default() }
            }
            Some(Command::Models { json, sandbox, place, .. }) => {
                let face = FaceFlags { json: *json, ..FaceFlags::default() };
                let (sandbox, place) = (sandbox.clone(), place.clone());
                Flags { options: Options { sandbox, face, place, ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Report { captions, report, place, .. }) => {
                let (captions, report) = (captions.clone(), report.clone());
                let written = WrittenFlags { captions, report, ..WrittenFlags::default() };
                let what = WhatFlags { written, ..WhatFlags::default() };
                Flags { options: Options { what, place: place.clone(), ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Login { profile } | Command::Logout { profile }) => {
                let place = PlaceFlags { profile: profile.clone(), ..PlaceFlags::default() };
                Flags { options: Options { place, ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Spent { place, .. }) => {
                Flags { options: Options { place: place.clone(), ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Sandbox { shape, .. }) => {
                let sandbox = SandboxFlags { sandbox: true, shape: shape.clone() };
                Flags { options: Options { sandbox, ..Options::default() }, ..Flags::default() }
            }
            Some(Command::Completions { .. } | Command::Man { .. }) => Flags::default(),
        }
    }
}
