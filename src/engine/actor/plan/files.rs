//! Files that a person names while a batch is planned or a result made again: each is looked at before what names it
//! is done, and what follows waits for that.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::actor::Engine;
use crate::engine::command::Command;
use crate::engine::publish::faces::FaceId;
use crate::engine::steps::stages::Outcome;
use crate::engine::tasks::Step;
use crate::intake;
use crate::job::{FurtherFile, clean};
use crate::ledger::Ledger;
use crate::model::{Model, file_mark};

/// A file as it was found, by the path that was typed.
type Looked = HashMap<String, Result<FurtherFile, String>>;

impl Engine {
    /// Does what a face asks, once the files are known that it names.
    pub(in crate::engine::actor) fn take_command(&mut self, face: FaceId, command: Command) {
        let waits = !self.planning.waiting.is_empty();
        // What says nothing of parameters need not wait.
        if waits && !matches!(command, Command::Look(_) | Command::Quit { .. }) {
            return self.planning.waiting.push((face, command));
        }
        let paths = self.paths(&command);
        if paths.is_empty() {
            return self.command(face, command);
        }
        self.planning.waiting.push((face, command));
        let ledger = self.ledger.clone();
        self.spawn_stage(Step::Files, async move { Outcome::Files(look(paths, ledger).await) });
    }

    /// The files were looked at: what named them is done, and what came since.
    pub(in crate::engine::actor) fn files_found(&mut self, found: Vec<(String, Result<FurtherFile, String>)>) {
        let mut commands = std::mem::take(&mut self.planning.waiting).into_iter();
        for file in found.iter().filter_map(|(_, file)| file.as_ref().ok()) {
            Arc::make_mut(&mut self.facts).params.learn(file);
        }
        let found: Looked = found.into_iter().collect();
        if let Some((face, named)) = commands.next() {
            match self.with_files(named, &found) {
                Ok(command) => self.command(face, command),
                Err(why) => {
                    self.publisher.faces.begin(face);
                    self.publisher.refuse(&why);
                    self.publisher.faces.end();
                }
            }
        }
        for (face, command) in commands {
            self.take_command(face, command);
        }
    }

    /// The files that a command names.
    fn paths(&self, command: &Command) -> Vec<String> {
        let of = |model: &Model, name: &str, value: Option<&Value>| path_in(model, name, value).map(str::to_owned);
        match command {
            Command::Param { name, value } => of(self.planned_model(), name, value.as_ref()).into_iter().collect(),
            Command::Redo { params, .. } | Command::PreviewRedo { params, .. } => {
                params.iter().filter_map(|(name, value)| of(&self.options.model, name, value.as_ref())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The same command with what the files hold in their place.
    fn with_files(&self, command: Command, found: &Looked) -> Result<Command, String> {
        let read = |model: &Model, name: &str, value: Option<Value>| {
            let Some(path) = path_in(model, name, value.as_ref()) else { return Ok(value) };
            let file = match found.get(path) {
                Some(Ok(file)) => file,
                Some(Err(why)) => return Err(format!("{name} stays as it is: {why}")),
                None => return Err(format!("{name} stays as it is")),
            };
            let taken = model.param(name).and_then(|spec| spec.read(&file_mark(&file.content)));
            taken.map(Some).ok_or_else(|| format!("{name} stays as it is: it takes no file"))
        };
        Ok(match command {
            Command::Param { name, value } => {
                let value = read(self.planned_model(), &name, value)?;
                Command::Param { name, value }
            }
            Command::Redo { job, params } => Command::Redo { job, params: each(params, &self.options.model, read)? },
            Command::PreviewRedo { seq, job, params } => {
                Command::PreviewRedo { seq, job, params: each(params, &self.options.model, read)? }
            }
            command => command,
        })
    }
}

type Set = Vec<(String, Option<Value>)>;

fn each(
    params: Set,
    model: &Model,
    read: impl Fn(&Model, &str, Option<Value>) -> Result<Option<Value>, String>,
) -> Result<Set, String> {
    let one = |(name, value): (String, Option<Value>)| read(model, &name, value).map(|value| (name, value));
    params.into_iter().map(one).collect()
}

/// The path in a value as it was typed, `@mask.png`, if the parameter takes a file.
fn path_in<'v>(model: &Model, name: &str, value: Option<&'v Value>) -> Option<&'v str> {
    let path = value?.as_str()?.strip_prefix('@')?;
    model.param(name)?.takes_file().then_some(path)
}

async fn look(paths: Vec<String>, ledger: Ledger) -> Vec<(String, Result<FurtherFile, String>)> {
    let mut found = Vec::new();
    for path in paths {
        let typed = path.clone();
        let looked = tokio::task::spawn_blocking(move || intake::further(Path::new(&typed))).await;
        let mut file = match looked {
            Ok(looked) => looked.map_err(|fault| format!("{} {fault}", clean(&path))),
            Err(error) => Err(format!("{} cannot be read: {error}", clean(&path))),
        };
        // Whoever brings it up asks the ledger where it lies.
        if let Ok(known) = &file
            && let Err(error) = ledger.keep_file(&known.content, &known.path).await
        {
            file = Err(format!("the ledger cannot be written: {error}"));
        }
        found.push((path, file));
    }
    found
}
